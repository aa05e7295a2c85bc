"""Situations that the rules and modes of a family speak of: for each, edits that bring a request just inside or just outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, islice, product
from math import isqrt
from typing import Any

from tests.oracle.conditions import Unbound, bind
from tests.oracle.values import Node

from .edits import DROP, Edit, apply
from .values import LINK, around_bounds, fitting, variant_object

_MOST_WAYS = 12  # alternatives of one condition that are followed up
_MOST_SUBSETS = 16


@dataclass(frozen=True)
class Scenario:
    """Edits, and the model and operation that they are meant for (None: whichever the request has)."""

    edits: tuple[Edit, ...] = ()
    models: frozenset[str] | None = None
    operation: str | None = None

    def and_(self, other: Scenario) -> Scenario:
        """Both at once; edits of the other come later."""
        models = other.models if self.models is None else self.models if other.models is None else self.models & other.models
        return Scenario((*self.edits, *other.edits), models, other.operation or self.operation)


def scenarios(family: Node, content: str) -> list[Scenario]:
    """All situations of the family, for bodies that are encoded so."""
    maker = _Maker(family, content)
    modes = (way for mode in (family.get("modes") or {}).values() for way in maker.meeting(mode))
    rules = (way for rule in family.get("rules") or () for way in maker.rule(rule))
    return [way for way in (*modes, *rules) if way.models is None or way.models]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


class _Maker:
    def __init__(self, family: Node, content: str) -> None:
        self.family, self.content = family, content
        self.models: dict[str, Node] = {model: attributes or {} for model, attributes in (family.get("models") or {}).items()}

    # --- places ---

    def node(self, path: str) -> Node:
        """The first declaration of a path; `any` where there is none."""
        nodes: list[Node] = [self.family]
        for step in path.split("."):
            name, depth = step.replace("[]", ""), step.count("[]")
            nodes = [found for node in nodes for found in _member(node, name)]
            for _ in range(depth):
                nodes = [item for node in nodes for shape in _shapes(node) if "items" in shape for item in [shape["items"]]]
        return nodes[0] if nodes else {"type": "any"}

    def set(self, path: str, value: Any) -> Edit:
        steps: list[str | int] = []
        for step in path.split("."):
            steps += [step.replace("[]", ""), *[0] * step.count("[]")]
        return Edit(tuple(steps), value)

    def there(self, path: str) -> Edit:
        return self.set(path, fitting(self.node(path), self.content))

    def gone(self, path: str) -> Edit:
        return self.set(path, DROP)

    def some(self, path: str, count: int) -> Edit:
        """So many items; one that cannot be a list is there or not."""
        if count == 0:
            return self.gone(path)
        shapes = [shape for shape in _shapes(self.node(path)) if shape.get("type") == "array"]
        if not shapes:
            return self.there(path)
        return self.set(path, [fitting(shapes[0].get("items", {"type": "any"}), self.content)] * count)

    # --- conditions ---

    def meeting(self, condition: Node) -> list[Scenario]:
        """Some ways to make the condition hold."""
        ways = [Scenario()]
        for key, wanted in condition.items():
            parts = list(islice(self._part(key, wanted), _MOST_WAYS))
            ways = [way.and_(part) for way, part in islice(product(ways, parts or [Scenario()]), _MOST_WAYS)]
        return ways

    def _part(self, key: str, wanted: Any) -> Iterator[Scenario]:
        if key.startswith("$"):
            yield Scenario(models=frozenset(model for model, row in self.models.items() if row.get(key[1:]) in listed(wanted)))
            return
        match key:
            case "present":
                yield Scenario(tuple(map(self.there, listed(wanted))))
            case "absent":
                yield Scenario(tuple(map(self.gone, listed(wanted))))
            case "any_present":
                yield from (Scenario((self.there(path),)) for path in wanted)
            case "model":
                yield Scenario(models=frozenset(listed(wanted)))
            case "operation":
                yield from (Scenario(operation=name) for name in listed(wanted))
            case "mode":
                yield from (way for name in listed(wanted) for way in self.meeting(self.family["modes"][name]))
            case "value":
                yield from self._values(wanted)
            case "count":
                yield from self._counts(listed(wanted["of"]), wanted)
            case "contains":
                yield from self._contains(wanted)
            case "all":
                yield from self._together([self.meeting(part) for part in wanted])
            case "any":
                yield from (way for part in wanted for way in self.meeting(part))
            case "not":
                yield from self._not(wanted)

    @staticmethod
    def _together(parts: list[list[Scenario]]) -> Iterator[Scenario]:
        for chosen in product(*parts):
            way = Scenario()
            for part in chosen:
                way = way.and_(part)
            yield way

    def _not(self, condition: Node) -> Iterator[Scenario]:
        for key, wanted in condition.items():
            if key in ("present", "any_present"):
                yield Scenario(tuple(map(self.gone, listed(wanted))))
            elif key == "absent":
                yield from (Scenario((self.there(path),)) for path in listed(wanted))
            elif key == "model":
                yield Scenario(models=frozenset(self.models) - set(listed(wanted)))
            elif key in ("value", "count", "contains"):
                yield from self._part(key, wanted)

    # --- constraints ---

    def rule(self, rule: Node) -> Iterator[Scenario]:
        """The situation of the rule, with its constraint kept and broken in several ways."""
        for situation in self.meeting(rule.get("if") or {}):
            yield situation
            for way in self.around(rule["then"]):
                yield situation.and_(way)
                yield way

    def around(self, then: Node) -> Iterator[Scenario]:
        [(key, wanted)] = then.items()
        match key:
            case "present" | "absent" | "exactly_one" | "at_least_one" | "at_most_one" | "together":
                yield from self._subsets(listed(wanted))
            case "equal":
                yield from self._equal(wanted)
            case "value":
                yield from self._values(wanted)
            case "contains":
                yield from self._contains(wanted)
            case "count":
                yield from self._counts(listed(wanted["of"]), wanted)
            case "sum":
                yield from self._sums(wanted)
            case "product":
                yield from self._products(wanted)

    def _subsets(self, paths: list[str]) -> Iterator[Scenario]:
        subsets = (chosen for size in range(len(paths) + 1) for chosen in combinations(paths, size))
        for chosen in islice(subsets, _MOST_SUBSETS):
            yield Scenario(tuple(self.there(path) if path in chosen else self.gone(path) for path in paths))
        yield Scenario(tuple(map(self.there, paths)))

    def _equal(self, paths: list[str]) -> Iterator[Scenario]:
        first, last = paths[0], paths[-1]
        here = fitting(self.node(first), self.content)
        others = [here, str(here), f"{here}0", 1, True, "1", 1.0, [1], [True]]
        yield from (Scenario((self.set(first, here), self.set(last, other))) for other in others)
        yield from (
            Scenario((self.set(first, one), self.set(last, other))) for one in (1, "1", [1]) for other in (1, "1", True, [True], 1.0)
        )

    def _values(self, wanted: Node) -> Iterator[Scenario]:
        yield from self._bound(wanted)
        for model, attributes in self.models.items():
            try:
                bound = bind(wanted, attributes)
            except Unbound:
                bound = None
            if bound is not None and bound != wanted:
                yield from (replace(way, models=frozenset({model})) for way in self._bound(bound))

    def _bound(self, wanted: Node) -> Iterator[Scenario]:
        for path, constraints in wanted.items():
            if "$" in str(constraints):
                continue
            kind = {"string": "text", "boolean": True, "array": [LINK], "object": {}, "file": {"$file": {"name": "a.png", "size": 5}}}
            typed = [kind[constraints["type"]]] if constraints.get("type") in kind else []
            for value in (*typed, *around_bounds(constraints)):
                if self.content == "multipart" or not (isinstance(value, dict) and "$file" in value):
                    yield Scenario((self.set(path, value),))

    def _contains(self, wanted: Node) -> Iterator[Scenario]:
        items = self.node(f"{wanted['of']}[]")
        names = list(items.get("variants") or {}) or [""]
        limits = {wanted.get("minimum", 1), wanted.get("maximum", 1)}
        counts = sorted({max(limit + step, 0) for limit in limits for step in (-1, 0, 1)})
        for name, edits, count in product(names, [(), *self._inner(wanted["where"])], counts):
            item = variant_object(items, name, self.content) if items.get("type") == "object" else fitting(items, self.content)
            for edit in edits:
                item = apply(item, [edit])
            yield Scenario((self.set(wanted["of"], [item] * count),))

    def _inner(self, where: Node) -> Iterator[tuple[Edit, ...]]:
        """Edits of an item after which it may satisfy the condition."""
        ways: list[list[Edit]] = []
        for path, constraints in (where.get("value") or {}).items():
            ways.append([self.set(path, value) for value in around_bounds(constraints)][:4])
        ways += [[self.gone(path), self.set(path, "reference_image")] for path in listed(where.get("absent", []))]
        if "contains" in where:
            ways.append([self.set(where["contains"]["of"], self._item_list(where["contains"]))])
        yield from islice(product(*ways), 24)

    def _item_list(self, wanted: Node) -> list[Any]:
        name = str(wanted["where"]["value"]["type"]["const"])
        found = [row for row in _nodes(self.family) if name in (row.get("variants") or {})]
        return [variant_object(found[0], name, self.content)] if found else []

    def _counts(self, paths: list[str], wanted: Node) -> Iterator[Scenario]:
        limits = [wanted[key] for key in ("minimum", "maximum") if key in wanted]
        for count in sorted({max(limit + step, 0) for limit in limits for step in (-1, 0, 1)}):
            yield from self._spread(paths, count)

    def _spread(self, paths: list[str], count: int) -> Iterator[Scenario]:
        """So many items in one field, and in two."""
        for path in paths:
            yield Scenario(tuple(self.some(other, count if other == path else 0) for other in paths))
        for one, two in islice(combinations(paths, 2), 4):
            yield Scenario(tuple(self.some(other, {one: 1, two: max(count - 1, 0)}.get(other, 0)) for other in paths))

    def _sums(self, wanted: Node) -> Iterator[Scenario]:
        counted = [path for term in wanted["of"] if "count" in term for path in listed(term["count"])]
        numbers = [term["value"] for term in wanted["of"] if "value" in term]
        limits = [wanted[key] for key in ("minimum", "maximum") if key in wanted]
        for limit, step, number in product(limits, (-1, 0, 1), (0, 1, 2, 4, "3", None)):
            count = max(limit + step - int(number or 0), 0)
            for way in self._spread(counted, count):
                yield way.and_(Scenario(tuple(self.gone(path) if number is None else self.set(path, number) for path in numbers)))

    def _products(self, wanted: Node) -> Iterator[Scenario]:
        first, second = wanted["of"]
        for model, attributes in self.models.items():
            try:
                bound = bind(wanted, attributes)
            except Unbound:
                continue
            for limit in (bound[key] for key in ("minimum", "maximum") if key in bound):
                side = isqrt(limit)
                for width, height in (
                    (side, side),
                    (side, side + 1),
                    (side, limit // side + 1),
                    (side + 1, side + 1),
                    (1, limit),
                    (1, limit + 1),
                    (0, 5),
                    ("5", side),
                ):
                    yield Scenario((self.set(first, width), self.set(second, height)), frozenset({model}))


def _shapes(node: Node) -> list[Node]:
    return [node, *(shape for branch in node.get("any_of") or () for shape in _shapes(branch))]


def _member(node: Node, name: str) -> Iterator[Node]:
    for shape in _shapes(node):
        for holder in (shape, *(shape.get("variants") or {}).values()):
            if name in (holder.get("fields") or {}):
                yield holder["fields"][name]


def _nodes(node: Any) -> Iterator[Node]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _nodes(value)
    elif isinstance(node, list):
        for value in node:
            yield from _nodes(value)
