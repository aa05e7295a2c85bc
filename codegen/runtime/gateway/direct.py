"""Answers at once: a body, a file, or a stream of events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from .behaviour import Behaviour
from .calls import Call, Reply, holds
from .clock import Clock
from .jobs import Job
from .placeholders import Scope, fill
from .refusals import Refusals
from .tables import Answers, Event, Stream
from .wording import Wording

_STEPS = 4  # progress events of a stream
Events = AsyncIterator[tuple[str, Any]]


class Direct:
    """Answers calls that make no task."""

    def __init__(self, behaviour: Behaviour, clock: Clock, wording: Wording, refusals: Refusals) -> None:
        self._behaviour = behaviour
        self._clock = clock
        self._wording = wording
        self._refusals = refusals

    def answer(self, call: Call, job: Job, answers: Answers) -> Reply:
        """The answer to a call; that of paid work is late by as long as the work takes."""
        response = call.operation.responses["200"]
        if response.kind == "stream":
            return Reply(200, "accepted", events=self._events(job, answers), task=job.id)
        if answers.stream and job.body.get("stream") is True:
            events = self._spoken(call, job, answers, answers.stream)
            return Reply(200, "accepted", events=events, done=answers.stream.done and not job.plan.fails)
        reply = self._whole(call, job, answers)
        return replace(reply, delay=job.finished - job.created) if call.operation.paid else reply

    def _whole(self, call: Call, job: Job, answers: Answers) -> Reply:
        response = call.operation.responses["200"]
        if call.operation.paid and job.plan.fails:
            return self._refusals.reply(call, "failed", error=job.values(100)["error"])
        if response.kind == "binary":
            return Reply(200, "accepted", file=replace(self._behaviour.file(job.output, job.seed), media=response.media))
        template, kind = _template(call, answers, job)
        body = fill(template, self._wording.scope(job, None, job.finished, call))
        for name, member in answers.keep.items():
            self._wording.kept.setdefault(name, []).append(body[member])
        return Reply(200, "accepted", body, media=kind)

    async def _spoken(self, call: Call, job: Job, answers: Answers, stream: Stream) -> Events:
        """The events of an answer in words; half of them and a refusal when it fails."""
        scope = self._wording.scope(job, None, job.finished)
        rows = [pair for event in stream.events if holds(event.where, job.body) for pair in _spread(event, scope)]
        if job.plan.fails:
            rows = rows[: len(rows) // 2]
        answer = fill(answers.body("succeeded", job.family), scope)
        await self._clock.sleep(job.plan.queued)
        for number, (template, values) in enumerate(rows):
            data = fill(template, values.item({"number": number, "answer": answer}))
            yield (str(data[stream.name]) if stream.name else ""), data
            await self._clock.sleep(job.plan.running / len(rows))
        if job.plan.fails:
            yield ("error" if stream.name else ""), self._refusals.body("failed", call.operation.id, error=scope.values["error"])[1]

    async def _events(self, job: Job, answers: Answers) -> Events:
        """The progress of an answer, then the answer."""
        await self._clock.sleep(job.plan.queued)
        for step in range(_STEPS):
            now = job.created + job.plan.queued + job.plan.running * step / _STEPS
            yield "", fill(answers.body("running", job.family), self._wording.scope(job, None, now))
            await self._clock.sleep(job.plan.running / _STEPS)
        state = self._behaviour.state(job, job.finished)
        yield "", fill(answers.body(state, job.family), self._wording.scope(job, None, job.finished))


def _template(call: Call, answers: Answers, job: Job) -> tuple[Any, str]:
    """The template of an answer, and its media type where it is text."""
    given = {*call.headers, *call.query}
    for row in answers.variants:
        named = given >= set(row.present) and (not row.any_present or given & set(row.any_present))
        if named and holds(row.where, job.body):
            return row.body, row.media
    return answers.body("succeeded", job.family), ""


def _spread(event: Event, scope: Scope) -> list[tuple[Any, Scope]]:
    """The template of an event, once or for each item of its list."""
    if not event.each:
        return [(event.data, scope)]
    return [(event.data, scope.item(values)) for values in scope.lists[event.each]]
