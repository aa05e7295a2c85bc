"""Whatever stands in a recording, there is a report or a `TrafficError`, and nothing is lost."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unibind.traffic import Report, TrafficError, check_traffic

from .conftest import Rows
from .recorder import as_line, as_request, as_response

WORDS = [
    "log",
    "entries",
    "request",
    "response",
    "url",
    "method",
    "status",
    "GET",
    "POST",
    "base64",
    "(binary)",
    "multipart/form-data; boundary=x",
]
URLS = [
    "https://api.aijisu.cn/v1/videos/a",
    "http://[::1",
    "https://api.uniapi.io:99999/",
    "//",
    "/v1",
    "https://api.wavespeed.ai/api/v3/\ud800",
]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(WORDS + URLS),
    st.text(max_size=8),
    st.sampled_from([200, 400, 404, 0, -1, 10**400]),
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path of a value but its root."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for name, item in inner for found in [(*path, name), *places(item, (*path, name))]]


def mutate(value: Any, data: st.DataObject) -> Any:
    """The value with up to four places put out, taken away or given another name."""
    value = copy.deepcopy(value)
    for _ in range(data.draw(st.integers(1, 4))):
        paths = places(value)
        if not paths:
            return value
        *way, last = data.draw(st.sampled_from(paths))
        parent = value
        for name in way:
            parent = parent[name]
        match data.draw(st.sampled_from(["replace", "drop", "add", "text"])):
            case "drop":
                del parent[last]
            case "text" if isinstance(parent[last], str):
                parent[last] = parent[last].swapcase()[: data.draw(st.integers(0, 40))]
            case "add" if isinstance(parent[last], dict):
                parent[last][data.draw(st.text(max_size=4))] = data.draw(VALUES)
            case _:
                parent[last] = data.draw(VALUES)
    return value


def checked(path: Path, text: str) -> Report | None:
    path.write_text(text, "utf-8", errors="replace")
    try:
        report = check_traffic(path)
    except TrafficError:
        return None
    json.dumps(report.to_dict()).encode()
    str(report).encode()
    return report


@pytest.fixture(scope="module")
def some(recorded: dict[str, Rows]) -> list[dict[str, Any]]:
    """A few exchanges of each provider, small ones and uploads."""
    rows = [row for found in recorded.values() for row in found[:: max(1, len(found) // 12)]]
    return [row for row in rows if len(row["answer"]) < 5000 and len(row["sent"]) < 20_000]


SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SETTINGS
@given(st.data())
def test_mutated_hars(some: list[dict[str, Any]], tmp_path: Path, data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(some), min_size=1, max_size=3))
    good = {"log": {"version": "1.2", "entries": [{"request": as_request(row), "response": as_response(row)} for row in chosen]}}
    made = mutate(good, data)
    report = checked(tmp_path / "a.har", json.dumps(made))
    log = made.get("log")
    if report is not None:
        unreadable = sum(row.count for row in report.findings if row.kind == "unreadable")
        assert report.counts.exchanges + unreadable == len(log["entries"])


@SETTINGS
@given(st.data())
def test_mutated_lines(some: list[dict[str, Any]], tmp_path: Path, data: st.DataObject) -> None:
    rows = [mutate(as_line(row), data) for row in data.draw(st.lists(st.sampled_from(some), min_size=1, max_size=3))]
    report = checked(tmp_path / "a.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    assert report is not None
    assert report.counts.exchanges + sum(row.count for row in report.findings if row.kind == "unreadable") == len(rows)


@SETTINGS
@given(VALUES | st.fixed_dictionaries({"log": st.fixed_dictionaries({"entries": st.lists(VALUES, max_size=4)})}))
def test_any_har(tmp_path: Path, value: Any) -> None:
    checked(tmp_path / "a.har", json.dumps(value))


@SETTINGS
@given(st.binary(max_size=200), st.sampled_from(["a.har", "a.jsonl", "a"]))
def test_any_file(tmp_path: Path, content: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with suppress(TrafficError):
        check_traffic(path)
