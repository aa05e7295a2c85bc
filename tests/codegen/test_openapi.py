"""The emitted OpenAPI document is valid, complete, and says of each rule whether a schema states it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from tiny_spec import ROOT, SKETCH, SpecFolder

from codegen import ir
from codegen.emit import openapi
from codegen.emit.sharing import apart
from codegen.rules import KEYWORDS

Json = dict[str, Any]
EMITTED = sorted((ROOT / "generated" / "unibind").glob("*/openapi.json"))


@pytest.fixture(scope="session")
def document(files: dict[str, str | bytes]) -> Json:
    loaded: Json = json.loads(files["tiny/openapi.json"])
    return loaded


def below(node: Any) -> Iterator[Json]:
    """Every object of a document."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from below(value)
    elif isinstance(node, list):
        for item in node:
            yield from below(item)


def requests(document: Json) -> dict[str, Json]:
    return {name: schema for name, schema in document["components"]["schemas"].items() if name.split(".")[0].endswith("Request")}


def accepts(document: Json, component: str, body: Json) -> bool:
    reference = {"$ref": f"#/components/schemas/{component}", "components": document["components"]}
    return bool(Draft202012Validator(reference).is_valid(body))


# --- validity --------------------------------------------------------------------------------------------------------------------


def test_tiny_document_is_valid(document: Json) -> None:
    validate(document)


@pytest.mark.parametrize("path", EMITTED, ids=lambda path: path.parent.name)
def test_emitted_document_is_valid(path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))
    validate(document)
    for name, schema in document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert name


@pytest.mark.parametrize("path", EMITTED, ids=lambda path: path.parent.name)
def test_operation_ids_are_unique(path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))
    ids = Counter(operation["operationId"] for methods in document["paths"].values() for operation in methods.values())
    assert ids
    assert [id for id, count in ids.items() if count > 1] == []


def test_every_operation_is_there(document: Json, provider: ir.Provider) -> None:
    emitted = {
        (operation["operationId"], method.upper(), path)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert emitted == {(operation.id, operation.method, operation.path) for operation in provider.operations}


def test_every_reference_leads_somewhere(document: Json) -> None:
    for node in below(document):
        if "$ref" in node:
            assert node["$ref"].removeprefix("#/components/schemas/") in document["components"]["schemas"]


def test_parameters(document: Json) -> None:
    id, verbose = document["paths"]["/v1/clips/{clip_id}"]["get"]["parameters"]
    assert id == {
        "name": "clip_id",
        "in": "path",
        "required": True,
        "description": "Id of the clip.",
        "schema": {"type": "string", "minLength": 1},
    }
    assert verbose == {"name": "verbose", "in": "query", "description": "Whether everything is told.", "schema": {"type": "boolean"}}


def test_security_and_servers(document: Json) -> None:
    assert document["security"] == [{"bearer": []}]
    assert document["components"]["securitySchemes"] == {"bearer": {"type": "http", "scheme": "bearer"}}
    assert document["servers"] == [{"url": "https://api.tiny.example", "description": "Nowhere."}]


def test_answers_of_submits_lead_to_their_tasks(document: Json, provider: ir.Provider) -> None:
    for task in provider.tasks:
        for submit, query in task.query:
            row = provider.operation(submit)
            links = document["paths"][row.path][row.method.lower()]["responses"]["200"]["links"]
            assert links[query] == {"operationId": query, "parameters": {task.parameter: "$response.body#/" + "/".join(task.id[0])}}


# --- rules -----------------------------------------------------------------------------------------------------------------------


def stated(schema: Json) -> set[str]:
    """Rules that the schema itself states."""
    return {row["x-rule"] for _, row in apart(schema)}


def test_every_error_is_stated_or_listed(document: Json, provider: ir.Provider) -> None:
    said: set[str] = set()
    for schema in requests(document).values():
        said |= stated(schema) | {row["id"] for row in schema.get("x-rules", []) if not row["enforced"]}
    errors = {rule.id for family in provider.families for rule in family.rules if rule.severity == "error"}
    assert errors <= said


def test_every_named_rule_is_listed_with_its_source(document: Json, provider: ir.Provider) -> None:
    for family in provider.families:
        listed = [schema["x-rules"] for schema in requests(document).values() if schema["title"] == family.title]
        assert listed
        for rows in listed:
            assert [row["id"] for row in rows] == [rule.id for rule in family.rules]
            assert all(row["source"].startswith("https://docs.tiny.example/en/") and row["message"] for row in rows)


def test_what_is_enforced_and_what_is_not(document: Json) -> None:
    rows = {row["id"].partition("/")[2]: row["enforced"] for row in document["components"]["schemas"]["Clip10Request"]["x-rules"]}
    assert [id for id, enforced in rows.items() if not enforced] == ["sound-equals-audio", "weight", "pixels-of-model", "short"]
    multipart = {
        row["id"].partition("/")[2]: row["enforced"]
        for row in document["components"]["schemas"]["Sketch2Request.editPicture.multipart"]["x-rules"]
    }
    assert multipart["mask-needs-picture"] is False, "a schema cannot tell a png file"


def test_a_warning_refuses_nothing(document: Json) -> None:
    assert accepts(
        document, "Clip10Request", {"model": "clip-standard", "prompt": "a", "voice": "middle", "seconds": 2, "strength": 0.5, "unheard": 1}
    )


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({}, True),
        ({"seconds": "4"}, True),
        ({"seconds": "9"}, False),
        ({"seconds": 8}, True),
        ({"seconds": 8, "model": "clip-fast"}, False),
        ({"seconds": "8", "model": "clip-fast"}, False),
        ({"seconds": 8, "model": "clip-old"}, True),
        ({"sound": "x", "model": "clip-fast"}, False),
        ({"width": 1}, False),
        ({"ratio": "1:1", "size": "x"}, False),
        ({"images": ["http://x.example/a.png"]}, False),
        ({"content": [{"type": "picture"}]}, False),
        ({"content": [{"type": "text", "text": "a"}]}, True),
        ({"content": [{"type": "text", "text": "a"}] * 3}, False),
        ({"content": [{"type": "sound"}]}, False),
        ({"extra": {}}, False),
        ({"extra": {"seed": 0}}, True),
        ({"last_image": {"url": "https://x.example", "x": 1}}, False),
        ({"model": "unheard"}, False),
        ({"seconds": None, "images": None, "extra": None, "watermark": None}, True),
        ({"prompt": None}, False),
        ({"images": [None]}, False),
    ],
)
def test_schema_of_a_family(change: Json, fits: bool, document: Json) -> None:
    assert accepts(document, "Clip10Request", {"model": "clip-standard", "prompt": "a", **change}) is fits


def test_a_rule_that_needs_the_model_where_the_body_has_none(folder: SpecFolder) -> None:
    """The model stands in the path: a schema of the body cannot follow the rule, and must not say that it does."""
    folder.replace(SKETCH, "  sketch-2:\n  sketch-2-large:\n", "  sketch-2: {words: 5}\n  sketch-2-large: {words: 9}\n")
    folder.replace(
        SKETCH, "rules:\n", "rules:\n  - id: words\n    then: {value: {prompt: {max_length: $words}}}\n    message: Fewer words, please.\n"
    )
    changed = openapi.document(folder.read().providers[0])
    rows = {row["id"]: row["enforced"] for row in changed["components"]["schemas"]["Sketch2Request.drawPicture"]["x-rules"]}
    assert rows["sketch-2/words"] is False
    assert not accepts(changed, "Sketch2Request.editPicture", {"model": "sketch-2", "prompt": "123456"})
    assert accepts(changed, "Sketch2Request.editPicture", {"model": "sketch-2-large", "prompt": "123456"})


# --- keywords --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keyword", [row.schema for row in KEYWORDS.values() if row.schema])
def test_every_keyword_is_used(keyword: str, document: Json) -> None:
    assert any(keyword in node for schema in requests(document).values() for node in below(schema))


@pytest.mark.parametrize(
    ("field", "schema"),
    [
        (
            "strength",
            {
                "type": ["number", "null"],
                "exclusiveMinimum": 0,
                "exclusiveMaximum": 1,
                "multipleOf": 0.25,
                "description": "Weight of the pictures.",
            },
        ),
        ("ratio", {"type": ["string", "null"], "enum": ["16:9", "1:1", None], "description": "Shape of the clip."}),
        ("watermark", {"type": ["boolean", "null"], "description": "Whether there is a mark.", "enum": [True, None]}),
        (
            "prompt",
            {"type": ["string", "null"], "minLength": 1, "maxLength": 20, "pattern": "^[^#]*$", "description": "What is to be seen."},
        ),
        ("size", {"type": ["string", "null"], "deprecated": True, "description": "Old name."}),
        ("voice", {"description": "Doubtful."}),
        ("width", {"type": ["integer", "null"], "minimum": 1, "description": "Pixels."}),
    ],
)
def test_schema_of_a_field(field: str, schema: Json, document: Json) -> None:
    assert document["components"]["schemas"]["Clip10Request"]["properties"][field] == schema


def test_bounds_of_a_list(document: Json) -> None:
    images = document["components"]["schemas"]["Clip10Request"]["properties"]["images"]
    assert {key: value for key, value in images.items() if key != "items"} == {
        "type": ["array", "null"],
        "minItems": 1,
        "maxItems": 3,
        "uniqueItems": True,
        "description": "Pictures to start from.",
    }


def test_default_is_kept(document: Json) -> None:
    assert document["components"]["schemas"]["Clip10Request"]["properties"]["seconds"]["default"] == 4


def test_files_stand_in_forms_only(document: Json) -> None:
    schemas = document["components"]["schemas"]
    assert "mask" not in schemas["Sketch2Request.drawPicture"]["properties"], "documented for another operation"
    assert schemas["Sketch2Request.editPicture.multipart"]["properties"]["mask"] == {
        "type": "string",
        "format": "binary",
        "description": "What is to change.",
    }
    assert not accepts(document, "Sketch2Request.editPicture", {"model": "sketch-2", "prompt": "a", "mask": "x"})


def test_answers_are_described_without_closed_lists(document: Json) -> None:
    status = document["components"]["schemas"]["ClipTask"]["properties"]["status"]
    assert status == {"type": ["string", "null"], "description": "State of the clip. Documented values: waiting, working, done, broken."}
    assert accepts(document, "ClipTask", {"status": "melting", "unheard": 1})
    assert accepts(document, "ClipTask", {"status": None}), "null stands for what is not there"
