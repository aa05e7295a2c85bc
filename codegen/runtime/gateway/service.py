"""What the gateway decides: who may call, what is wrong, how far a task is, what to say. Knows no HTTP server."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from typing import Any, Literal, cast

from .._core import dispatch, tasks
from .._core.shape import is_array, is_object
from .._core.tables import Operation, Provider, Task
from .._core.violations import Violation
from . import jobs, media
from .clock import Clock
from .jobs import SCENARIOS, Job, Plan
from .log import is_credential
from .placeholders import Scope, fill
from .tables import Answers, Cause, Event, Stream, Tables

SCENARIO = "x-unibind-scenario"
RULES = "x-unibind-rules"
WARNINGS = "x-unibind-warnings"
KeyState = Literal["enabled", "disabled"]
_MOST_OUTPUTS = 15
_STEPS = 4  # progress events of a stream


@dataclass(frozen=True, slots=True)
class Call:
    """A request, decoded."""

    operation: Operation
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]  # in lower case
    body: Any = None  # None also when it could not be decoded
    content: str = ""  # json, multipart, or another media type


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and what the log says about it: one of body, file and events.

    Attributes:
        body: JSON, or text of the type `media`.
        events: Name and JSON of each; the name may be empty.
        done: Whether the events are followed by `[DONE]`.
    """

    status: int
    verdict: str
    body: Any = None
    file: media.File | None = None
    events: AsyncIterator[tuple[str, Any]] | None = None
    done: bool = True
    media: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    rules: tuple[str, ...] = ()
    task: str | None = None
    paid: bool = False


def answers_of(provider: str) -> Tables:
    """The emitted answers of a provider; `LookupError` when it has none."""
    try:
        return cast(Tables, import_module(f"{dispatch.PACKAGE}.{provider}.gateway").TABLES)
    except ModuleNotFoundError as error:
        if error.name != f"{dispatch.PACKAGE}.{provider}.gateway":
            raise
        raise LookupError(f"the answers of {provider!r} are not in the spec") from None


class Service:
    """One gateway: its keys, account, tasks and files."""

    def __init__(self, provider: Provider, tables: Tables, clock: Clock, seed: int, keys: Mapping[str, KeyState], media_url: str) -> None:
        self.provider = provider
        self.tables = tables
        self.clock = clock
        self.seed = seed
        self.keys = dict(keys)
        self.media_url = media_url
        self.quota = tables.account.quota
        self.used = tables.account.used
        self.jobs: dict[str, Job] = {}
        self.files: dict[str, tuple[str, int]] = {}  # path at the media origin -> output, seed
        self.kept: dict[str, list[Any]] = {}  # ex) voices that were made
        self._number = 0
        self._models = [{"model": id} for id, rows in provider.models.items() if not all(row.deprecated for row in rows)]
        self._queries = {id: row for row in provider.tasks.values() for id in (*row.query.values(), *row.family_query.values())}
        self._contents = {row.content: row for row in provider.tasks.values() if row.content}
        self._results = {row.result: row for row in provider.tasks.values() if row.result}

    async def answer(self, call: Call) -> Reply:
        """The answer to one call."""
        cause = self._key_problem(call)
        if cause is not None:
            return self._refused(call, cause)
        found = dispatch.check(
            self.provider, call.operation, call.body, path_params=call.path, query=call.query, headers=call.headers, content=call.content
        )
        errors = [row for row in found if row.severity == "error"]
        if errors:
            return self._invalid(call, errors)
        if call.headers.get(SCENARIO, SCENARIOS[0]) not in SCENARIOS:
            return self._refused(call, "invalid", message=f"{SCENARIO} must be one of {', '.join(SCENARIOS)}")
        reply = await self._accepted(call)
        if not found:
            return reply
        return replace(reply, headers={**reply.headers, WARNINGS: _ids(found)}, rules=tuple(row.rule for row in found))

    async def _accepted(self, call: Call) -> Reply:
        operation = call.operation
        if operation.id in self._queries:
            return self._query(call, self._queries[operation.id])
        if operation.id in self._contents:
            return self._content(call, self._contents[operation.id])
        if operation.id in self._results:
            return self._about(call, self._results[operation.id], self.tables.operations[operation.id])
        if operation.paid and self.quota < self.tables.account.price:
            return self._refused(call, "no_balance")
        return self._submit(call) if operation.task else await self._at_once(call)

    # --- refusals

    def _key_problem(self, call: Call) -> Cause | None:
        """Why the key of a call is not taken. Formats that carry it in a parameter of the operation may do so."""
        row = self.provider.security_of(call.operation)
        given = [_key(value, row.prefix) for value in (call.headers.get(row.header.lower()),) if value is not None]
        for parameter in call.operation.parameters:
            place = call.headers if parameter.location == "header" else call.query
            if parameter.location != "path" and is_credential(parameter.name) and parameter.name in place:
                given.append(place[parameter.name])
        states = [self.keys[key] for key in given if key in self.keys]
        if not given:
            return "missing_key"
        if not states:
            return "unknown_key"
        return None if "enabled" in states else "disabled_key"

    def _invalid(self, call: Call, errors: Sequence[Violation]) -> Reply:
        first = errors[0]
        reply = self._refused(call, "invalid", message=first.message, param=".".join(map(str, first.loc)) or None)
        return replace(reply, headers={RULES: _ids(errors)}, rules=tuple(row.rule for row in errors))

    def refusal(self, cause: Cause, operation: str = "", **values: Any) -> tuple[int, Any]:
        """Status and body of a refusal."""
        row = self.tables.refusal(cause, operation)
        return row.status, fill(row.body, Scope({"message": "", "param": None, "error": "", **values}))

    def _refused(self, call: Call, cause: Cause, **values: Any) -> Reply:
        status, body = self.refusal(cause, call.operation.id, **values)
        return Reply(status, cause, body)

    # --- tasks

    def _submit(self, call: Call) -> Reply:
        kind = call.operation.task or ""
        answers = self.tables.tasks[kind]
        job = self._job(call, kind, answers)
        self.jobs[job.id] = job
        body = fill(answers.body("submit", job.family), self._scope(job, self.provider.tasks[kind], job.created))
        return Reply(200, "accepted", body, task=job.id, paid=self._pay(call))

    def _query(self, call: Call, row: Task) -> Reply:
        job = self._found(call, row)
        if job is None:
            return self._no_task(call, row)
        return Reply(200, "accepted", self._state(job, row), task=job.id)

    def _state(self, job: Job, row: Task) -> Any:
        """What the query answers about a task now."""
        now = self.clock.now()
        return fill(self.tables.tasks[row.name].body(job.state(now), job.family), self._scope(job, row, now))

    def _about(self, call: Call, row: Task, answers: Answers) -> Reply:
        """An answer about one task, which has to be finished, or about several as they are."""
        if answers.ids:
            found = [job for id in call.body[answers.ids] if (job := self.jobs.get(id)) is not None and job.kind == row.name]
            scope = Scope({}, call.body, call.query, {"tasks": [self._state(job, row) for job in found]})
            return Reply(200, "accepted", fill(answers.body("succeeded", None), scope))
        job = self._found(call, row)
        if job is None:
            return self._no_task(call, row)
        if job.state(self.clock.now()) != "succeeded":
            return replace(self._refused(call, "not_ready"), task=job.id)
        return Reply(200, "accepted", fill(answers.body("succeeded", job.family), self._scope(job, row, job.finished)), task=job.id)

    def _content(self, call: Call, row: Task) -> Reply:
        job = self._found(call, row)
        if job is None:
            return self._no_task(call, row)
        if job.state(self.clock.now()) != "succeeded":
            return replace(self._refused(call, "not_ready"), task=job.id)
        return Reply(200, "accepted", file=media.file(job.output, job.seed), task=job.id)

    def _found(self, call: Call, row: Task) -> Job | None:
        job = self.jobs.get(call.path[row.parameter])
        return job if job is not None and job.kind == row.name else None

    def _no_task(self, call: Call, row: Task) -> Reply:
        return self._refused(call, "not_found", message=f"there is no {row.name} task of this id")

    # --- answers at once

    async def _at_once(self, call: Call) -> Reply:
        answers = self.tables.operations.get(call.operation.id, Answers({}))
        if answers.about:
            return self._about(call, self.provider.tasks[answers.about], answers)
        job = self._job(call, call.operation.id, answers)
        response = call.operation.responses["200"]
        if response.kind == "stream":
            return Reply(200, "accepted", events=self._events(job, answers), task=job.id, paid=self._pay(call))
        if answers.stream and job.body.get("stream") is True:
            events = self._spoken(call, job, answers, answers.stream)
            return Reply(200, "accepted", events=events, done=answers.stream.done and not job.plan.fails, paid=self._pay(call))
        if call.operation.paid:
            await self.clock.sleep(job.finished - job.created)
            if job.plan.fails:
                return self._refused(call, "failed", error=job.values(job.finished)["error"])
        if response.kind == "binary":
            file = replace(media.file(job.output, job.seed), media=response.media)
            return Reply(200, "accepted", file=file, paid=self._pay(call))
        template, kind = self._body(call, answers, job)
        body = fill(template, self._scope(job, None, job.finished))
        for name, member in answers.keep.items():
            self.kept.setdefault(name, []).append(body[member])
        return Reply(200, "accepted", body, media=kind, paid=self._pay(call))

    def _body(self, call: Call, answers: Answers, job: Job) -> tuple[Any, str]:
        """The template of an answer, and its media type where it is text."""
        given = {*call.headers, *call.query}
        for row in answers.variants:
            named = given >= set(row.present) and (not row.any_present or given & set(row.any_present))
            if named and _holds(row.where, job.body):
                return row.body, row.media
        return answers.body("succeeded", job.family), ""

    async def _spoken(self, call: Call, job: Job, answers: Answers, stream: Stream) -> AsyncIterator[tuple[str, Any]]:
        """The events of an answer in words; half of them and a refusal when it fails."""
        scope = self._scope(job, None, job.finished)
        rows = [pair for event in stream.events if _holds(event.where, job.body) for pair in _spread(event, scope)]
        if job.plan.fails:
            rows = rows[: len(rows) // 2]
        answer = fill(answers.body("succeeded", job.family), scope)
        await self.clock.sleep(job.plan.queued)
        for number, (template, values) in enumerate(rows):
            data = fill(template, values.item({"number": number, "answer": answer}))
            yield (str(data[stream.name]) if stream.name else ""), data
            await self.clock.sleep(job.plan.running / len(rows))
        if job.plan.fails:
            yield ("error" if stream.name else ""), self.refusal("failed", call.operation.id, error=scope.values["error"])[1]

    async def _events(self, job: Job, answers: Answers) -> AsyncIterator[tuple[str, Any]]:
        await self.clock.sleep(job.plan.queued)
        for step in range(_STEPS):
            now = job.created + job.plan.queued + job.plan.running * step / _STEPS
            yield "", fill(answers.body("running", job.family), self._scope(job, None, now))
            await self.clock.sleep(job.plan.running / _STEPS)
        state = job.state(job.finished)
        yield "", fill(answers.body(state, job.family), self._scope(job, None, job.finished))

    # --- what answers are made of

    def _job(self, call: Call, kind: str, answers: Answers) -> Job:
        self._number += call.operation.paid
        dice = jobs.dice(self.seed, self._number)
        body: Mapping[str, Any] = call.body if is_object(call.body) else {}
        if call.content == "multipart":
            body = dispatch.from_form(self.provider, call.operation, body)
        model, family = self._model(call, body)
        output = self._output(call.operation, family)
        return Job(
            id=jobs.new_id(dice, answers.prefix(family)),
            vendor_id=jobs.vendor_id(dice),
            kind=kind,
            operation=call.operation.id,
            family=family,
            model=model,
            output=output,
            seed=dice.getrandbits(24),
            body=body,
            created=self.clock.now(),
            plan=Plan.of(output, dice, fails=call.headers.get(SCENARIO) == "fail"),
            count=_count(_member(body, answers.count)),
            query=call.query,
            paid=call.operation.paid,
        )

    def _model(self, call: Call, body: Mapping[str, Any]) -> tuple[str, str | None]:
        """Model and family of a call; models that no page knows have no family."""
        operation = call.operation
        if operation.dispatch == "none":
            return "", operation.families.get("")
        model = str((body if operation.dispatch == "body" else call.path).get(operation.model_field, ""))
        return model, operation.families.get(model)

    def _output(self, operation: Operation, family: str | None) -> str:
        family = family if family is not None else next(iter(operation.families.values()), "")
        return self.tables.outputs.get(family, "text")

    def _pay(self, call: Call) -> bool:
        if call.operation.paid:
            self.quota -= self.tables.account.price
            self.used += self.tables.account.price
        return call.operation.paid

    def _scope(self, job: Job, row: Task | None, now: float) -> Scope:
        values = {**self._account(), **job.values(now), **_times(job.created)}
        if row is not None:
            values["status"] = next(word for word, state in row.states.items() if state == job.state(now))
        outputs = self._outputs(job) if job.paid and job.state(now) == "succeeded" else []
        if outputs:
            values |= {"url": outputs[0]["url"], "urls": [item["url"] for item in outputs]}
        lists = {"outputs": outputs, "models": self._models, **self._spelled(job, values["reply"])}
        return Scope(values, job.body, job.query, {**self.kept, **lists})

    def _spelled(self, job: Job, reply: str) -> dict[str, list[dict[str, Any]]]:
        """What is repeated in answers of text models."""
        answers = self.tables.operations.get(job.kind)
        asked = _inputs(_member(job.body, answers.inputs)) if answers is not None and answers.inputs else []
        vectors = [jobs.vector(self.seed, str(text)) for text in asked]
        return {
            "choices": [{"index": index} for index in range(job.count)],
            "inputs": [{"index": index, "vector": row, "packed": packed} for index, (row, packed) in enumerate(vectors)],
            "words": [{"word": word} for word in jobs.words(reply)],
        }

    def _outputs(self, job: Job) -> list[dict[str, Any]]:
        """The files of a job, each with its link; text has none."""
        if job.output not in media.KINDS:
            return []
        row = media.kind(job.output)
        found: list[dict[str, Any]] = []
        for index in range(job.count):
            path = f"/media/{job.id}-{index + 1}{row.suffix}"
            self.files[path] = (job.output, job.seed + index)
            found.append({"url": f"{self.media_url}{path}", "media": row.media, "data": partial(_base64, job.output, job.seed + index)})
        return found

    def _account(self) -> dict[str, Any]:
        money = round(self.quota / self.tables.account.unit * self.tables.account.rate, 4)
        return {"quota": self.quota, "used": self.used, "total": self.quota + self.used, "amount": money}


def _key(value: str, prefix: str) -> str:
    """The key of a header; empty, and so unknown, in a header of another scheme."""
    return value[len(prefix) :] if value.startswith(prefix) else ""


def _base64(output: str, seed: int) -> str:
    return base64.b64encode(media.file(output, seed).content).decode()


def _times(created: float) -> dict[str, Any]:
    date = datetime.fromtimestamp(int(created), UTC).isoformat().replace("+00:00", "Z")
    return {"created": int(created), "created_ms": int(created * 1000), "date": date}


def _member(body: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path of a body; None without one."""
    return next(tasks.at(body, tuple(path.split("."))), None) if path else None


def _holds(where: Mapping[str, tuple[Any, ...]], body: Mapping[str, Any]) -> bool:
    return all(_member(body, path) in values for path, values in where.items())


def _spread(event: Event, scope: Scope) -> list[tuple[Any, Scope]]:
    """The template of an event, once or for each item of its list."""
    if not event.each:
        return [(event.data, scope)]
    return [(event.data, scope.item(values)) for values in scope.lists[event.each]]


def _inputs(value: Any) -> list[Any]:
    """What is answered one by one: the texts or token lists of a list; everything else is one input."""
    if is_array(value) and value and all(isinstance(item, str) or is_array(item) for item in value):
        return list(value)
    return [value]


def _count(value: Any) -> int:
    """Outputs that are wanted; 1 for what is no number."""
    try:
        return min(max(int(value), 1), _MOST_OUTPUTS)
    except (TypeError, ValueError):
        return 1


def _ids(violations: Sequence[Violation]) -> str:
    """Rule ids as a header."""
    return ", ".join(dict.fromkeys(row.rule for row in violations)).encode("ascii", "backslashreplace").decode()
