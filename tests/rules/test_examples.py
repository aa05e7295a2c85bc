"""The request and response examples of the pages, as data of our own."""

from __future__ import annotations

from typing import Any

import pytest
import unibind
import yaml
from unibind._core.model import TaskModel

from .requests import DATA, PROVIDERS, Request, emitted, errors, operation, plain, text

FILES = [file for provider in PROVIDERS for file in sorted((DATA / "examples" / provider).glob("*.yaml"))]


def rows(kind: str) -> list[Any]:
    """The examples of one kind, named by file and position."""
    return [
        pytest.param(file.parent.name, row, id=f"{file.parent.name}-{file.stem}-{index}")
        for file in FILES
        for index, row in enumerate(yaml.safe_load(file.read_text("utf-8")))
        if row["kind"] == kind
    ]


@pytest.mark.parametrize(("provider", "row"), rows("request"))
def test_request(provider: str, row: dict[str, Any]) -> None:
    content, path = row.get("content", "json"), row.get("path") or {}
    request = Request(provider, row["operation"], row.get("body"), content, path, row.get("query"), row.get("headers"))
    found = emitted(request)
    if row.get("body") is not None:
        assert {finding for finding in found if finding[1][:1] != ("task_id",)} == plain(request), text(request)
    match row["expect"]:
        case "accept":
            assert not errors(found), text(request)
        case "warn":
            assert found, text(request)
            assert not errors(found), text(request)
            assert row.get("rule") in (None, *(rule for rule, _, _ in found)), text(request)
        case "reject":
            assert {rule for rule, _, _ in errors(found)} == {row["rule"]}, text(request)
        case other:
            raise AssertionError(f"unknown expectation {other}")


@pytest.mark.parametrize(("provider", "row"), rows("response"))
def test_response(provider: str, row: dict[str, Any]) -> None:
    target = operation(provider, row["operation"])
    answer = unibind.parse_response(provider, target["method"], target["path"], row["status"], row["body"])
    assert answer.to_dict() == row["body"]
    if isinstance(answer, TaskModel):
        assert answer.state in state_of(row["body"])
        assert {output for output in answer.outputs if output != PLACEHOLDER} == set(links_of(row["body"]))
        assert len(answer.outputs) == len(set(answer.outputs))


PLACEHOLDER = "string"  # stands for any text in generated samples
STATES = {
    "queued": {"queued", "pending", "submitted", "not_start", "created", "waiting", "in_queue"},
    "running": {"running", "processing", "in_progress", "generating"},
    "succeeded": {"succeeded", "succeed", "success", "completed", "finished", "done"},
    "failed": {"failed", "failure", "error", "cancelled", "canceled", "expired"},
}


def state_of(body: dict[str, Any]) -> set[str]:
    """The states that the innermost status word of the body may mean."""
    words = [
        str(value).lower()
        for name, value in walk(body)
        if name in ("status", "task_status") and isinstance(value, str) and value != PLACEHOLDER
    ]
    known = [state for word in words for state, spelled in STATES.items() if word in spelled]
    assert bool(known) == bool(words), body
    return {known[-1]} if known else set(STATES)


OUTPUTS = {"url", "urls", "video_url", "result_url", "image_url", "image_urls", "audio_url", "output", "outputs", "imageUrl"}


def links_of(body: dict[str, Any]) -> list[str]:
    """The links to results that a reader of the body sees."""
    return [value for name, value in walk(body) if name in OUTPUTS and isinstance(value, str) and value.startswith("http")]


def walk(value: Any, name: str = "") -> list[tuple[str, Any]]:
    """Every leaf with the name of the member that holds it."""
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in walk(item, key)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in walk(item, name)]
    return [(name, value)]


def test_examples_were_found() -> None:
    assert {file.parent.name for file in FILES} == set(PROVIDERS)
    assert len(FILES) >= 40
    assert len(rows("request")) > 150
    assert len(rows("response")) > 60
