"""What conditions and constraints are made of in JSON Schema.

`True` and `False` are schemas too: the condition that always holds, and the one that never does; None is one that no schema can say.
"""

from __future__ import annotations

from itertools import combinations

from .. import ir
from .nulls import NULL, Schema, given, nullable

Condition = Schema | bool
_MOST_ITEMS = 3  # items that are counted over several fields


def present(path: ir.Path) -> Schema:
    """The member is there, and not null; every object on the way is one."""
    head, *rest = path
    if not rest:
        return {"required": [head], "properties": {head: {"not": NULL}}}
    return {"required": [head], "properties": {head: {"type": "object"} | present(tuple(rest))}}


def absent(path: ir.Path) -> Schema:
    """The opposite: the member is not there, or null, or there is no object that it could be in."""
    head, *rest = path
    return {"properties": {head: absent(tuple(rest)) if rest else NULL}}


def nested(path: ir.Path, schema: Schema, required: bool) -> Schema:
    """The schema holds for the value at the path; `[]` is every item. What is not there, or null, is `required` or keeps it."""
    head, *rest = path
    inner = nested(tuple(rest), schema, required) if rest else schema if required else nullable(schema)
    if head == ir.ITEM:
        return {"items": inner}
    if not required:
        return {"properties": {head: inner}}
    return {"required": [head], "properties": {head: {"type": "object"} | inner if rest else given(inner)}}


def as_schema(condition: Condition | None) -> Schema:
    if condition is True:
        return {}
    return {"not": {}} if condition is False or condition is None else condition


def all_of(parts: list[Condition | None]) -> Condition | None:
    if any(part is False for part in parts):
        return False
    if any(part is None for part in parts):
        return None
    schemas = [part for part in parts if isinstance(part, dict)]
    if not schemas:
        return True
    return schemas[0] if len(schemas) == 1 else {"allOf": schemas}


def flat(condition: Schema) -> list[Schema]:
    """The conditions that hold together in this one."""
    return [part for inner in condition["allOf"] for part in flat(inner)] if list(condition) == ["allOf"] else [condition]


def any_of(parts: list[Condition | None]) -> Condition | None:
    if any(part is True for part in parts):
        return True
    if any(part is None for part in parts):
        return None
    schemas = [part for part in parts if isinstance(part, dict)]
    if not schemas:
        return False
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def negate(condition: Condition | None) -> Condition | None:
    if condition is None or isinstance(condition, bool):
        return None if condition is None else not condition
    return {"not": condition}


def group(constraint: ir.Group) -> Condition | None:
    there: list[Condition | None] = [present(path) for path in constraint.paths]
    parts: list[Condition | None] = []
    if constraint.minimum:
        parts.append(any_of(there))
    if constraint.maximum is not None:
        most = constraint.maximum + 1
        parts += [negate(all_of(list(chosen))) for chosen in combinations(there, most)]
    return all_of(parts)


def counted(paths: tuple[ir.Path, ...], minimum: int | None, maximum: int | None) -> Condition | None:
    """How many items are given, over all fields: absent none, a list its length, anything else one."""
    parts: list[Condition | None] = []
    if minimum is not None:
        parts.append(at_least(paths, minimum))
    if maximum is not None:
        parts.append(negate(at_least(paths, maximum + 1)))
    return all_of(parts)


def at_least(paths: tuple[ir.Path, ...], number: int) -> Condition | None:
    if number <= 0:
        return True
    if not paths:
        return False
    first, rest = paths[0], paths[1:]
    if not rest:
        return gives(first, number)
    if number > _MOST_ITEMS:
        return None
    return any_of([all_of([gives(first, here), at_least(rest, number - here)]) for here in range(number + 1)])


def gives(path: ir.Path, number: int) -> Condition:
    """The field gives at least so many items."""
    if number == 0:
        return True
    items: Schema = {"type": "array", "minItems": number}
    return nested(path, items if number > 1 else {"anyOf": [items, {"not": {"type": ["array", "null"]}}]}, True)
