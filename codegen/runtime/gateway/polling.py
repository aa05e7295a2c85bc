"""Answers about tasks: how they are, their result, their content."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from .._core.tables import Provider, Task
from .behaviour import Behaviour
from .calls import Call, Reply
from .clock import Clock
from .jobs import Job
from .placeholders import Scope, fill
from .refusals import Refusals
from .tables import Answers, Tables
from .wording import Wording

Asked = Callable[[Call], Reply]


class Polling:
    """The tasks of one gateway, and the operations that ask about them.

    Attributes:
        jobs: By id.
    """

    def __init__(
        self, provider: Provider, tables: Tables, behaviour: Behaviour, clock: Clock, wording: Wording, refusals: Refusals
    ) -> None:
        self.jobs: dict[str, Job] = {}
        self._tables = tables
        self._behaviour = behaviour
        self._clock = clock
        self._wording = wording
        self._refusals = refusals
        self._asked = self._table(provider)

    def answer(self, call: Call) -> Reply | None:
        """The answer to a call about tasks; None when it is about something else."""
        asked = self._asked.get(call.operation.id)
        return asked(call) if asked is not None else None

    def submitted(self, job: Job, row: Task, answers: Answers) -> Any:
        """Keep a new task; what its submit is answered with."""
        self.jobs[job.id] = job
        return fill(answers.body("submit", job.family), self._wording.scope(job, row, job.created))

    def _table(self, provider: Provider) -> Mapping[str, Asked]:
        asked: dict[str, Asked] = {}
        for row in provider.tasks.values():
            asked |= dict.fromkeys((*row.query.values(), *row.family_query.values()), self._query(row))
            if row.content:
                asked[row.content] = self._content(row)
            if row.result:
                asked[row.result] = self._result(row, self._tables.operations[row.result])
        for id, answers in self._tables.operations.items():
            if answers.about:
                row = provider.tasks[answers.about]
                asked[id] = self._several(row, answers) if answers.ids else self._result(row, answers)
        return asked

    def _query(self, row: Task) -> Asked:
        def query(call: Call) -> Reply:
            job = self._found(call, row)
            return self._lost(call, row) if job is None else Reply(200, "accepted", self._state(job, row), task=job.id)

        return query

    def _result(self, row: Task, answers: Answers) -> Asked:
        def result(call: Call, job: Job) -> Reply:
            scope = self._wording.scope(job, row, job.finished)
            return Reply(200, "accepted", fill(answers.body("succeeded", job.family), scope), task=job.id)

        return self._when_ready(row, result)

    def _content(self, row: Task) -> Asked:
        def content(call: Call, job: Job) -> Reply:
            return Reply(200, "accepted", file=self._behaviour.file(job.output, job.seed), task=job.id)

        return self._when_ready(row, content)

    def _several(self, row: Task, answers: Answers) -> Asked:
        def several(call: Call) -> Reply:
            now = self._clock.now()
            found = [job for id in call.body.get(answers.ids) or () if (job := self._behaviour.find(self.jobs, row, id, now)) is not None]
            scope = Scope({}, call.body, call.query, {"tasks": [self._state(job, row) for job in found]})
            return Reply(200, "accepted", fill(answers.body("succeeded", None), scope))

        return several

    def _when_ready(self, row: Task, give: Callable[[Call, Job], Reply]) -> Asked:
        def ask(call: Call) -> Reply:
            job = self._found(call, row)
            if job is None:
                return self._lost(call, row)
            if not self._behaviour.ready(job, self._clock.now()):
                return replace(self._refusals.reply(call, "not_ready"), task=job.id)
            return give(call, job)

        return ask

    def _state(self, job: Job, row: Task) -> Any:
        """What the query answers about a task now."""
        now = self._clock.now()
        template = self._tables.tasks[row.name].body(self._behaviour.state(job, now), job.family)
        return fill(template, self._wording.scope(job, row, now))

    def _found(self, call: Call, row: Task) -> Job | None:
        return self._behaviour.find(self.jobs, row, call.path[row.parameter], self._clock.now())

    def _lost(self, call: Call, row: Task) -> Reply:
        return self._refusals.reply(call, "not_found", message=f"there is no {row.name} task of this id")
