"""Modes and rules of a family -> IR: mode names and model attributes are resolved here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .. import ir
from ..load import Map, near
from ..rules import KEYWORDS
from .scope import Scope, as_list, listed, split


class RuleBuilder:
    """Reads the `modes` and `rules` of one family file."""

    def __init__(self, scope: Scope, root: Map, models: Sequence[ir.Model]) -> None:
        self.scope, self.root, self.models = scope, root, models
        self.mode_nodes: Map = root.get("modes") or Map()
        self.numeric = set(_numeric_paths(root.get("fields") or {}))
        self.open_modes: list[str] = []

    def modes(self, inherited: ir.Source) -> tuple[ir.Mode, ...]:
        return tuple(self.named_mode(name, node, inherited) for name, node in self.mode_nodes.items())

    def named_mode(self, name: str, node: Map, inherited: ir.Source) -> ir.Mode:
        source = ir.Source(file=node.file, line=self.mode_nodes.line_of(name), citations=inherited.citations)
        return ir.Mode(name=name, condition=self.condition(node), source=source)

    def rule(self, node: Map, inherited: ir.Source) -> ir.Rule:
        return ir.Rule(
            id=f"{self.root['family']}/{node['id']}",
            condition=self.condition(node["if"]) if "if" in node else None,
            constraint=self.constraint(node["then"], node),
            message=node["message"],
            severity=node.get("severity", "error"),
            source=self.scope.source(node, inherited=inherited),
            at=split(node["at"]) if "at" in node else None,
        )

    # --- conditions ---

    def condition(self, node: Map) -> ir.Condition:
        parts = [self.clause(node, key, value) for key, value in node.items()]
        return parts[0] if len(parts) == 1 else ir.AllOf(tuple(parts))

    def clause(self, node: Map, key: str, value: Any) -> ir.Condition:
        match key:
            case "present":
                return ir.Present(self.paths(value))
            case "absent":
                return ir.Absent(self.paths(value))
            case "any_present":
                return ir.AnyOf(tuple(ir.Present((path,)) for path in self.paths(value)))
            case "model":
                return ir.ModelIn(self.known_models(node, as_list(value)))
            case "operation":
                return ir.OperationIn(tuple(as_list(value)))
            case "content":
                return ir.ContentIs(value)
            case "mode":
                return self.any_of(tuple(self.mode(node, name) for name in as_list(value)))
            case "value":
                return self.all_of(tuple(self.value(node, path, limits) for path, limits in value.items()))
            case "count":
                return ir.Count(self.paths(value["of"]), value.get("minimum"), value.get("maximum"))
            case "contains":
                return self.contains(value)
            case "all":
                return ir.AllOf(tuple(self.condition(part) for part in value))
            case "any":
                return ir.AnyOf(tuple(self.condition(part) for part in value))
            case "not":
                return ir.Not(self.condition(value))
            case _:
                return self.attribute_is(node, key, as_list(value))

    @staticmethod
    def all_of(parts: tuple[ir.Condition, ...]) -> ir.Condition:
        return parts[0] if len(parts) == 1 else ir.AllOf(parts)

    @staticmethod
    def any_of(parts: tuple[ir.Condition, ...]) -> ir.Condition:
        return parts[0] if len(parts) == 1 else ir.AnyOf(parts)

    def mode(self, node: Map, name: str) -> ir.Condition:
        if name not in self.mode_nodes:
            self.scope.finding(node, "mode", f"unknown mode {name!r}{near(name, self.mode_nodes)}{listed('modes', self.mode_nodes)}")
            return ir.AllOf(())
        if name in self.open_modes:
            self.scope.finding(node, "mode", f"the mode {name!r} is defined by itself")
            return ir.AllOf(())
        self.open_modes.append(name)
        condition = self.condition(self.mode_nodes[name])
        self.open_modes.pop()
        return condition

    def known_models(self, node: Map, names: Iterable[str]) -> tuple[str, ...]:
        known = {model.id for model in self.models}
        for name in names:
            if name not in known:
                self.scope.finding(node, "model", f"unknown model {name!r}{near(name, known)}{listed('models', sorted(known))}")
        return tuple(names)

    def attribute_is(self, node: Map, key: str, values: list[Any]) -> ir.Condition:
        attribute = self.attribute(node, key, key)
        known = {str(value): value for _, value in attribute.values}
        for value in values:
            if known and value not in known.values():
                self.scope.finding(
                    node, key, f"no model of this family has {key} {value}{near(str(value), known)}{listed('values', known)}"
                )
        return ir.ModelIn(tuple(model for model, value in attribute.values if value in values))

    def attribute(self, node: Map, key: str, text: str) -> ir.PerModel:
        name = text.removeprefix("$")
        values = [(model.id, value) for model in self.models for attribute, value in model.attributes if attribute == name]
        if not values:
            known = {attribute for model in self.models for attribute, _ in model.attributes}
            self.scope.finding(node, key, f"unknown attribute {text!r}{near(name, known)}{listed('attributes', sorted(known))}")
        return ir.PerModel(name, tuple((model, value) for model, value in values if value is not None))

    # --- constraints ---

    def constraint(self, then: Map, rule: Map) -> ir.Constraint:
        if len(then) != 1:
            self.scope.finding(rule, "then", "a rule has exactly one constraint")
        key, value = next(iter(then.items()))
        match key:
            case "present":
                return ir.Require(self.paths(value))
            case "absent":
                return ir.Forbid(self.paths(value))
            case "exactly_one":
                return ir.Group(self.paths(value), 1, 1)
            case "at_least_one":
                return ir.Group(self.paths(value), 1, None)
            case "at_most_one":
                return ir.Group(self.paths(value), 0, 1)
            case "together":
                return ir.Together(self.paths(value))
            case "equal":
                return ir.Equal(self.paths(value))
            case "value":
                return ir.Values(tuple(self.value(value, path, limits) for path, limits in value.items()))
            case "contains":
                return self.contains(value)
            case "count":
                return ir.Count(self.paths(value["of"]), value.get("minimum"), value.get("maximum"))
            case "sum":
                return ir.Sum(tuple(self.term(term) for term in value["of"]), value.get("minimum"), value.get("maximum"))
            case "product":
                limits = {side: self.limit(value, side, value.get(side)) for side in ("minimum", "maximum")}
                return ir.Product(self.paths(value["of"]), limits["minimum"], limits["maximum"])
            case _:
                return ir.Never()

    def contains(self, node: Map) -> ir.Contains:
        minimum = node.get("minimum", None if "maximum" in node else 1)
        return ir.Contains(split(node["of"]), self.condition(node["where"]), minimum, node.get("maximum"))

    def term(self, node: Map) -> ir.Term:
        if "count" in node:
            return ir.Term(count=self.paths(node["count"]))
        return ir.Term(value=split(node["value"]), default=node.get("default", 0))

    def value(self, node: Map, text: str, limits: Map) -> ir.Value:
        rows = (row for row in KEYWORDS.values() if row.name in limits)
        bounds = tuple(ir.Bound(row.name, self.limit(limits, row.name, limits[row.name])) for row in rows)
        return ir.Value(split(text), bounds, split(text) in self.numeric)

    def limit(self, node: Map, key: str, value: Any) -> Any:
        if isinstance(value, str) and value.startswith("$"):
            return self.attribute(node, key, value)
        return tuple(as_list(value)) if isinstance(value, list) else value

    def paths(self, value: Any) -> tuple[ir.Path, ...]:
        return tuple(split(text) for text in as_list(value))


def _numeric_paths(fields: Any, prefix: ir.Path = ()) -> Iterable[ir.Path]:
    """The paths of all fields that also accept a number as a string."""
    for name, node in fields.items():
        yield from _numeric_below(node, (*prefix, name))


def _numeric_below(node: Any, path: ir.Path) -> Iterable[ir.Path]:
    if node.get("numeric_string"):
        yield path
    yield from _numeric_paths(node.get("fields") or {}, path)
    if "items" in node:
        yield from _numeric_below(node["items"], (*path, ir.ITEM))
    for option in node.get("any_of") or ():
        yield from _numeric_below(option, path)
    variants: dict[str, Any] = node.get("variants") or {}
    for case in variants.values():
        yield from _numeric_paths(case.get("fields") or {}, path)
