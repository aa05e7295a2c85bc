"""`<provider>/spaces/`: the request space of each family, and the shapes of answers, as data for the strategies and the contract runner.

A node is an object of the IR: `is` names its class, the other members are those that differ from the class's defaults. Text that only
people read stays out.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

from .. import ir

_FOR_PEOPLE = frozenset({"source", "description", "message", "title", "summary", "default", "has_default"})


def emit(spec: ir.Spec) -> dict[str, str]:
    files: dict[str, str] = {}
    for provider in spec.providers:
        files |= {f"{provider.name}/spaces/{family.id}.json": written(node(family)) for family in provider.families}
        files[f"{provider.name}/spaces/responses.json"] = written({named.name: node(named.type) for named in provider.schemas})
    return files


def node(value: Any) -> Any:
    """An object of the IR as plain data."""
    match value:
        case ir.Bound():
            return [value.keyword, node(value.value)]
        case ir.PerModel():
            return {"is": "PerModel", "values": {model: node(bound) for model, bound in value.values}}
        case ir.Variants():
            return {"is": "Variants", "discriminator": value.discriminator, "cases": {name: node(case) for name, case in value.cases}}
        case tuple():
            return [node(item) for item in _each(value)]
        case _ if dataclasses.is_dataclass(value):
            return {"is": type(value).__name__, **dict(_members(value))}
        case _:
            return value


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    for field in dataclasses.fields(value):
        member = getattr(value, field.name)
        if field.name not in _FOR_PEOPLE and member != field.default and member != ():
            yield field.name, node(member)


def written(data: dict[str, Any]) -> str:
    """JSON with one line for each row of the spec, so that a change reads well as a diff."""
    lines = [f" {_json(name)}: {_rows(value)}" for name, value in data.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _rows(value: Any) -> str:
    match value:
        case [{}, *_]:
            return "[\n" + ",\n".join(f"  {_json(row)}" for row in _each(value)) + "\n ]"
        case {"fields": fields, **rest}:
            return f'{_json(rest)[:-1]}, "fields": {_rows(fields)}}}'
        case _:
            return _json(value)


def _each(values: Any) -> Iterator[Any]:
    return iter(values)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
