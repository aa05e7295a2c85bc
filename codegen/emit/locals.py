"""What an emitted check names once and uses often: tables of the module, and locals of the function."""

from __future__ import annotations

from collections.abc import Callable

from .. import ir, names
from ..code import Code


class Tables:
    """Per-model tables that an emitted module needs, named once each."""

    def __init__(self) -> None:
        self.rows: dict[str, str] = {}

    def per_model(self, value: ir.PerModel) -> str:
        name = f"_{names.identifier(value.attribute).upper()}"
        literal = "{" + ", ".join(f"{model!r}: {item!r}" for model, item in value.values) + "}"
        return self._named(name, f"dict[str, {_annotation(value)}]", literal)

    def models(self, models: tuple[str, ...]) -> str:
        literal = f"frozenset({{{', '.join(map(repr, sorted(models)))}}})"
        return self._named("_MODELS", "frozenset[str]", literal)

    def names(self, names: tuple[str, ...]) -> str:
        literal = f"frozenset({{{', '.join(map(repr, names))}}})" if names else "frozenset()"
        return self._named("_KNOWN", "frozenset[str]", literal)

    def _named(self, wanted: str, annotation: str, literal: str) -> str:
        name, number = wanted, 2
        while self.rows.get(name, f"{annotation} = {literal}") != f"{annotation} = {literal}":
            name, number = f"{wanted}_{number}", number + 1
        self.rows[name] = f"{annotation} = {literal}"
        return name


def _annotation(value: ir.PerModel) -> str:
    kinds = {"tuple[Any, ...]" if isinstance(item, tuple) else type(item).__name__ for _, item in value.values}
    return " | ".join(sorted(kinds)) or "Any"


class Locals:
    """Locals that hold members of members, and counts of the items of a list; `write` writes their assignments.

    `where` writes the condition of a count with a way to look up members of an item.
    """

    def __init__(self, where: Callable[[ir.Contains, Callable[[ir.Path], str]], str]) -> None:
        self._where = where
        self._members: dict[ir.Path, dict[str, str]] = {}  # path of the parent -> local -> member
        self._counts: dict[ir.Path, dict[str, str]] = {}  # path of the list -> condition -> local
        self._items: dict[ir.Path, dict[str, str]] = {}  # path of the list -> local -> member of an item

    def member(self, path: ir.Path) -> str:
        """The local of the value at a path of the body."""
        if len(path) == 1:
            return names.local(path)
        name = f"{self.member(path[:-1])}__{names.identifier(path[-1])}"
        self._members.setdefault(path[:-1], {})[name] = path[-1]
        return name

    def matching(self, contains: ir.Contains) -> str:
        """The local that counts the items of a list that satisfy a condition."""
        self.member(contains.path)
        items = self._items.setdefault(contains.path, {})

        def lookup(path: ir.Path) -> str:
            if not path:
                return "item"
            name = f"item_{names.identifier(path[0])}"
            items[name] = path[0]
            return name if len(path) == 1 else f"member({name}, {', '.join(map(repr, path[1:]))})"

        counts = self._counts.setdefault(contains.path, {})
        return counts.setdefault(self._where(contains, lookup), f"matching{sum(map(len, self._counts.values())) + 1}")

    def write(self, code: Code) -> None:
        """Writes the assignments, those of parents first."""
        for parent in sorted(self._members, key=len):
            members = self._members[parent]
            code(f"{' = '.join(members)} = None")
            with code.block(f"if is_object({self.member(parent)}):"):
                for name, member in members.items():
                    code(f"{name} = {self.member(parent)}.get({member!r})")
        for path, counts in self._counts.items():
            code(f"{' = '.join(counts.values())} = 0")
            with code.block(f"for item in items({self.member(path)}):"):
                self._count(code, counts, self._items[path])

    @staticmethod
    def _count(code: Code, counts: dict[str, str], members: dict[str, str]) -> None:
        if members:
            code("fields = item if is_object(item) else EMPTY")
        for name, member in members.items():
            code(f"{name} = fields.get({member!r})")
        for condition, name in counts.items():
            with code.block(f"if {condition}:"):
                code(f"{name} += 1")
