"""One change, and whether it breaks callers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["added", "removed", "tightened", "loosened", "changed", "deprecated", "reworded"]
Effect = Literal["breaking", "look", "compatible", "cosmetic"]
EFFECTS: tuple[Effect, ...] = ("breaking", "look", "compatible", "cosmetic")


@dataclass(frozen=True, order=True, slots=True)
class Change:
    """One difference of the public surface."""

    provider: str  # ex) uniall; "" = the package itself
    subject: str  # ex) field
    name: str  # ex) veo-3.1/duration
    kind: Kind
    effect: Effect
    says: str  # ex) enum: 10 added


@dataclass(frozen=True, order=True, slots=True)
class Difference:
    """One difference of two schemas. Accepting less is tightened, accepting more loosened."""

    path: str  # ex) duration, images[]
    keyword: str  # ex) enum; "" = the member itself
    kind: Kind
    says: str


def effect(kind: Kind, *, error: bool = True) -> Effect:
    """What a change of a request's rules does to callers: what only warns breaks nothing."""
    if kind == "reworded":
        return "cosmetic"
    if not error or kind in ("loosened", "added", "deprecated"):
        return "compatible"
    return "look" if kind == "changed" else "breaking"


def breaks(changes: Iterable[Change]) -> bool:
    """Whether callers have to do something, or a person has to look."""
    return any(change.effect in ("breaking", "look") for change in changes)
