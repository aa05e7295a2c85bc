"""A task that was bought, from its submit to its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .._core import poll, tasks
from .._core.tables import Operation, Task
from ..testing.space import Space
from . import answers, containers, outputs, shapes
from .report import Checks
from .site import Answer, Site
from .waiting import Wait

_RANK = {"queued": 0, "running": 1, "succeeded": 2, "failed": 2}
_MEDIA = ("image", "video", "speech", "voice", "music")


@dataclass(frozen=True, slots=True)
class Bought:
    """A task that was taken.

    Attributes:
        path: Path parameters of its submit.
        answer: Body of the answer to its submit.
        output: What it makes: video, image ...
    """

    space: Space
    path: Mapping[str, str]
    answer: Any
    output: str


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
        self.checks.say("task", "task/query-answer", answers.said(self.site, answer))
        if not poll.goes_on(self._failures) or elapsed >= self._timeout:
            self.checks.say("task", "task/ends", "it could not be asked about any more")
            self.ended = True
        self.due = self._wait.now() + poll.interval(self.row, elapsed)

    def _read(self, answer: Answer) -> None:
        self.reading = reading = tasks.read(self.row, answer.body)
        template = self._template.body(reading.state, self.bought.space.family)
        self.checks.say("task", "task/query-answer", answers.success(self.site, self._query, answer, template))
        self.checks.say("task", "task/id", None if reading.id in (self.id, None) else f"asked for {self.id!r}, answered {reading.id!r}")
        self._same(template, answer.body)
        self._documented(template, answer.body)
        rank = _RANK[reading.state]
        back = f"{reading.state} after {('queued', 'running', 'its end')[self._rank]}" if rank < self._rank else None
        self.checks.say("task", "task/state-never-goes-back", back)
        if reading.progress is not None:
            low = f"{reading.progress:.0%} after {self._progress:.0%}" if reading.progress < self._progress else None
            self.checks.say("task", "task/progress-never-falls", low)
        self._rank, self._progress = max(rank, self._rank), max(reading.progress or 0.0, self._progress)

    def _documented(self, template: Any, body: Any) -> None:
        if not shapes.speaks_of(template, "status"):
            return
        words = [str(word) for word in shapes.values(template, body, "status")]
        known = {word.lower() for word in self.row.states}
        wrong = [word for word in words if word.strip().lower() not in known]
        text = f"{wrong[0]!r} is not one of {', '.join(self.row.states)}" if wrong else None if words else "no word says how the task is"
        self.checks.say("task", "task/state-documented", text)

    def _same(self, template: Any, body: Any) -> None:
        ids = [str(value) for value in shapes.values(template, body, "id") if str(value) != self.id]
        self.checks.say("task", "task/id", f"asked for {self.id!r}, answered {ids[0]!r}" if ids else None)
        model = self.bought.space.model
        if model and shapes.speaks_of(template, "model"):
            wrong = [value for value in shapes.values(template, body, "model") if value != model]
            self.checks.say("task", "task/model", f"{model!r} was asked for, {wrong[0]!r} is said" if wrong else None)

    # --- at the end

    def _finish(self, answer: Answer) -> None:
        if self.reading.state == "failed":
            reason = tasks.error_text(self.row, answer.body)
            self.checks.say("task", "task/failure-reason", None if reason else "a failed task says no reason")
            self.checks.note("task", "task/outputs", "not-tried", f"the task failed: {self.site.shown(reason or '')}")
            return
        self.succeeded = True
        template, body = self._template.body("succeeded", self.bought.space.family), answer.body
        for operation in self._gated():
            given = self.site.call(operation, path=self._path(operation))
            if operation.id == self.row.content:
                self._content(operation, given)
            else:
                known = self.site.tables.operations[operation.id].body("succeeded", self.bought.space.family)
                self.checks.say("task", "content/answer", answers.success(self.site, operation, given, known))
                if operation.id == self.row.result:
                    template, body = known, given.body
        self._outputs(template, body)
        self._stays()

    def _content(self, operation: Operation, answer: Answer) -> None:
        if not answer.ok or answer.failure:
            self.checks.say("download", "content/answer", answers.said(self.site, answer))
            return
        media = operation.responses[str(answer.status)].media if str(answer.status) in operation.responses else ""
        kind = self.bought.output if media.partition("/")[0] in ("", "application") else media.partition("/")[0]
        wrong = list(containers.problems(answer.content, answer.media, kind, answer.headers.get("content-length")))
        self.checks.say("download", "content/answer", None if answer.status == 200 else f"status {answer.status} is not documented")
        self.checks.say("download", "content/whole", wrong)

    def _outputs(self, template: Any, body: Any) -> None:
        links = list(tasks.read(self.row, body).outputs)
        if self.bought.output in _MEDIA and any(shapes.speaks_of(template, name) for name in ("url", "urls")):
            self.checks.say("task", "task/outputs", None if links else "the task succeeded and has no outputs")
            said = [str(value) for name in ("url", "urls") for value in shapes.values(template, body, name)]
            strange = [value for value in said if not value.startswith(("http://", "https://", "data:"))]
            self.checks.say("task", "task/outputs", f"{self.site.shown(strange[0])!r} is no link" if strange else None)
        if links:
            self.checks.say("download", "download/whole", outputs.linked(self.site, links, self.bought.output))

    def _stays(self) -> None:
        answer = self.site.call(self._query, path=self._path(self._query))
        state = tasks.read(self.row, answer.body).state if answer.ok else None
        self.checks.say("task", "task/stays-finished", None if state == "succeeded" else f"then {answers.said(self.site, answer)}")

    def _path(self, operation: Operation) -> dict[str, str]:
        carried = {name: self.bought.path[name] for name in self.row.carry if name in self.bought.path}
        names = [row.name for row in operation.parameters if row.location == "path" and row.name not in carried]
        return {**carried, **dict.fromkeys(names, self.id)}
