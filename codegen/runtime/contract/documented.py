"""The documented answers as templates: what an answer lacks of one, and what it has where one has placeholders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .._core.checks import is_list, is_object
from ..gateway.calls import member
from ..gateway.placeholders import PATTERN
from ..testing.space import Body
from .shapes import kind

_OF_REQUEST = ("body", "text")
_OPTIONAL = ("query", "data", "media", "param")


def missing(template: Any, body: Any, sent: Body | None = None, place: str = "") -> Iterator[str]:
    """Members that the documented answer shows and this one does not have, or has of another kind; `object` must say the same.

    What an answer repeats of the request is due when the body that was `sent` has it.
    """
    if is_object(template) and is_object(body):
        for name, row in template.items():
            where = f"{place}.{name}" if place else name
            if name in body:
                yield from _unlike(name, row, body[name], where)
                yield from missing(row, body[name], sent, where)
            elif row is not None and not _is_optional(row, sent):
                yield f"{where} is missing"
    elif is_list(template) and is_list(body):
        for row in template:
            inner, repeated = _repeated(row)
            if repeated:
                for index, item in enumerate(body):
                    yield from missing(inner, item, sent, f"{place}[{index}]")


def _unlike(name: str, row: Any, value: Any, where: str) -> Iterator[str]:
    """What is wrong with a member whose documented value is no placeholder."""
    if value is None or row is None or (isinstance(row, str) and "$" in row):
        return
    if name == "object" and value != row:
        yield f"{where} is {value!r}, not {row!r}"
    elif _sort(value) != _sort(row):
        yield f"{where} is {kind(value)}, not {kind(row)}"


def _sort(value: Any) -> str:
    return "float" if isinstance(value, int) and not isinstance(value, bool) else type(value).__name__


def _is_optional(row: Any, sent: Body | None) -> bool:
    """Whether a member is there only when the request or the result has something for it."""
    if is_object(row) and row:
        return all(_is_optional(value, sent) for value in row.values())
    return isinstance(row, str) and any(_may_lack(found, sent) for found in PATTERN.findall(row))


def _may_lack(placeholder: str, sent: Body | None) -> bool:
    head, dot, path = placeholder.partition(".")
    if dot and head in _OF_REQUEST:
        return sent is None or member(sent, path) is None
    return head in _OPTIONAL


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
