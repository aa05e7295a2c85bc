"""Hypothesis strategies of requests, made from the YAML tables: a request that passes, then brought around the rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.oracle.values import Node

from .edits import DROP, Edit, apply, field_edits
from .requests import Request, base_requests, contents, families, operation, operations, pair, rule_data
from .scenarios import Scenario, scenarios


@cache
def requests(family: str, content: str = "json") -> st.SearchStrategy[Request]:
    """Requests of a family on any operation that takes it with this content."""
    table = families()[family]
    taking = tuple(name for name in operations(table) if content in contents(name))
    starts = tuple(start for start in _starts(table) if content == "multipart" or "$file" not in json.dumps(start.body))
    edits = (*_edits(family, content), *(Edit(("model",), value) for value in (*STRANGE_MODELS, _misplaced(table))))
    return _requests(table, taking, starts, edits, _scenarios(family, content), content)


@cache
def class_requests(family: str) -> st.SearchStrategy[Request]:
    """Requests for the request class of a family, which knows one operation and no new models, and takes no `5.0` for 5."""
    table = families()[family]
    starts = tuple(start for start in _starts(table) if "$file" not in json.dumps(start.body))
    edits = tuple(edit for edit in _edits(family, "json") if not _has_whole_float(edit.value))
    ways = tuple(way for way in _scenarios(family, "json") if not any(_has_whole_float(edit.value) for edit in way.edits))
    return _requests(table, (table["operations"][0],), starts, edits, ways, "json")


@cache
def _edits(family: str, content: str) -> tuple[Edit, ...]:
    return tuple(field_edits(families()[family], content))


@cache
def _scenarios(family: str, content: str) -> tuple[Scenario, ...]:
    return tuple(scenarios(families()[family], content))


def _misplaced(family: Node) -> str:
    """A model that no operation of the family takes."""
    taking = set(operations(family))
    others = (other for other in families().values() if not taking & set(operations(other)))
    model: str = next(name for other in others for name in other.get("models") or ())
    return model


def _starts(family: Node) -> list[Request]:
    named = {key: row for key, row in rule_data(family["family"]).items() if key != "base"}
    return [*base_requests(family), *(pair(family, row, which) for row in named.values() for which in ("accept", "reject"))]


def _has_whole_float(value: Any) -> bool:
    if isinstance(value, float):
        return value.is_integer()
    if isinstance(value, dict | list):
        return any(map(_has_whole_float, value.values() if isinstance(value, dict) else value))
    return False


T = TypeVar("T")
STRANGE_MODELS = (DROP, "", 5, "zz-model")


def _one_of(rows: Sequence[T]) -> st.SearchStrategy[T]:
    """Like `sampled_from`, which looks at every row first."""
    return st.integers(0, len(rows) - 1).map(rows.__getitem__)


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
    start = draw(_one_of(starts))
    request = Request(start.operation if start.operation in taking else taking[0], start.body, content, start.path)
    if bool(ways) and draw(st.booleans()):
        request = _brought(draw, family, request, draw(_one_of(ways)), taking)
    elif draw(st.booleans()):
        request = replace(request, operation=draw(_one_of(taking)))
        request = _with_model(family, request, draw(_one_of(_models(family))))
    chosen = draw(st.lists(_one_of(edits), max_size=2))
    request = request.with_body(apply(request.body, chosen))
    return _as_text(request) if content == "multipart" and draw(st.booleans()) else request


def _models(family: Node) -> list[str | None]:
    return [*(family.get("models") or {})] or [None]


def _brought(draw: st.DrawFn, family: Node, request: Request, way: Scenario, taking: tuple[str, ...]) -> Request:
    if way.operation in taking:
        request = replace(request, operation=way.operation)
    if way.models is not None:
        request = _with_model(family, request, draw(_one_of(sorted(way.models))))
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
