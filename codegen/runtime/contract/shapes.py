"""Whether an answer has the documented shape: types and values by the schemas, members by the documented answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from .._core.checks import in_enum, is_list, is_object, is_type
from .._core.tables import Provider
from ..gateway.placeholders import PATTERN
from ..testing.space import Node, response_data

_MOST = 5  # deviations that are told
_OPTIONAL = ("body.", "text.", "query.", "url", "urls", "data", "media", "param")


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
                yield f"{place} is {_kind(value)}, not a list"
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
        yield f"{place or 'the answer'} is {_kind(value)}, not an object"
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
    kind = node.get("kind", "any")
    if kind != "any" and not is_type(value, kind):
        yield f"{place} is {_kind(value)}, not {kind}"
        return
    for keyword, limit in node.get("bounds", ()):
        if keyword == "enum" and value != "" and not in_enum(value, limit):
            yield f"{place} is {value!r}, not one of {', '.join(map(str, limit))}"
        elif keyword == "const" and not in_enum(value, [limit]):
            yield f"{place} is {value!r}, not {limit!r}"


_NAMES = {"bool": "boolean", "int": "integer", "float": "number", "str": "string", "list": "a list", "dict": "an object"}


def _kind(value: Any) -> str:
    name = type(value).__name__
    return _NAMES.get(name, name)


# --- the documented answers -------------------------------------------------------------------------------------------


def missing(template: Any, body: Any, place: str = "") -> Iterator[str]:
    """Members that the documented answer shows and this one does not have; `object` must say the same."""
    if is_object(template) and is_object(body):
        for name, row in template.items():
            where = f"{place}.{name}" if place else name
            if name in body:
                if name == "object" and isinstance(row, str) and "$" not in row and body[name] != row:
                    yield f"{where} is {body[name]!r}, not {row!r}"
                yield from missing(row, body[name], where)
            elif row is not None and not _is_optional(row):
                yield f"{where} is missing"
    elif is_list(template) and is_list(body):
        for row in template:
            inner, repeated = _repeated(row)
            if repeated:
                for index, item in enumerate(body):
                    yield from missing(inner, item, f"{place}[{index}]")


def _is_optional(row: Any) -> bool:
    """Whether a member is there only when the request or the result has something for it."""
    if is_object(row) and row:
        return all(_is_optional(value) for value in row.values())
    if not isinstance(row, str):
        return False
    return any(found.startswith(_OPTIONAL) if "." in found else found in _OPTIONAL for found in PATTERN.findall(row))


def _repeated(row: Any) -> tuple[Any, bool]:
    if is_object(row) and len(row) == 1:
        name, inner = next(iter(row.items()))
        if name.startswith("$"):
            return inner, True
    return row, False


def values(template: Any, body: Any, name: str) -> Iterator[Any]:
    """What an answer has where the documented one has a placeholder, for example `url`."""
    if isinstance(template, str):
        if template == f"${name}":
            yield from body if is_list(body) else [body] if body is not None else []
    elif is_object(template) and is_object(body):
        for member, row in template.items():
            if member in body:
                yield from values(row, body[member], name)
    elif is_list(template) and is_list(body):
        for row in template:
            inner, repeated = _repeated(row)
            if repeated or isinstance(row, str):
                for item in body:
                    yield from values(inner, item, name)
            elif body:
                yield from values(inner, body[0], name)


def speaks_of(template: Any, *names: str) -> bool:
    """Whether the documented answer has one of these placeholders anywhere."""
    if isinstance(template, str):
        return template.removeprefix("$") in names and template.startswith("$")
    rows = template.values() if is_object(template) else template if is_list(template) else ()
    return any(speaks_of(row, *names) for row in rows)


def denied(template: Any, others: Sequence[Any], body: Any) -> Iterator[str]:
    """Members such as `code` that tell the documented answer from the `others` of the other kind, where the body does not say the same."""
    if not is_object(template) or not is_object(body):
        return
    for name, value in template.items():
        others_say = [row[name] for row in others if is_object(row) and name in row]
        told = any(type(other) is type(value) and other != value for other in others_say)
        if told and isinstance(value, bool | int) and name in body and body[name] != value:
            yield f"{name} is {body[name]!r}, not {value!r}"
