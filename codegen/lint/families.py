"""Families: their models, fields, modes and rules."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from .. import ir
from ..load import Finding, near
from ..walk import constraint_bounds, constraint_paths, dotted, field_paths, json_kinds, types_at
from .finding import at

RESERVED_FIELDS = {"options", "on_progress", "timeout", "download", "overwrite"}  # keyword arguments of the generated methods


class Family:
    """The checks of one family."""

    def __init__(self, provider: ir.Provider, family: ir.Family) -> None:
        self.provider, self.family = provider, family
        self.known_operations = {operation.id for operation in provider.operations}

    def lint(self) -> Iterator[Finding]:
        family = self.family
        for name in (*family.operations, *family.also, *((family.query,) if family.query else ())):
            if name not in self.known_operations:
                yield at(family.source, f"{family.id}: unknown operation {name!r}{near(name, self.known_operations)}")
        for operation in self.provider.operations:
            if operation.id in (*family.operations, *family.also) and not operation.contents:
                yield at(family.source, f"{family.id}: {operation.id} takes no body, so no request of the family can go there")
        yield from self.models()
        yield from self.fields(family.body, "")
        yield from self.rules()
        for mode in family.modes:
            yield from self.condition(mode.condition, family.body, mode.source, f"mode {mode.name}")

    def models(self) -> Iterator[Finding]:
        shapes = [tuple(sorted(key for key, _ in model.attributes)) for model in self.family.models]
        for model, shape in zip(self.family.models, shapes, strict=True):
            if shape != shapes[0]:
                yield at(
                    model.source,
                    f"{model.id} has the attributes {', '.join(shape) or 'none'}, the first model {', '.join(shapes[0]) or 'none'}",
                )
            known = {m.id for f in self.provider.families for m in f.models}
            if model.replaced_by and model.replaced_by not in known:
                yield at(model.source, f"replaced_by names an unknown model {model.replaced_by!r}{near(model.replaced_by, known)}")
            for name in model.operations:
                if name not in self.family.operations:
                    yield at(model.source, f"{model.id}: {name!r} is not an operation of the family")

    def fields(self, body: ir.Object, prefix: str) -> Iterator[Finding]:
        for field in body.fields:
            path = f"{prefix}{field.name}"
            if not prefix and field.name in RESERVED_FIELDS:
                yield at(field.source, f"the field {field.name!r} has the name of a keyword argument of the client")
            if not field.source.citations:
                yield at(field.source, f"the field {path!r} has no citation")
            for name in field.only:
                if name not in self.family.operations:
                    yield at(field.source, f"{path}: `only` names {name!r}, which is not an operation of the family")
            yield from self.type(field.type, path, field.source)

    def type(self, type: ir.Type, path: str, source: ir.Source) -> Iterator[Finding]:
        match type:
            case ir.Object():
                yield from self.fields(type, f"{path}.")
            case ir.Array():
                yield from impossible(type.bounds, path, source)
                yield from self.type(type.items, f"{path}[]", source)
            case ir.Variants():
                for _, case in type.cases:
                    yield from self.fields(case, f"{path}.")
            case ir.Union():
                yield from self.union(type, path, source)
            case ir.Ref():
                yield at(source, f"{path}: ref is for responses")
            case ir.Scalar():
                yield from impossible(type.bounds, path, source)
                yield from (
                    at(source, f"{path}: {value!r} is no {type.kind}")
                    for value in listed_values(type.bounds)
                    if not of_kind(value, type.kind)
                )
            case ir.File():
                yield from impossible(type.bounds, path, source)

    def union(self, union: ir.Union, path: str, source: ir.Source) -> Iterator[Finding]:
        kinds = Counter(kind for option in union.options for kind in json_kinds(option))
        for kind, count in kinds.items():
            if count > 1:
                yield at(source, f"{path}: two alternatives of any_of are a JSON {kind}; the value would not tell which is meant")
        for option in union.options:
            yield from self.type(option, path, source)

    def rules(self) -> Iterator[Finding]:
        ids = Counter(rule.id for rule in self.family.rules)
        for rule in self.family.rules:
            if ids[rule.id] > 1:
                yield at(rule.source, f"the rule id {rule.id!r} is there more than once")
            if not rule.source.citations:
                yield at(rule.source, f"the rule {rule.id!r} has no citation")
            if isinstance(rule.constraint, ir.Never) and rule.at is None:
                yield at(rule.source, f"the rule {rule.id!r} needs `at`: never names no field")
            if rule.condition is not None:
                yield from self.condition(rule.condition, self.family.body, rule.source, rule.id)
            for path in (*constraint_paths(rule.constraint), *((rule.at,) if rule.at and rule.at != ("model",) else ())):
                yield from self.path(path, self.family.body, rule.source, rule.id)
            if isinstance(rule.constraint, ir.Contains):
                yield from self.items(rule.constraint, self.family.body, rule.source, rule.id)
            for bounds in constraint_bounds(rule.constraint):
                yield from impossible(bounds, rule.id, rule.source)

    def condition(self, condition: ir.Condition, body: ir.Type, source: ir.Source, where: str) -> Iterator[Finding]:
        match condition:
            case ir.AllOf() | ir.AnyOf():
                for part in condition.conditions:
                    yield from self.condition(part, body, source, where)
            case ir.Not():
                yield from self.condition(condition.condition, body, source, where)
            case ir.OperationIn():
                for name in condition.operations:
                    if name not in (*self.family.operations, *self.family.also):
                        yield at(source, f"{where}: {name!r} is not an operation of the family")
            case ir.Contains():
                yield from self.items(condition, body, source, where)
            case ir.Present() | ir.Absent() | ir.Count():
                for path in condition.paths:
                    yield from self.path(path, body, source, where)
            case ir.Value():
                if ir.ITEM in condition.path:
                    yield at(source, f"{where}: a condition cannot look at every item; use contains")
                yield from self.path(condition.path, body, source, where)
            case ir.ModelIn() | ir.ContentIs():
                return

    def items(self, contains: ir.Contains, body: ir.Type, source: ir.Source, where: str) -> Iterator[Finding]:
        yield from self.path(contains.path, body, source, where)
        for item in types_at(body, (*contains.path, ir.ITEM)):
            if isinstance(item, ir.Object | ir.Variants):
                yield from self.condition(contains.where, item, source, where)

    def path(self, path: ir.Path, body: ir.Type, source: ir.Source, where: str) -> Iterator[Finding]:
        if not any(True for _ in types_at(body, path)):
            known = sorted(field_paths(body))
            yield at(source, f"{where}: there is no field {dotted(path)!r}{near(dotted(path), known)}")


def impossible(bounds: ir.Bounds, path: str, source: ir.Source) -> Iterator[Finding]:
    values = {bound.keyword: bound.value for bound in bounds}
    per_model = {name for name, value in values.items() if isinstance(value, ir.PerModel)}
    for low, high in (("minimum", "maximum"), ("min_length", "max_length"), ("min_items", "max_items")):
        if low in values and high in values and not per_model & {low, high} and values[low] > values[high]:
            yield at(source, f"{path}: {low} {values[low]} is above {high} {values[high]}")
    if "pattern" in values and "pattern" not in per_model:
        try:
            re.compile(values["pattern"])
        except re.error as error:
            yield at(source, f"{path}: the pattern {values['pattern']!r} is no regular expression: {error}")


def listed_values(bounds: ir.Bounds) -> tuple[object, ...]:
    """The values of `enum` and `const`."""
    found = ((bound.value if bound.keyword == "enum" else (bound.value,)) for bound in bounds if bound.keyword in ("enum", "const"))
    return tuple(value for values in found for value in values)


def of_kind(value: object, kind: ir.Kind) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer" | "number":
            return isinstance(value, int if kind == "integer" else int | float) and not isinstance(value, bool)
        case "any":
            return True
