"""Ways through the IR: the types at a path, the fields of a type, the paths and bounds of a constraint."""

from __future__ import annotations

from collections.abc import Iterator

from . import ir


def dotted(path: ir.Path) -> str:
    return ".".join(path).replace(f".{ir.ITEM}", ir.ITEM)


def json_kinds(type: ir.Type) -> tuple[str, ...]:
    """The JSON types that a value of the type can have."""
    match type:
        case ir.Scalar(kind="integer" | "number"):
            return ("number", "string") if type.numeric_string else ("number",)
        case ir.Scalar(kind="any"):
            return ("string", "number", "boolean", "object", "array")
        case ir.Scalar():
            return (type.kind,)
        case ir.Array():
            return ("array",)
        case ir.File():
            return ("file",)
        case ir.Union():
            return tuple(kind for option in type.options for kind in json_kinds(option))
        case ir.Object() | ir.Variants() | ir.Ref():
            return ("object",)


def types_at(type: ir.Type, path: ir.Path) -> Iterator[ir.Type]:
    """All types that a value at the path can have."""
    if isinstance(type, ir.Union):
        for option in type.options:
            yield from types_at(option, path)
        return
    if not path:
        yield type
        return
    head, *rest = path
    match type:
        case ir.Object() if head != ir.ITEM:
            for field in type.fields:
                if field.name == head:
                    yield from types_at(field.type, tuple(rest))
        case ir.Variants() if head == type.discriminator:
            yield ir.Scalar(kind="string")
        case ir.Variants() if head != ir.ITEM:
            for _, case in type.cases:
                yield from types_at(case, path)
        case ir.Array() if head == ir.ITEM:
            yield from types_at(type.items, tuple(rest))
        case _:
            return


def field_paths(type: ir.Type, prefix: ir.Path = ()) -> Iterator[str]:
    match type:
        case ir.Object():
            for field in type.fields:
                yield dotted((*prefix, field.name))
                yield from field_paths(field.type, (*prefix, field.name))
        case ir.Array():
            yield from field_paths(type.items, (*prefix, ir.ITEM))
        case ir.Union():
            for option in type.options:
                yield from field_paths(option, prefix)
        case ir.Variants():
            for _, case in type.cases:
                yield from field_paths(case, prefix)
        case _:
            return


def constraint_paths(constraint: ir.Constraint) -> tuple[ir.Path, ...]:
    match constraint:
        case ir.Values():
            return tuple(check.path for check in constraint.checks)
        case ir.Contains():
            return (constraint.path,)
        case ir.Sum():
            return tuple(path for term in constraint.terms for path in (*term.count, *((term.value,) if term.value else ())))
        case ir.Never():
            return ()
        case _:
            return constraint.paths


def constraint_bounds(constraint: ir.Constraint) -> tuple[ir.Bounds, ...]:
    """What the parts of a rule compare with."""
    match constraint:
        case ir.Values():
            return tuple(check.bounds for check in constraint.checks)
        case ir.Contains() | ir.Count() | ir.Sum() | ir.Product():
            sides = (("minimum", constraint.minimum), ("maximum", constraint.maximum))
            return (tuple(ir.Bound(side, value) for side, value in sides if value is not None),)
        case _:
            return ()


def fields_of(type: ir.Type) -> Iterator[ir.Field]:
    """All fields at any depth."""
    match type:
        case ir.Object():
            for field in type.fields:
                yield field
                yield from fields_of(field.type)
        case ir.Array():
            yield from fields_of(type.items)
        case ir.Variants():
            for _, case in type.cases:
                yield from fields_of(case)
        case ir.Union():
            for option in type.options:
                yield from fields_of(option)
        case ir.Scalar() | ir.File() | ir.Ref():
            return
