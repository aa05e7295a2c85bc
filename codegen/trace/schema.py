"""Where `openapi.json` states something, as JSON pointers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from .. import ir, names
from ..emit.sharing import apart
from ..rules import KEYWORDS
from .subjects import Subject

Row = dict[str, Any]
Place = tuple[str, Any]  # JSON pointer, what is there


def places(subject: Subject, package: Path) -> list[Row]:
    """Every place of the document of the provider, with what it says."""
    path = package / subject.provider.name / "openapi.json"
    if not path.is_file():
        return []
    file = f"generated/{package.name}/{subject.provider.name}/openapi.json"
    return [{"file": file, "pointer": pointer, "schema": found} for pointer, found in _places(subject, json.loads(path.read_text("utf-8")))]


def _places(subject: Subject, document: Any) -> Iterator[Place]:
    components = list(_components(subject, document))
    match subject.kind:
        case "operation":
            yield _operation(subject.operation, document)
        case "parameter" | "rule" if subject.operation:
            pointer, found = _operation(subject.operation, document)
            for index, row in enumerate(found.get("parameters", [])):
                if subject.path and row["name"] == subject.path[0]:
                    yield f"{pointer}/parameters/{index}", row
        case "family":
            yield from ((pointer, {"title": schema.get("title")}) for pointer, schema in components)
        case "model":
            for pointer, schema in components:
                yield from _holding(schema, subject.id, pointer)
        case "field":
            for pointer, schema in components:
                yield from at_path(schema, subject.path, pointer)
        case "rule":
            for pointer, schema in components:
                yield from _of_rule(subject, schema, pointer)
        case _:
            return


def _operation(operation: ir.Operation | None, document: Any) -> Place:
    assert operation is not None
    method = operation.method.lower()
    return f"/paths/{escaped(operation.path)}/{method}", document["paths"][operation.path][method]


def _components(subject: Subject, document: Any) -> Iterator[Place]:
    """The request schemas of the family: one, or one for each operation and encoding."""
    if subject.family is None:
        return
    base = f"{names.klass(subject.family.id)}Request"
    for name, schema in document["components"]["schemas"].items():
        if name == base or name.startswith(f"{base}."):
            yield f"/components/schemas/{escaped(name)}", schema


def _of_rule(subject: Subject, schema: Any, pointer: str) -> Iterator[Place]:
    keyword = subject.rules[0].keyword
    if keyword:
        yield from _of_keyword(schema, subject.path, keyword, pointer)
        return
    yield from (place for place in apart(schema, pointer) if place[1]["x-rule"] == subject.id)
    for index, row in enumerate(schema.get("x-rules", [])):
        if row["id"] == subject.id:
            yield f"{pointer}/x-rules/{index}", {"enforced": row["enforced"], "severity": row["severity"]}


def _of_keyword(schema: Any, path: ir.Path, keyword: str, pointer: str) -> Iterator[Place]:
    """The keyword of JSON Schema that states a constraint of a field."""
    if keyword == "required":
        for where, found in at_path(schema, path[:-1], pointer):
            if path[-1] in found.get("required", []):
                yield f"{where}/required", found["required"]
        return
    said = {"url": "pattern", "link": "format", "public": "not", "type": "type"}.get(keyword)
    if keyword in KEYWORDS:
        said = KEYWORDS[keyword].schema
    for where, found in at_path(schema, path, pointer):
        for inner, option in _options(found, where):
            if said is not None and said in option:
                yield f"{inner}/{escaped(said)}", option[said]


def at_path(schema: Any, path: ir.Path, pointer: str) -> Iterator[Place]:
    """The schemas of a member, through alternatives; a path ends at the member that it names."""
    if not path:
        yield pointer, schema
        return
    head, *rest = path
    for where, option in _options(schema, pointer):
        if head == ir.ITEM and "items" in option:
            yield from at_path(option["items"], tuple(rest), f"{where}/items")
        elif head in option.get("properties", {}):
            yield from at_path(option["properties"][head], tuple(rest), f"{where}/properties/{escaped(head)}")


def _options(schema: Any, pointer: str) -> Iterator[Place]:
    yield pointer, schema
    for index, option in enumerate(schema.get("anyOf", [])):
        yield from _options(option, f"{pointer}/anyOf/{index}")


def _holding(schema: Any, model: str, pointer: str) -> Iterator[Place]:
    """The lists of values that hold the model."""
    for key, inner in members(schema):
        if key == "enum" and isinstance(inner, list) and model in inner:
            yield f"{pointer}/enum", inner
        else:
            yield from _holding(inner, model, f"{pointer}/{escaped(key)}")


def members(value: Any) -> Iterator[tuple[str, Any]]:
    """What a JSON object or list holds, by name or number."""
    if isinstance(value, dict):
        yield from cast(dict[str, Any], value).items()
    elif isinstance(value, list):
        yield from ((str(index), item) for index, item in enumerate(cast(list[object], value)))


def escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
