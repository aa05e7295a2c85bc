"""What a spec must obey where it says how the fake gateway answers: every operation, in documented shapes, with placeholders that exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .. import ir
from ..load import Finding, near
from ..runtime._core.shape import is_array, is_object
from ..runtime.gateway.placeholders import REPEATED, VALUES, used
from ..runtime.gateway.tables import CAUSES
from ..walk import dotted
from .finding import at


def gateway(provider: ir.Provider) -> Iterator[Finding]:
    """Every finding; a provider without `gateway` is left alone."""
    if provider.account is None:
        return
    kept = {name for o in provider.operations for r in o.responses if r.answers for name, _ in r.answers.keep}
    for operation in provider.operations:
        for response in operation.responses:
            if response.answers is not None:
                yield from answers(provider, response.answers, (operation,), response.schemas, kept)
            yield from events(provider, operation, response, kept)
        yield from unanswered(provider, operation)
    for task in provider.tasks:
        if task.answers is not None:
            named = {*task.submit, *dict(task.query).values()}  # an unknown one is a finding of another check
            operations = tuple(operation for operation in provider.operations if operation.id in named)
            schemas = tuple(name for operation in operations for response in operation.responses for name in response.schemas)
            yield from answers(provider, task.answers, operations, schemas, kept)
            yield from words(task, task.answers)
    for refusal in (*provider.refusals, *(row for operation in provider.operations for row in operation.refusals)):
        yield from (at(refusal.source, f"refusals.{refusal.cause}: {problem}") for problem in placeholders(refusal.body, set(VALUES)))
    ids = {operation.id for operation in provider.operations}
    for name in provider.account.expired:
        if name not in ids:
            yield at(provider.source, f"gateway.account.expired: there is no operation {name!r}{near(name, ids)}")
    missing = set(CAUSES) - {refusal.cause for refusal in provider.refusals}
    if missing:
        yield at(provider.source, f"gateway.refusals lacks {', '.join(sorted(missing))}")


def unanswered(provider: ir.Provider, operation: ir.Operation) -> Iterator[Finding]:
    answered = [task for task in provider.tasks if task.answers]
    polled = {id for task in answered for id in (*task.submit, *dict(task.query).values(), task.content)}
    polled |= {family.query for task in answered for family in provider.families if {*family.operations} & {*task.submit}}
    if operation.id not in polled and not any(response.answers or response.kind == "binary" for response in operation.responses):
        yield at(operation.source, f"{operation.id} has no answers; the fake gateway would not know what to say")


def events(provider: ir.Provider, operation: ir.Operation, response: ir.Response, kept: set[str]) -> Iterator[Finding]:
    """What is wrong with the events of one response."""
    stream = response.answers.stream if response.answers else None
    if bool(response.stream) != bool(stream):
        yield at(operation.source, f"{operation.id}: `stream` of the response and `answers.stream` belong together")
    if response.answers is None or stream is None:
        return
    known = placeholders_of(response.answers, (operation,), provider.families_of(operation.id), kept)
    named = {schema.name: schema.type for schema in provider.schemas}
    shapes = tuple(named[name] for name in response.stream if name in named)
    for event in stream.events:
        yield from body_findings(response.answers, event.data, known, shapes, named, response.stream)


def answers(
    provider: ir.Provider, answers: ir.Answers, operations: tuple[ir.Operation, ...], schemas: tuple[str, ...], kept: set[str]
) -> Iterator[Finding]:
    families = {family.id: family for operation in operations for family in provider.families_of(operation.id)}
    for name in (*(name for name, _ in answers.families), *(name for name, _ in answers.prefixes if name)):
        if name not in families:
            yield at(answers.source, f"answers.families names {name!r}, which is not a family of this row{near(name, families)}")
    fields = {field.name for family in families.values() for field in family.body.fields}
    for name in (*answers.count, answers.inputs, answers.ids, *answers.conditions()):
        if name and name.partition(".")[0] not in fields:
            yield at(answers.source, f"answers: {name!r} is not a field of the request{near(name, fields)}")
    if answers.about and answers.about not in {task.name for task in provider.tasks}:
        yield at(answers.source, f"answers.about: there is no task {answers.about!r}")
    known = placeholders_of(answers, operations, tuple(families.values()), kept)
    named = {schema.name: schema.type for schema in provider.schemas}
    shapes = tuple(named[name] for name in schemas if name in named)
    for body in answers.all_bodies():
        yield from body_findings(answers, body, known, shapes, named, schemas)


def words(task: ir.Task, answers: ir.Answers) -> Iterator[Finding]:
    """Words of families that the table of states does not have, or has for another state."""
    states = dict(task.states)
    for family, rows in answers.words:
        for state, word in rows:
            if states.get(word) != state:
                yield at(
                    answers.source, f"answers.families.{family}.words: {word!r} is not {state} in the table of states{near(word, states)}"
                )


def body_findings(
    answers: ir.Answers, body: Any, known: set[str], shapes: tuple[ir.Type, ...], named: dict[str, ir.Type], schemas: tuple[str, ...]
) -> Iterator[Finding]:
    yield from (at(answers.source, f"answers: {problem}") for problem in placeholders(body, known))
    yield from (at(answers.source, f"answers: {path} is not a member of {' or '.join(schemas)}") for path in strangers(body, shapes, named))


def placeholders_of(answers: ir.Answers, operations: tuple[ir.Operation, ...], families: tuple[ir.Family, ...], kept: set[str]) -> set[str]:
    """Every placeholder that the answers of these operations may use."""
    fields = {f"{place}.{field.name}" for family in families for field in family.body.fields for place in ("body", "text")}
    queries = {f"query.{parameter.name}" for operation in operations for parameter in operation.parameters if parameter.location == "query"}
    asked = {name for body in answers.all_bodies() for name in used(body) if answers.about and name.partition(".")[0] == "tasks"}
    return {*VALUES, *kept, *fields, *queries, *asked, *(f"*{name}" for name in REPEATED)}


def placeholders(body: Any, known: set[str]) -> Iterator[str]:
    for name in sorted(set(used(body)) - known):
        yield f"unknown placeholder {'$' + name.removeprefix('*')!r}{near(name, known)}"


def strangers(body: Any, types: tuple[ir.Type, ...], named: dict[str, ir.Type], path: ir.Path = ()) -> Iterator[str]:
    """Members of a body that none of the types has."""
    types = tuple(option for type in types for option in alternatives(type, named))
    if is_array(body):
        items = tuple(type.items for type in types if isinstance(type, ir.Array))
        for item in body:
            yield from strangers(item, items, named, (*path, ir.ITEM))
    elif is_object(body):
        objects = tuple(type for type in types if isinstance(type, ir.Object) and type.fields)
        for name, value in body.items():
            fields = tuple(field.type for type in objects for field in type.fields if field.name == name)
            if name.startswith("$"):
                yield from strangers(value, types, named, path)
            elif objects and not fields:
                yield dotted((*path, name))
            else:
                yield from strangers(value, fields, named, (*path, name))


def alternatives(type: ir.Type, named: dict[str, ir.Type]) -> Iterator[ir.Type]:
    if isinstance(type, ir.Ref) and type.name in named:
        yield from alternatives(named[type.name], named)
    elif isinstance(type, ir.Union):
        for option in type.options:
            yield from alternatives(option, named)
    else:
        yield type
