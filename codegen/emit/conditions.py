"""Conditions and bounds of the IR -> Python expressions over the locals of an emitted check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, assert_never

from .. import ir
from ..rules import KEYWORDS
from .locals import Tables

Lookup = Callable[[ir.Path], str]  # path -> expression of its value
_INSTANCES = {"string": "str", "boolean": "bool"}


class Conditions:
    """Writes conditions; `lookup` tells how the value at a path is written, and `matching` how many items of a list satisfy another."""

    def __init__(self, tables: Tables, lookup: Lookup, matching: Callable[[ir.Contains], str] | None = None) -> None:
        self.tables, self.lookup = tables, lookup
        self.matching = matching or self._matching

    def text(self, condition: ir.Condition) -> str:
        match condition:
            case ir.Present():
                return self._each(condition.paths, "is not None")
            case ir.Absent():
                return self._each(condition.paths, "is None")
            case ir.ModelIn():
                return f"model in {self.tables.models(condition.models)}"
            case ir.OperationIn():
                return among("operation", condition.operations)
            case ir.ContentIs():
                return f"content == {condition.content!r}"
            case ir.Value():
                return self._value(condition)
            case ir.Count():
                values = ", ".join(self.lookup(path) for path in condition.paths)
                return _between(f"count({values})", condition.minimum, condition.maximum)
            case ir.Contains():
                return _between(self.matching(condition), condition.minimum, condition.maximum)
            case ir.AllOf():
                return " and ".join(self._nested(part) for part in condition.conditions)
            case ir.AnyOf():
                return "(" + " or ".join(self._nested(part) for part in condition.conditions) + ")"
            case ir.Not():
                return f"not {self._nested(condition.condition)}"
        assert_never(condition)

    def _nested(self, condition: ir.Condition) -> str:
        return f"({self.text(condition)})"

    def _each(self, paths: tuple[ir.Path, ...], test: str) -> str:
        return " and ".join(f"{self.lookup(path)} {test}" for path in paths)

    def _value(self, condition: ir.Value) -> str:
        value = self.lookup(condition.path)
        tests = [self._holds(value, bound, condition.numeric) for bound in condition.bounds]
        tables = [f"model in {self.tables.per_model(b.value)}" for b in condition.bounds if isinstance(b.value, ir.PerModel)]
        given = [] if any(map(_excludes_none, condition.bounds)) else [f"{value} is not None"]
        return " and ".join((*given, *tables, *tests))

    def _matching(self, contains: ir.Contains) -> str:
        """How many items of a list inside an item satisfy the inner condition."""
        inner = Conditions(self.tables, lambda path: f"member(item, {', '.join(map(repr, path))})" if path else "item")
        return f"sum(1 for item in items({self.lookup(contains.path)}) if {inner.text(contains.where)})"

    def _holds(self, value: str, bound: ir.Bound, numeric: bool) -> str:
        """An expression that holds when a value of any kind keeps the bound."""
        if bound.keyword not in ("enum", "const"):
            return f"not ({self.broken(value, bound, numeric)})"
        number, limit = f"as_number({value})" if numeric else value, self.limit(bound)
        if bound.keyword == "enum":
            return f"{number} in {limit}" if _is_plain(bound) else f"in_enum({number}, {limit})"
        return f"{number} == {limit}" if _is_plain(bound) else f"same({number}, {limit})"

    def broken(self, value: str, bound: ir.Bound, numeric: bool) -> str:
        """An expression that holds when a value of any kind breaks the bound."""
        row = KEYWORDS[bound.keyword]
        limit = self.limit(bound)
        match row.name:
            case "enum" | "const" if _is_plain(bound):
                return row.violated.format(v=f"as_number({value})" if numeric else value, b=limit)
            case "enum" | "const":
                return f"not {self._holds(value, bound, numeric)}"
            case "type" if bound.value in _INSTANCES:
                return f"not isinstance({value}, {_INSTANCES[bound.value]})"
            case _:
                pass
        if row.applies == "number" and numeric:
            return f"(number := to_number({value})) is not None and {row.violated.format(v='number', b=limit)}"
        guards = {"number": f"is_number({value})", "string": f"isinstance({value}, str)", "array": f"is_list({value})"}
        guard = guards.get(row.applies, f"is_file({value})" if row.applies == "file" else None)
        test = row.violated.format(v=value, b=limit)
        return f"{guard} and {test}" if guard else test

    def limit(self, bound: ir.Bound) -> str:
        if isinstance(bound.value, ir.PerModel):
            return f"{self.tables.per_model(bound.value)}[model]"
        return literal(bound.value)


def _values(bound: ir.Bound) -> list[Any]:
    """All values that an enum or a constant allows, those of all models together."""
    rows = [row for _, row in bound.value.values] if isinstance(bound.value, ir.PerModel) else [bound.value]
    return [item for row in rows for item in (row if bound.keyword == "enum" else [row])]


def _is_plain(bound: ir.Bound) -> bool:
    """Whether Python's `==` is JSON equality with every value that is allowed: it is not where `true` could pass for 1."""
    return all(isinstance(item, str) or (type(item) in (int, float) and item not in (0, 1)) for item in _values(bound))


def _excludes_none(bound: ir.Bound) -> bool:
    return bound.keyword in ("enum", "const") and None not in _values(bound)


def literal(value: Any) -> str:
    return repr(value)


def among(name: str, values: tuple[str, ...]) -> str:
    return f"{name} == {values[0]!r}" if len(values) == 1 else f"{name} in {values!r}"


def _between(expression: str, minimum: float | None, maximum: float | None) -> str:
    if minimum is not None and maximum is not None:
        return f"{minimum!r} <= {expression} <= {maximum!r}"
    if maximum is not None:
        return f"{expression} <= {maximum!r}"
    return f"{expression} >= {minimum!r}"


def outside(expression: str, minimum: Any, maximum: Any) -> str:
    return f"not {_between(expression, minimum, maximum)}"
