"""Hypothesis strategies of answers, after their documented shapes."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .._core import dispatch
from .._core.tables import Response
from .space import Node, response_data
from .values import fits, limits, link


def answer(provider: str, operation: str, status: int) -> SearchStrategy[dict[str, Any]]:
    """Bodies of one operation and status."""
    tables = dispatch.provider(provider)
    if operation not in tables.operations:
        raise LookupError(f"{tables.title} has no operation {operation!r}")
    row = _row(tables.operations[operation].responses, status)
    if row is None or row.kind != "json" or not row.schemas:
        raise LookupError(f"{operation} documents no JSON for status {status}")
    return st.one_of([_object(provider, name) for name in row.schemas])


def _row(rows: Any, status: int) -> Response | None:
    found: Response | None = rows.get(str(status)) or rows.get(f"{status // 100}XX")
    return found


@cache
def _object(provider: str, name: str) -> SearchStrategy[dict[str, Any]]:
    found: SearchStrategy[dict[str, Any]] = st.deferred(lambda: _of(provider, response_data(provider)[name]))
    return found


def _of(provider: str, node: Node) -> SearchStrategy[Any]:
    match node["is"]:
        case "Ref":
            return _object(provider, node["name"])
        case "Object":
            return _members(provider, node, {})
        case "Variants":
            return st.one_of([_members(provider, case, {node["discriminator"]: name}) for name, case in node["cases"].items()])
        case "Union":
            return st.one_of([_of(provider, option) for option in node["options"]])
        case "Array":
            rows = limits(node.get("bounds", []))
            least = rows.get("min_items", 0)
            return st.lists(_of(provider, node["items"]), min_size=least, max_size=rows.get("max_items", least + 3))
        case _:
            return _scalar(node)


def _members(provider: str, node: Node, fixed: dict[str, Any]) -> SearchStrategy[dict[str, Any]]:
    fields = node.get("fields", ())
    needed = {row["name"]: _of(provider, row["type"]) for row in fields if row.get("required")}
    others = {row["name"]: _of(provider, row["type"]) for row in fields if not row.get("required")}
    drawn: SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(needed, optional=others)
    return drawn.map(lambda members: {**fixed, **members}) if fixed else drawn


def _scalar(node: Node) -> SearchStrategy[Any]:
    rows = limits([[*row, []] for row in node.get("bounds", [])])
    if {"enum", "const", "pattern"} & rows.keys():
        return st.sampled_from(fits({**node, "bounds": [[*row, []] for row in node.get("bounds", [])]}))
    match node["kind"]:
        case "integer":
            return st.integers(rows.get("minimum", 0), rows.get("maximum", 2**40))
        case "number":
            return st.one_of(st.integers(0, 2**40), st.floats(0, 1e9, allow_nan=False))
        case "boolean":
            return st.booleans()
        case "string" if node.get("url"):
            return st.integers(0, 99).map(link)
        case "string":
            return st.text(max_size=30)
        case _:
            return st.one_of(
                st.none(), st.text(max_size=10), st.integers(), st.dictionaries(st.text(max_size=5), st.integers(), max_size=2)
            )
