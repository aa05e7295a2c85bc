"""What Schemathesis cannot do, each as narrow as it can be told from one failure: everything else that it says is true or a defect of ours."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import jsonschema_rs
from unibind._core import dispatch

from .fuzzing import ROOT, Failure

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True)
class Limit:
    """A reason why a failure is no finding.

    Attributes:
        check: The check that it is about.
        why: What the tool cannot know or do.
        holds: Whether a failure at this provider is of that kind.
    """

    check: str
    why: str
    holds: Callable[[str, Failure], bool]


def explained(provider: str, failure: Failure) -> Limit | None:
    """The limit that a failure comes from, or None."""
    return next((row for row in LIMITS if row.check == failure.check and row.holds(provider, failure)), None)


def broken_rules(failure: Failure) -> set[str]:
    """Rules that the gateway refused the request for."""
    return {rule.strip() for rule in failure.headers.get("x-unibind-rules", "").split(",") if rule.strip()}


def unstated(provider: str, failure: Failure) -> bool:
    """Whether the request breaks only rules of which the document itself says that its schemas do not state them."""
    rules = broken_rules(failure)
    return bool(rules) and rules <= unstated_rules(provider)


def too_early(provider: str, failure: Failure) -> bool:
    """Whether a result was asked for before its task has ended."""
    return failure.label.startswith(("GET", "Stateful")) and failure.status == 400 and b'"task_not_completed"' in failure.answer


def valid_as_text(provider: str, failure: Failure) -> bool:
    """Whether a form that was made invalid is valid again in what was sent, where every value is text."""
    if failure.media != "multipart/form-data":
        return False
    method, _, path = failure.label.partition(" ")
    operation = dispatch.provider(provider).operation(method, path)
    if operation is None:
        return False
    read = dispatch.from_form(dispatch.provider(provider), operation, {name: value for name, value, _ in parts(failure)})
    schema = form_schema(provider, method.lower(), path)
    return schema.is_valid({name: "" if isinstance(value, bytes) else value for name, value in read.items()})


def file_without_name(provider: str, failure: Failure) -> bool:
    """Whether the content of a file was sent as text, in a field that takes a file or something else."""
    if failure.media != "multipart/form-data":
        return False
    unnamed = {name for name, value, file in parts(failure) if not file and name in mixed_fields(provider)}
    fields = {rule.partition("/")[2].partition(":")[0].partition("[")[0] for rule in broken_rules(failure)}
    return bool(fields) and fields <= {name.removesuffix("[]") for name in unnamed}


LIMITS = (
    Limit("positive_data_acceptance", "JSON Schema cannot say the rule; the document lists it as not enforced", unstated),
    Limit("positive_data_acceptance", "it takes only 404 and 409 for what is not there yet; the pages answer 400", too_early),
    Limit("negative_data_rejection", "it changes the type of a value that is sent as text", valid_as_text),
    Limit(
        "positive_data_acceptance",
        "it gives a file no name where the field takes a file or a link, or one file or several",
        file_without_name,
    ),
)


@cache
def document(provider: str) -> dict[str, Any]:
    text = (ROOT / "generated" / "unibind" / provider / "openapi.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def unstated_rules(provider: str) -> frozenset[str]:
    rows = [row for schema in document(provider)["components"]["schemas"].values() for row in schema.get("x-rules", ())]
    return frozenset(row["id"] for row in rows if row["severity"] == "error" and not row["enforced"])


@cache
def form_schema(provider: str, method: str, path: str) -> jsonschema_rs.Draft202012Validator:
    body = document(provider)["paths"][path][method]["requestBody"]["content"]["multipart/form-data"]["schema"]
    whole = {"$schema": DIALECT, "components": document(provider)["components"], "allOf": [body]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=False)


@cache
def mixed_fields(provider: str) -> frozenset[str]:
    """Fields of forms that take a file or something else, and those whose items do."""
    schemas = document(provider)["components"]["schemas"].values()
    rows = [(name, row.get("items", row)) for schema in schemas for name, row in schema.get("properties", {}).items()]
    return frozenset(name for name, row in rows if "anyOf" in row and '"binary"' in json.dumps(row))


def parts(failure: Failure) -> Iterator[tuple[str, Any, bool]]:
    """Name and value of each part of a form, and whether it is a file, whose value is bytes."""
    boundary = failure.content_type.partition("boundary=")[2].encode()
    for part in failure.sent.split(b"--" + boundary)[1:-1]:
        head, _, content = part[2:-2].partition(b"\r\n\r\n")
        if name := re.search(rb'; name="([^"]*)"', head):
            file = b"; filename=" in head
            yield name[1].decode("utf-8", "replace"), content if file else content.decode("utf-8", "replace"), file
