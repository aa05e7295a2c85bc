"""Rules: each form of `then` yields the locations where it is broken."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from .conditions import (
    Scope,
    Unbound,
    amount,
    at_least_one,
    bind,
    given,
    holds,
    is_numeric,
    items_where,
    listed,
    meets,
    places,
    spot,
    within,
)
from .fields import Finding, Request
from .values import Loc, Node, SpecError, equal, number_of


def check_rules(request: Request) -> Iterator[Finding]:
    """Everything the rules of the family say about the body."""
    for rule in request.family.get("rules") or ():
        for loc in _broken_at(Scope.of_body(request), rule):
            yield f"{request.family['family']}/{rule['id']}", loc, rule.get("severity", "error")


def _broken_at(scope: Scope, rule: Node) -> list[Loc]:
    try:
        condition, then = (bind(rule.get(key) or {}, scope.request.attributes) for key in ("if", "then"))
    except Unbound:
        return []
    if not holds(scope, condition):
        return []
    locs = _apply(scope, then)
    return [spot(scope, rule["at"])] if locs and "at" in rule else locs


def _apply(scope: Scope, then: Node) -> list[Loc]:
    if len(then) != 1 or not then.keys() <= THEN.keys():
        raise SpecError(f"not one constraint: {sorted(then)}")
    [(kind, wanted)] = then.items()
    return list(THEN[kind](scope, wanted))


def _present(scope: Scope, names: Any) -> Iterator[Loc]:
    for name in listed(names):
        yield from (loc for loc, value in places(scope, name) if value is None)


def _absent(scope: Scope, names: Any) -> Iterator[Loc]:
    for name in listed(names):
        yield from (loc for loc, value in places(scope, name) if value is not None)


def _at_least_one(scope: Scope, names: list[str]) -> Iterator[Loc]:
    if not any(given(scope, name) for name in names):
        yield spot(scope, names[0])


def _at_most_one(scope: Scope, names: list[str]) -> Iterator[Loc]:
    present = [name for name in names if given(scope, name)]
    if len(present) > 1:
        yield spot(scope, present[-1])


def _exactly_one(scope: Scope, names: list[str]) -> Iterator[Loc]:
    yield from _at_least_one(scope, names)
    yield from _at_most_one(scope, names)


def _together(scope: Scope, names: list[str]) -> Iterator[Loc]:
    if any(given(scope, name) for name in names):
        yield from _present(scope, names)


def _equal(scope: Scope, names: list[str]) -> Iterator[Loc]:
    if not all(given(scope, name) for name in names):
        return
    numeric = any(is_numeric(scope, name) for name in names)
    first, *others = [value for name in names for _, value in places(scope, name) if value is not None]
    if not all(equal(first, other, numeric) for other in others):
        yield spot(scope, names[-1])


def _value(scope: Scope, wanted: Node) -> Iterator[Loc]:
    for path, constraints in wanted.items():
        for loc, value in places(scope, path):
            if value is not None and not meets(scope, path, constraints, value):
                yield loc


def _contains(scope: Scope, wanted: Node) -> Iterator[Loc]:
    lists = [loc for loc, value in places(scope, wanted["of"]) if isinstance(value, list)]
    for loc, found in zip(lists, items_where(scope, wanted), strict=True):
        if not within(found, at_least_one(wanted)):
            yield loc


def _count(scope: Scope, wanted: Node) -> Iterator[Loc]:
    if not within(amount(scope, wanted["of"]), wanted):
        names = listed(wanted["of"])
        yield spot(scope, next((name for name in names if given(scope, name)), names[0]))


def _term_fields(term: Node) -> list[str]:
    return listed(term["count"] if "count" in term else term["value"])


def _numbers(scope: Scope, path: str) -> list[Fraction | None]:
    """The numbers at a path; None for a value that is none."""
    return [number_of(value, is_numeric(scope, path)) for _, value in places(scope, path) if value is not None]


def _term(scope: Scope, term: Node) -> list[Fraction | None]:
    if "count" in term:
        return [Fraction(amount(scope, term["count"]))]
    return _numbers(scope, term["value"]) or [Fraction(str(term.get("default", 0)))]


def _sum(scope: Scope, wanted: Node) -> Iterator[Loc]:
    numbers = [number for term in wanted["of"] for number in _term(scope, term)]
    total = sum((number for number in numbers if number is not None), Fraction())
    if None not in numbers and not within(total, wanted):
        names = [name for term in wanted["of"] for name in _term_fields(term)]
        yield spot(scope, next((name for name in reversed(names) if given(scope, name)), names[0]))


def _product(scope: Scope, wanted: Node) -> Iterator[Loc]:
    total = Fraction(1)
    for path in wanted["of"]:
        numbers = _numbers(scope, path) or [None]
        if numbers[0] is None:
            return
        total *= numbers[0]
    if not within(total, wanted):
        yield spot(scope, wanted["of"][0])[:-1]


def _never(_: Scope, wanted: bool) -> Iterator[Loc]:
    if wanted:
        yield ()


THEN: dict[str, Callable[[Scope, Any], Iterator[Loc]]] = {
    "present": _present,
    "absent": _absent,
    "exactly_one": _exactly_one,
    "at_least_one": _at_least_one,
    "at_most_one": _at_most_one,
    "together": _together,
    "equal": _equal,
    "value": _value,
    "contains": _contains,
    "count": _count,
    "sum": _sum,
    "product": _product,
    "never": _never,
}
