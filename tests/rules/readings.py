"""The emitted JSON Schemas and request classes as further readings of a request."""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module
from typing import Any, cast

import jsonschema_rs
from pydantic import ValidationError
from unibind._core.errors import RequestInvalid
from unibind._core.model import RequestModel

from tests.oracle.values import Node

from .requests import MEDIA, ROOT, Found, Request, errors, operation

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@cache
def document(provider: str) -> dict[str, Any]:
    """The emitted openapi.json."""
    text = (ROOT / "generated" / "unibind" / provider / "openapi.json").read_text("utf-8")
    return cast("dict[str, Any]", json.loads(text))


def module_name(family: str) -> str:
    return family.replace("-", "_").replace(".", "_")


def class_name(family: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in module_name(family).split("_")) + "Request"


def component_name(provider: str, family: str, operation: str) -> str:
    """The component that describes the JSON requests of a family to one operation."""
    schemas = document(provider)["components"]["schemas"]
    own = f"{class_name(family)}.{operation}"
    return own if own in schemas else class_name(family)


def component(provider: str, family: str, operation: str) -> dict[str, Any]:
    schema: dict[str, Any] = document(provider)["components"]["schemas"][component_name(provider, family, operation)]
    return schema


@cache
def component_validator(provider: str, family: str, operation: str) -> jsonschema_rs.Draft202012Validator:
    return _validator(provider, {"$ref": f"#/components/schemas/{component_name(provider, family, operation)}"})


@cache
def body_validator(provider: str, id: str) -> jsonschema_rs.Draft202012Validator:
    """The schema of the whole request body of an operation."""
    row = operation(provider, id)
    body = document(provider)["paths"][row["path"]][row["method"].lower()]["requestBody"]
    return _validator(provider, body["content"][MEDIA["json"]]["schema"])


def _validator(provider: str, schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    whole = {"$schema": DIALECT, "components": document(provider)["components"], "allOf": [schema]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=False)


@cache
def unstated(provider: str, family: str, operation: str) -> frozenset[str]:
    """The rules that the component says it does not state."""
    return frozenset(row["id"] for row in component(provider, family, operation).get("x-rules", ()) if not row["enforced"])


def stated_errors(provider: str, family: str, operation: str, found: Found) -> Found:
    """The errors that the schema has to refuse too."""
    return {finding for finding in errors(found) if finding[0] not in unstated(provider, family, operation)}


@cache
def request_class(provider: str, family: str) -> type[RequestModel]:
    """The emitted pydantic class of the requests of a family."""
    module = import_module(f"unibind.{provider}.models.requests.{module_name(family)}")
    return cast("type[RequestModel]", getattr(module, class_name(family)))


def class_accepts(family: Node, request: Request) -> bool:
    """Whether a request object can be made from the body."""
    try:
        request_class(request.provider, family["family"])(**request.body)
    except (RequestInvalid, ValidationError):
        return False
    return True
