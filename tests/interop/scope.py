"""The part of a provider that one family concerns: its operations, and the document without the rest."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from unibind._core import dispatch
from unibind._core.tables import Operation, Task

from .fuzzing import ROOT

_REFERENCE = re.compile(r'"#/components/schemas/([^"]+)"')


def operations(provider: str, family: str) -> list[Operation]:
    """The operations that take the family, those that ask about its tasks, and those that take no body at all."""
    tables = dispatch.provider(provider)
    own = [row for row in tables.operations.values() if family in row.families.values()]
    kinds = {row.task for row in own if row.task}
    asked = {id for task in tables.tasks.values() for id in asking(task)}
    about = {id for kind in kinds for id in asking(tables.tasks[kind])}
    free = {row.id for row in tables.operations.values() if not row.contents and row.id not in asked}
    return [*own, *(tables.operations[id] for id in sorted(about | free) if tables.operations[id] not in own)]


def asking(task: Task) -> Iterator[str]:
    """The operations that answer about tasks of a kind."""
    rows = (*task.query.values(), *task.family_query.values(), *task.read, task.content, task.result)
    yield from dict.fromkeys(id for id in rows if id)


def cut(provider: str, family: str, dialect: str = "openapi.variants") -> dict[str, Any]:
    """The document with these operations only, whose bodies are those of the family or of unknown models."""
    document: dict[str, Any] = json.loads((ROOT / "generated" / "unibind" / provider / f"{dialect}.json").read_text("utf-8"))
    kept: dict[str, Any] = {}
    for row in operations(provider, family):
        operation = document["paths"][row.path][row.method.lower()]
        for media in operation.get("requestBody", {}).get("content", {}).values():
            media["schema"] = _of_family(media["schema"], _class(family))
        kept.setdefault(row.path, {})[row.method.lower()] = operation
    document["paths"] = kept
    schemas = document["components"]["schemas"]
    document["components"]["schemas"] = {name: schemas[name] for name in sorted(_reached(kept, schemas))}
    return document


def _class(family: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[-.]", family)) + "Request"


def _of_family(schema: dict[str, Any], name: str) -> dict[str, Any]:
    options = [row for row in schema.get("oneOf", ()) if "$ref" not in row or row["$ref"].rpartition("/")[2].partition(".")[0] == name]
    return {"oneOf": options} if options else schema


def _reached(node: Any, schemas: dict[str, Any]) -> set[str]:
    found, left = set[str](), set(_REFERENCE.findall(json.dumps(node)))
    while left:
        name = left.pop()
        found.add(name)
        left |= set(_REFERENCE.findall(json.dumps(schemas[name]))) - found
    return found
