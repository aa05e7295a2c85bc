"""Null in JSON Schema: it stands for a member that is not there."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

NULL: Schema = {"type": "null"}
_ABOUT = ("description", "default", "deprecated")  # keywords that judge nothing


def nullable(schema: Schema) -> Schema:
    """The schema, or null."""
    about = {key: value for key, value in schema.items() if key in _ABOUT}
    rest = {key: value for key, value in schema.items() if key not in _ABOUT}
    match rest:
        case {"not": {}, **others} if not rest["not"] and not others:
            return about | NULL
        case {"not": _} | {"$ref": _}:
            return about | {"anyOf": [rest, NULL]}
        case {"anyOf": [*options], **others} if not others:
            return schema | {"anyOf": [*options, NULL]}
        case {"anyOf": _}:
            return about | {"anyOf": [rest, NULL]}
        case _:
            return {name: _or_null(name, value) for name, value in schema.items() if name != "const"} | _choice(rest)


def _or_null(keyword: str, value: Any) -> Any:
    """The value of a keyword with which null is taken too."""
    match keyword:
        case "type" if isinstance(value, str):
            return [value, "null"]
        case "enum":
            return [*value, *([] if None in value else [None])]
        case _:
            return value


def _choice(schema: Schema) -> Schema:
    """A constant as a choice between it and null."""
    return {"enum": [schema["const"], None]} if "const" in schema else {}


def given(schema: Schema) -> Schema:
    """The schema, without null."""
    if "const" in schema or ("type" in schema and "null" not in schema["type"]) or None not in schema.get("enum", [None]):
        return schema
    if "anyOf" in schema and all(given(option) == option for option in schema["anyOf"]):
        return schema
    return {"allOf": [schema, {"not": NULL}]} if "not" in schema else schema | {"not": NULL}
