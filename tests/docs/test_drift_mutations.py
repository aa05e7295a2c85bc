"""Single facts that change at random places are each reported; changes of anything else raise no alarm."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from codegen.docs.commands import worklist
from codegen.docs.drift import drift
from codegen.docs.lock import Lock
from codegen.docs.pages import parse
from codegen.docs.sections import twins
from codegen.docs.work import Project
from codegen.docs.worklist import Item

from . import mutations
from .mutations import Mutation
from .site import REAL_DUMP, Site, cited_by_file, is_about, real, studio

SEED = 20
TIMES = 50
KINDS = {
    "number": {"number", "value", "example", "row"},
    "value": {"value", "model", "number", "type"},
    "model": {"model"},
    "required": {"required"},
    "row": {"row", "field"},
}


class Trial:
    """A site, and what is reported of one mutated page of it."""

    def __init__(self, site: Site) -> None:
        self.site, self.project = site, site.project
        self.cited = cited_by_file(site.spec)
        self.pages = mutations.pages(site.text)
        self.models = sorted({model for known in self.project.known for model in known.models})
        self.twins = twins({id: [section.heading for section in page.sections] for id, page in self.project.lock.items()})

    def report(self, mutation: Mutation) -> list[Item]:
        pages = parse(mutation.text)
        assert [page.id for page in pages] == [mutation.page.id]
        new: Lock = self.project.locked(pages)
        old, _ = self.project.compared(new, partial=True)
        return worklist(self.project, drift(old, new), self.project.lock, pages, [])

    def key(self, mutation: Mutation) -> str:
        return list(self.project.lock[mutation.page.id].named())[mutation.section]

    def problem(self, mutation: Mutation) -> str:
        """What is wrong with the report of a changed fact; nothing when it is right."""
        items = self.report(mutation)
        key = self.key(mutation)
        if [item.change.locked for item in items] != [key]:
            return f"reported {[item.change.locked for item in items]}, not {key}"
        facts = [*items[0].change.appeared, *items[0].change.vanished]
        if not {fact.kind for fact in facts} & KINDS[mutation.what]:
            return f"reported {[str(fact) for fact in facts]}"
        if mutation.come and not any(mutation.come in f"{fact}" for fact in items[0].change.appeared) and mutation.what != "required":
            return f"{mutation.come} did not appear in {[str(fact) for fact in items[0].change.appeared]}"
        files = {cited.row.file for cited in items[0].rows if cited.row.own}
        expected = self.citing(key)
        return "" if files == expected else f"{key}: rows in {sorted(files)}, not in {sorted(expected)}"

    def citing(self, key: str) -> set[str]:
        places = [one.split("#", 1) for one in (key, self.twins.get(key, "")) if one]
        return {file for file, cited in self.cited.items() if any(is_about(one, *place) for one in cited for place in places)}


@pytest.fixture(scope="module", params=["studio", "real"])
def trial(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    if request.param == "studio":
        return Trial(studio(tmp_path_factory.mktemp("studio")))
    if not REAL_DUMP.exists():
        pytest.skip("the documentation is not here")
    return Trial(real())


def test_every_changed_fact_is_reported(trial: Trial, capsys: pytest.CaptureFixture[str]) -> None:
    rng = random.Random(SEED)
    made = [mutations.one_fact(trial.pages, trial.models, rng) for _ in range(TIMES)]
    problems = {f"{one.what} {one.gone!r} -> {one.come!r} on {one.page.id}": problem for one in made if (problem := trial.problem(one))}
    with capsys.disabled():
        print(f"\n{trial.site.name}: {TIMES - len(problems)} of {TIMES} changed facts reported with section, kind and rows: {told(made)}")
    assert problems == {}


def test_nothing_else_raises_an_alarm(trial: Trial, capsys: pytest.CaptureFixture[str]) -> None:
    rng = random.Random(SEED)
    made = [mutations.no_fact(trial.pages, rng) for _ in range(TIMES)]
    alarms = {
        f"{one.what} {one.gone!r} -> {one.come!r} on {one.page.id}": [line for item in items for line in item.lines()]
        for one in made
        if (items := [item for item in trial.report(one) if item.change.factual])
    }
    with capsys.disabled():
        print(f"\n{trial.site.name}: {len(alarms)} alarms at {TIMES} changes without a fact: {told(made)}")
    assert alarms == {}


def told(made: list[Mutation]) -> str:
    return ", ".join(f"{count} {what}" for what, count in sorted(Counter(one.what for one in made).items()))


def test_the_project_of_the_real_dump_is_this_one() -> None:
    assert real().spec == Path(__file__).resolve().parents[2] / "spec"
    assert isinstance(real().project, Project)
