"""One change of a family's IR at a time: each bound, value, count and condition one step wider or narrower."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from unibind.testing.values import step

from codegen import ir

LOWER = ("minimum", "exclusive_minimum", "min_length", "min_items")
UPPER = ("maximum", "exclusive_maximum", "max_length", "max_items", "max_bytes")


class Change(NamedTuple):
    """What was changed, where, and the node as it is afterwards; `None` takes the node out of the tuple that holds it."""

    kind: str
    where: str
    node: Any


def changes(family: ir.Family) -> Iterator[Change]:
    """Every family that differs from this one in one place."""
    models = tuple(model.id for model in family.models)
    for change in _of_object(family.body, "", models):
        yield change._replace(node=dataclasses.replace(family, body=change.node))
    for change in _of_tuple(family.rules, "", lambda rule, _: _of_rule(rule, models)):
        yield change._replace(node=dataclasses.replace(family, rules=change.node))


# --- fields and types --------------------------------------------------------------------------------------------------


def _of_object(node: ir.Object, where: str, models: tuple[str, ...]) -> Iterator[Change]:
    if node.closed:  # the other way round contradicts no page: what is said about unknown fields elsewhere is a warning
        yield Change("opened", f"{where}{{}}", dataclasses.replace(node, closed=False))
    yield from _member(node, "fields", _of_tuple(node.fields, where, lambda field, at: _of_field(field, at, models)))


def _of_field(field: ir.Field, where: str, models: tuple[str, ...]) -> Iterator[Change]:
    at = f"{where}.{field.name}" if where else field.name
    if field.severity == "error":
        yield Change("optional" if field.required else "required", at, dataclasses.replace(field, required=not field.required))
    yield from _member(field, "type", _of_type(field.type, at, models))


def _of_type(node: ir.Type, where: str, models: tuple[str, ...]) -> Iterator[Change]:
    match node:
        case ir.Scalar():
            yield from _switches(node, where)
            yield from _member(node, "bounds", _of_bounds(node.bounds, where, node.kind, models))
        case ir.File():
            yield from _member(node, "bounds", _of_bounds(node.bounds, where, "any", models))
        case ir.Array():
            yield from _member(node, "bounds", _of_bounds(node.bounds, where, "any", models))
            yield from _member(node, "items", _of_type(node.items, f"{where}[]", models))
        case ir.Object():
            yield from _of_object(node, where, models)
        case ir.Variants():
            yield from _of_variants(node, where, models)
        case ir.Union():
            yield from _member(node, "options", _of_tuple(node.options, where, lambda option, at: _of_type(option, at, models)))
        case ir.Ref():
            return


def _switches(node: ir.Scalar, where: str) -> Iterator[Change]:
    """Conditions on a scalar that are on or off."""
    if node.numeric_string:
        yield Change("no numeric_string", where, dataclasses.replace(node, numeric_string=False))
    if node.url:
        yield Change("no url", where, dataclasses.replace(node, url=False, public=False))
    if node.public:
        yield Change("no public", where, dataclasses.replace(node, public=False))
    if node.kind in ("integer", "number") and not node.numeric_string:
        yield Change("numeric_string", where, dataclasses.replace(node, numeric_string=True))
    if node.kind == "integer":
        yield Change("fractions", where, dataclasses.replace(node, kind="number"))


def _of_variants(node: ir.Variants, where: str, models: tuple[str, ...]) -> Iterator[Change]:
    def case_of(row: tuple[str, ir.Object], at: str) -> Iterator[Change]:
        for change in _of_object(row[1], f"{at}<{row[0]}>", models):
            yield change._replace(node=(row[0], change.node))

    yield from _member(node, "cases", _of_tuple(node.cases, where, case_of))
    if len(node.cases) > 1:
        yield from _member(node, "cases", _without_each(node.cases, f"variants of {where}", "variant dropped"))


# --- bounds ------------------------------------------------------------------------------------------------------------


def _of_bounds(bounds: ir.Bounds, where: str, kind: str, models: tuple[str, ...]) -> Iterator[Change]:
    rows = {bound.keyword: bound.value for bound in bounds if not isinstance(bound.value, ir.PerModel)}
    size = step(kind if kind in ("integer", "number") else "integer", rows)
    yield from _of_tuple(bounds, where, lambda bound, at: _of_bound(bound, at, size))


def _of_bound(bound: ir.Bound, where: str, size: float) -> Iterator[Change]:
    if not isinstance(bound.value, ir.PerModel):
        siblings: list[Any] = []
        for kind, value in _values(bound.keyword, bound.value, size, siblings):
            yield Change(kind, f"{where}:{bound.keyword}", None if value is None else ir.Bound(bound.keyword, value))
        return
    siblings = [value for _, values in bound.value.values for value in (values if isinstance(values, tuple) else (values,))]
    for index, (model, own) in enumerate(bound.value.values):
        before, after = bound.value.values[:index], bound.value.values[index + 1 :]
        for kind, value in _values(bound.keyword, own, size, siblings):
            row = () if value is None else ((model, value),)
            rows = (*before, *row, *after)
            changed = ir.Bound(bound.keyword, dataclasses.replace(bound.value, values=rows)) if rows else None
            yield Change(f"{kind} for one model", f"{where}:{bound.keyword} of {model}", changed)


def _values(keyword: str, value: Any, size: float, siblings: list[Any]) -> Iterator[tuple[str, Any]]:
    """Other values of a bound; None drops it."""
    if keyword in LOWER or keyword in UPPER:
        yield from _shifted(keyword, value, size)
    elif keyword == "enum":
        yield from _lists(value, siblings)
    elif keyword == "const":
        yield "const changed", _other(value)
        yield "const dropped", None
    else:
        yield f"{keyword} dropped", None


def _shifted(keyword: str, value: Any, size: float) -> Iterator[tuple[str, Any]]:
    out = -size if keyword in LOWER else size
    if keyword in ("min_length", "min_items", "max_length", "max_items", "max_bytes"):
        out = -1 if keyword in LOWER else 1
    for name, moved in ((f"{keyword} relaxed", value + out), (f"{keyword} tightened", value - out)):
        if moved >= 0 or keyword in ("minimum", "maximum", "exclusive_minimum", "exclusive_maximum"):
            yield name, round(moved, 6) if isinstance(moved, float) else moved
    yield f"{keyword} dropped", None


def _lists(values: tuple[Any, ...], siblings: list[Any]) -> Iterator[tuple[str, Any]]:
    for index in range(len(values)):
        if len(values) > 1:
            yield "enum value removed", (*values[:index], *values[index + 1 :])
    others = [value for value in dict.fromkeys(siblings) if value not in values]
    yield from (("enum value of a sibling added", (*values, value)) for value in others)
    yield "enum value added", (*values, _other(values[-1]))
    yield "enum dropped", None


def _other(value: Any) -> Any:
    """A value next to this one."""
    if isinstance(value, bool) or value is None:
        return not value
    return value + 1 if isinstance(value, int | float) else f"{value}x"


# --- rules -------------------------------------------------------------------------------------------------------------


def _of_rule(rule: ir.Rule, models: tuple[str, ...]) -> Iterator[Change]:
    if rule.severity != "error":
        return
    yield Change("rule dropped", rule.id, None)
    if rule.condition is not None:
        yield Change("condition dropped", rule.id, dataclasses.replace(rule, condition=None))
        yield Change("condition inverted", rule.id, dataclasses.replace(rule, condition=ir.Not(rule.condition)))
        yield from _member(rule, "condition", _of_logic(rule.condition, rule.id, models))
    yield from _member(rule, "constraint", _of_logic(rule.constraint, rule.id, models))


def _of_logic(node: Any, where: str, models: tuple[str, ...]) -> Iterator[Change]:
    """Changes of a condition or a constraint."""
    match node:
        case ir.ModelIn():
            yield from _of_models(node, where, models)
        case ir.OperationIn() if len(node.operations) > 1:
            yield from _member(node, "operations", _without_each(node.operations, where, "operation dropped"))
        case ir.Value():
            yield from _member(node, "bounds", _of_bounds(node.bounds, f"{where}, {'.'.join(node.path)}", "any", models), keep=True)
        case ir.Values():
            yield from _member(node, "checks", _of_tuple(node.checks, where, lambda check, at: _of_logic(check, at, models)))
            if len(node.checks) > 1:
                yield from _member(node, "checks", _without_each(node.checks, where, "check dropped"))
        case ir.AllOf() | ir.AnyOf():
            yield from _member(node, "conditions", _without_each(node.conditions, where, f"member of {type(node).__name__} dropped"))
            yield from _member(node, "conditions", _of_tuple(node.conditions, where, lambda part, at: _of_logic(part, at, models)))
        case ir.Not():
            yield Change("not dropped", where, node.condition)
            yield from _member(node, "condition", _of_logic(node.condition, where, models))
        case ir.Contains():
            yield from _counts(node, where)
            yield from _member(node, "where", _of_logic(node.where, where, models))
        case ir.Sum() | ir.Count() | ir.Group() | ir.Product():
            yield from _counts(node, where)
            yield from _paths(node, "terms" if isinstance(node, ir.Sum) else "paths", where, least=1)
        case ir.Require() | ir.Forbid() | ir.Present() | ir.Absent():
            yield from _paths(node, "paths", where, least=1)
        case ir.Together() | ir.Equal():
            yield from _paths(node, "paths", where, least=2)
        case _:
            return


def _of_models(node: ir.ModelIn, where: str, models: tuple[str, ...]) -> Iterator[Change]:
    if len(node.models) > 1:
        yield from _member(node, "models", _without_each(node.models, where, "model dropped"))
    for model in models:
        if model not in node.models:
            yield Change("model added", f"{where}, {model}", dataclasses.replace(node, models=(*node.models, model)))


def _counts(node: Any, where: str) -> Iterator[Change]:
    """The least and the most one lower and one higher."""
    for name in ("minimum", "maximum"):
        value = getattr(node, name)
        if value is None:
            continue
        if isinstance(value, ir.PerModel):
            yield from _counts_per_model(node, name, value, where)
            continue
        for moved in (value - 1, value + 1):
            if moved >= 0 and not _senseless(node, name, moved):
                yield Change(f"{name} of {type(node).__name__} {'+' if moved > value else '-'}1", where, _with(node, name, moved))


def _counts_per_model(node: Any, name: str, value: ir.PerModel, where: str) -> Iterator[Change]:
    for index, (model, own) in enumerate(value.values):
        for moved in (own - 1, own + 1):
            rows = (*value.values[:index], (model, moved), *value.values[index + 1 :])
            kind = f"{name} of {type(node).__name__} {'+' if moved > own else '-'}1 for one model"
            yield Change(kind, f"{where} of {model}", _with(node, name, dataclasses.replace(value, values=rows)))


def _senseless(node: Any, name: str, moved: Any) -> bool:
    """A count whose least is above its most, and a group of any number: that is the rule dropped."""
    least, most = (moved, node.maximum) if name == "minimum" else (node.minimum, moved)
    if isinstance(node, ir.Group) and not least and most is None:
        return True
    return (
        most is not None and not isinstance(most, ir.PerModel) and least is not None and not isinstance(least, ir.PerModel) and least > most
    )


def _with(node: Any, name: str, value: Any) -> Any:
    return dataclasses.replace(node, **{name: value})


def _paths(node: Any, name: str, where: str, *, least: int) -> Iterator[Change]:
    rows = getattr(node, name)
    if len(rows) > least:
        yield from _member(node, name, _without_each(rows, where, f"{name} of {type(node).__name__}: one dropped"))


# --- trees ---------------------------------------------------------------------------------------------------------------


def _member(node: Any, name: str, found: Iterator[Change], *, keep: bool = False) -> Iterator[Change]:
    """The changes of a member as changes of the node; with `keep` such that leave nothing of it are left out."""
    for change in found:
        if not (keep and change.node == ()):
            yield change._replace(node=_with(node, name, change.node))


def _of_tuple(rows: tuple[Any, ...], where: str, of: Callable[[Any, str], Iterator[Change]]) -> Iterator[Change]:
    for index, row in enumerate(rows):
        for change in of(row, where):
            put = () if change.node is None else (change.node,)
            yield change._replace(node=(*rows[:index], *put, *rows[index + 1 :]))


def _without_each(rows: tuple[Any, ...], where: str, kind: str) -> Iterator[Change]:
    if len(rows) > 1:
        for index, row in enumerate(rows):
            yield Change(kind, f"{where}, {_short(row)}", (*rows[:index], *rows[index + 1 :]))


def _short(row: Any) -> str:
    if isinstance(row, str):
        return row
    if isinstance(row, tuple):
        return ".".join(str(part) for part in row if isinstance(part, str))
    return type(row).__name__
