"""Types of the IR -> straight-line statements that check one body."""

from __future__ import annotations

from typing import assert_never

from .. import ir, names
from ..code import Code
from ..registry import Registry, keyword_id
from ..rules import KEYWORDS
from .conditions import among, literal
from .locals import Tables

_TESTS = {
    "string": "isinstance({v}, str)",
    "boolean": "isinstance({v}, bool)",
    "integer": "type({v}) is int or is_integer({v})",  # the usual case without a call
    "number": "type({v}) is int or is_number({v})",
    "array": "is_list({v})",
    "object": "is_object({v})",
    "file": 'content == "multipart" and is_file({v})',
}


class Fields:
    """Writes the checks of the members of an object; `registry` says which rule ids there are."""

    def __init__(self, code: Code, registry: Registry, tables: Tables) -> None:
        self.code, self.registry, self.tables = code, registry, tables
        self.loops = 0  # numbers the variables of nested values

    # --- objects ---

    def body(self, body: ir.Object) -> None:
        """Checks the members of the request body, each in a local variable that the rules can read too."""
        for field in body.fields:
            self.code(f"{names.local((field.name,))} = body.get({field.name!r})")
        for field in body.fields:
            path = (field.name,)
            self.field(field, names.local(path), path, repr(path))

    def object(self, body: ir.Object, v: str, path: ir.Path, loc: str) -> None:
        """Checks the members of an object further down."""
        for field in body.fields:
            self.loops += 1
            value = f"m{self.loops}"
            self.code(f"{value} = {v}.get({field.name!r})")
            self.field(field, value, (*path, field.name), extend(loc, repr(field.name)))

    def field(self, field: ir.Field, v: str, path: ir.Path, loc: str) -> None:
        """Checks one member, whose value is in the variable `v`."""
        if not field.only:
            self._field(field, v, path, loc)
            return
        with self.code.block(f"if {among('operation', field.only)}:"):
            self._field(field, v, path, loc)
        with self.code.block(f"elif {v} is not None:"):
            self.add("only", path, loc)

    def _field(self, field: ir.Field, v: str, path: ir.Path, loc: str) -> None:
        if field.required:
            with self.code.block(f"if {v} is None:"):
                self.add("required", path, loc)
        with self.code.block("else:" if field.required else f"if {v} is not None:"):
            if field.deprecated:
                self.add("deprecated", path, loc)
            self.type(field.type, v, path, loc, field)

    def unknown(self, body: ir.Object, v: str, path: ir.Path, loc: str, extra: tuple[str, ...] = ()) -> None:
        """Members that no row describes."""
        if body.open:
            return
        known = tuple(sorted((*extra, *(field.name for field in body.fields))))
        table = self.tables.names(known)
        with self.code.block(f"if not {table}.issuperset({v}):"):
            self.code(f"report.unknown({self.registry.unknown(path)!r}, {loc}, {v}, {table})")

    # --- types ---

    def type(self, type: ir.Type, v: str, path: ir.Path, loc: str, field: ir.Field | None = None) -> None:
        """Checks the value in the variable `v`; `loc` is the expression of its location."""
        if isinstance(type, ir.Union):
            self._union(type, v, path, loc, field)
            return
        test = self.test(type, v, field)
        if test is None:
            self._inside(type, v, path, loc, field)
            return
        with self.code.block(f"if not ({test}):" if any(word in test for word in (" and ", " or ", ":=")) else f"if not {test}:"):
            self.add("type", path, loc, v)
        if self._has_inside(type, field):
            with self.code.block("else:"):
                self._inside(type, v, path, loc, field)

    def _union(self, union: ir.Union, v: str, path: ir.Path, loc: str, field: ir.Field | None) -> None:
        word = "if"
        for option in union.options:
            test = self.test(option, v, field)
            if test is None:  # anything goes
                return
            with self.code.block(f"{word} {test}:"):
                self._inside(option, v, path, loc, field)
            word = "elif"
        with self.code.block("else:"):
            self.add("type", path, loc, v)

    def test(self, type: ir.Type, v: str, field: ir.Field | None) -> str | None:
        """An expression that holds when the value has the JSON type; None when every value has."""
        match type:
            case ir.Scalar(kind="any"):
                return None
            case ir.Scalar(kind="integer" | "number", numeric_string=True):
                number = f"to_{type.kind}({v})"
                return f"(number := {number}) is not None" if self._has_inside(type, field) else f"{number} is not None"
            case ir.Scalar():
                return _TESTS[type.kind].format(v=v)
            case ir.Array():
                return _TESTS["array"].format(v=v)
            case ir.File():
                return _TESTS["file"].format(v=v)
            case ir.Object() | ir.Variants():
                return _TESTS["object"].format(v=v)
            case ir.Union() | ir.Ref():
                raise TypeError(f"{type} cannot stand here")
        assert_never(type)

    def _has_inside(self, type: ir.Type, field: ir.Field | None) -> bool:
        match type:
            case ir.Object():
                return bool(type.fields)
            case ir.Variants() | ir.Union():
                return True
            case ir.Array():
                return bool(type.bounds or (field and field.suggested) or not _open(type.items))
            case ir.Scalar():
                return bool(type.bounds or type.url or (field and field.suggested))
            case ir.File():
                return bool(type.bounds)
            case ir.Ref():
                return False

    def _inside(self, type: ir.Type, v: str, path: ir.Path, loc: str, field: ir.Field | None) -> None:
        """Checks of a value that has the right JSON type."""
        match type:
            case ir.Scalar():
                number = "number" if type.numeric_string else v
                self._bounds(type.bounds, number, path, loc)
                if type.url:
                    self._link(type, v, path, loc)
                self._suggested(field, number, path, loc)
            case ir.File():
                self._bounds(type.bounds, v, path, loc)
            case ir.Array():
                self._bounds(type.bounds, v, path, loc)
                self._suggested(field, v, path, loc)
                self._items(type, v, path, loc)
            case ir.Object() if type.fields:
                self.object(type, v, path, loc)
                self.unknown(type, v, path, loc)
            case ir.Object():
                pass
            case ir.Variants():
                self._variants(type, v, path, loc)
            case ir.Union() | ir.Ref():
                raise TypeError(f"{type} cannot stand here")

    def _link(self, type: ir.Scalar, v: str, path: ir.Path, loc: str) -> None:
        """An empty string is reported as such; of the rest, what is no link, what is another kind of link, and what is not public."""
        with self.code.block(f"if {v} and not is_link({v}):"):
            with self.code.block(f"if not is_address({v}):"):
                self.add("url", path, loc, v)
            with self.code.block(f"elif not is_data({v}):" if type.base64 else "else:"):
                self.add("link", path, loc, v)
        if type.public:
            with self.code.block(f"elif is_private({v}):"):
                self.add("public", path, loc, v)

    def _items(self, type: ir.Array, v: str, path: ir.Path, loc: str) -> None:
        if _open(type.items):
            return
        self.loops += 1
        index, item = f"i{self.loops}", f"item{self.loops}"
        with self.code.block(f"for {index}, {item} in enumerate({v}):"):
            self.type(type.items, item, (*path, ir.ITEM), extend(loc, index))

    def _variants(self, type: ir.Variants, v: str, path: ir.Path, loc: str) -> None:
        self.loops += 1
        kind = f"kind{self.loops}"
        member_path, here = (*path, type.discriminator), extend(loc, repr(type.discriminator))
        self.code(f"{kind} = {v}.get({type.discriminator!r})")
        with self.code.block(f"if {kind} is None:"):
            self.add("required", member_path, here)
        for value, case in type.cases:
            with self.code.block(f"elif {kind} == {value!r}:"):
                self.object(case, v, path, loc)
                self.unknown(case, v, path, loc, (type.discriminator,))
        with self.code.block("else:"):
            self.add("variant", member_path, here, kind)

    # --- bounds ---

    def _bounds(self, bounds: ir.Bounds, v: str, path: ir.Path, loc: str) -> None:
        for bound in bounds:
            with self.code.block(f"if {violated(bound, v)}:"):
                self.add(bound.keyword, path, loc, v)

    def _suggested(self, field: ir.Field | None, v: str, path: ir.Path, loc: str) -> None:
        if field is None or not field.suggested:
            return
        tests = [_applicable(field.type, bound, v) for bound in field.suggested]
        with self.code.block(f"if {' or '.join(test for test in tests if test)}:"):
            self.add("suggested", path, loc, v)

    def add(self, keyword: str, path: ir.Path, loc: str, value: str | None = None) -> None:
        """A statement that reports the implicit rule of a field."""
        id = self.registry.use(keyword_id(self.registry.prefix, path, keyword))
        self.code(f"add({id!r}, {loc}{f', {value}' if value else ''})")


def extend(loc: str, part: str) -> str:
    """The expression of a location one step further down."""
    return f"({loc[1:-1].rstrip(',')}, {part})"


def violated(bound: ir.Bound, v: str) -> str:
    """An expression that holds when a value of the right kind breaks the bound."""
    if bound.keyword in ("min_length", "min_items") and bound.value == 1:
        return f"not {v}"
    return KEYWORDS[bound.keyword].violated.format(v=v, b=literal(bound.value))


def _applicable(type: ir.Type, bound: ir.Bound, v: str) -> str:
    guards = {"number": f"is_number({v})", "string": f"isinstance({v}, str)", "array": f"is_list({v})"}
    guard = guards.get(KEYWORDS[bound.keyword].applies)
    test = violated(bound, v)
    return f"({guard} and {test})" if guard and isinstance(type, ir.Union) else f"({test})"


def _open(type: ir.Type) -> bool:
    return isinstance(type, ir.Scalar) and type.kind == "any" and not type.bounds
