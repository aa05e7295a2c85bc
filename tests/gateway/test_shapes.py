"""The answers have the shapes that the pages show: compared with the examples of the pages, which the answers were not made from."""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from unibind import gateway
from unibind._core.tables import Operation
from unibind.uniall.tables import MODELS, PROVIDER, TASKS

from .cases import Case, tasks

EXAMPLES = Path(__file__).parent.parent / "data" / "examples" / "uniall"
SUBMITS = {operation.id for operation in PROVIDER.operations.values() if operation.task}
QUERIES = {id: row for row in TASKS.values() for id in (*row.query.values(), *row.family_query.values())}
HOME = {
    "avatar-digital-human": "kling-avatar-v2",
    "audio-music-generation": "minimax-music",
    "audio-speech-minimax-speech-hd": "minimax-speech",
}


@cache
def shown() -> list[tuple[str, str, str, dict[str, Any]]]:
    """Page, family, state and body of each example about a task."""
    found: list[tuple[str, str, str, dict[str, Any]]] = []
    for path in sorted(EXAMPLES.glob("*.yaml")):
        for row in yaml.safe_load(path.read_text("utf-8")):
            operation, body = row.get("operation"), row.get("body")
            if row["kind"] != "response" or not body or row["status"] != 200 or operation not in {*SUBMITS, *QUERIES}:
                continue
            rows = MODELS.get(body.get("model", ""), ())
            family = next((row.family for row in rows if SUBMITS & {*row.operations}), HOME.get(path.stem))
            if family:
                word = body.get("status", body.get("data", {}).get("status"))
                task = TASKS[PROVIDER.operations[operation].task or QUERIES[operation].name]
                state = "submit" if operation in SUBMITS and task.states[word] in ("queued", "running") else task.states[word]
                found.append((path.stem, family, state, body))
    return found


def given(family: str) -> dict[str, set[str]]:
    """State -> members, over all base requests of a family."""
    answers: dict[str, set[str]] = {}
    for case in (case for case in tasks("uniall") if case.family == family and case.content == "json"):
        for state, body in asyncio.run(life(case)):
            answers.setdefault(state, set()).update(members(body))
    return answers


async def life(case: Case) -> list[tuple[str, Any]]:
    clock = gateway.ManualClock()
    local = gateway.Gateway("uniall", clock=clock)
    row = TASKS[case.operation.task or ""]
    query: Operation = PROVIDER.operations[row.query[case.operation.id]]
    found: list[tuple[str, Any]] = []
    async with httpx.AsyncClient(
        transport=local.transport(), base_url=local.base_url, headers={"authorization": f"Bearer {local.api_key}"}
    ) as http:
        for scenario in ("succeed", "fail"):
            body = (await http.post(case.operation.path, json=case.body, headers={gateway.SCENARIO: scenario})).json()
            found.append(("submit", body))
            path = query.path.replace("{" + row.parameter + "}", body.get("id", body.get("task_id")))
            for seconds, state in ((3, "running"), (10, "failed" if scenario == "fail" else "succeeded")):
                clock.advance(seconds)
                found.append((state, (await http.get(path)).json()))
    return found


def members(body: Any, path: str = "") -> set[str]:
    """Every member, dotted."""
    if isinstance(body, list):
        return {name for item in body for name in members(item, f"{path}[]")}
    if not isinstance(body, dict):
        return set()
    return {name for key, value in body.items() for name in ({f"{path}.{key}"} | members(value, f"{path}.{key}"))}


@pytest.mark.parametrize("family", sorted({row[1] for row in shown()}))
def test_members(family: str) -> None:
    """Of the examples about each state, one at least shows nothing that the answers lack."""
    answers = given(family)
    for state in {row[2] for row in shown() if row[1] == family}:
        lacking = {page: members(body) - answers[state] for page, of, when, body in shown() if (of, when) == (family, state)}
        assert set() in lacking.values(), (family, state, lacking)
