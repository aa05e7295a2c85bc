"""Rules of the IR -> JSON Schema conditionals, for one operation and one encoding.

What JSON Schema cannot say (sums, products, equality of two fields) comes back as None and is listed beside the schema instead.
`True` and `False` are schemas too: the condition that always holds, and the one that never does.
"""

from __future__ import annotations

from typing import Any, assert_never

from .. import ir
from ..walk import types_at
from .logic import Condition, absent, all_of, any_of, as_schema, counted, flat, group, negate, nested, present
from .nulls import Schema
from .schema import allowed_numbers, plain, texts_of


class Rules:
    """Writes the rules of one family, seen from one operation."""

    def __init__(self, family: ir.Family, operation: ir.Operation, content: ir.Content) -> None:
        self.family, self.operation, self.content = family, operation, content
        self.own = frozenset(model.id for model in family.models)
        self.item = False  # inside an array item there is no model

    def rule(self, rule: ir.Rule) -> list[Schema] | None:
        """Schemas that together say the rule; [] when it cannot be broken here; None when a schema cannot say it."""
        condition: Condition | None = True if rule.condition is None else self.condition(rule.condition)
        if condition is False:
            return []
        if condition is None:
            return None
        found: list[Schema] = []
        for guard, constraint in self.constraints(rule.constraint):
            if constraint is None:
                return None
            if constraint is True:
                continue
            test = self.narrowed(all_of([condition, guard]))
            if test is None:
                return None
            if test is False:
                continue
            found.append(as_schema(constraint) if test is True else {"if": as_schema(test), "then": as_schema(constraint)})
        return [{"x-rule": rule.id} | schema for schema in found]

    # --- conditions ---

    def condition(self, condition: ir.Condition) -> Condition | None:
        match condition:
            case ir.Present():
                return all_of([present(path) for path in condition.paths])
            case ir.Absent():
                return all_of([absent(path) for path in condition.paths])
            case ir.ModelIn():
                return self.model_in(condition.models)
            case ir.OperationIn():
                return self.operation.id in condition.operations
            case ir.ContentIs():
                return self.content == condition.content
            case ir.Value():
                return self.value(condition)
            case ir.Count():
                return counted(condition.paths, condition.minimum, condition.maximum)
            case ir.Contains():
                return self.contains(condition, required=True)
            case ir.AllOf():
                return all_of([self.condition(part) for part in condition.conditions])
            case ir.AnyOf():
                return any_of([self.condition(part) for part in condition.conditions])
            case ir.Not():
                return negate(self.condition(condition.condition))
        assert_never(condition)

    def model_in(self, models: tuple[str, ...]) -> Condition | None:
        if self.own <= set(models):
            return True
        if not self.own & set(models):
            return False
        if self.operation.dispatch != "body" or self.item:
            return None
        name = self.operation.model_field
        return {"properties": {name: {"enum": sorted(models)}}, "required": [name]}

    def narrowed(self, test: Condition | None) -> Condition | None:
        """The condition with everything that it says about the model said once."""
        if test is None or isinstance(test, bool):
            return test
        parts = [(part, self.named(part)) for part in flat(test)]
        found = [named for _, named in parts if named is not None]
        rest: list[Condition | None] = [part for part, named in parts if named is None]
        return all_of([self.model_in(tuple(self.own.intersection(*found))) if found else True, *rest])

    def named(self, condition: Schema) -> frozenset[str] | None:
        """The models for which the condition holds; None when it is about something else too."""
        if list(condition) == ["not"]:
            named = self.named(condition["not"])
            return None if named is None else self.own - named
        enum = condition.get("properties", {}).get(self.operation.model_field, {}).get("enum")
        return frozenset(enum) if enum is not None and condition == self.model_in(tuple(enum)) else None

    def value(self, value: ir.Value) -> Condition | None:
        if any(isinstance(bound.value, ir.PerModel) for bound in value.bounds):
            parts = [all_of([self.model_in(models), self.limits(value, bounds, True)]) for models, bounds in per_model(value.bounds)]
            return any_of(parts)
        return self.limits(value, value.bounds, True)

    def limits(self, value: ir.Value, bounds: ir.Bounds, required: bool) -> Condition | None:
        schema = self.bounded(value, bounds)
        return None if schema is None else nested(value.path, schema, required)

    def bounded(self, value: ir.Value, bounds: ir.Bounds) -> Schema | None:
        """The bounds as a schema; a type named `file` cannot be told from text."""
        if any(bound.keyword == "type" and bound.value == "file" for bound in bounds):
            return None if self.content == "multipart" else {"not": {}}
        if any(bound.keyword in ("media", "max_bytes") for bound in bounds):
            return None
        schema = plain(bounds)
        return schema if not value.numeric else self.numeric(value, bounds, schema)

    def numeric(self, value: ir.Value, bounds: ir.Bounds, schema: Schema) -> Schema | None:
        """Bounds of a field that also takes numbers as strings: the strings are listed."""
        own = next(type for type in scalars_at(self.family.body, value.path) if type.numeric_string)
        whole = own.kind == "integer"
        domain = allowed_numbers(own.bounds, whole)
        listed = domain if domain is not None else allowed_numbers(bounds, whole)
        if listed is None:
            return None
        texts = texts_of([number for number in listed if within(number, bounds)], whole)
        other: Schema = {"not": {"type": ["number", "string"]}}
        return {"anyOf": [{"type": "number"} | schema, texts, other]}

    def contains(self, contains: ir.Contains, required: bool) -> Condition | None:
        before, self.item = self.item, True
        where = self.condition(contains.where)
        self.item = before
        if where is None:
            return None
        item: Schema = {"contains": as_schema(all_of([{"type": "object"}, where]))}
        if not required:
            most = {} if contains.maximum is None else {"maxContains": contains.maximum}
            return nested(contains.path, item | {"minContains": contains.minimum or 0} | most, False)

        def reaches(number: int) -> Condition:  # an array that is not there has no items
            return nested(contains.path, {"type": "array"} | item | {"minContains": number}, True)

        parts: list[Condition | None] = [reaches(contains.minimum)] if contains.minimum else []
        return all_of([*parts, negate(reaches(contains.maximum + 1))] if contains.maximum is not None else parts)

    # --- constraints: pairs of a guard and what must hold then ---

    def constraints(self, constraint: ir.Constraint) -> list[tuple[Condition | None, Condition | None]]:
        match constraint:
            case ir.Values():
                return [pair for check in constraint.checks for pair in self.checked(check)]
            case ir.Require():
                return [(True, all_of([present(path) for path in constraint.paths]))]
            case ir.Forbid():
                return [(True, all_of([absent(path) for path in constraint.paths]))]
            case ir.Group():
                return [(True, group(constraint))]
            case ir.Together():
                there = [present(path) for path in constraint.paths]
                return [(any_of(list(there)), all_of(list(there)))]
            case ir.Contains():
                return [(True, self.contains(constraint, required=False))]
            case ir.Count():
                return [(True, counted(constraint.paths, constraint.minimum, constraint.maximum))]
            case ir.Never():
                return [(True, False)]
            case ir.Equal() | ir.Sum() | ir.Product():
                return [(True, None)]
        assert_never(constraint)

    def checked(self, value: ir.Value) -> list[tuple[Condition | None, Condition | None]]:
        if any(isinstance(bound.value, ir.PerModel) for bound in value.bounds):
            return [(self.model_in(models), self.limits(value, bounds, False)) for models, bounds in per_model(value.bounds)]
        return [(True, self.limits(value, value.bounds, False))]


def per_model(bounds: ir.Bounds) -> list[tuple[tuple[str, ...], ir.Bounds]]:
    """One row for each distinct value of the attribute; other bounds go with every row."""
    table = next(bound for bound in bounds if isinstance(bound.value, ir.PerModel))
    fixed = tuple(bound for bound in bounds if bound is not table)
    return [(models, (*fixed, ir.Bound(table.keyword, value))) for models, value in table.value.groups()]


def within(number: float, bounds: ir.Bounds) -> bool:
    return all(_holds(number, bound.keyword, bound.value) for bound in bounds)


def _holds(number: float, keyword: str, limit: Any) -> bool:
    match keyword:
        case "enum":
            return number in limit
        case "const":
            return bool(number == limit)
        case "minimum":
            return bool(number >= limit)
        case "maximum":
            return bool(number <= limit)
        case "exclusive_minimum":
            return bool(number > limit)
        case "exclusive_maximum":
            return bool(number < limit)
        case _:
            return True


def scalars_at(type: ir.Type, path: ir.Path) -> list[ir.Scalar]:
    return [found for found in types_at(type, path) if isinstance(found, ir.Scalar)]


def rules_of(family: ir.Family) -> list[ir.Rule]:
    """The rules that a schema states: errors only, for a schema cannot warn."""
    return [rule for rule in family.rules if rule.severity == "error"]
