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
from .values import fitting


@cache
def requests(provider: str, family: str, content: str = "json") -> st.SearchStrategy[Request]:
    """Requests of a family on any operation that takes it with this content."""
    table = families(provider)[family]
    taking = tuple(name for name in operations(table) if content in contents(provider, name))
    starts = tuple(start for start in _starts(provider, table) if content == "multipart" or "$file" not in json.dumps(start.body))
    edits = (*_edits(provider, family, content), *_strange_models(provider, table))
    return _requests(table, taking, starts, edits, _scenarios(provider, family, content), content)


@cache
def class_requests(provider: str, family: str) -> st.SearchStrategy[Request]:
    """Requests for the request class of a family, which knows one operation and no new models, and takes no `5.0` for 5 and no null."""
    table = families(provider)[family]
    starts = tuple(start for start in _starts(provider, table) if "$file" not in json.dumps(start.body))
    edits = tuple(edit for edit in _edits(provider, family, "json") if edit.value is not None and not _has_whole_float(edit.value))
    ways = tuple(way for way in _scenarios(provider, family, "json") if not any(_has_whole_float(edit.value) for edit in way.edits))
    return _requests(table, (table["operations"][0],), starts, edits, ways, "json")


@cache
def _edits(provider: str, family: str, content: str) -> tuple[Edit, ...]:
    return tuple(field_edits(families(provider)[family], content))


@cache
def _scenarios(provider: str, family: str, content: str) -> tuple[Scenario, ...]:
    return tuple(scenarios(families(provider)[family], content))


def _strange_models(provider: str, family: Node) -> tuple[Edit, ...]:
    """No model, none that is known, and one that no operation of the family takes, where there is such a one."""
    if not family.get("models"):
        return ()
    taking = set(operations(family))
    others = (other for other in families(provider).values() if not taking & set(operations(other)))
    misplaced = [name for other in others for name in other.get("models") or ()][:1]
    return tuple(Edit(("model",), value) for value in (*STRANGE_MODELS, *misplaced))


def _starts(provider: str, family: Node) -> list[Request]:
    named = {key: row for key, row in rule_data(provider, family["family"]).items() if key != "base"}
    return [
        *base_requests(provider, family),
        *(pair(provider, family, row, which) for row in named.values() for which in ("accept", "reject")),
    ]


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
    request = Request(start.provider, start.operation if start.operation in taking else taking[0], start.body, content, start.path)
    if bool(ways) and draw(st.booleans()):
        request = _brought(draw, family, request, draw(_one_of(ways)), taking)
    elif draw(st.booleans()):
        request = replace(request, operation=draw(_one_of(taking)))
        request = _with_model(family, request, draw(_one_of(_models(family))))
    chosen = draw(st.lists(_one_of(edits), max_size=2))
    request = request.with_body(apply(request.body, chosen))
    request = replace(request, path={**_path(request.provider, request.operation), **request.path})
    return _as_text(family, request) if content == "multipart" and draw(st.booleans()) else request


@cache
def _path(provider: str, id: str) -> dict[str, Any]:
    """A value for each parameter of the path: the oracle reads bodies only."""
    parameters = operation(provider, id).get("parameters") or {}
    return {name: fitting(node) for name, node in parameters.items() if node["in"] == "path"}


def _models(family: Node) -> list[str | None]:
    return [*(family.get("models") or {})] or [None]


def _brought(draw: st.DrawFn, family: Node, request: Request, way: Scenario, taking: tuple[str, ...]) -> Request:
    if way.operation in taking:
        request = replace(request, operation=way.operation)
    if way.models is not None:
        request = _with_model(family, request, draw(_one_of(sorted(way.models))))
    return request.with_body(apply(request.body, way.edits))


def _with_model(family: Node, request: Request, model: str | None) -> Request:
    row = operation(request.provider, request.operation)
    if model is None:
        return request
    if row.get("dispatch") == "path":
        return replace(request, path={**request.path, row["model_field"]: model})
    return request.with_body({**request.body, row.get("model_field", "model"): model})


def _as_text(family: Node, request: Request) -> Request:
    """The body as a form carries it: everything but files is text, and lists may have names of their own."""
    fields = family.get("fields") or {}
    names = {name: fields.get(name, {}).get("form_name", name) if isinstance(value, list) else name for name, value in request.body.items()}
    return request.with_body({names[name]: _part(value) for name, value in request.body.items()})


def _part(value: Any) -> Any:
    if isinstance(value, str) or "$file" in json.dumps(value):
        return value
    return json.dumps(value)
