"""`<provider>/openapi.json`: the provider as OpenAPI 3.1, every rule that JSON Schema can state as standard JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, cast

from .. import ir, names
from .links import links_of
from .nulls import Schema, nullable
from .rule_schema import Rules, rules_of
from .schema import Types
from .sharing import shared
from .validators import source_url

Bodies = Callable[[ir.Provider, ir.Operation, ir.Content, dict[str, Schema]], Schema]
MEDIA = {"json": "application/json", "multipart": "multipart/form-data"}


def emit(spec: ir.Spec) -> dict[str, str]:
    return {
        f"{provider.name}/openapi.json": json.dumps(document(provider), indent=1, ensure_ascii=False) + "\n" for provider in spec.providers
    }


def document(provider: ir.Provider, bodies: Bodies | None = None) -> Schema:
    """The whole document; `bodies` writes the schema of a request body."""
    components: dict[str, Schema] = {named.name: nullable_members(response_schema(named)) for named in provider.schemas}
    paths: dict[str, dict[str, Schema]] = {}
    for operation in provider.operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = operation_object(
            provider, operation, components, bodies or body_schema
        )
    security = provider.security[:1]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": provider.title,
            "version": provider.version,
            "description": provider.description,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "externalDocs": {"url": provider.docs},
        "servers": [{"url": server.url, "description": server.description} for server in provider.servers],
        "security": [{row.name: []} for row in security],
        "tags": [
            {"name": name, "description": f"Operations of `client.{name}`."}
            for name in dict.fromkeys(operation.resource[0] for operation in provider.operations)
        ],
        "paths": paths,
        "components": {
            "securitySchemes": {row.name: security_scheme(row) for row in provider.security},
            "schemas": dict(sorted(components.items())),
        },
    }


def security_scheme(row: ir.Security) -> Schema:
    if row.prefix.strip().lower() == "bearer":
        return {"type": "http", "scheme": "bearer"}
    return {"type": "apiKey", "in": "header", "name": row.header}


def operation_object(provider: ir.Provider, operation: ir.Operation, components: dict[str, Schema], bodies: Bodies) -> Schema:
    result: Schema = {
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.resource[0]],
        "externalDocs": {"url": source_url(operation.source)},
    }
    if operation.experimental:
        result["x-experimental"] = True
        result["x-certainty"] = operation.source.certainty
    if operation.security is not None:
        result["security"] = [{operation.security: []}]
    if operation.parameters:
        result["parameters"] = [parameter_object(parameter) for parameter in operation.parameters]
    if operation.contents:
        content = {MEDIA[kind]: {"schema": bodies(provider, operation, kind, components)} for kind in operation.contents}
        if "multipart" in operation.contents and (encoding := file_types(provider, operation)):
            content[MEDIA["multipart"]]["encoding"] = encoding
        result["requestBody"] = {"required": True, "content": content}
    result["responses"] = {response.status: response_object(response) for response in operation.responses}
    if links := links_of(provider, operation):
        result["responses"]["200"]["links"] = links
    return result


def parameter_object(parameter: ir.Parameter) -> Schema:
    schema = Types().type(parameter.field.type) if parameter.field.severity == "error" else text_of(parameter.field.type)
    row: Schema = {"name": parameter.name, "in": parameter.location, "description": parameter.field.description, "schema": schema}
    if parameter.field.required:
        row["required"] = True
    if parameter.example:
        row["example"] = parameter.example
    return row


def text_of(type: ir.Type) -> Schema:
    """The schema of a parameter of which anything is taken, with a warning at most."""
    return {"type": "string"} if isinstance(type, ir.Scalar) and type.kind == "string" else {}


def file_types(provider: ir.Provider, operation: ir.Operation) -> dict[str, Schema]:
    """The media types of the fields of a form that hold files and nothing else, where all families agree."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for family in provider.families_of(operation.id):
        for field in family.body.fields:
            type = field.type.items if isinstance(field.type, ir.Array) else field.type
            media = [bound.value for bound in type.bounds if bound.keyword == "media"] if isinstance(type, ir.File) else []
            found.setdefault(field.name, set()).add(tuple(media[0]) if media and field.severity == "error" else ())
    return {name: {"contentType": ", ".join(*rows)} for name, rows in found.items() if len(rows) == 1 and all(rows)}


def response_object(response: ir.Response) -> Schema:
    row: Schema = {"description": "Success." if response.status.startswith("2") else "Refusal."}
    if response.kind == "binary":
        row["content"] = {response.media: {"schema": {"type": "string", "format": "binary"}}}
    elif response.schemas:
        row["content"] = {response.media: {"schema": one_of_refs(response.schemas)}}
        if response.stream:
            row["content"]["text/event-stream"] = {"schema": one_of_refs(response.stream)}
        if response.text:
            row["content"] |= {media: {"schema": {"type": "string"}} for media in text_media(response)}
    return row


def text_media(response: ir.Response) -> Iterable[str]:
    """The media types of answers that are text."""
    variants = response.answers.variants if response.answers else ()
    return dict.fromkeys(("text/plain", *(row.media for row in variants if row.media)))


def one_of_refs(names: tuple[str, ...]) -> Schema:
    refs: list[Schema] = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    return refs[0] if len(refs) == 1 else {"anyOf": refs}


def response_schema(named: ir.Named) -> Schema:
    schema = Types(strict=False).object(_open(named.type)) if isinstance(named.type, ir.Object) else {}
    return {"description": named.description} | schema | ({"required": list(named.match)} if named.match else {})


def nullable_members(schema: Schema) -> Schema:
    """The schema of an answer, in which null stands for a member that is not there, at any depth."""
    changed: Schema = {}
    if "properties" in schema:
        changed["properties"] = {name: nullable(nullable_members(member)) for name, member in schema["properties"].items()}
    if "items" in schema:
        changed["items"] = nullable_members(schema["items"])
    if "anyOf" in schema:
        changed["anyOf"] = [nullable_members(option) for option in schema["anyOf"]]
    return schema | changed


def _open(type: ir.Object) -> ir.Object:
    """Answers are described without closed lists: gateways add values."""
    return ir.Object(fields=tuple(_open_field(field) for field in type.fields))


def _open_field(field: ir.Field) -> ir.Field:
    return ir.Field(name=field.name, type=open_type(field.type), source=field.source, description=described(field))


def described(field: ir.Field) -> str:
    """The description, with the values that were documented."""
    values = [bound.value for bound in getattr(field.type, "bounds", ()) if bound.keyword == "enum"]
    return f"{field.description} Documented values: {', '.join(map(str, values[0]))}." if values else field.description


def open_type(type: ir.Type) -> ir.Type:
    match type:
        case ir.Object():
            return _open(type)
        case ir.Array():
            return ir.Array(items=open_type(type.items))
        case ir.Union():
            return ir.Union(options=tuple(open_type(option) for option in type.options))
        case ir.Scalar():
            return ir.Scalar(kind=type.kind)
        case _:
            return type


# --- request bodies ------------------------------------------------------------------------------------------------------


def body_schema(provider: ir.Provider, operation: ir.Operation, content: ir.Content, components: dict[str, Schema]) -> Schema:
    """The body of one operation: which family's schema holds is decided by the model; an unknown model is not judged."""
    families = provider.families_of(operation.id)
    if operation.dispatch == "none":
        return {"$ref": component(provider, families[0], operation, content, components)}
    if operation.dispatch == "path":
        refs = [{"$ref": component(provider, family, operation, content, components)} for family in families]
        return refs[0] if len(refs) == 1 else {"anyOf": refs}
    name = operation.model_field
    branches = [
        {"if": models, "then": {"allOf": [models, {"$ref": component(provider, family, operation, content, components)}]}}
        for family, models in ((row, named(name, models_of(row, operation))) for row in families)
    ]
    elsewhere = misplaced(provider, operation)
    schema: Schema = {"type": "object", "properties": {name: {"type": "string", "minLength": 1}}, "required": [name], "allOf": branches}
    if elsewhere:
        schema["properties"][name]["not"] = {"enum": elsewhere}
    return schema


def named(field: str, models: list[str]) -> Schema:
    """The field names one of the models. Said beside a `$ref` too: who does not look into that one sees which branches exclude each other."""
    return {"properties": {field: {"enum": models}}, "required": [field]}


def models_of(family: ir.Family, operation: ir.Operation) -> list[str]:
    return [m.id for m in family.models if not m.operations or operation.id in (*m.operations, *family.also)]


def misplaced(provider: ir.Provider, operation: ir.Operation) -> list[str]:
    """Documented models that this operation does not take."""
    taken = {model for family in provider.families_of(operation.id) for model in models_of(family, operation)}
    return sorted({model.id for family in provider.families for model in family.models} - taken)


def component(provider: ir.Provider, family: ir.Family, operation: ir.Operation, content: ir.Content, components: dict[str, Schema]) -> str:
    """Puts the schema of a family, seen from one operation, among the components, and returns its reference."""
    schema = family_schema(family, operation, content)
    base = f"{names.klass(family.id)}Request"
    name = f"{base}.{operation.id}" + (".multipart" if content == "multipart" else "")
    if all(family_schema(family, other, kind) == schema for other, kind in uses(provider, family)):
        name = base
    components[name] = schema
    return f"#/components/schemas/{name}"


def uses(provider: ir.Provider, family: ir.Family) -> list[tuple[ir.Operation, ir.Content]]:
    """Every operation and encoding that a request of the family can have."""
    taking = (provider.operation(id) for id in (*family.operations, *family.also))
    return [(operation, content) for operation in taking for content in operation.contents]


def family_schema(family: ir.Family, operation: ir.Operation, content: ir.Content) -> Schema:
    schema: Schema = {"title": family.title, "description": family.summary}
    schema |= Types(operation=operation.id, content=content).object(family.body)
    if operation.dispatch == "body" and family.models:
        model: Schema = {"type": "string", "enum": models_of(family, operation), "description": "Model id."}
        schema["properties"] = {operation.model_field: model} | schema.get("properties", {})
        schema["required"] = [operation.model_field, *schema.get("required", [])]
    rules, conditionals, unsaid = Rules(family, operation, content), list[Schema](), list[ir.Rule]()
    for rule in rules_of(family):
        said = rules.rule(rule)
        if said is None:
            unsaid.append(rule)
        else:
            conditionals += said
    if conditionals:
        schema["allOf"] = shared(conditionals)
    rows = rule_rows(family, unsaid)
    if rows:
        schema["x-rules"] = rows
    schema["externalDocs"] = {"url": source_url(family.source)}
    return schema


def rule_rows(family: ir.Family, unsaid: Iterable[ir.Rule]) -> list[dict[str, Any]]:
    """Every named rule; with `enforced` the schema itself states it, without it the rule is there as data."""
    missing = {rule.id for rule in unsaid}
    return [rule_row(rule, rule.severity == "error" and rule.id not in missing) for rule in family.rules]


def rule_row(rule: ir.Rule, enforced: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"id": rule.id, "message": rule.message, "severity": rule.severity, "source": source_url(rule.source)}
    return told | ({"enforced": True} if enforced else {"enforced": False, "if": as_data(rule.condition), "then": as_data(rule.constraint)})


def as_data(node: object) -> Any:
    """A condition or a constraint of the IR as JSON: the name of its kind, and what it holds beside what is left at its default."""
    if isinstance(node, tuple):
        return [as_data(item) for item in cast(tuple[object, ...], node)]
    if not is_dataclass(node) or isinstance(node, type):
        return node
    rows = {row.name: getattr(node, row.name) for row in fields(node)}
    told = {row.name: as_data(rows[row.name]) for row in fields(node) if row.default is MISSING or rows[row.name] != row.default}
    return {"kind": type(node).__name__} | told
