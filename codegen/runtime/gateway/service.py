"""What the gateway decides about a call: key, rules, balance, answer. Knows no HTTP server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import cast

from .._core import dispatch
from .._core.tables import Provider
from . import calls
from .account import Account
from .behaviour import CORRECT, Behaviour
from .calls import RULES, SCENARIO, WARNINGS, Call, Reply, rule_ids
from .clock import Clock
from .direct import Direct
from .files import Files
from .jobs import COURSES, Course
from .orders import Orders
from .polling import Polling
from .refusals import Refusals
from .tables import Answers, KeyState, Tables
from .wording import Wording

__all__ = ["RULES", "SCENARIO", "WARNINGS", "KeyState", "Service", "answers_of"]


def answers_of(provider: str) -> Tables:
    """The emitted answers of a provider; `LookupError` when it has none."""
    try:
        return cast(Tables, import_module(f"{dispatch.PACKAGE}.{provider}.gateway").TABLES)
    except ModuleNotFoundError as error:
        if error.name != f"{dispatch.PACKAGE}.{provider}.gateway":
            raise
        raise LookupError(f"the answers of {provider!r} are not in the spec") from None


class Service:
    """One gateway: its account, tasks and files."""

    def __init__(
        self,
        provider: Provider,
        tables: Tables,
        clock: Clock,
        *,
        seed: int = 0,
        keys: Mapping[str, KeyState] | None = None,
        quota: int | None = None,
        base_url: str = "",
        media_url: str = "",
        media_lifetime: float | None = None,
        behaviour: Behaviour = CORRECT,
    ) -> None:
        self.provider = provider
        self.behaviour = behaviour
        self.kinds = calls.kinds(provider)
        self.account = Account(tables.account, clock.now(), keys, quota)
        self.refusals = Refusals(tables)
        self.files = Files(behaviour, media_url, media_lifetime)
        wording = Wording(provider, tables, self.account, self.files, behaviour, seed, base_url)
        self.polling = Polling(provider, tables, behaviour, clock, wording, self.refusals)
        self._tables = tables
        self._orders = Orders(provider, tables, behaviour, clock, seed)
        self._direct = Direct(behaviour, clock, wording, self.refusals)

    def answer(self, call: Call, course: Course | None = None) -> Reply:
        """The answer to a call; `course` is what happens to the task that it makes, otherwise the call's header says it."""
        return self.behaviour.reply(call, self._answer(call, course))

    def _answer(self, call: Call, course: Course | None) -> Reply:
        problem = self.behaviour.authenticate(self.provider, self.account, call)
        if problem is not None:
            return self.refusals.key(call, problem)
        found = self.behaviour.check(self.provider, call)
        errors = [row for row in found if row.severity == "error"]
        if errors:
            return self.refusals.invalid(call, errors)
        if call.headers.get(SCENARIO, COURSES[0]) not in COURSES:
            return self.refusals.reply(call, "invalid", message=f"{SCENARIO} must be one of {', '.join(COURSES)}")
        reply = self._accepted(call, course)
        if not found:
            return reply
        return replace(reply, headers={**reply.headers, WARNINGS: rule_ids(found)}, rules=tuple(row.rule for row in found))

    def _accepted(self, call: Call, course: Course | None) -> Reply:
        reply = self.polling.answer(call)
        if reply is not None:
            return reply
        operation = call.operation
        if not operation.paid:
            return self._work(call, course)
        if not self.behaviour.can_pay(self.account, call):
            return self.refusals.reply(call, "no_balance")
        reply = self._work(call, course)
        if reply.verdict != "accepted":
            return reply
        self.behaviour.pay(self.account, call)
        return replace(reply, paid=True)

    def _work(self, call: Call, course: Course | None) -> Reply:
        operation = call.operation
        if not operation.task:
            answers = self._tables.operations.get(operation.id, Answers({}))
            return self._direct.answer(call, self._orders.job(call, operation.id, answers, course), answers)
        answers = self._tables.tasks[operation.task]
        job = self._orders.job(call, operation.task, answers, course)
        body = self.polling.submitted(job, self.provider.tasks[operation.task], answers)
        return Reply(200, "accepted", body, task=job.id)
