"""What a gateway does at each step: small methods, each of which a test may replace to get a gateway with one fault.

class Lazy(Behaviour):
    def check(self, provider, call):
        return [row for row in super().check(provider, call) if row.rule != "veo-3.1/duration:enum"]

Gateway("uniall", behaviour=Lazy())
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from .._core.tables import Provider, Task
from .._core.violations import Violation
from . import calls, media
from .account import Account, Problem
from .calls import Call, Reply
from .jobs import Course, Job, Plan, State
from .log import is_credential


class Behaviour:
    """The correct behaviour. A subclass overrides what shall differ; one object may serve several gateways when it keeps no state."""

    def authenticate(self, provider: Provider, account: Account, call: Call) -> Problem | None:
        """Why the key of a call is not taken, or None."""
        return account.problem(provider, call)

    def check(self, provider: Provider, call: Call) -> list[Violation]:
        """The rules that a call breaks; the call is refused when one of them is an error."""
        return calls.check(provider, call)

    def can_pay(self, account: Account, call: Call) -> bool:
        """Whether the balance is enough for a paid call."""
        return account.can_pay()

    def pay(self, account: Account, call: Call) -> None:
        """Take the price of a paid call that is accepted."""
        account.pay()

    def plan(self, call: Call, output: str, dice: random.Random, course: Course) -> Plan:
        """How long a task takes, and how it ends."""
        return Plan.of(output, dice, course)

    def job(self, job: Job) -> Job:
        """A new task, before it is kept: its id, model, number of outputs ..."""
        return job

    def find(self, jobs: Mapping[str, Job], row: Task, id: str, now: float) -> Job | None:
        """The task of an id that a query of its kind knows at this time, or None."""
        job = jobs.get(id)
        return job if job is not None and job.kind == row.name and not job.lost(now) else None

    def state(self, job: Job, now: float) -> State:
        """The state of a task at a time."""
        return job.state(now)

    def progress(self, job: Job, now: float) -> int:
        """Percent at a time."""
        return job.progress(now)

    def ready(self, job: Job, now: float) -> bool:
        """Whether the content and the result of a task are given."""
        return self.state(job, now) == "succeeded"

    def outputs(self, job: Job, outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The outputs that a finished task shows: `url`, `media`, and `data`, a function that gives base64."""
        return outputs

    def file(self, output: str, seed: int) -> media.File:
        """The file of an output."""
        return media.file(output, seed)

    def refuses_media(self, headers: Mapping[str, str], query: Mapping[str, str]) -> bool:
        """Whether a request for a result is refused because it carries a credential."""
        return any(is_credential(name) for name in (*headers, *query))

    def reply(self, call: Call, reply: Reply) -> Reply:
        """The last look at any answer of the API: status, headers, body."""
        return reply


CORRECT = Behaviour()
