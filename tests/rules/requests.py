"""Requests as the tests hold them, and what each reading says about one."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import unibind
import yaml

from tests.oracle.interpreter import Tables, findings, read_tables
from tests.oracle.values import Loc, Node

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "spec"
DATA = ROOT / "tests" / "data"
PROVIDER = "uniall"
MEDIA = {"json": "application/json", "multipart": "multipart/form-data"}
_BYTES = b"\0" * 10_000_000

Found = set[tuple[str, Loc, str]]  # rule, location, severity


@dataclass(frozen=True)
class Request:
    """One request; files stand as `{"$file": {name, type, size}}`."""

    operation: str
    body: Any
    content: str = "json"
    path: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] | None = None
    headers: dict[str, Any] | None = None

    def with_body(self, body: Any) -> Request:
        """The same request with another body."""
        return replace(self, body=body)


def tables() -> Tables:
    """The YAML tables, through the reader of the oracle."""
    return read_tables(SPEC, PROVIDER)


def families() -> dict[str, Node]:
    """All families by id."""
    return {family["family"]: family for family in tables().families}


def operation(id: str) -> Node:
    """The row of an operation in api.yaml."""
    row: Node = tables().api["operations"][id]
    return row


def contents(id: str) -> list[str]:
    """How the body of the operation may be encoded."""
    return list(operation(id).get("contents") or ())


def operations(family: Node) -> list[str]:
    """Every operation that takes the family."""
    return [*family["operations"], *family.get("also", ())]


def rule_data(family: str) -> dict[str, Any]:
    """The pairs and base requests of a family, of which the caller may change its own copy."""
    return copy.deepcopy(_rule_data(family))


@cache
def _rule_data(family: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DATA / "rules" / PROVIDER / f"{family}.yaml").read_text("utf-8"))
    return loaded


def base_requests(family: Node) -> list[Request]:
    """Requests of the family that pass."""
    return [
        Request(row["operation"], row["body"], row.get("content", "json"), row.get("path", {}))
        for row in rule_data(family["family"])["base"]
    ]


def pair(family: Node, row: Node, which: str) -> Request:
    """The accepted or refused request of a named rule."""
    return Request(row.get("operation", family["operations"][0]), row[which], row.get("content", "json"), row.get("path", {}))


def upload(value: Any) -> Any:
    """The value with its files in the form that httpx takes."""
    if isinstance(value, dict) and "$file" in value:
        about = value["$file"]
        return about.get("name"), _BYTES[: about.get("size", 0)], about.get("type")
    if isinstance(value, list):
        return [upload(item) for item in value]
    return value


def emitted(request: Request) -> Found:
    """What the generated package says."""
    body = request.body
    if request.content == "multipart" and isinstance(body, dict):
        body = {name: upload(value) for name, value in body.items()}
    row = operation(request.operation)
    found = unibind.check_request(
        PROVIDER,
        row["method"],
        row["path"],
        body,
        path_params=request.path,
        query=request.query,
        headers=request.headers,
        content_type=MEDIA[request.content],
    )
    return {(violation.rule, violation.loc, violation.severity) for violation in found}


def plain(request: Request) -> Found:
    """What the oracle says; it reads bodies only, so the parameters of the path are left to `emitted`."""
    return findings(SPEC, PROVIDER, request.operation, request.body, request.content, request.path)


def errors(found: Found) -> Found:
    """The findings that forbid sending."""
    return {finding for finding in found if finding[2] == "error"}


def text(request: Request) -> str:
    """For messages of failed assertions."""
    return f"{request.operation} ({request.content}) {request.path or ''} {json.dumps(request.body, ensure_ascii=False)[:3000]}"
