"""Which near misses a run sends for nothing: requests that break exactly one rule.

At each operation of a family all of a representative model. Of each other model all that miss a value (a gateway may look any of them up
by model), and one of each other rule. Of each further place (the same model at another operation, the same operation in another encoding)
one of each rule, and all of rules that could not be broken before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from .._core import dispatch
from ..testing import edges
from ..testing.space import Body, Space, spaces

_TYPES = ("type", "url", "link", "public", "unknown-field", "variant")  # what gateways do not look up by model
_CHEAP = ("text", "image", "speech", "voice", "music", "video")  # the dearer, the later


@dataclass(frozen=True, slots=True)
class Probe:
    """A request that breaks exactly one rule."""

    space: Space
    rule: str
    edge: str
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
    """Of each operation all near misses, once; what a gateway can have wrong for one model or in one encoding alone, for each."""
    known: dict[str, set[str]] = {}
    models: set[str] = set()
    encodings: set[tuple[str, str]] = set()
    for space in rows:
        place = (space.operation.id, space.content)
        met = known.setdefault(space.operation.id, set())
        near = [Probe(space, case.rule, case.edge, case.body) for case in edges.invalid(space)]
        rules = {probe.rule for probe in near}
        if not met:
            yield from near
        elif place in encodings and space.model not in models:
            yield from _once(near, {rule for rule in rules if rule not in met or rule.rpartition(":")[2] not in _TYPES})
        else:
            yield from _once(near, rules - met)
        met |= rules
        models.add(space.model)
        encodings.add(place)


def _once(near: list[Probe], every: set[str]) -> Iterator[Probe]:
    """One near miss of each rule, and all of some."""
    met: set[str] = set()
    for probe in near:
        if probe.rule not in met or probe.rule in every:
            met.add(probe.rule)
            yield probe
