"""Multipart bodies: text parts become what their field declares."""

import json
import re
from typing import Any

from .values import NUMBER, Node, fits, is_file

POWER = re.compile(r"-?[0-9]+(\.[0-9]+)?[eE][-+]?[0-9][0-9]?")


def _number(text: str) -> Any:
    if POWER.fullmatch(text):
        return float(text)
    if not NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _list(text: str) -> list[Any]:
    """A JSON list; any other text is the only item of one."""
    read = _json(text)
    return read if isinstance(read, list) else [text]


def read_part(node: Node, value: Any) -> Any:
    """The value of a part; text that cannot be what the field declares stays text."""
    if isinstance(value, list) and "items" in node:
        return [read_part(node["items"], item) for item in value]
    for branch in node.get("any_of", ()):
        read = read_part(branch, value)
        if fits(branch, read, "multipart"):
            return read
    if "items" in node and "any_of" not in node and is_file(value):
        return [value]
    if not isinstance(value, str) or "any_of" in node:
        return value
    if node["type"] == "boolean":
        return {"true": True, "false": False}.get(value, value)
    readers = {"integer": _number, "number": _number, "object": _json, "array": _list}
    return readers.get(node["type"], str)(value)


def read_form(fields: Node, body: dict[str, Any]) -> dict[str, Any]:
    """The body with every part of a declared field read."""
    names = {node["form_name"]: name for name, node in fields.items() if "form_name" in node}
    named = {names.get(name, name): value for name, value in body.items()}
    return {name: read_part(fields[name], value) if name in fields else value for name, value in named.items()}
