"""What Prism says about a gateway that it stands in front of: requests of our own, judged by it alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from typing import Any

import httpx
from unibind._core import dispatch
from unibind._core.tables import Operation
from unibind.gateway import Running
from unibind.testing import edges
from unibind.testing.space import Space, spaces

from . import scope

HAPPY = 24  # requests that keep all rules, at most
MISSES = 200  # requests that break one rule, at most
POLLS = 4
_VIOLATION = re.compile(r'\{"location":\[(?:[^"\\]|"(?:[^"\\]|\\.)*"|\\.)*?\}')  # of many the list is cut off in the middle


@dataclass(frozen=True)
class Sent:
    """A request."""

    operation: Operation
    url: str
    body: dict[str, Any] = field(default_factory=dict[str, Any])
    content: str = ""
    key: bool = True


def requests(provider: str, family: str) -> list[Sent]:
    """Happy requests, near misses, and each of the first without a key."""
    rows = [row for row in spaces(provider, also=True) if row.family == family]
    happy = list(islice(_in_turn(_happy(row) for row in rows), HAPPY))
    cases = {(case.rule, case.edge): case for row in reversed(rows) for case in edges.invalid(row)}
    misses = [_sent(case.space, case.body) for case in islice(cases.values(), MISSES)]
    bare = {row.operation.id: Sent(row.operation, row.url, row.body, row.content, key=False) for row in happy}
    return [*happy, *misses, *bare.values()]


def _happy(space: Space) -> Iterator[Sent]:
    return (_sent(space, body) for body, _ in edges.packed(space))


def findings(url: str, running: Running, sent: Iterable[Sent]) -> set[tuple[str, ...]]:
    """What is wrong with the gateway behind the proxy: answers that break the document, and requests that do and are taken."""
    found: set[tuple[str, ...]] = set()
    with httpx.Client(base_url=url, timeout=60) as client:
        for number, request in enumerate(sent):
            before = len(running.log)
            found |= _judged(request, str(number), _exchange(client, running, request))
            for query in _about(running, request, running.log[-1].task if len(running.log) > before else None):
                found |= _judged(query, query.url if not query.key else "", _exchange(client, running, query))
        for operation in scope.operations(running.gateway.provider, ""):
            if operation.method == "GET":
                for key in (True, False):
                    query = Sent(operation, operation.path, key=key)
                    found |= _judged(query, "", _exchange(client, running, query))
    return found


def _exchange(client: httpx.Client, running: Running, sent: Sent) -> httpx.Response:
    security = dispatch.provider(running.gateway.provider).security_of(sent.operation)
    headers = {security.header: security.prefix + running.api_key} if sent.key else {}
    if sent.content == "json":
        return client.request(sent.operation.method, sent.url, json=sent.body, headers=headers)
    return client.request(sent.operation.method, sent.url, files=_parts(sent.body) or None, headers=headers)


def _parts(body: dict[str, Any]) -> list[tuple[str, Any]]:
    rows = [(name, value) for name, values in body.items() for value in (values if isinstance(values, list) else [values])]
    return [(name, value if isinstance(value, tuple) else (None, str(value))) for name, value in rows]


def _judged(sent: Sent, number: str, answer: httpx.Response) -> set[tuple[str, ...]]:
    rows = [json.loads(row) for row in _VIOLATION.findall(answer.headers.get("sl-violations", ""))]
    wrong = {
        (sent.operation.id, "answer", str(row.get("code")), "/".join(map(str, row["location"])))
        for row in rows
        if row["location"][:1] == ["response"]
    }
    if answer.is_success and any(row["location"][:1] == ["request"] for row in rows):
        wrong.add((sent.operation.id, "taken", number))
    if answer.headers.get("content-type", "").startswith("application/problem+json"):  # what came back is beyond it
        wrong.add((sent.operation.id, "broken", str(answer.status_code)))
    return wrong


def _about(running: Running, sent: Sent, task: str | None) -> Iterator[Sent]:
    """Questions about a new task, and one about a task that is not there, without a key too."""
    tables = dispatch.provider(running.gateway.provider)
    if not sent.operation.task or task is None:
        return
    row = tables.tasks[sent.operation.task]
    for id in scope.asking(row):
        operation = tables.operations[id]
        if operation.method == "GET":
            yield from [Sent(operation, _url(operation, {row.parameter: task}))] * POLLS
            yield Sent(operation, _url(operation, {row.parameter: task}), key=False)
            yield Sent(operation, _url(operation, {row.parameter: "nothing"}))


def _sent(space: Space, body: dict[str, Any]) -> Sent:
    return Sent(space.operation, _url(space.operation, space.path_params or {}), body, space.content)


def _url(operation: Operation, known: dict[str, str]) -> str:
    names = [row.name for row in operation.parameters if row.location == "path"]
    return operation.path.format(**{name: known.get(name, "1") for name in names})


def _in_turn(rows: Iterable[Iterable[Any]]) -> Iterator[Any]:
    """The first of each, then the second of each, and so on."""
    return (item for turn in zip_longest(*rows) for item in turn if item is not None)
