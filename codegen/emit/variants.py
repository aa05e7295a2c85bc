"""`<provider>/openapi.variants.json`: the same document with one disjoint variant a model, on which generic tools do better.

In the compact document conditions pick what holds for a model. Here every model has a schema of its own, in which they are resolved,
and one more takes the models that the spec does not know. The rules as data stand in the compact document alone.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace

from .. import ir, names
from .nulls import Schema
from .openapi import body_schema, document, family_schema, misplaced, models_of, uses


def emit(spec: ir.Spec) -> dict[str, str]:
    return {f"{provider.name}/openapi.variants.json": text(document(provider, Variants().body)) for provider in spec.providers}


def text(content: Schema) -> str:
    """Without blanks: this one is for tools."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"


class Variants:
    """Writes request bodies, and each schema of a model once."""

    def __init__(self) -> None:
        self._written: dict[tuple[str, str], dict[tuple[str, ir.Content], Schema]] = {}

    def body(self, provider: ir.Provider, operation: ir.Operation, content: ir.Content, components: dict[str, Schema]) -> Schema:
        """The body of one operation as alternatives by model; where the body names no model it is as it was."""
        if operation.dispatch != "body":
            return body_schema(provider, operation, content, components)
        rows = [(family, model) for family in provider.families_of(operation.id) for model in models_of(family, operation)]
        options: list[Schema] = [{"$ref": self._component(provider, *row, operation, content, components)} for row in rows]
        return {"oneOf": [*options, other(provider, operation)]}

    def _component(
        self,
        provider: ir.Provider,
        family: ir.Family,
        model: str,
        operation: ir.Operation,
        content: ir.Content,
        components: dict[str, Schema],
    ) -> str:
        """Puts the schema of a model among the components, once where all operations and encodings agree, and returns its reference."""
        written = self._schemas(provider, family, model)
        schema = written[operation.id, content]
        name = f"{names.klass(family.id)}Request.{re.sub(r'[^A-Za-z0-9._-]', '_', model)}"
        if any(one != schema for one in written.values()):
            name += f".{operation.id}" + (".multipart" if content == "multipart" else "")
        components[name] = schema
        return f"#/components/schemas/{name}"

    def _schemas(self, provider: ir.Provider, family: ir.Family, model: str) -> dict[tuple[str, ir.Content], Schema]:
        """The schema of a model for every operation and encoding that takes it."""
        key = family.id, model
        if key not in self._written:
            taking = (row for row in uses(provider, family) if model in models_of(family, row[0]))
            self._written[key] = {(operation.id, content): model_schema(family, model, operation, content) for operation, content in taking}
        return self._written[key]


def other(provider: ir.Provider, operation: ir.Operation) -> Schema:
    """Requests for models that the spec does not know: they are not judged."""
    taken = {model for family in provider.families_of(operation.id) for model in models_of(family, operation)}
    known: Schema = {"type": "string", "minLength": 1, "not": {"enum": sorted(taken | set(misplaced(provider, operation)))}}
    name = operation.model_field
    return {"title": "Another model", "type": "object", "properties": {name: known}, "required": [name]}


def model_schema(family: ir.Family, model: str, operation: ir.Operation, content: ir.Content) -> Schema:
    """The schema of a family as if it had this model alone."""
    only = replace(family, models=tuple(row for row in family.models if row.id == model))
    schema = family_schema(only, operation, content)
    schema.pop("x-rules", None)
    constant = {"type": "string", "const": model, "description": "Model id."}
    return schema | {"title": model, "properties": schema["properties"] | {operation.model_field: constant}}
