"""Conditions and bounds of the IR -> Python expressions over the locals of an emitted check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, assert_never

from .. import ir, names
from ..rules import KEYWORDS

Lookup = Callable[[ir.Path], str]  # path -> expression of its value


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


class Conditions:
    """Writes conditions; `lookup` tells how the value at a path is written."""

    def __init__(self, tables: Tables, lookup: Lookup) -> None:
        self.tables, self.lookup = tables, lookup

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
        broken = [self.broken(value, bound, condition.numeric) for bound in condition.bounds]
        tests = [f"not ({test})" for test in broken]
        tables = [f"model in {self.tables.per_model(b.value)}" for b in condition.bounds if isinstance(b.value, ir.PerModel)]
        return " and ".join((f"{value} is not None", *tables, *tests))

    def matching(self, contains: ir.Contains) -> str:
        """How many items of the array satisfy the inner condition."""
        inner = Conditions(self.tables, lambda path: f"member(item, {', '.join(map(repr, path))})" if path else "item")
        return f"sum(1 for item in items({self.lookup(contains.path)}) if {inner.text(contains.where)})"

    def broken(self, value: str, bound: ir.Bound, numeric: bool) -> str:
        """An expression that holds when a value of any kind breaks the bound."""
        row = KEYWORDS[bound.keyword]
        limit = self.limit(bound)
        number = f"as_number({value})" if numeric else value
        if row.name == "enum":
            return f"not in_enum({number}, {limit})"
        if row.name == "const":
            return f"not same({number}, {limit})"
        guards = {"number": f"is_number({number})", "string": f"isinstance({value}, str)", "array": f"is_list({value})"}
        guard = guards.get(row.applies, f"is_file({value})" if row.applies == "file" else None)
        test = row.violated.format(v=number if row.applies == "number" else value, b=limit)
        return f"{guard} and {test}" if guard else test

    def limit(self, bound: ir.Bound) -> str:
        if isinstance(bound.value, ir.PerModel):
            return f"{self.tables.per_model(bound.value)}[model]"
        return literal(bound.value)


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
