"""Requests that another reader of the documentation wrote down, with what each should come to."""

from __future__ import annotations

import json
from typing import Any

import pytest
import unibind

from .requests import DATA, PROVIDERS, upload


def cases() -> list[Any]:
    """Every case."""
    files = [(provider, file) for provider in PROVIDERS for file in sorted((DATA / "cases" / provider).glob("*.jsonl"))]
    rows = [(provider, json.loads(line)) for provider, file in files for line in file.read_text("utf-8").splitlines()]
    return [pytest.param(provider, row, id=row["id"]) for provider, row in rows]


def found(provider: str, case: dict[str, Any]) -> list[unibind.Violation]:
    body, content_type = case.get("body"), case.get("content_type", "application/json")
    if content_type.startswith("multipart") and isinstance(body, dict):
        body = {name: upload(value) for name, value in body.items()}
    return unibind.check_request(
        provider,
        case["method"],
        case["path"],
        body,
        path_params=case.get("path_params", {}),
        query=case.get("query"),
        headers=case.get("headers"),
        content_type=content_type,
    )


def names(field: list[Any], loc: tuple[str | int, ...]) -> bool:
    """Whether the place is the field, a part of it, or the whole that it belongs to."""
    shorter = min(len(field), len(loc))
    return tuple(field[:shorter]) == loc[:shorter] and (bool(loc) or not field)


@pytest.mark.parametrize(("provider", "case"), cases())
def test_case(provider: str, case: dict[str, Any]) -> None:
    refused = [violation for violation in found(provider, case) if violation.severity == "error"]
    if case["expect"] != "reject":
        assert not refused, case["why"]
        return
    assert refused, case["why"]
    fields = case.get("fields")
    assert not fields or any(names(field, violation.loc) for violation in refused for field in fields), (case["why"], refused)


def test_cases_were_found() -> None:
    rows = cases()
    assert len(rows) > 2300
    assert {row.values[0] for row in rows} == set(PROVIDERS)
    assert len({row.id for row in rows}) == len(rows)
