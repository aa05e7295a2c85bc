"""Boxes: a request, and for some of its members other values that may stand there in any combination.

A box is found by looking, once; drawing from it needs no look at the rules any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product
from typing import Any, Literal

from .._core.checks import is_object, items
from .edges import Case, search
from .edits import DROP, Edit, Path, apply, at, touches
from .space import Body, Space, Verdict
from .values import fits, identity, limits, link

_COMBINATIONS = 64  # of members that one rule speaks of together
_LONGEST = 60  # characters of drawn text
Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Domain:
    """Values that are alike to every rule.

    Attributes:
        kind: `"value"`: the first; `"integers"`: from the first to the last; `"text"`: of so many characters; `"links"`: so many.
        first: The value, or the lower bound.
        last: The upper bound.
    """

    kind: Literal["value", "integers", "text", "links"]
    first: Any
    last: Any = None

    def samples(self) -> list[Any]:
        """The values at its ends."""
        match self.kind:
            case "value":
                return [self.first]
            case "integers":
                return [self.first, self.last]
            case "text":
                return ["x" * self.first, "x" * self.last]
            case "links":
                return [[link(index) for index in range(count)] for count in (self.first, self.last)]


@dataclass(frozen=True, slots=True)
class Box:
    """A request and the members that are free to vary."""

    space: Space
    body: Body
    free: tuple[tuple[Path, tuple[Domain, ...]], ...]


class Boxer:
    """Makes boxes in one space."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.words = search(space).ways.words
        self._rules: dict[Path, frozenset[int]] = {}

    def box(self, case: Case, turn: int = 0) -> Box:
        """The box around a request in which every request breaks the same errors as it does (and keeps the rule of the case broken)."""
        wanted = self.space.judge(case.body)
        fixed = [*self._of_rule(case.rule), *self._of_mode(case.edge)]
        free: list[tuple[Path, tuple[Domain, ...]]] = []
        slots = self._slots(case.body)
        for path, node in (*slots[turn % max(1, len(slots)) :], *slots[: turn % max(1, len(slots))]):
            if any(touches(path, other) for other in fixed):
                continue
            domains = self._alternatives(case, wanted, path, node, free)
            if len(domains) > 1 or any(domain.kind != "value" for domain in domains):
                free.append((path, domains))
        return Box(self.space, case.body, tuple(free))

    def _slots(self, body: Body) -> list[tuple[Path, Node]]:
        """The members that are no objects; inside of objects only where the object is there."""
        there = [row for row in search(self.space).ways.slots if len(row[0]) == 1 or next(at(body, row[0][:-1]), None) is not None]
        return [(path, field) for path, field in there if field["type"]["is"] != "Object"]

    def _of_mode(self, edge: str) -> list[Path]:
        """What makes a request one of the mode that it is the least of."""
        return list(_paths(self.space.modes.get(edge.removeprefix("mode "), ())))

    def _of_rule(self, rule: str) -> list[Path]:
        if not rule:
            return []
        if rule in self.space.rules:
            return list(_paths(self.space.rules[rule]))
        from .search import path_of

        return [path_of(rule)]

    def _alternatives(
        self, case: Case, wanted: Verdict, path: Path, field: Node, free: list[tuple[Path, tuple[Domain, ...]]]
    ) -> tuple[Domain, ...]:
        """What may stand at the path, whatever the free members have that a rule speaks of together with it."""
        related = [row for row in free if self._together(path, row[0])]
        others = [[Edit(row[0], value) for domain in row[1] for value in domain.samples()] for row in related]
        size = 1
        for row in others:
            size *= len(row)
        if size > _COMBINATIONS:
            return ()
        bodies = [apply(case.body, edits) for edits in product(*others)]
        known: dict[Any, bool] = {}  # many samples are of several domains

        def holds(value: Any) -> bool:
            key = identity(value)
            if key not in known:
                known[key] = all(_same(self.space.judge(apply(body, (Edit(path, value),))), wanted, case.rule) for body in bodies)
            return known[key]

        return tuple(domain for domain in self._domains(path, field) if all(map(holds, domain.samples())))

    def _domains(self, path: Path, field: Node) -> Iterator[Domain]:
        node = field["type"]
        yield Domain("value", DROP)
        rows = limits(node.get("bounds", []))
        listed = {"enum", "const", "pattern"} & rows.keys()
        if node["is"] == "Scalar" and node["kind"] == "integer" and not listed:
            yield from self._ranges(path, rows)
        elif node["is"] == "Scalar" and node["kind"] == "string" and not listed and not node.get("url"):
            yield Domain("text", max(1, rows.get("min_length", 1)), min(rows.get("max_length", _LONGEST), _LONGEST))
        elif node["is"] == "Array" and node["items"].get("url"):
            yield from (Domain("links", count, count) for count in range(max(1, rows.get("min_items", 1)), rows.get("max_items", 4) + 1))
        yield from (Domain("value", value) for value in fits(node, self.space.content))

    def _ranges(self, path: Path, rows: dict[str, Any]) -> Iterator[Domain]:
        """Runs of whole numbers between those that a rule names."""
        if "multiple_of" in rows:
            return
        low = rows.get("minimum", rows.get("exclusive_minimum", -1) + 1)
        high = rows.get("maximum", rows.get("exclusive_maximum", low + 1_000_001) - 1)
        named = sorted(
            {low, high, *(int(word) for word in self.words.get(path, ()) if isinstance(word, int | float) and low <= word <= high)}
        )
        yield from (Domain("integers", int(first), int(last)) for first, last in pairwise(named))

    @cached_property
    def _spoken(self) -> list[list[Path]]:
        """The paths of each rule."""
        return [list(_paths(row)) for row in self.space.rules.values()]

    def _about(self, path: Path) -> frozenset[int]:
        """The rules that speak of a path."""
        if path not in self._rules:
            found = (index for index, paths in enumerate(self._spoken) if any(touches(path, spoken) for spoken in paths))
            self._rules[path] = frozenset(found)
        return self._rules[path]

    def _together(self, one: Path, other: Path) -> bool:
        """Whether some rule speaks of both."""
        return not self._about(one).isdisjoint(self._about(other))


def _paths(row: Any) -> Iterator[Path]:
    """Every path that a rule mentions; those inside of items count as the list."""
    if is_object(row):
        if "path" in row:
            yield tuple(row["path"])
        yield from (tuple(path) for path in row.get("paths", ()))
        if row.get("is") == "Term":
            yield from (tuple(path) for path in (*row.get("count", ()), *([row["value"]] if row.get("value") else ())))
        yield from (path for name, member in row.items() if name != "where" for path in _paths(member))
    else:
        yield from (path for item in items(row) for path in _paths(item))


def _same(found: Verdict, wanted: Verdict, rule: str) -> bool:
    return found.errors == wanted.errors and (not rule or rule in found.errors or rule in found.warnings)
