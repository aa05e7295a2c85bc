"""The mutants are real: each is told from the spec by a request, or there is a reason why none can."""

from __future__ import annotations

import random

import pytest
from unibind.testing.space import spaces

from .mutants import systematic
from .mutants.hand import HAND
from .mutants.systematic import Mutant

SEED = 5
SAMPLE = 150


def sample() -> list[Mutant]:
    """Mutants of the smaller families, drawn by chance but always the same."""
    rows = [mutant for mutant in systematic.every() if len(systematic.family_spaces(mutant.provider, mutant.family)) <= 3]
    return random.Random(SEED).sample(rows, SAMPLE)


def test_there_are_enough_of_them() -> None:
    assert len(HAND) >= 60
    assert len({mutant.id for mutant in HAND}) == len(HAND)
    assert {mutant.provider for mutant in HAND} == {"uniall", "uniapi", "wavespeed"}
    assert all(mutant.family in {space.family for space in spaces(mutant.provider)} for mutant in HAND)


@pytest.mark.parametrize("part", range(2))
def test_near_misses_of_the_spec_tell_each_relaxation(part: int) -> None:
    """What a mutant takes against the spec is among the near misses of the spec, not only on the edges of the mutant."""
    missed = [mutant for mutant in sample()[part::2] if (found := systematic.effect(mutant)).accepts and found.beyond]
    assert not missed, "\n".join(map(str, missed))


def test_the_spec_itself_is_no_mutant() -> None:
    for provider, family in (("uniall", "veo-3.1"), ("uniapi", "image-edit"), ("wavespeed", "uno")):
        tree = next(row for row in systematic.families(provider) if row.id == family)
        same = Mutant(provider, family, "nothing changed", "", -1, tree)
        assert systematic.effect(same).sort == "equivalent"
