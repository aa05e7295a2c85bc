"""Every change of a rule by one step, and the requests of contract runs: relaxations are told for nothing, the others by what is bought."""

from __future__ import annotations

import random

import pytest

from tests.rules.requests import PROVIDERS

from .curve import Job, found
from .mutants import systematic
from .mutants.systematic import Mutant
from .mutants.told import told_after

SEED = 11
SAMPLE = 24  # mutants that are run for real
BUDGETS = (0, 1, 2, 3, 5, 8)
PARTS = 8
# Some valid requests that they refuse are known, and none of them is bought.
NOT_BOUGHT = {
    "gpt-image-2: paths of Count: one dropped, gpt-image-2/image-task-needs-image, image_urls",
    "grok-imagine: member of AllOf dropped, grok-imagine/output-seconds-required, Absent",
    "grok-imagine: paths of Absent: one dropped, grok-imagine/output-seconds-required, video",
    "nano-banana: paths of Count: one dropped, nano-banana/edit-needs-image, image_urls",
    "nano-banana: paths of Count: one dropped, nano-banana/image-task-needs-image, image_urls",
    "seedance-2.0: model added, seedance-2.0/references-operation, jisudance2.0-480p",
    "seedance-2.0: model added, seedance-2.0/references-operation, jisudance2.0-720p",
    "seedance-2.0: model added, seedance-2.0/references-operation, jisudance2.0-fast-480p",
    "veo-3.1: paths of Absent: one dropped, veo-3.1/text-aspect-ratio, image",
    "veo-3.1: paths of Absent: one dropped, veo-3.1/text-aspect-ratio, video",
}


def part(number: int) -> list[Mutant]:
    """Every so-many-th family, with all its mutants."""
    places = [(provider, family.id) for provider in PROVIDERS for family in systematic.families(provider)]
    return [mutant for place in places[number::PARTS] for mutant in systematic.mutants(*place)]


@pytest.mark.parametrize("number", range(PARTS))
def test_relaxations_are_told_for_nothing_and_the_others_by_what_is_bought(number: int) -> None:
    wrong: list[str] = []
    for mutant in part(number):
        after = told_after(mutant)
        if after == 0:
            continue
        effect = systematic.on_spec(mutant)
        if effect.accepts or (effect.refuses and after is None and f"{mutant.family}: {mutant.kind}, {mutant.where}" not in NOT_BOUGHT):
            wrong.append(f"{mutant}: {effect.sort}, {effect.accepts or effect.refuses}")
    assert not wrong, "\n".join(wrong)


def test_runs_find_what_their_requests_tell() -> None:
    small = [mutant for mutant in systematic.every() if len(systematic.family_spaces(mutant.provider, mutant.family)) <= 3]
    for mutant in random.Random(SEED).sample(small, SAMPLE):
        after = told_after(mutant)
        run = found(Job(mutant.provider, mutant.family, number=mutant.number), BUDGETS)
        expected = next((budget for budget in BUDGETS if after is not None and after <= budget), None)
        assert run.budget == expected, (mutant, after, run)
