"""Whether an answer has the types and values of the documented schemas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from .._core.checks import in_enum, is_list, is_object, is_type
from .._core.tables import Provider
from ..testing.space import Node, response_data

_MOST = 5  # deviations that are told


def deviations(provider: Provider, names: Sequence[str], body: Any) -> list[str]:
    """What differs from the nearest documented shape whose distinguishing members are there."""
    if not names:
        return []
    if not is_object(body):
        return ["the answer is no JSON object"]
    known = response_data(provider.name)
    fitting = [name for name in names if all(member in body for member in provider.matches.get(name, ()))]
    found = [list(islice(_differs(known[name], body, "", known), _MOST)) for name in fitting]
    return min(found, key=len, default=[f"the answer is none of {', '.join(names)}"])


def _differs(node: Node, value: Any, place: str, known: dict[str, Node]) -> Iterator[str]:
    if value is None:
        return
    match node["is"]:
        case "Ref":
            yield from _differs(known[node["name"]], value, place, known)
        case "Object":
            yield from _object(node, value, place, known)
        case "Array":
            if not is_list(value):
                yield f"{place} is {kind(value)}, not a list"
                return
            for index, item in enumerate(value):
                yield from _differs(node["items"], item, f"{place}[{index}]", known)
        case "Union":
            found = [list(islice(_differs(option, value, place, known), _MOST)) for option in node["options"]]
            if all(found):
                yield from min(found, key=len)
        case "Variants":
            case = node["cases"].get(value.get(node["discriminator"])) if is_object(value) else None
            if case is not None:
                yield from _object(case, value, place, known)
        case _:
            yield from _scalar(node, value, place)


def _object(node: Node, value: Any, place: str, known: dict[str, Node]) -> Iterator[str]:
    if not is_object(value):
        yield f"{place or 'the answer'} is {kind(value)}, not an object"
        return
    fields: dict[str, Node] = {row["name"]: row for row in node.get("fields", ())}
    for name, row in fields.items():
        where = f"{place}.{name}" if place else name
        if name in value:
            yield from _differs(row["type"], value[name], where, known)
        elif row.get("required"):
            yield f"{where} is missing"
    if fields:
        yield from (f"{place}.{name} is not documented".lstrip(".") for name in value if name not in fields)


def _scalar(node: Node, value: Any, place: str) -> Iterator[str]:
    wanted = node.get("kind", "any")
    if wanted != "any" and not is_type(value, wanted):
        yield f"{place} is {kind(value)}, not {wanted}"
        return
    for keyword, limit in node.get("bounds", ()):
        if keyword == "enum" and value != "" and not in_enum(value, limit):
            yield f"{place} is {value!r}, not one of {', '.join(map(str, limit))}"
        elif keyword == "const" and not in_enum(value, [limit]):
            yield f"{place} is {value!r}, not {limit!r}"


_NAMES = {"bool": "boolean", "int": "integer", "float": "number", "str": "string", "list": "a list", "dict": "an object"}


def kind(value: Any) -> str:
    """The kind of a JSON value, in words."""
    name = type(value).__name__
    return _NAMES.get(name, name)
