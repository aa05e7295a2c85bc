"""From a call that is accepted to the job that it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core import dispatch
from .._core.shape import is_object
from .._core.tables import Operation, Provider
from . import jobs
from .behaviour import Behaviour
from .calls import SCENARIO, Call, wanted
from .clock import Clock
from .jobs import COURSES, Course, Job
from .tables import Answers, Tables


class Orders:
    """Makes jobs; ids, durations and seeds follow from the seed and from the number of paid calls before."""

    def __init__(self, provider: Provider, tables: Tables, behaviour: Behaviour, clock: Clock, seed: int) -> None:
        self._provider = provider
        self._tables = tables
        self._behaviour = behaviour
        self._clock = clock
        self._seed = seed
        self._number = 0

    def job(self, call: Call, kind: str, answers: Answers, course: Course | None = None) -> Job:
        """The job of a call; its course is the one that the call asks for when none is given."""
        self._number += call.operation.paid
        dice = jobs.dice(self._seed, self._number)
        body = self._body(call)
        model, family = _model(call, body)
        output = self._output(call.operation, family)
        job = Job(
            id=jobs.new_id(dice, answers.prefix(family)),
            vendor_id=jobs.vendor_id(dice),
            kind=kind,
            operation=call.operation.id,
            family=family,
            model=model,
            output=output,
            seed=dice.getrandbits(24),
            body=body,
            created=self._clock.now(),
            plan=self._behaviour.plan(call, output, dice, _course(call, course)),
            count=wanted(body, answers.count),
            query=call.query,
            paid=call.operation.paid,
        )
        return self._behaviour.job(job)

    def _body(self, call: Call) -> Mapping[str, Any]:
        if call.content == "multipart" and is_object(call.body):
            return dispatch.from_form(self._provider, call.operation, call.body)
        return call.body if is_object(call.body) else {}

    def _output(self, operation: Operation, family: str | None) -> str:
        family = family if family is not None else next(iter(operation.families.values()), "")
        return self._tables.outputs.get(family, "text")


def _course(call: Call, given: Course | None) -> Course:
    """The course that is given, or that the header of the call asks for; what makes no task can succeed or fail."""
    name = given or call.headers.get(SCENARIO)
    for course in COURSES if call.operation.task else COURSES[:2]:
        if course == name:
            return course
    return COURSES[0]


def _model(call: Call, body: Mapping[str, Any]) -> tuple[str, str | None]:
    """Model and family of a call; models that no page knows have no family."""
    operation = call.operation
    if operation.dispatch == "none":
        return str(call.path.get("model", "")), operation.families.get("")
    model = str((body if operation.dispatch == "body" else call.path).get(operation.model_field, ""))
    return model, operation.families.get(model)
