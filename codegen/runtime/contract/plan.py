"""What a run will send, before it sends anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import probes
from .purchases import purchases
from .run import choose


@dataclass(frozen=True, slots=True)
class Plan:
    """The requests of one family.

    Attributes:
        rules: Rules that are broken at its operations.
        invalid: Near misses, which are free at a correct gateway.
        paid: Valid requests that the budget buys.
    """

    provider: str
    family: str
    output: str
    rules: int
    invalid: int
    paid: int


def make_plan(providers: Sequence[str], *, families: Sequence[str] | None = None, budget: int = 0) -> list[Plan]:
    """The plan of a run, family by family; `LookupError` when there is no such provider."""
    chosen = [(provider, family) for provider in providers for family in choose(provider, families)]
    shares = _shares(chosen, budget)
    return [_plan(provider, family, shares[provider, family]) for provider, family in chosen]


def _plan(provider: str, family: str, paid: int) -> Plan:
    groups = probes.groups(provider, family)
    rules = len({group.rule for group in groups})
    return Plan(provider, family, probes.output(provider, family), rules, sum(len(group.probes) for group in groups), paid)


def _shares(chosen: list[tuple[str, str]], budget: int) -> dict[tuple[str, str], int]:
    shares: dict[tuple[str, str], int] = dict.fromkeys(chosen, 0)
    taking: list[tuple[str, str]] = chosen
    left = budget
    while left and taking:
        taking = [place for place in taking if purchases(*place).get(shares[place]) is not None][:left]
        for place in taking:
            shares[place] += 1
        left -= len(taking)
    return shares
