"""Everything that the embedded gateways answer to right requests, recorded once."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from unibind._core import dispatch, tasks
from unibind.traffic import Finding, Report, check_traffic

from tests.gateway.cases import Case, cases, first

from .recorder import CLIENTS, Recorder, lines, send

Rows = list[dict[str, Any]]
Check = Callable[[Rows], Report]


def life(recorder: Recorder, case: Case) -> None:
    """The request of a case, and three queries of the task that it makes."""
    http, tables, key = recorder.http, dispatch.provider(case.provider), recorder.gateway.api_key
    answer = send(http, case, key)
    assert answer.status_code < 300, answer.text
    if not case.operation.task:
        return
    row = tables.tasks[case.operation.task]
    asked = tasks.task_id(row, answer.json())
    query = tables.operations[row.family_query.get(case.family) or row.query[case.operation.id]]
    assert asked
    security = tables.security_of(query)
    for id in (query.id, query.id, query.id, *filter(None, [row.result])):
        path = tables.operations[id].path.replace(f"{{{row.parameter}}}", quote(asked))
        for name, value in case.path.items():
            path = path.replace(f"{{{name}}}", str(value))
        http.get(path, headers={security.header: f"{security.prefix}{key}"})
        recorder.clock.advance(8)


@pytest.fixture(scope="session")
def recorded() -> dict[str, Rows]:
    """The exchanges of every right request by provider."""
    found: dict[str, Rows] = {}
    for provider in CLIENTS:
        recorder = Recorder(provider)
        for case in cases():
            if case.provider == provider:
                life(recorder, case)
        found[provider] = recorder.rows
    return found


@pytest.fixture(scope="session")
def all_rows(recorded: dict[str, Rows]) -> Rows:
    return [row for rows in recorded.values() for row in rows]


@pytest.fixture
def task() -> Rows:
    """A submit of UniAll and the queries of its task, to be changed."""
    recorder = Recorder("uniall")
    life(recorder, first("seedance-2.0"))
    return copy.deepcopy(recorder.rows)


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Writes lines and checks them."""
    return lambda rows: check_traffic(lines(tmp_path / "calls.jsonl", rows))


def kinds(report: Report) -> list[tuple[str, int]]:
    """What was found, without notes."""
    return [(row.kind, row.count) for row in report.findings]


def only(report: Report) -> Finding:
    """The one finding."""
    assert len(report.findings) == 1, str(report)
    return report.findings[0]
