"""The edges of a request space, enumerated: requests that stand on them, and requests one step outside that break exactly one rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import chain, islice
from typing import Any

from .._core.checks import is_object
from .edits import DROP, Edit, Path, apply, at, touches
from .search import Search, path_of
from .space import Body, Node, Space
from .values import fits, is_mere_word, misses
from .ways import Way, Ways, combined

_WAYS = 32  # ways of one rule that are tried
_TRIES = 200  # bodies that are looked at for one more edge of a request
_KEPT = 16  # ways of keeping one rule that are goals
_OFF = 12  # ways of being where one rule does not hold that are goals
_LONG = 56  # characters of a value in the name of an edge
_UNKNOWN = "not_a_documented_field"
Goal = tuple[str, list[Way]]  # an edge and the ways to stand on it


@dataclass(frozen=True, slots=True)
class Case:
    """One request.

    Attributes:
        space: Where it goes.
        body: Its body; the model stands in it where the operation wants it there.
        rule: Id of the one rule that it breaks; empty when it keeps all of them.
        edge: What it stands on, for example `duration=15` or `mode first-last-frame`.
    """

    space: Space
    body: Body
    rule: str
    edge: str


@cache
def search(space: Space) -> Search:
    """The search of a space; made once."""
    return Search(space)


# --- requests that keep all rules --------------------------------------------------------------------------------------


def goals(space: Space) -> Iterator[Goal]:
    """Every edge that a request can stand on, with the ways to get there: modes, values of each field, rules just kept or just not due."""
    ways = search(space).ways
    for name, condition in space.modes.items():
        yield f"mode {name}", ways.meeting(condition)
    for path, field in ways.slots:
        for value in fits(field["type"], space.content):
            if not is_mere_word(value, field["type"]):
                yield f"{'.'.join(path)}={_shown(value)}", [(Edit(path, value),)]
        if not field.get("required"):
            yield f"no {'.'.join(path)}", [(Edit(path, DROP),)]
    for id, rule in space.rules.items():
        yield from _about(id, rule, ways)


def _about(id: str, rule: Node, ways: Ways) -> Iterator[Goal]:
    """A rule just kept; and what it would forbid, where it is not due."""
    due, constraint = rule.get("condition"), rule["constraint"]
    kept = islice(_both(ways.meeting(due)[:_KEPT], ways.keeping(constraint)), _KEPT)
    yield from ((f"{id} kept, {index}", [way]) for index, way in enumerate(kept))
    free = islice(_both(ways.meeting(due, wanted=False), _broken(ways, constraint)[:2]), _OFF)
    yield from ((f"{id} not due, {index}", [way]) for index, way in enumerate(free))


def valid(space: Space) -> Iterator[Case]:
    """One request for each edge that can be reached, the least request first."""
    found = search(space)
    yield Case(space, space.sent(found.least), "", "least")
    for edge, ways in goals(space):
        body = next(found.reach(ways), None)
        if body is not None:
            yield Case(space, space.sent(body), "", edge)


def packed(space: Space) -> Iterator[tuple[Body, tuple[str, ...]]]:
    """Few requests that together stand on every edge that can be reached, each with its edges, the fullest first.

    For requests that cost money: whoever takes only the first few has most of the edges.
    """
    left = list(goals(space))
    while left:
        body, names = together(space, left)
        if not names:
            return
        yield space.sent(body), tuple(names)
        left = [goal for goal in left if goal[0] not in names]


def together(space: Space, wanted: Iterable[Goal], *, undisputed: bool = False) -> tuple[Body, list[str]]:
    """A request that stands on as many of the wanted edges as go together, the first before the later ones, and their names.

    With `undisputed`, not on such as break a rule that is only a warning.
    """
    found = search(space)
    body, fixed, names = found.quiet if undisputed else found.least, list[Path](), list[str]()
    known = space.judge(body).warnings
    for name, ways in wanted:
        mended = _add(found, body, fixed, ways)
        if mended is not None and not (undisputed and space.judge(mended[0]).warnings - known):
            body, way = mended
            fixed += [edit.path for edit in way]
            names.append(name)
    return body, names


def stands(body: Body, ways: Iterable[Way]) -> bool:
    """Whether a request stands on an edge already."""
    return any(apply(body, way) == body for way in ways)


def _add(found: Search, body: Body, fixed: list[Path], ways: Iterable[Way]) -> tuple[Body, Way] | None:
    """The body with one more edge, when the edges that it stands on already allow it."""
    for way in ways:
        changed = apply(body, way)
        if all(_same_at(body, changed, path) for path in fixed):
            mended = found.solve(changed, [*fixed, *(edit.path for edit in way)], tries=_TRIES)
            if mended is not None:
                return mended, way
    return None


def _same_at(one: Body, other: Body, path: Path) -> bool:
    return next(at(one, path), None) == next(at(other, path), None)


# --- requests that break one rule --------------------------------------------------------------------------------------


def invalid(space: Space, rule: str | None = None, *, warnings: bool = False) -> Iterator[Case]:
    """Requests that break exactly one rule, one step outside of each edge; of one rule, or of all.

    With `warnings`, also those that break only a rule of that severity.
    """
    seen: set[tuple[str, str]] = set()
    for case in chain(_models(space, rule, warnings), _fields(space, rule, warnings), _rules(space, rule, warnings)):
        key = (case.rule, repr(case.body) if space.content == "json" else case.edge)
        if key not in seen:
            seen.add(key)
            yield case


def reachable(space: Space) -> dict[str, str]:
    """The rules that can be broken alone in this space, with their severity."""
    return {case.rule: space.infos[case.rule].severity for case in invalid(space, warnings=True)}


def _models(space: Space, only: str | None, warnings: bool) -> Iterator[Case]:
    """What is said about the model or the route itself, whatever the request holds."""
    least = search(space).least
    said = [id for id in sorted(space.judge(least).warnings) if path_of(id) == ("model",) and only in (None, id)] if warnings else []
    yield from (Case(space, space.sent(least), id, "least") for id in said)


def _rules(space: Space, only: str | None, warnings: bool) -> Iterator[Case]:
    found = search(space)
    for id, rule in space.rules.items():
        if only not in (None, id) or (rule["severity"] == "warning" and not warnings):
            continue
        ways = islice(_both(found.ways.meeting(rule.get("condition")), _broken(found.ways, rule["constraint"])), 4 * _WAYS)
        yield from (
            Case(space, space.sent(body), id, f"{id}, {index}") for index, body in enumerate(islice(_breaking(found, ways, id), _WAYS))
        )


def _broken(ways: Ways, constraint: Node) -> list[Way]:
    return [()] if constraint["is"] == "Never" else ways.keeping(constraint, wanted=False)


def _breaking(found: Search, ways: Iterator[Way], rule: str) -> Iterator[Body]:
    if found.space.infos[rule].severity == "error":
        yield from found.reach(ways, errors=frozenset({rule}))
    else:
        yield from found.reach(ways, warning=rule)


def _both(first: list[Way], second: list[Way]) -> Iterator[Way]:
    """One way of each, the first ways of both before the later ones.

    Where both speak of one path, either has its turn; whether that works out is seen when it is judged.
    """
    for one, two in combined([first, second]):
        yield _joined(one, two)
        if any(touches(edit.path, other.path) for edit in one for other in two):
            yield _joined(two, one)


def _joined(one: Way, two: Way) -> Way:
    return (*(edit for edit in one if not any(touches(edit.path, other.path) for other in two)), *two)


def _fields(space: Space, only: str | None, warnings: bool) -> Iterator[Case]:
    if only is not None and only in space.rules:
        return
    found = search(space)
    for way in _misses(space, found.ways):
        edit = way[-1]
        if only is not None and not _concerns(only, edit.path):
            continue
        verdict = space.judge(apply(found.least, way))
        known = space.rules
        named = [id for id in (*sorted(verdict.errors), *(sorted(verdict.warnings) if warnings else ())) if id not in known]
        for id in named:
            if only in (None, id) and _concerns(id, edit.path):
                body = next(_breaking(found, iter([way]), id), None)
                if body is not None:
                    yield Case(space, space.sent(body), id, f"{'.'.join(edit.path)}={_shown(edit.value)}")


def _concerns(rule: str, path: Path) -> bool:
    place = path_of(rule)
    return place[: len(path)] == path or (rule.endswith(":unknown-field") and place == path[:-1])


def _misses(space: Space, ways: Ways) -> Iterator[Way]:
    yield (Edit((_UNKNOWN,), 1),)
    for path, field in ways.slots:
        parent = [Edit(path[:-1], value) for value in ways.fitting(path[:-1]) if is_object(value)][:1] if len(path) > 1 else []
        yield from ((*parent, edit) for edit in _of_field(space, path, field))


def _of_field(space: Space, path: Path, field: dict[str, Any]) -> Iterator[Edit]:
    yield from (Edit(path, value) for value in _beside(field["type"], field.get("suggested", []), space.content))
    yield from (Edit(path, value) for value in fits(field["type"], space.content)[:1] if field.get("only") or field.get("deprecated"))
    if field["type"]["is"] == "Object":
        yield Edit((*path, _UNKNOWN), 1)
    yield Edit(path, DROP)
    yield from (Edit(path, value) for value in _inside(field["type"], space.content))


def _beside(node: dict[str, Any], suggested: list[Any], content: str) -> Iterator[Any]:
    yield from (value for _, value in misses(node, content))
    if suggested:
        yield from (value for _, value in misses({**node, "bounds": [*suggested, *node.get("bounds", [])]}, content))


def _inside(node: dict[str, Any], content: str) -> Iterator[Any]:
    """Values whose parts miss their types: one item of a list, one member of an item."""
    match node["is"]:
        case "Array":
            least = max([1, *(row[1] for row in node.get("bounds", ()) if row[0] == "min_items")])
            good = fits(node["items"], content)
            rest = [good[index % len(good)] for index in range(1, least)] if good else []
            for value in _parts(node["items"], content):
                yield [value, *rest]
                yield [*good[:1], value] if least == 1 and good else [*rest, value]
        case "Union":
            yield from (value for option in node["options"] for value in _parts(option, content) if option["is"] != "Scalar")
        case _:
            return


def _parts(node: dict[str, Any], content: str) -> Iterator[Any]:
    yield from (value for _, value in misses(node, content))
    match node["is"]:
        case "Object":
            yield from _members(node, {}, content)
        case "Variants":
            for name, case in node["cases"].items():
                yield from _members(case, {node["discriminator"]: name}, content)
            some = fits(node, content)[:1]
            yield from ({**item, node["discriminator"]: wrong} for item in some for wrong in ("no-such-type", 5))
            yield from ({name: value for name, value in item.items() if name != node["discriminator"]} for item in some)
        case "Array" | "Union":
            yield from _inside(node, content)
        case _:
            return


def _members(node: dict[str, Any], fixed: dict[str, Any], content: str) -> Iterator[dict[str, Any]]:
    least = {**fixed, **{row["name"]: fits(row["type"], content)[0] for row in node.get("fields", ()) if row.get("required")}}
    yield {**least, _UNKNOWN: 1}
    for field in node.get("fields", ()):
        name = field["name"]
        yield from ({**least, name: value} for value in _parts(field["type"], content))
        if field.get("required"):
            yield {member: value for member, value in least.items() if member != name}


def _shown(value: Any) -> str:
    """A value in a name: no two values of one field have the same."""
    text = "nothing" if value is DROP else repr(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}... {sha256(text.encode()).hexdigest()[:6]}"


__all__ = ["Case", "Goal", "goals", "invalid", "packed", "reachable", "search", "stands", "together", "valid"]
