"""Fields of the catalogue in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core import catalogue
from .._core.shape import is_array, is_object

_COUNTS = (("items", "min_items", "max_items"), ("characters", "min_length", "max_length"), ("", "minimum", "maximum"))


@dataclass(frozen=True, slots=True)
class Row:
    """One field, at any depth."""

    path: str
    type: str
    required: bool
    default: str
    allowed: str
    meaning: str


def for_model(found: Any, model: str) -> Any:
    """A part of the catalogue with the bounds of one model."""
    if is_array(found):
        return [for_model(item, model) for item in found]
    if not is_object(found):
        return found
    made = {name: for_model(value, model) for name, value in found.items()}
    if "bounds" in made:
        bounds: Mapping[str, Any] = found["bounds"]
        made["bounds"] = {word: value for word, raw in bounds.items() if (value := catalogue.bound(raw, model)) is not None}
    return made


def flat(fields: Sequence[Any], prefix: str = "") -> Iterator[Row]:
    """Every field, its members after it."""
    for field in fields:
        path = f"{prefix}{field['name']}"
        default = json.dumps(field["default"], ensure_ascii=False) if "default" in field else ""
        yield Row(path, kind(field), field.get("required", False), default, allowed(field), meaning(field))
        yield from members(field, path)


def members(type: Any, path: str) -> Iterator[Row]:
    """What is inside of a type."""
    if type["type"] == "array":
        yield from members(type["items"], f"{path}[]")
    for option in type.get("options", ()):
        yield from members(option, path)
    yield from flat(type.get("fields", ()), f"{path}.")
    seen: set[str] = set()
    for case in type.get("variants", {}).values():
        for row in flat(case, f"{path}."):
            if row.path not in seen:
                seen.add(row.path)
                yield row


def kind(type: Any) -> str:
    """`list of links`."""
    match type["type"]:
        case "array":
            return f"list of {kind(type['items'])}s"
        case "union":
            return " or ".join(dict.fromkeys(map(kind, type["options"])))
        case "object" if "variants" in type:
            return f"object ({type['discriminator']}: {', '.join(type['variants'])})"
        case "string" if type.get("url"):
            return "base64 or link" if type.get("base64") else "link"
        case name if type.get("numeric_string"):
            return f"{name} (also as text)"
        case name:
            return str(name)


def allowed(field: Any) -> str:
    """The bounds of a field, and in brackets what is recommended."""
    inner = field.get("items", {})
    parts = [said(_telling(field)), f"each {text}" if (text := said(_telling(inner))) else ""]
    parts += [said(_telling(option)) for option in field.get("options", ())]
    if field.get("suggested"):
        parts.append(f"recommended: {said(field['suggested'])}")
    return "; ".join(dict.fromkeys(filter(None, parts)))


def _telling(type: Mapping[str, Any]) -> Mapping[str, Any]:
    """The bounds that say something; that a link is not empty does not."""
    bounds: Mapping[str, Any] = type.get("bounds", {})
    return {word: value for word, value in bounds.items() if (word, value) != ("min_length", 1) or not type.get("url")}


def said(bounds: Mapping[str, Any]) -> str:
    """`2 to 3 items`."""
    parts = [", ".join(_value(item) for item in bounds["enum"])] if "enum" in bounds else []
    for unit, low, high in _COUNTS:
        if low in bounds or high in bounds:
            parts.append(
                f"{_span(bounds.get(low), bounds.get(high))} {unit}".rstrip()
                if (low, bounds.get(low), bounds.get(high)) != ("min_length", 1, None)
                else "not empty"
            )
    told = {"enum", *(word for row in _COUNTS for word in row[1:])}
    parts += [f"{word.replace('_', ' ')} {_value(value)}" for word, value in bounds.items() if word not in told]
    return "; ".join(parts)


def _span(low: Any, high: Any) -> str:
    if low is not None and high is not None:
        return f"{low}" if low == high else f"{low} to {high}"
    return f"from {low}" if high is None else f"up to {high}"


def _value(value: Any) -> str:
    if is_array(value):
        return ", ".join(map(_value, value))
    return value if isinstance(value, str) else json.dumps(value)


def meaning(field: Any) -> str:
    """The description, and what is special about the field."""
    notes: list[str] = []
    if field.get("deprecated"):
        notes.append(f"Deprecated{'; use ' + field['replaced_by'] if field.get('replaced_by') else ''}.")
    if field.get("only"):
        notes.append(f"Only for {', '.join(field['only'])}.")
    return " ".join([field.get("description", ""), *notes]).strip()
