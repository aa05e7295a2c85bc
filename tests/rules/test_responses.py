"""Answers that another reader of the documentation wrote down, with the state and the outputs that each has."""

from __future__ import annotations

import json
from typing import Any

import pytest
import unibind
from unibind._core.model import TaskModel, TextResponse

from .requests import DATA

FILE = DATA / "responses" / "uniapi_wavespeed.jsonl"


def answers() -> list[Any]:
    """Every answer."""
    return [pytest.param(row, id=row["id"]) for row in map(json.loads, FILE.read_text("utf-8").splitlines())]


@pytest.mark.parametrize("row", answers())
def test_answer(row: dict[str, Any]) -> None:
    answer = unibind.parse_response(row["provider"], row["method"], row["path"], row["status"], row["body"])
    if isinstance(row["body"], str):
        assert isinstance(answer, TextResponse)
        assert answer.text == row["body"]
        return
    assert answer.to_dict() == row["body"]
    if "state" in row:
        assert isinstance(answer, TaskModel), row["why"]
        assert answer.state == row["state"], row["why"]
    if isinstance(answer, TaskModel):
        assert answer.outputs == row.get("outputs", []), row["why"]
    else:
        assert "outputs" not in row, row["why"]


def test_answers_were_found() -> None:
    rows = answers()
    assert len(rows) > 50
    assert len({row.id for row in rows}) == len(rows)
