"""`<provider>/catalogue/`: what is documented as data, one file a family and an index; `_core/catalogue.py` has its shape and reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, assert_never

from .. import ir
from ..runtime._core.shape import is_array, is_object
from ..walk import constraint_paths, dotted, fields_of
from .validators import citation_url
from .words import when

Json = dict[str, Any]


def emit(spec: ir.Spec) -> dict[str, str]:
    files: dict[str, str] = {}
    for provider in spec.providers:
        files[f"{provider.name}/catalogue/index.json"] = _text(index(provider))
        for family in provider.families:
            files[f"{provider.name}/catalogue/{family.id}.json"] = _text(family_entry(provider, family))
    return files


def _text(data: Json) -> str:
    """JSON with one row a line, so that changes read like those of a table."""
    members = (f" {_line(name)}: {_rows(value)}" for name, value in data.items())
    return "{\n" + ",\n".join(members) + "\n}\n"


def _rows(value: Any) -> str:
    if value and is_object(value):
        rows = [f"{_line(name)}: {_line(item)}" for name, item in value.items()]
        return "{\n  " + ",\n  ".join(rows) + "\n }"
    if value and is_array(value):
        return "[\n  " + ",\n  ".join(map(_line, value)) + "\n ]"
    return _line(value)


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def filled(**members: Any) -> Json:
    """The members that say something."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {}, False)}


# --- the index ---


def index(provider: ir.Provider) -> Json:
    return {
        "provider": provider.name,
        "title": provider.title,
        "description": provider.description,
        "docs": provider.docs,
        "operations": {row.id: operation(provider, row) for row in provider.operations},
        "families": {row.id: _head(row) | {"models": {item.id: model(item) for item in row.models}} for row in provider.families},
    }


def operation(provider: ir.Provider, row: ir.Operation) -> Json:
    good = [answer for answer in row.responses if answer.status.startswith("2")]
    return filled(
        method=row.method,
        path=row.path,
        call=".".join((*row.resource, row.verb)),
        summary=row.summary,
        answer="task" if row.task else next((answer.kind for answer in good), "json"),
        streams=any(answer.stream for answer in good),
        paid=row.paid,
        experimental=row.experimental,
        parameters=[{"in": item.location} | field(item.field, row.source) for item in row.parameters],
        families=[family.id for family in provider.families_of(row.id)],
        sources=sources(row.source),
    )


def _head(family: ir.Family) -> Json:
    return filled(
        title=family.title, summary=family.summary, output=family.output, operations=list(family.operations), also=list(family.also)
    )


def model(row: ir.Model) -> Json:
    return filled(
        deprecated=row.deprecated,
        replaced_by=row.replaced_by,
        operations=list(row.operations),
        attributes={name: value for name, value in row.attributes if value is not None},
        sources=sources(row.source),
        **_doubt(row.source),
    )


# --- a family ---


def family_entry(provider: ir.Provider, family: ir.Family) -> Json:
    named = {source.conflict for source in _sources_in(family)}
    return {
        "family": family.id,
        **_head(family),
        "models": {row.id: model(row) for row in family.models},
        **filled(closed=family.body.closed, open=family.body.open),
        "fields": [field(row, family.source) for row in family.body.fields],
        "modes": [{"name": row.name, "when": when(row.condition)} | filled(sources=sources(row.source)) for row in family.modes],
        "rules": [rule(family, row) for row in family.rules],
        "conflicts": [conflict(row) for row in provider.conflicts if row.id in named],
        "sources": sources(family.source),
    }


def _sources_in(family: ir.Family) -> Iterator[ir.Source]:
    for field in fields_of(family.body):
        yield field.source
    for rule in family.rules:
        yield rule.source
    for mode in family.modes:
        yield mode.source
    for model in family.models:
        yield model.source


def rule(family: ir.Family, row: ir.Rule) -> Json:
    """A named rule; those of the bounds of a field are at the field."""
    taking = [item.id for item in family.models if row.condition is None or possible(row.condition, item.id) is not False]
    return filled(
        id=row.id,
        message=row.message,
        severity=row.severity,
        certainty=row.source.certainty,
        when=when(row.condition) if row.condition else "",
        fields=[dotted(path) for path in constraint_paths(row.constraint)],
        models=taking if len(taking) < len(family.models) else [],
        conflict=row.source.conflict,
        sources=sources(row.source),
    )


def possible(condition: ir.Condition, model: str) -> bool | None:
    """Whether a condition holds for every request of a model (True), for none (False), or for some (None)."""
    match condition:
        case ir.ModelIn():
            return model in condition.models
        case ir.Not():
            inner = possible(condition.condition, model)
            return None if inner is None else not inner
        case ir.AllOf():
            parts = [possible(part, model) for part in condition.conditions]
            return False if False in parts else (None if None in parts else True)
        case ir.AnyOf():
            parts = [possible(part, model) for part in condition.conditions]
            return True if True in parts else (None if None in parts else False)
        case ir.Present() | ir.Absent() | ir.OperationIn() | ir.ContentIs() | ir.Value() | ir.Count() | ir.Contains():
            return None
    assert_never(condition)


def conflict(row: ir.Conflict) -> Json:
    claims = [{"source": citation_url(citation), "says": text} for citation, text in row.claims]
    return {"id": row.id, "subject": row.subject, "claims": claims, "decision": row.decision, "reason": row.reason}


# --- fields and types ---


def field(row: ir.Field, parent: ir.Source) -> Json:
    """A field; its sources are left out where they are those of what it belongs to."""
    default = {"default": row.default} if row.has_default else {}
    return (
        {"name": row.name, **type_entry(row.type, row.source)}
        | filled(
            required=row.required,
            description=row.description,
            suggested=bounds(row.suggested),
            only=list(row.only),
            form_name=row.form_name,
            deprecated=row.deprecated,
            replaced_by=row.replaced_by,
            severity=row.severity if row.severity != "error" else "",
            sources=sources(row.source) if row.source.citations != parent.citations else [],
            **_doubt(row.source),
        )
        | default
    )


def type_entry(type: ir.Type, source: ir.Source) -> Json:
    """A type as data; `bounds` by their keywords of the spec."""
    match type:
        case ir.Scalar():
            flags = filled(numeric_string=type.numeric_string, url=type.url, base64=type.base64, public=type.public)
            return {"type": type.kind, **flags, **filled(bounds=bounds(type.bounds))}
        case ir.File():
            return {"type": "file", **filled(bounds=bounds(type.bounds))}
        case ir.Array():
            return {"type": "array", "items": type_entry(type.items, source), **filled(bounds=bounds(type.bounds))}
        case ir.Object():
            return {"type": "object", **filled(closed=type.closed, open=type.open, fields=[field(row, source) for row in type.fields])}
        case ir.Variants():
            cases = {value: [field(row, source) for row in case.fields] for value, case in type.cases}
            return {"type": "object", "discriminator": type.discriminator, "variants": cases}
        case ir.Union():
            return {"type": "union", "options": [type_entry(option, source) for option in type.options]}
        case ir.Ref():
            raise TypeError("a request has no named schemas")
    assert_never(type)


def bounds(rows: ir.Bounds) -> Json:
    return {row.keyword: {"by_model": dict(row.value.values)} if isinstance(row.value, ir.PerModel) else row.value for row in rows}


def _doubt(source: ir.Source) -> Json:
    return {"certainty": source.certainty if source.certainty != "stated" else "", "conflict": source.conflict}


def sources(source: ir.Source) -> list[str]:
    """URLs of the pages, the section after `#`."""
    return list(dict.fromkeys(filter(None, map(citation_url, source.citations))))
