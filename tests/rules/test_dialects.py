"""The two dialects of the document are one document: valid, and of one mind on every case that was written down."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, cast

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from .readings import DIALECT, document
from .requests import DATA, PROVIDERS, ROOT, tables


@cache
def variants(provider: str) -> dict[str, Any]:
    text = (ROOT / "generated" / "unibind" / provider / "openapi.variants.json").read_text("utf-8")
    return cast("dict[str, Any]", json.loads(text))


@cache
def bodies(provider: str, dialect: str) -> dict[tuple[str, str], jsonschema_rs.Draft202012Validator]:
    """The validator of each JSON body, by method and path."""
    content = document(provider) if dialect == "compact" else variants(provider)
    found: dict[tuple[str, str], jsonschema_rs.Draft202012Validator] = {}
    for path, methods in content["paths"].items():
        for method, row in methods.items():
            if media := row.get("requestBody", {}).get("content", {}).get("application/json"):
                whole = {"$schema": DIALECT, "components": content["components"], "allOf": [media["schema"]]}
                found[method.upper(), path] = jsonschema_rs.Draft202012Validator(whole, validate_formats=False)
    return found


def cases(provider: str) -> list[dict[str, Any]]:
    files = sorted((DATA / "cases" / provider).glob("*.jsonl"))
    rows = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    return [row for row in rows if "body" in row and row.get("content_type", "application/json") == "application/json"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_both_are_openapi(provider: str) -> None:
    OpenAPIV31SpecValidator(variants(provider)).validate()
    plain, other = document(provider), variants(provider)
    assert plain["paths"].keys() == other["paths"].keys()
    assert plain["info"] == other["info"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_both_say_the_same(provider: str) -> None:
    judged, refused = 0, 0
    for row in cases(provider):
        route = row["method"], row["path"]
        if route not in bodies(provider, "compact"):
            continue
        verdicts = [bodies(provider, dialect)[route].is_valid(row["body"]) for dialect in ("compact", "variants")]
        assert verdicts[0] == verdicts[1], (row["id"], verdicts, row["body"])
        judged += 1
        refused += not verdicts[0]
    assert judged > 10
    assert refused > 3


@pytest.mark.parametrize("provider", PROVIDERS)
def test_one_variant_a_model(provider: str) -> None:
    """Every documented model has exactly one variant of each operation that takes it; what it does not take is refused by all."""
    families = {family["family"]: family for family in tables(provider).families}
    known = {model for family in families.values() for model in family.get("models") or {}}
    for methods in variants(provider)["paths"].values():
        for row in methods.values():
            media = row.get("requestBody", {}).get("content", {}).get("application/json", {})
            options = media.get("schema", {}).get("oneOf")
            if not options:
                continue
            listed = [resolved(provider, option["$ref"])["properties"] for option in options[:-1]]
            models = [member["const"] for row in listed for member in row.values() if member.get("description") == "Model id."]
            assert len(models) == len(set(models)) == len(options) - 1
            refused = next(member["not"]["enum"] for member in options[-1]["properties"].values())
            assert set(models) <= set(refused) == known


def resolved(provider: str, reference: str) -> dict[str, Any]:
    schema: dict[str, Any] = variants(provider)["components"]["schemas"][reference.rpartition("/")[2]]
    return schema


@pytest.mark.parametrize("provider", PROVIDERS)
def test_tools_can_work_out_every_body(provider: str) -> None:
    """Generators of requests multiply out the conditions of a body, and have an end at which they give up."""
    content = document(provider)
    for path, methods in content["paths"].items():
        for method, row in methods.items():
            for media in row.get("requestBody", {}).get("content", {}).values():
                whole = {"components": content["components"], "allOf": [media["schema"]]}
                found = jsonschema_rs.canonicalize(whole, draft=jsonschema_rs.Draft202012)
                assert found.kind is not jsonschema_rs.canonical.CanonicalKind.RAW, (method, path, found.view())
