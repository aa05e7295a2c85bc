"""Ways to make a condition hold or fail, and a constraint keep or break, as edits of a body."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import combinations, islice, product
from math import isqrt
from typing import Any

from .._core.checks import in_enum, is_integer, is_number, is_object, is_type, items
from .conditions import holds
from .edits import DROP, ITEM, Edit, Path, apply
from .values import fits, keeps, limits, listed, misses, some

Node = dict[str, Any]
Way = tuple[Edit, ...]
_MOST = 64  # ways of one condition that are followed up
_ALONE = 6  # of them, those of one member of a choice without the others
_BESIDE = 3  # ways of the others beside each
_UNLIKE = 1000  # how far apart the sides of a picture are
_ANY: Node = {"is": "Scalar", "kind": "any"}


class Ways:
    """Ways through one family as it reads for one model, operation and encoding."""

    def __init__(self, body: Node, content: str, words: Mapping[Path, list[Any]]) -> None:
        self.body = body
        self.content = content
        self.words = words
        self._known: dict[Path, list[Any]] = {}

    # --- places ---

    def types(self, path: Path, node: Node | None = None) -> list[Node]:
        """All types that a value at the path can have."""
        node = self.body if node is None else node
        if node["is"] == "Union":
            return [found for option in node["options"] for found in self.types(path, option)]
        if not path:
            return [node]
        return [found for inner in _inner(node, path[0]) for found in self.types(path[1:], inner)]

    def fitting(self, path: Path, root: Node | None = None) -> list[Any]:
        """Values that may stand at the path: the edges of its types, and those that rules compare it with."""
        if root is not None:
            return self._fitting(path, root)
        if path not in self._known:
            self._known[path] = self._fitting(path, None)
        return list(self._known[path])

    def _fitting(self, path: Path, root: Node | None) -> list[Any]:
        nodes = self.types(path, root) or [_ANY]
        found = [value for node in nodes for value in fits(node, self.content)]
        words = [] if root is not None else self.words.get(path, [])
        spoken = [value for value in words if not in_enum(value, found) and any(_is_of(node, value) for node in nodes)]
        return [*found, *spoken]

    def there(self, path: Path, root: Node | None = None) -> Iterator[Edit]:
        return (Edit(path, value) for value in self.fitting(path, root)[:3])

    def some(self, path: Path, count: int) -> Iterator[Edit]:
        """So many items; a field that is no list counts as one."""
        if count == 0:
            yield Edit(path, DROP)
            return
        for node in self.types(path) or [_ANY]:
            if node["is"] == "Array":
                items = some(node, count, self.content)
                if items is not None:
                    yield Edit(path, items)
            elif count == 1:
                yield from (Edit(path, value) for value in fits(node, self.content)[:1])

    # --- conditions ---

    def meeting(self, condition: Node | None, wanted: bool = True, root: Node | None = None) -> list[Way]:
        """Ways to make a condition hold, or fail; none when that is impossible here."""
        if condition is None:
            return [()] if wanted else []
        return list(islice(self._meeting(condition, wanted, root), _MOST))

    def _meeting(self, row: Node, wanted: bool, root: Node | None) -> Iterator[Way]:
        match row["is"]:
            case "Constant":
                yield from [()] if row["value"] is wanted else []
            case "Present" | "Absent":
                yield from self._presence(_paths(row), (row["is"] == "Present") is wanted, wanted, root)
            case "Value":
                yield from self._value(row, wanted, root)
            case "Count":
                yield from self._count(row, wanted)
            case "Contains":
                yield from self._contains(row, wanted, root)
            case "AllOf" | "AnyOf":
                parts = [self.meeting(part, wanted, root) for part in row["conditions"]]
                if (row["is"] == "AllOf") is wanted:
                    yield from _all_of(parts)
                else:
                    yield from _one_of(parts, [self.meeting(part, not wanted, root) for part in row["conditions"]])
            case "Not":
                yield from self._meeting(row["condition"], not wanted, root)
            case _:
                return

    def _presence(self, paths: list[Path], there: bool, every: bool, root: Node | None) -> Iterator[Way]:
        """All paths there (or gone), or just one of them."""
        choices: list[list[Way]] = [[(edit,) for edit in (self.there(path, root) if there else [Edit(path, DROP)])] for path in paths]
        yield from _all_of(choices) if every else _in_turns(choices)

    def _value(self, row: Node, wanted: bool, root: Node | None) -> Iterator[Way]:
        path = tuple(row["path"])
        if not wanted:
            yield (Edit(path, DROP),)
        values = self.within(path, row, root) if wanted else self.outside(path, row, root)
        yield from ((Edit(path, value),) for value in values)

    def within(self, path: Path, row: Node, root: Node | None = None) -> Iterator[Any]:
        """Values that the type at the path and the bounds of the row allow; the edges of the row first."""
        rows = limits(row.get("bounds", []))
        for node in self.types(path, root) or [_ANY]:
            for value in [
                *fits({**node, "bounds": [*row.get("bounds", []), *_others(node, row)]}, self.content),
                *fits(node, self.content),
            ]:
                if keeps(value, rows) and keeps(value, limits(node.get("bounds", []))) and holds({**row, "path": []}, value):
                    yield value

    def outside(self, path: Path, row: Node, root: Node | None = None) -> Iterator[Any]:
        """Values that the type at the path allows and the bounds of the row do not: those beside its edges first."""
        for node in self.types(path, root) or [_ANY]:
            near = [value for keyword, value in misses({**node, "bounds": row.get("bounds", [])}, self.content) if keyword != "type"]
            words = [] if root is not None else self.words.get(path, [])
            for value in [
                *words,
                *(f"{word}x" for word in dict.fromkeys([*words[:1], *words[-1:]]) if isinstance(word, str)),
                *near,
                *fits(node, self.content),
                *(value for _, value in misses(_ANY | {"bounds": row.get("bounds", [])})),
            ]:
                if not holds({**row, "path": []}, value) and keeps(value, limits(node.get("bounds", []))):
                    yield value

    def _count(self, row: Node, wanted: bool) -> Iterator[Way]:
        low: int | None = row.get("minimum")
        high: int | None = row.get("maximum")
        inside = _ends(low, high if high is not None or low is None else low + 1)
        for count in sorted(inside if wanted else _beside(low, high)):
            yield from self.spread(_paths(row), count)

    def spread(self, paths: list[Path], count: int) -> Iterator[Way]:
        """So many items in one field, and divided over two."""
        if count == 0:
            yield tuple(Edit(path, DROP) for path in paths)
            return
        for chosen in paths:
            yield from _all_of([[(edit,) for edit in self.some(path, count if path == chosen else 0)] for path in paths])
        for one, two in combinations(paths, 2):
            shares = {one: 1, two: count - 1}
            yield from _all_of([[(edit,) for edit in self.some(path, shares.get(path, 0))] for path in paths])

    def _contains(self, row: Node, wanted: bool, root: Node | None) -> Iterator[Way]:
        """Lists with so many items of the kind, and one of each other kind beside them."""
        path = tuple(row["path"])
        low, high = row.get("minimum", 1), row.get("maximum")
        counts = _ends(low, high) if wanted else _beside(low, high)
        where = row["where"]
        fitting = self.fitting((*path, ITEM), root)
        made = [apply(item, way) for item in fitting[:4] for way in self.meeting(where, True, self._item(path, root))]
        yes = [item for item in [*fitting, *made] if holds(where, item)]
        no = [item for item in fitting if not holds(where, item)]
        for count in sorted(counts):
            for item in yes[:6] if count else yes[:1]:
                others = [*(no[:1] if not count or wanted else []), *self._companions(path, item, root)]
                yield (Edit(path, [*([item] * count), *(other for other in others if not holds(where, other))]),)

    def _companions(self, path: Path, item: Any, root: Node | None) -> list[Any]:
        """One item of each other case, so that rules that want one of them are not broken by the way."""
        for node in self.types((*path, ITEM), root):
            if node["is"] == "Variants" and is_object(item):
                first = next(iter(node["cases"]))
                if item.get(node["discriminator"]) != first:
                    return fits(node, self.content)[:1]
        return []

    def _item(self, path: Path, root: Node | None) -> Node:
        return next(iter(self.types((*path, ITEM), root)), _ANY)

    # --- constraints ---

    def keeping(self, row: Node, wanted: bool = True) -> list[Way]:
        """Ways to keep a constraint, or to break it near its edge."""
        return list(islice(self._keeping(row, wanted), _MOST))

    def _keeping(self, row: Node, wanted: bool) -> Iterator[Way]:
        match row["is"]:
            case "Require" | "Forbid":
                yield from self._presence(_paths(row), (row["is"] == "Require") is wanted, wanted, None)
            case "Group" | "Together":
                yield from self._group(row, wanted)
            case "Equal":
                yield from self._equal(_paths(row), wanted)
            case "Values":
                parts = [list(self._value(check, wanted, None)) for check in row["checks"]]
                yield from _all_of(parts) if wanted else _in_turns([[way for way in part if way[0].value is not DROP] for part in parts])
            case "Contains":
                yield from self._contains(row, wanted, None)
            case "Count":
                yield from self._count(row, wanted)
            case "Sum":
                yield from self._sum(row, wanted)
            case "Product":
                yield from self._product(row, wanted)
            case _:
                return

    def _group(self, row: Node, wanted: bool) -> Iterator[Way]:
        paths = _paths(row)
        low, high = row.get("minimum", 0), row.get("maximum")
        if row["is"] == "Together":
            sizes = {0, len(paths)} if wanted else {1, len(paths) - 1} - {0, len(paths)}
        else:
            high = len(paths) if high is None else high
            sizes = {size for size in range(len(paths) + 1) if (low <= size <= high) is wanted and size in (low - 1, low, high, high + 1)}
        for size in sorted(sizes):
            for chosen in combinations(paths, size):
                yield from _all_of([[(edit,) for edit in self.there(path)] if path in chosen else [(Edit(path, DROP),)] for path in paths])

    def _equal(self, paths: list[Path], wanted: bool) -> Iterator[Way]:
        values = self.fitting(paths[0])
        if wanted:
            yield from (tuple(Edit(path, value) for path in paths) for value in values[:3])
            yield from ((Edit(path, DROP),) for path in reversed(paths))
        else:
            for path, value in product(paths[1:], values[:2]):
                for other in self.fitting(path):
                    if other != value and str(other) != str(value):
                        yield tuple(Edit(each, other if each == path else value) for each in paths)

    def _sum(self, row: Node, wanted: bool) -> Iterator[Way]:
        low, high = row.get("minimum"), row.get("maximum")
        counted = [tuple(path) for term in row["terms"] for path in term.get("count", ())]
        numbers = [(tuple(term["value"]), term.get("default", 0)) for term in row["terms"] if term.get("value")]
        totals = _ends(low, high) if wanted else _beside(low, high)
        shares: list[list[Way]] = []
        for total in sorted(totals):
            for chosen in product(*([(path, value) for value in [None, *self.fitting(path)]] for path, _ in numbers)):
                given = [_amount(value, default) for (_, value), (_, default) in zip(chosen, numbers, strict=True)]
                rest = total - sum(given)
                if rest == int(rest) and rest >= 0:
                    edits = tuple(Edit(path, DROP if value is None else value) for path, value in chosen)
                    shares.append([(*way, *edits) for way in self.spread(counted, int(rest))])
        yield from _in_turns(shares)

    def _product(self, row: Node, wanted: bool) -> Iterator[Way]:
        first, second = _paths(row)
        low, high = row.get("minimum"), row.get("maximum")
        for limit, outside in ((low, -1), (high, 1)):
            if limit is None:
                continue
            side = isqrt(limit)
            beside = [pair for total in (limit, limit + outside) if (pair := _factors(total)) is not None]
            for one, two in [*beside, (side, limit // side), (side, -(-limit // side) + outside)]:
                inside = (low is None or one * two >= low) and (high is None or one * two <= high)
                if inside is wanted:
                    yield (Edit(first, one), Edit(second, two))

    @cached_property
    def slots(self) -> list[tuple[Path, Node]]:
        """The fields that a body can hold outside of lists, with their paths."""
        return list(_slots(self.body, ()))


def vocabulary(data: Any) -> dict[Path, list[Any]]:
    """The values that the rules of a family compare each path with, and numbers one step from their bounds."""
    words: dict[Path, list[Any]] = {}
    for row in _values_of(data):
        found = words.setdefault(tuple(row["path"]), [])
        found += [value for value in _spoken(row) if not in_enum(value, found)]
    return words


def _values_of(data: Any) -> Iterator[Node]:
    if is_object(data):
        if data.get("is") == "Value":
            yield data
        yield from (row for member in data.values() for row in _values_of(member))
    else:
        yield from (row for item in items(data) for row in _values_of(item))


def _spoken(row: Node) -> Iterator[Any]:
    bounds: list[list[Any]] = row.get("bounds", [])
    for keyword, limit, siblings in bounds:
        match keyword:
            case "enum" | "const":
                yield from listed(limit)
                yield from siblings
            case "minimum" | "maximum":
                yield from (limit - 1, limit, limit + 1)
            case _:
                pass


def _is_of(node: Node, value: Any) -> bool:
    """Whether a value that rules speak of is one of the type."""
    kinds: dict[str, Callable[[Any], bool]] = {"integer": is_integer, "number": is_number}
    if node["is"] != "Scalar" or not keeps(value, limits(node.get("bounds", []))):
        return False
    kind = node["kind"]
    return kinds[kind](value) if kind in kinds else kind == "any" or is_type(value, kind)


def _ends(low: int | None, high: int | None) -> set[int]:
    return {limit for limit in (low, high) if limit is not None}


def _beside(low: int | None, high: int | None) -> set[int]:
    return {*([low - 1] if low else []), *([high + 1] if high is not None else [])}


def _factors(total: int) -> tuple[int, int] | None:
    """The most alike two numbers with that product, if they are anything alike."""
    side = isqrt(total)
    return next(((one, total // one) for one in range(side, max(side - _UNLIKE, 0), -1) if total % one == 0), None)


def _amount(value: Any, default: float) -> float:
    return default if value is None else float(value)


def _paths(row: Node) -> list[Path]:
    return [tuple(path) for path in row["paths"]]


def _others(node: Node, row: Node) -> list[Any]:
    named = {bound[0] for bound in row.get("bounds", ())}
    return [bound for bound in node.get("bounds", ()) if bound[0] not in named]


def _slots(node: Node, prefix: Path) -> Iterator[tuple[Path, Node]]:
    for option in node["options"] if node["is"] == "Union" else [node]:
        for field in option.get("fields", ()) if option["is"] == "Object" else ():
            path = (*prefix, field["name"])
            yield path, field
            yield from _slots(field["type"], path)


def _inner(node: Node, head: str) -> Iterator[Node]:
    match node["is"]:
        case "Array" if head == ITEM:
            yield node["items"]
        case "Object":
            yield from (field["type"] for field in node.get("fields", ()) if field["name"] == head)
        case "Variants" if head == node["discriminator"]:
            yield {"is": "Scalar", "kind": "string", "bounds": [["enum", list(node["cases"]), []]]}
        case "Variants":
            yield from (found for case in node["cases"].values() for found in _inner(case, head))
        case _:
            return


def _all_of(parts: list[list[Way]]) -> Iterator[Way]:
    """One way of each part together; the first ways of all parts before the later ones."""
    seen: set[str] = set()
    for chosen in islice(combined(parts), 4 * _MOST):
        way = tuple({edit.path: edit for each in chosen for edit in each}.values())
        if (key := repr(way)) not in seen:
            seen.add(key)
            yield way


def combined(parts: list[list[Way]]) -> Iterator[tuple[Way, ...]]:
    """One of each list, those whose places in their lists have the least sum first."""
    for total in range(sum(len(part) - 1 for part in parts) + 1 if all(parts) else 0):
        yield from _of_sum(parts, total)


def _of_sum(parts: list[list[Way]], total: int) -> Iterator[tuple[Way, ...]]:
    if not parts:
        yield from [()] if total == 0 else []
        return
    first, *rest = parts
    most = sum(len(part) - 1 for part in rest)
    for index in range(max(0, total - most), min(total + 1, len(first))):
        yield from ((first[index], *others) for others in _of_sum(rest, total - index))


def _one_of(parts: list[list[Way]], others: list[list[Way]]) -> Iterator[Way]:
    """Each part in turn: without the others, as far as that goes, so that it alone decides; and however it comes."""
    alone: list[list[Way]] = []
    for index, part in enumerate(parts):
        rest = [*others[:index], *others[index + 1 :]]
        alone.append(list(_in_turns([list(islice(_all_of([*rest, [each]]), _BESIDE)) for each in part[:_ALONE]])))
    yield from _in_turns([*alone, *parts])


def _in_turns(parts: list[list[Way]]) -> Iterator[Way]:
    for round in range(max(map(len, parts), default=0)):
        yield from (part[round] for part in parts if round < len(part))
