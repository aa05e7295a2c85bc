"""Hypothesis strategies of requests, made from the YAML tables: a request that passes, then brought around the rules."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tests.oracle.values import Node

from .edits import Edit, apply, field_edits
from .requests import Request, base_requests, contents, families, operation, operations, pair, rule_data
from .scenarios import Scenario, scenarios


@cache
def requests(family: str, content: str = "json", *, whole_floats: bool = True, only: str | None = None) -> st.SearchStrategy[Request]:
    """Requests of a family on any operation that takes it with this content, or on one.

    Args:
        family: Id of the family.
        content: `json` or `multipart`.
        whole_floats: Whether `5.0` may stand for 5.
        only: The one operation to use.
    """
    table = families()[family]
    taking = tuple(name for name in operations(table) if content in contents(name) and only in (None, name))
    starts = tuple(start for start in _starts(table) if content == "multipart" or "$file" not in json.dumps(start.body))
    edits = tuple(edit for edit in _edits(family, content) if whole_floats or not _has_whole_float(edit.value))
    ways = tuple(way for way in _scenarios(family, content) if whole_floats or not any(_has_whole_float(edit.value) for edit in way.edits))
    return _requests(table, taking, starts, edits, ways, content)


@cache
def _edits(family: str, content: str) -> tuple[Edit, ...]:
    return tuple(field_edits(families()[family], content))


@cache
def _scenarios(family: str, content: str) -> tuple[Scenario, ...]:
    return tuple(scenarios(families()[family], content))


def _starts(family: Node) -> list[Request]:
    named = {key: row for key, row in rule_data(family["family"]).items() if key != "base"}
    return [*base_requests(family), *(pair(family, row, which) for row in named.values() for which in ("accept", "reject"))]


def _has_whole_float(value: Any) -> bool:
    if isinstance(value, float):
        return value.is_integer()
    if isinstance(value, dict | list):
        return any(map(_has_whole_float, value.values() if isinstance(value, dict) else value))
    return False


@st.composite
def _requests(
    draw: st.DrawFn,
    family: Node,
    taking: tuple[str, ...],
    starts: tuple[Request, ...],
    edits: tuple[Edit, ...],
    ways: tuple[Scenario, ...],
    content: str,
) -> Request:
    start = draw(st.sampled_from(starts))
    request = Request(start.operation if start.operation in taking else taking[0], start.body, content, start.path)
    if ways and draw(st.booleans()):
        request = _brought(draw, family, request, draw(st.sampled_from(ways)), taking)
    elif draw(st.booleans()):
        request = replace(request, operation=draw(st.sampled_from(taking)))
        request = _with_model(family, request, draw(st.sampled_from(_models(family))))
    chosen = draw(st.lists(st.sampled_from(edits), max_size=2))
    request = request.with_body(apply(request.body, chosen))
    return _as_text(request) if content == "multipart" and draw(st.booleans()) else request


def _models(family: Node) -> list[str | None]:
    return [*(family.get("models") or {})] or [None]


def _brought(draw: st.DrawFn, family: Node, request: Request, way: Scenario, taking: tuple[str, ...]) -> Request:
    if way.operation in taking:
        request = replace(request, operation=way.operation)
    if way.models is not None:
        request = _with_model(family, request, draw(st.sampled_from(sorted(way.models))))
    return request.with_body(apply(request.body, way.edits))


def _with_model(family: Node, request: Request, model: str | None) -> Request:
    row = operation(request.operation)
    if model is None:
        return request
    if row.get("dispatch") == "path":
        return replace(request, path={**request.path, row["model_field"]: model})
    return request.with_body({**request.body, row.get("model_field", "model"): model})


def _as_text(request: Request) -> Request:
    """The body as a form carries it: everything but files is text."""
    return request.with_body({name: _part(value) for name, value in request.body.items()})


def _part(value: Any) -> Any:
    if isinstance(value, str) or "$file" in json.dumps(value):
        return value
    return json.dumps(value)
