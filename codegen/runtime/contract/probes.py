"""The requests of a run: which near misses are sent for nothing, and in which order valid requests are bought.

Near misses of a family, at each of its operations: every one of a representative model. Of its other models those whose bound or
condition is another than that of some model: what a gateway looks up by model can be wrong for one model alone. In a second encoding
of the same operation: the rules that the first could not break, and one near miss of each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from .._core import dispatch
from ..testing import edges
from ..testing.search import path_of
from ..testing.space import Body, Space, spaces

_CHEAP = ("text", "image", "speech", "voice", "music", "video")  # the dearer, the later


@dataclass(frozen=True, slots=True)
class Probe:
    """A request that breaks exactly one rule."""

    space: Space
    rule: str
    edge: str
    body: Body


@dataclass(frozen=True, slots=True)
class Purchase:
    """A valid request, with the edges that it stands on."""

    space: Space
    edges: tuple[str, ...]
    body: Body


@dataclass(frozen=True, slots=True)
class Group:
    """The near misses of one rule at one operation."""

    operation: str
    rule: str
    probes: tuple[Probe, ...]


@cache
def by_family(provider: str) -> dict[str, tuple[Space, ...]]:
    """The documented spaces of each family, in the order of the tables."""
    found: dict[str, list[Space]] = {}
    for space in spaces(provider):
        found.setdefault(space.family, []).append(space)
    return {name: tuple(rows) for name, rows in found.items()}


@cache
def output(provider: str, family: str) -> str:
    """What a family makes: video, image, speech, music, voice or text."""
    from importlib import import_module

    tables = import_module(f"{dispatch.PACKAGE}.{provider}.gateway").TABLES
    return str(tables.outputs.get(family, "text"))


def rank(provider: str, family: str) -> int:
    """The dearer what a family makes, the higher."""
    return _CHEAP.index(output(provider, family))


def ordered(provider: str, families: list[str]) -> list[str]:
    """Families with the cheapest kind first."""
    return sorted(families, key=lambda name: rank(provider, name))


# --- near misses --------------------------------------------------------------------------------------------------------


@cache
def groups(provider: str, family: str) -> tuple[Group, ...]:
    """The near misses of a family, rule by rule at each operation."""
    found: dict[tuple[str, str], list[Probe]] = {}
    for probe in _chosen(by_family(provider)[family]):
        found.setdefault((probe.space.operation.id, probe.rule), []).append(probe)
    return tuple(Group(operation, rule, tuple(rows)) for (operation, rule), rows in found.items())


def _chosen(rows: tuple[Space, ...]) -> Iterator[Probe]:
    first: dict[str, Space] = {}
    known: dict[str, set[str]] = {}
    for space in rows:
        if space.operation.id not in first:
            first[space.operation.id] = space
            probes = list(_near(space))
            known[space.operation.id] = {probe.rule for probe in probes}
            yield from probes
    seen = {(space.operation.id, space.content) for space in first.values()}
    for space in rows:
        if (space.operation.id, space.content) not in seen:
            seen.add((space.operation.id, space.content))
            yield from _other_encoding(space, known[space.operation.id])
    yield from _by_model(rows)


def _near(space: Space) -> Iterator[Probe]:
    return (Probe(space, case.rule, case.edge, case.body) for case in edges.invalid(space))


def _other_encoding(space: Space, known: set[str]) -> Iterator[Probe]:
    once: set[str] = set()
    for probe in _near(space):
        if probe.rule not in known or probe.rule not in once:
            once.add(probe.rule)
            yield probe


def _by_model(rows: tuple[Space, ...]) -> Iterator[Probe]:
    """Of each model but the first, the rules that read otherwise for some model; once a model, at the first operation that takes it."""
    models: dict[str, Space] = {}
    for space in rows:
        models.setdefault(space.model, space)
    several = list(models.values())
    if len(several) < 2:
        return
    dependent = {id for id in several[0].infos if len({_reads(space, id) for space in several}) > 1}
    represented = {space.model for space in _firsts(rows)}
    for space in several:
        if space.model not in represented and dependent:
            yield from (probe for probe in _near(space) if probe.rule in dependent)


def _firsts(rows: tuple[Space, ...]) -> list[Space]:
    found: dict[str, Space] = {}
    for space in rows:
        found.setdefault(space.operation.id, space)
    return list(found.values())


def _reads(space: Space, rule: str) -> str:
    """A rule as it reads in a space."""
    if rule in space.rules:
        return repr(space.rules[rule])
    fields = _fields(space)
    path = path_of(rule)
    while path and path not in fields:
        path = path[:-1]
    return fields.get(path, "")


@cache
def _fields(space: Space) -> dict[tuple[str, ...], str]:
    return {path: repr(field) for path, field in edges.search(space).ways.slots}


# --- valid requests -----------------------------------------------------------------------------------------------------


class Purchases:
    """The valid requests of a family, the least first, then those that stand on the most edges that none before stood on.

    Requests are worked out when they are asked for: most runs buy few.
    """

    def __init__(self, provider: str, family: str) -> None:
        self._rows: list[Purchase] = []
        self._more = _worth(by_family(provider)[family])

    def get(self, index: int) -> Purchase | None:
        """The request of that number; None when there are no more."""
        while len(self._rows) <= index:
            row = next(self._more, None)
            if row is None:
                return None
            self._rows.append(row)
        return self._rows[index]


@cache
def purchases(provider: str, family: str) -> Purchases:
    """The valid requests of a family; worked out once."""
    return Purchases(provider, family)


def _worth(rows: tuple[Space, ...]) -> Iterator[Purchase]:
    """The least request; the fullest of it; then the fullest of each operation, further edges, and the other models, in turns."""
    first = rows[0]
    yield Purchase(first, ("least",), edges.search(first).least)
    firsts = _firsts(rows)
    others = [space for space in rows if space not in firsts and space.content == first.content]
    encodings = [space for space in rows if space not in firsts and space.content != first.content]
    seen: set[tuple[str, str]] = set()
    streams: list[Iterator[Purchase]] = [_packed(space, seen) for space in firsts]
    waiting = [*_one_a_content(encodings), *others, *(row for row in encodings if row not in _one_a_content(encodings))]
    while streams:
        for stream in list(streams):
            row = next(stream, None)
            if row is None:
                streams.remove(stream)
            else:
                yield row
        streams += [_packed(space, seen) for space in waiting[:2]]
        del waiting[:2]


def _one_a_content(rows: list[Space]) -> list[Space]:
    found: dict[tuple[str, str], Space] = {}
    for space in rows:
        found.setdefault((space.operation.id, space.content), space)
    return list(found.values())


def _packed(space: Space, seen: set[tuple[str, str]]) -> Iterator[Purchase]:
    """The requests of a space that stand on an edge which none before stood on; edges are the same where the field reads the same."""
    for body, names in edges.packed(space):
        new = [name for name in names if (name, _sense(space, name)) not in seen]
        if new:
            seen.update((name, _sense(space, name)) for name in names)
            yield Purchase(space, tuple(names), body)


def _sense(space: Space, edge: str) -> str:
    """What makes an edge another one in another space: the operation and how the field or rule reads there."""
    name = edge.partition("=")[0].removeprefix("no ")
    path = tuple(name.split("."))
    reads = _fields(space).get(path, "") or repr(space.rules.get(edge.partition(" kept")[0], ""))
    return f"{space.operation.id} {space.content} {reads}"
