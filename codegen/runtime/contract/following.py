"""A task that was bought, from its submit to its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core import poll, tasks
from .._core.tables import Operation, Task
from ..gateway.calls import wanted
from ..testing.space import Body, Space
from . import answers, documented, results
from .exchange import Answer
from .report import Checks
from .results import Shown
from .site import UNKNOWN_TASK, Site
from .waiting import Wait

_RANK = {"queued": 0, "running": 1, "succeeded": 2, "failed": 2}


@dataclass(frozen=True, slots=True)
class Bought:
    """A task that was taken.

    Attributes:
        path: Path parameters of its submit.
        answer: Body of the answer to its submit.
        output: What it makes: video, image ...
        body: Body of its submit, when that was valid.
        hint: What may be the reason when it fails.
    """

    space: Space
    path: Mapping[str, str]
    answer: Any
    output: str
    body: Body | None = None
    hint: str = ""

    def wants(self, fields: Sequence[str]) -> int | None:
        """How many outputs its submit asked for; None where it did not say."""
        return wanted(self.body, fields) if self.body is not None and any(name in self.body for name in fields) else None


class Follow:
    """Asks about one task until it ends.

    Attributes:
        due: When it is to be asked about again.
        ended: Whether that is over.
    """

    def __init__(self, site: Site, bought: Bought, checks: Checks, wait: Wait, timeout: float) -> None:
        operation = bought.space.operation
        assert operation.task is not None
        self.site, self.bought, self.checks, self._wait, self._timeout = site, bought, checks, wait, timeout
        self.row: Task = site.provider.tasks[operation.task]
        self.reading = tasks.read(self.row, bought.answer)
        self.id = self.reading.id or ""
        self._query = site.provider.operations[self.row.family_query.get(bought.space.family) or self.row.query[operation.id]]
        self._template = site.tables.tasks[self.row.name]
        self._begun = wait.now()
        self._rank, self._progress, self._failures = _RANK[self.reading.state], self.reading.progress or 0.0, 0
        self.succeeded = False
        self.ended = not self.id
        self.due = self._begun

    def start(self) -> None:
        """What is to be seen before the task has run: its key, and nothing of its result."""
        self._submitted()
        if self.ended:
            return
        for key, cause, subject in (("wrong", "unknown_key", "task/wrong-key"), ("none", "missing_key", "task/missing-key")):
            answer = self.site.call(self._query, path=self._path(self._query), key=key)  # type: ignore[arg-type]
            self.checks.say("auth", subject, answers.refusal(self.site, self._query, answer, cause))  # type: ignore[arg-type]
        self._unknown()
        for operation in self._gated():
            self._early(operation)
        self.due = self._wait.now() + poll.interval(self.row, 0)

    def ask(self) -> None:
        """One query, and what follows from it."""
        answer = self.site.call(self._query, path=self._path(self._query))
        elapsed = self._wait.now() - self._begun
        if not answer.ok or answer.failure:
            self._failed(answer, elapsed)
            return
        self._failures = 0
        self._read(answer)
        step = poll.decide(self.row, self.reading.state, elapsed, self._timeout)
        match step:
            case poll.Wait(seconds):
                self.due = self._wait.now() + seconds
            case poll.TimedOut():
                self.checks.say("task", "task/ends", f"{self.reading.state} after {elapsed:.0f} s")
                self.ended = True
            case _:
                self.checks.say("task", "task/ends")
                self.ended = True
                self._finish(answer)

    # --- at the start

    def _submitted(self) -> None:
        body = self.bought.answer
        template = self._template.body("submit", self.bought.space.family)
        self.checks.say("task", "task/id", None if self.id else "the answer to the submit names no task")
        self._same(template, body)
        self._documented(template, body)

    def _unknown(self) -> None:
        """Another id is as unknown as before there was a task."""
        answer = self.site.call(self._query, path={**self._path(self._query), self.row.parameter: UNKNOWN_TASK})
        self.checks.say("query", "task/unknown-id", answers.refusal(self.site, self._query, answer, "not_found"))

    def _early(self, operation: Operation) -> None:
        answer = self.site.call(operation, path=self._path(operation))
        if answer.ok:
            self.ask_once()
            if self.reading.state == "succeeded":
                return
            self.checks.say("task", "content/not-before-completion", f"{operation.id} gave it while the task was {self.reading.state}")
            return
        self.checks.say("task", "content/not-before-completion", answers.refusal(self.site, operation, answer, "not_ready"))

    def ask_once(self) -> None:
        """Read the state, to be sure what it is now."""
        answer = self.site.call(self._query, path=self._path(self._query))
        if answer.ok:
            self.reading = tasks.read(self.row, answer.body)

    def _gated(self) -> Iterator[Operation]:
        """The operations that give something only after success."""
        about = [id for id, row in self.site.tables.operations.items() if row.about == self.row.name and not row.ids]
        for id in dict.fromkeys([self.row.content, self.row.result, *about]):
            if id:
                yield self.site.provider.operations[id]

    # --- on the way

    def _failed(self, answer: Answer, elapsed: float) -> None:
        self._failures += 1
        if answer.is_answer:
            self.checks.say("task", "task/query-answer", answers.said(self.site, answer))
        if not poll.goes_on(self._failures) or elapsed >= self._timeout:
            self.checks.say("task", "task/ends", "it could not be asked about any more")
            self.ended = True
        self.due = self._wait.now() + poll.interval(self.row, elapsed)

    def _read(self, answer: Answer) -> None:
        self.reading = reading = tasks.read(self.row, answer.body)
        template = self._template.body(reading.state, self.bought.space.family)
        self.checks.say("task", "task/query-answer", answers.success(self.site, self._query, answer, template, self.bought.body))
        self.checks.say("task", "task/id", None if reading.id in (self.id, None) else f"asked for {self.id!r}, answered {reading.id!r}")
        self._same(template, answer.body)
        self._documented(template, answer.body)
        rank = _RANK[reading.state]
        back = f"{reading.state} after {('queued', 'running', 'its end')[self._rank]}" if rank < self._rank else None
        self.checks.say("task", "task/state-never-goes-back", back)
        self._undue(template, answer.body)
        if reading.progress is not None:
            low = f"{reading.progress:.0%} after {self._progress:.0%}" if reading.progress < self._progress else None
            self.checks.say("task", "task/progress-never-falls", low)
        self._rank, self._progress = max(rank, self._rank), max(reading.progress or 0.0, self._progress)

    def _undue(self, template: Any, body: Any) -> None:
        """What no task of this state has, and what cannot be read."""
        if self.reading.outputs and self.reading.state in ("queued", "running") and not documented.speaks_of(template, "url", "urls"):
            self.checks.say("task", "task/outputs-at-the-end", f"a task that is {self.reading.state} has {len(self.reading.outputs)}")
        strange = [
            value for name in ("progress", "percent") for value in documented.values(template, body, name) if not _is_progress(value)
        ]
        self.checks.say("task", "task/progress", f"{strange[0]!r} is no percentage" if strange else None)

    def _documented(self, template: Any, body: Any) -> None:
        if not documented.speaks_of(template, "status"):
            return
        words = [str(word) for word in documented.values(template, body, "status")]
        known = {word.lower() for word in self.row.states}
        wrong = [word for word in words if word.strip().lower() not in known]
        text = f"{wrong[0]!r} is not one of {', '.join(self.row.states)}" if wrong else None if words else "no word says how the task is"
        self.checks.say("task", "task/state-documented", text)

    def _same(self, template: Any, body: Any) -> None:
        ids = [str(value) for value in documented.values(template, body, "id") if str(value) != self.id]
        self.checks.say("task", "task/id", f"asked for {self.id!r}, answered {ids[0]!r}" if ids else None)
        model = self.bought.space.model
        if model and documented.speaks_of(template, "model"):
            wrong = [value for value in documented.values(template, body, "model") if value != model]
            self.checks.say("task", "task/model", f"{model!r} was asked for, {wrong[0]!r} is said" if wrong else None)

    # --- at the end

    def _finish(self, answer: Answer) -> None:
        if self.reading.state == "failed":
            self._lost(tasks.error_text(self.row, answer.body))
            return
        self.succeeded = True
        family = self.bought.space.family
        shown = Shown(self._template.body("succeeded", family), answer.body)
        for operation in self._gated():
            given = self.site.call(operation, path=self._path(operation))
            if operation.id == self.row.content:
                results.content(self.site, operation, given, self.bought.output, self.checks)
                continue
            known = self.site.tables.operations[operation.id].body("succeeded", family)
            self.checks.say("task", "content/answer", answers.success(self.site, operation, given, known, self.bought.body))
            if operation.id == self.row.result:
                shown = Shown(known, given.body)
        results.check(self.site, self.row, shown, self.bought.wants(self._template.count), self.bought.output, self.checks)
        self.stays()

    def _lost(self, reason: str | None) -> None:
        self.checks.say("task", "task/failure-reason", None if reason else "a failed task says no reason")
        text = f"the task failed: {self.site.shown(reason or '')}{self.bought.hint}"
        if self.bought.body is not None:
            self.checks.say("task", "task/succeeds", text)
        self.checks.note("task", "task/outputs", "not-tried", text)

    def stays(self) -> None:
        """Ask about a task that has succeeded: it has for good."""
        if not self.succeeded:
            return
        answer = self.site.call(self._query, path=self._path(self._query))
        state = tasks.read(self.row, answer.body).state if answer.ok else None
        self.checks.say("task", "task/stays-finished", None if state == "succeeded" else f"then {answers.said(self.site, answer)}")

    def _path(self, operation: Operation) -> dict[str, str]:
        carried = {name: self.bought.path[name] for name in self.row.carry if name in self.bought.path}
        names = [row.name for row in operation.parameters if row.location == "path" and row.name not in carried]
        return {**carried, **dict.fromkeys(names, self.id)}


def _is_progress(value: Any) -> bool:
    return value is None or tasks.fraction(value) is not None
