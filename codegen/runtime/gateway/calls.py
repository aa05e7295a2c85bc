"""A request as the gateway sees it, and what it decides to say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._core import dispatch, tasks
from .._core.tables import Operation, Provider
from .._core.violations import Violation
from . import media
from .tables import Kind

SCENARIO = "x-unibind-scenario"  # header: the course of the task, see jobs.COURSES
FAULT = "x-unibind-fault"  # header: what goes wrong with this request, see faults.KINDS
RULES = "x-unibind-rules"  # header of a refusal: ids of the rules that are broken
WARNINGS = "x-unibind-warnings"  # header of an answer: ids of the warnings
MOST_OUTPUTS = 15


@dataclass(frozen=True, slots=True)
class Call:
    """A request, decoded.

    Attributes:
        headers: In lower case.
        body: None without one, and when it could not be decoded.
        content: `json`, `multipart`, or another media type.
    """

    operation: Operation
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any = None
    content: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and what the log says about it: one of body, file and events.

    Attributes:
        body: JSON, or text of the type `media`.
        events: Name and JSON of each; the name may be empty.
        done: Whether the events are followed by `[DONE]`.
        delay: Seconds of the gateway's clock until it is sent: the work of an answer at once.
        rules: Ids of the rules that the request breaks, warnings included.
        task: Id of the task that it is about.
        paid: Whether the request was billed.
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
    delay: float = 0.0


def kinds(provider: Provider) -> dict[str, Kind]:
    """The kind of each operation: what submits a task, is paid and answers at once, asks about tasks, or gives their content."""
    rows = provider.tasks.values()
    content = {row.content for row in rows if row.content}
    asked = {id for row in rows for id in (*row.query.values(), *row.family_query.values(), *row.read, row.result)}
    return {id: _kind(row, asked, content) for id, row in provider.operations.items()}


def _kind(operation: Operation, asked: set[str | None], content: set[str]) -> Kind:
    if operation.task:
        return "submit"
    if operation.id in content:
        return "content"
    if operation.id in asked:
        return "query"
    return "direct" if operation.paid else "other"


def check(provider: Provider, call: Call) -> list[Violation]:
    """Every violation of a call, warnings included."""
    return dispatch.check(
        provider, call.operation, call.body, path_params=call.path, query=call.query, headers=call.headers, content=call.content
    )


def rule_ids(violations: Sequence[Violation]) -> str:
    """Rule ids as the value of a header."""
    return ", ".join(dict.fromkeys(row.rule for row in violations)).encode("ascii", "backslashreplace").decode()


def member(body: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path of a body; None without one."""
    return next(tasks.at(body, tuple(path.split("."))), None) if path else None


def holds(where: Mapping[str, tuple[Any, ...]], body: Mapping[str, Any]) -> bool:
    """Whether the fields of a body have values that are wanted."""
    return all(member(body, path) in values for path, values in where.items())


def wanted(body: Mapping[str, Any], fields: Sequence[str]) -> int:
    """How many outputs a body asks for: the first of the fields that is there; 1 for what is no number."""
    value = next((found for name in fields if (found := member(body, name)) is not None), None)
    try:
        return min(max(int(value or 1), 1), MOST_OUTPUTS)
    except (TypeError, ValueError):
        return 1
