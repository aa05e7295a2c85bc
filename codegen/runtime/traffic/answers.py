"""An answer held against what its operation documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._core import dispatch, sse, tasks
from .._core.checks import is_address
from .._core.errors import ResponseInvalid
from .._core.model import TaskModel, response_row
from .._core.shape import is_object
from .._core.tables import Operation, Provider, Response, Task
from .bodies import Body
from .following import is_query
from .shapes import Difference, Members, Shape

_ANY_BINARY = ("application/octet-stream", "binary/octet-stream")


def is_documented(operation: Operation, status: int) -> bool:
    """Whether the operation documents a status or its class."""
    rows: Mapping[str, Response] = operation.responses
    return str(status) in rows or f"{status // 100}XX" in rows


def differences(tables: Provider, operation: Operation, status: int, media: str, body: Body, members: Members) -> Iterator[Difference]:
    """Where the content type and the body are not as documented."""
    row = response_row(operation, status)
    if row is None:
        return
    given = media.partition(";")[0].strip().lower()
    if given and not _takes(row, given):
        yield Difference("content-type", given, f"documented as {row.media}")
        if body.problem == "json" or row.kind != "json":
            return
    if body.problem not in ("", "json") or (row.kind == "binary"):
        return
    if given == "text/event-stream":
        yield from _events(tables, operation, status, body, members)
        return
    yield from _body(tables, operation, status, body.value, members, event=False)


def _takes(row: Response, given: str) -> bool:
    if row.kind == "binary":
        return given in (row.media, *_ANY_BINARY) or given.partition("/")[0] in (row.media.partition("/")[0], *_media(row))
    if given == "text/event-stream":
        return row.kind == "stream" or bool(row.stream)
    if row.text and given != "text/html":
        return True
    return given == row.media or (row.media == "application/json" and given.endswith("+json"))


def _media(row: Response) -> tuple[str, ...]:
    return ("image", "audio", "video") if row.media in _ANY_BINARY else ()


def _events(tables: Provider, operation: Operation, status: int, body: Body, members: Members) -> Iterator[Difference]:
    if not isinstance(body.value, bytes):
        yield from _body(tables, operation, status, body.value, members, event=True)
        return
    decoder = sse.Decoder()
    for event in [*decoder.feed(body.value), *decoder.close()]:
        if event.data.strip() and event.data.strip() != sse.DONE:
            yield from _body(tables, operation, status, event.data, members, event=True)


def _body(tables: Provider, operation: Operation, status: int, value: Any, members: Members, *, event: bool) -> Iterator[Difference]:
    if value is None or value == b"":
        if status != 204:
            yield Difference("unreadable-answer", str(status), "the answer is empty")
        return
    try:
        model = dispatch.parse(tables, operation, status, value, event=event)
    except (ResponseInvalid, RecursionError) as error:
        text = error.message if isinstance(error, ResponseInvalid) else "the body is nested too deeply"
        yield Difference("unreadable-answer", str(status), text)
        return
    name, data = type(model).__name__, model.to_dict()
    row = response_row(operation, status)
    names = () if row is None else row.stream if event and row.stream else row.schemas
    task = task_of(tables, operation) if isinstance(model, TaskModel) and status < 300 and not event else None
    if name in names and is_object(data):
        found = Shape(tables.name, operation.id, name, members).differences(data)
        yield from (difference for difference in found if task is None or not _is_of_table(task, difference))
    elif names and name != "TextResponse":
        yield Difference("unknown-shape", str(status), f"none of {', '.join(names)}")
    if task is not None:
        yield from _task(tables, operation, task, data)


def _is_of_table(row: Task, difference: Difference) -> bool:
    """Whether a value is a status word that the table of states does not have either: that is one finding, not two."""
    path, _, value = difference.path.partition(" = ")
    known = {repr(word) for word in row.states}
    return difference.kind == "unknown-value" and value not in known and path in {_paths([words]) for words in row.status}


def task_of(tables: Provider, operation: Operation) -> Task | None:
    """The kind of task that answers of an operation are about."""
    from .._core.model import task_row

    return task_row(tables, operation)


def _task(tables: Provider, operation: Operation, row: Task, body: Any) -> Iterator[Difference]:
    known = {word.lower() for word in row.states}
    words = dict.fromkeys(word for path in row.status for word in tasks.at(body, path) if isinstance(word, str) and word.strip())
    for word in words:
        if word.strip().lower() not in known:
            yield Difference("unknown-status-word", word, f"the documented words are {', '.join(row.states)}")
    if operation.task and not tasks.refused(row, body) and tasks.task_id(row, body) is None:
        yield Difference("missing-member", _paths(row.id), "the answer of a submit names no task")
    if not is_query(operation, row):
        return
    reading = tasks.read(row, body)
    if row.status and not reading.status:
        yield Difference("missing-member", _paths(row.status), "the answer of a query has no status")
    elif reading.state == "succeeded" and not reading.outputs and _has_links(tables, row):
        yield Difference("no-outputs", reading.status, f"none at {_paths(row.outputs)}")
    for url in reading.outputs:
        if not is_address(url):
            yield Difference("no-link", row.name, f"{url[:60]!r} is no link")


def _has_links(tables: Provider, row: Task) -> bool:
    """Whether every success has outputs: a result may have a route of its own, and some of several operations may make words."""
    makes_words = len(row.query) > 1 and any(tables.operations[id].dispatch == "none" for id in row.query)
    return bool(row.outputs) and row.result is None and not makes_words


def _paths(paths: Any) -> str:
    return " or ".join(".".join(path).replace(".[]", "[]") for path in paths)
