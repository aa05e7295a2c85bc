"""What a task's body says."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.runtime._core import tasks

from .tables import VIDEO

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "data", "status", "progress", "outputs", "video_url", "result", "files", "url", "error"]), inner
        )
    ),
)


@given(JSON)
def test_any_body_can_be_read(body: Any) -> None:
    reading = tasks.read(VIDEO, body)
    assert reading.state in ("queued", "running", "succeeded", "failed")
    assert reading.progress is None or 0 <= reading.progress <= 1
    assert all(reading.outputs)
    assert len(set(reading.outputs)) == len(reading.outputs)


@pytest.mark.parametrize(
    ("value", "fraction"),
    [
        (45, 0.45),
        ("45", 0.45),
        ("45%", 0.45),
        (" 45 % ", 0.45),
        (0, 0),
        (100, 1),
        (250, 1),
        (-3, 0),
        (0.5, 0.005),
        (10**400, 1),
        (math.inf, 1),
        (math.nan, None),
        ("nan", None),
        (True, None),
        ("", None),
        ("half", None),
        (None, None),
        ([45], None),
    ],
)
def test_progress_is_a_percentage(value: Any, fraction: float | None) -> None:
    assert tasks.fraction(value) == fraction


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("queued", "queued"),
        ("SUCCESS", "succeeded"),
        ("success", "succeeded"),
        ("Failed", "failed"),
        ("warming_up", "running"),
        ("", "running"),
    ],
)
def test_states(status: str, state: str) -> None:
    reading = tasks.read(VIDEO, {"status": status})
    assert (reading.status, reading.state) == (status, state)


def test_outputs_come_from_everywhere_once() -> None:
    body = {
        "video_url": "https://a",
        "outputs": ["https://b", "https://a", "", None, 5],
        "result": {"files": [{"url": "https://c"}, {}, "x"]},
    }
    assert tasks.read(VIDEO, body).outputs == ("https://a", "https://b", "https://c")


def test_a_task_without_outputs_can_have_succeeded() -> None:
    reading = tasks.read(VIDEO, {"status": "completed", "video_url": None})
    assert (reading.state, reading.outputs) == ("succeeded", ())


@pytest.mark.parametrize(
    ("body", "id"), [({"id": "a"}, "a"), ({"id": 17}, "17"), ({"id": "", "data": {"task_id": "b"}}, "b"), ({"id": True}, None), ([], None)]
)
def test_ids(body: Any, id: str | None) -> None:
    assert tasks.task_id(VIDEO, body) == id


@pytest.mark.parametrize(("error", "text"), [({"message": "nsfw"}, "nsfw"), ("nsfw", "nsfw"), ("", None), ({}, None), (None, None)])
def test_errors(error: Any, text: str | None) -> None:
    assert tasks.read(VIDEO, {"error": error}).error == text
