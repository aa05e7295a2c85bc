"""Requests as the tests hold them, and what each reading says about one."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import pytest
import unibind
import yaml

from tests.oracle.interpreter import Tables, findings, read_tables
from tests.oracle.values import Loc, Node

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "spec"
DATA = ROOT / "tests" / "data"
PROVIDERS = tuple(sorted(path.parent.name for path in SPEC.glob("*/api.yaml")))
MEDIA = {"json": "application/json", "multipart": "multipart/form-data"}

Found = set[tuple[str, Loc, str]]  # rule, location, severity


@dataclass(frozen=True)
class Request:
    """One request; files stand as `{"$file": {name, type, size}}`."""

    provider: str
    operation: str
    body: Any
    content: str = "json"
    path: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] | None = None
    headers: dict[str, Any] | None = None

    def with_body(self, body: Any) -> Request:
        """The same request with another body."""
        return replace(self, body=body)


def tables(provider: str) -> Tables:
    """The YAML tables, through the reader of the oracle."""
    return read_tables(SPEC, provider)


def families(provider: str) -> dict[str, Node]:
    """All families by id."""
    return {family["family"]: family for family in tables(provider).families}


def all_families() -> list[Any]:
    """Provider and id of each family, as parameters of a test."""
    return [pytest.param(provider, family, id=f"{provider}-{family}") for provider in PROVIDERS for family in sorted(families(provider))]


def operation(provider: str, id: str) -> Node:
    """The row of an operation in api.yaml."""
    row: Node = tables(provider).api["operations"][id]
    return row


def contents(provider: str, id: str) -> list[str]:
    """How the body of the operation may be encoded."""
    return list(operation(provider, id).get("contents") or ())


def operations(family: Node) -> list[str]:
    """Every operation that takes the family."""
    return [*family["operations"], *family.get("also", ())]


def rule_data(provider: str, family: str) -> dict[str, Any]:
    """The pairs and base requests of a family, of which the caller may change its own copy."""
    return copy.deepcopy(_rule_data(provider, family))


@cache
def _rule_data(provider: str, family: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DATA / "rules" / provider / f"{family}.yaml").read_text("utf-8"))
    return loaded


def base_requests(provider: str, family: Node) -> list[Request]:
    """Requests of the family that pass."""
    return [
        Request(provider, row["operation"], row["body"], row.get("content", "json"), row.get("path", {}))
        for row in rule_data(provider, family["family"])["base"]
    ]


def pair(provider: str, family: Node, row: Node, which: str) -> Request:
    """The accepted or refused request of a named rule."""
    return Request(provider, row.get("operation", family["operations"][0]), row[which], row.get("content", "json"), row.get("path", {}))


@cache
def _content(size: int) -> IO[bytes]:
    """A file of so many bytes, none of which take room."""
    file = TemporaryFile()  # noqa: SIM115 - closed with the process
    file.truncate(size)
    return file


def upload(value: Any) -> Any:
    """The value with its files in the form that httpx takes."""
    if isinstance(value, dict) and "$file" in value:
        about = value["$file"]
        return about.get("name"), _content(about.get("size", 0)), about.get("type")
    if isinstance(value, list):
        return [upload(item) for item in value]
    return value


def emitted(request: Request) -> Found:
    """What the generated package says."""
    body = request.body
    if request.content == "multipart" and isinstance(body, dict):
        body = {name: upload(value) for name, value in body.items()}
    row = operation(request.provider, request.operation)
    found = unibind.check_request(
        request.provider,
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
    return findings(SPEC, request.provider, request.operation, request.body, request.content, request.path)


def errors(found: Found) -> Found:
    """The findings that forbid sending."""
    return {finding for finding in found if finding[2] == "error"}


def text(request: Request) -> str:
    """For messages of failed assertions."""
    return f"{request.provider} {request.operation} ({request.content}) {request.path or ''} {json.dumps(request.body, ensure_ascii=False)[:3000]}"
