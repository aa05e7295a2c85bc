"""Rules of the IR -> straight-line statements of an emitted check."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from itertools import groupby
from typing import assert_never

from .. import ir
from ..code import Code
from ..registry import Registry
from .conditions import Conditions, outside


class Rules:
    """Writes one rule after the other; each is claimed where its report is written."""

    def __init__(self, code: Code, conditions: Conditions, numeric: frozenset[ir.Path], registry: Registry) -> None:
        self.code, self.conditions, self.registry = code, conditions, registry
        self.numeric = numeric  # paths of fields that also accept a number as a string

    def write(self, rules: Iterable[ir.Rule]) -> None:
        """Writes the rules in their order; neighbours with the same condition share its block."""
        for test, group in groupby(rules, self._test):
            with self.code.block(f"if {test}:") if test else nullcontext():
                for rule in group:
                    self._constraint(rule)

    def _test(self, rule: ir.Rule) -> str:
        """What must hold for a rule to apply; empty when it always does."""
        tests = [self.conditions.text(rule.condition)] if rule.condition is not None else []
        tests += [f"model in {self.conditions.tables.per_model(value)}" for value in _per_model(rule.constraint)]
        return " and ".join(f"({test})" if len(tests) > 1 else test for test in tests)

    def _constraint(self, rule: ir.Rule) -> None:
        constraint = rule.constraint
        match constraint:
            case ir.Require():
                for path in constraint.paths:
                    self._when(f"{self._v(path)} is None", rule, self._loc(path))
            case ir.Forbid():
                for path in constraint.paths:
                    self._when(f"{self._v(path)} is not None", rule, self._loc(path), self._v(path))
            case ir.Group():
                self._group(rule, constraint)
            case ir.Together():
                self._together(rule, constraint)
            case ir.Equal():
                self._equal(rule, constraint)
            case ir.Values():
                for check in constraint.checks:
                    self._value(rule, check)
            case ir.Contains():
                self._contains(rule, constraint)
            case ir.Count():
                values = ", ".join(map(self._v, constraint.paths))
                self._when(outside(f"count({values})", constraint.minimum, constraint.maximum), rule, self._first(constraint.paths))
            case ir.Sum():
                self._sum(rule, constraint)
            case ir.Product():
                self._product(rule, constraint)
            case ir.Never():
                self._report(rule, repr(rule.at))
            case _:
                assert_never(constraint)

    # --- helpers ---

    def _v(self, path: ir.Path) -> str:
        return self.conditions.lookup(path)

    @staticmethod
    def _loc(path: ir.Path) -> str:
        return repr(path)

    def _at(self, rule: ir.Rule, default: str) -> str:
        return repr(rule.at) if rule.at is not None else default

    def _when(self, test: str, rule: ir.Rule, loc: str, value: str | None = None) -> None:
        with self.code.block(f"if {test}:"):
            self._report(rule, self._at(rule, loc), value)

    def _report(self, rule: ir.Rule, loc: str, value: str | None = None) -> None:
        self.code(f"add({self.registry.use(rule.id)!r}, {loc}{f', {value}' if value else ''})")

    def _last(self, paths: tuple[ir.Path, ...]) -> str:
        return "last(" + ", ".join(f"({self._loc(path)}, {self._v(path)})" for path in paths) + ")"

    def _first(self, paths: tuple[ir.Path, ...]) -> str:
        if len(paths) == 1:
            return self._loc(paths[0])
        return "first(" + ", ".join(f"({self._loc(path)}, {self._v(path)})" for path in paths) + ")"

    # --- the constraints that need more than a line ---

    def _group(self, rule: ir.Rule, group: ir.Group) -> None:
        if (group.minimum, group.maximum) == (1, None):
            self._when(" and ".join(f"{self._v(path)} is None" for path in group.paths), rule, self._loc(group.paths[0]))
            return
        self.code(f"n = {' + '.join(f'({self._v(path)} is not None)' for path in group.paths)}")
        if group.minimum:
            self._when(f"n < {group.minimum}", rule, self._loc(group.paths[0]))
        if group.maximum is not None:
            self._when(f"n > {group.maximum}", rule, self._last(group.paths))

    def _together(self, rule: ir.Rule, together: ir.Together) -> None:
        present = " or ".join(f"{self._v(path)} is not None" for path in together.paths)
        with self.code.block(f"if {present}:"):
            for path in together.paths:
                self._when(f"{self._v(path)} is None", rule, self._loc(path))

    def _equal(self, rule: ir.Rule, equal: ir.Equal) -> None:
        first, *others = equal.paths
        present = " and ".join(f"{self._v(path)} is not None" for path in equal.paths)
        different = " or ".join(f"not same(as_number({self._v(first)}), as_number({self._v(path)}))" for path in others)
        if not self._numeric(equal.paths):
            different = " or ".join(f"not same({self._v(first)}, {self._v(path)})" for path in others)
        self._when(f"{present} and ({different})", rule, self._loc(equal.paths[-1]), self._v(equal.paths[-1]))

    def _numeric(self, paths: tuple[ir.Path, ...]) -> bool:
        return any(path in self.numeric for path in paths)

    def _value(self, rule: ir.Rule, check: ir.Value) -> None:
        if ir.ITEM in check.path:
            self._items(rule, check)
            return
        value = self._v(check.path)
        broken = " or ".join(f"({self.conditions.broken(value, bound, check.numeric)})" for bound in check.bounds)
        self._when(f"{value} is not None and ({broken})", rule, self._loc(check.path), value)

    def _items(self, rule: ir.Rule, check: ir.Value) -> None:
        """A check of every item; `loc` carries the index."""
        at = check.path.index(ir.ITEM)
        head, tail = check.path[:at], check.path[at + 1 :]
        with self.code.block(f"for i, item in enumerate(items({self._v(head)})):"):
            value = f"member(item, {', '.join(map(repr, tail))})" if tail else "item"
            self.code(f"value = {value}")
            broken = " or ".join(f"({self.conditions.broken('value', bound, check.numeric)})" for bound in check.bounds)
            loc = f"({', '.join([*map(repr, head), 'i', *map(repr, tail)])},)"
            self._when(f"value is not None and ({broken})", rule, loc, "value")

    def _contains(self, rule: ir.Rule, contains: ir.Contains) -> None:
        value = self._v(contains.path)
        test = outside(self.conditions.matching(contains), contains.minimum, contains.maximum)
        self._when(f"is_list({value}) and {test}", rule, self._loc(contains.path))

    def _sum(self, rule: ir.Rule, total: ir.Sum) -> None:
        summed = " + ".join(self._term(term) for term in total.terms)
        paths = tuple(path for term in total.terms for path in (*term.count, *((term.value,) if term.value else ())))
        guards = [f"({self._v(term.value)} is None or {self._is_number(term.value)})" for term in total.terms if term.value]
        self._when(" and ".join([*guards, outside(f"({summed})", total.minimum, total.maximum)]), rule, self._last(paths))

    def _is_number(self, path: ir.Path) -> str:
        value = self._v(path)
        return f"to_number({value}) is not None" if path in self.numeric else f"is_number({value})"

    def _term(self, term: ir.Term) -> str:
        if term.value is not None:
            return f"number_or({self._v(term.value)}, {term.default!r})"
        return f"count({', '.join(map(self._v, term.count))})"

    def _side(self, limit: object) -> object:
        return f"{self.conditions.tables.per_model(limit)}[model]" if isinstance(limit, ir.PerModel) else limit

    def _product(self, rule: ir.Rule, product: ir.Product) -> None:
        numbers = " and ".join(map(self._is_number, product.paths))
        limits = [self._side(side) for side in (product.minimum, product.maximum)]
        factor = " * ".join(f"number_or({self._v(path)}, 0)" if path in self.numeric else self._v(path) for path in product.paths)
        test = _outside_text(factor, limits[0], limits[1])
        self._when(f"{numbers} and {test}", rule, self._loc(product.paths[0][:-1] or product.paths[0]))


def _outside_text(expression: str, minimum: object, maximum: object) -> str:
    parts = [str(minimum), "<="] if minimum is not None else []
    parts.append(expression)
    if maximum is not None:
        parts += ["<=", str(maximum)]
    return f"not ({' '.join(parts)})"


def _per_model(constraint: ir.Constraint) -> tuple[ir.PerModel, ...]:
    """Tables that must know the model for the rule to apply."""
    match constraint:
        case ir.Values():
            values = [bound.value for check in constraint.checks for bound in check.bounds]
        case ir.Product():
            values = [constraint.minimum, constraint.maximum]
        case _:
            return ()
    return tuple(value for value in values if isinstance(value, ir.PerModel))
