"""The placeholders of answers, and how they are filled in.

Text that is a placeholder becomes its value, whatever the type (`$progress` -> 45); inside of other text it becomes text. A member
whose value is missing is left out. In a list, `{$outputs: BODY}` gives one item an output, and a placeholder that is a list its items.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._core.shape import is_array, is_object

VALUES = {
    "id": "id of the task or answer",
    "vendor_id": "id that the maker of the model gave the task",
    "model": "model of the request",
    "status": "the gateway's word for the state",
    "progress": "percent, a number",
    "percent": "percent as text: 45%",
    "created": "Unix time of the request in seconds",
    "created_ms": "the same in milliseconds",
    "finished": "Unix time of the end in seconds",
    "elapsed": "seconds from request to end",
    "date": "time of the request in RFC 3339",
    "origin": "URL of the gateway itself",
    "elsewhere": "URL of another origin, which takes no keys",
    "url": "link to the first output",
    "urls": "links to all outputs",
    "count": "number of outputs",
    "data": "an output in base64",
    "reply": "text that a model answers",
    "word": "the next word of it, in events",
    "answer": "the whole answer, in events",
    "number": "number of the event, from 0",
    "index": "number of the choice or input, from 0",
    "vector": "numbers that stand for an input",
    "packed": "the same as 32-bit floats in base64",
    "media": "media type of an output",
    "error": "why the task failed",
    "message": "why the request was refused",
    "param": "field at fault, or null",
    "quota": "what is left in the account",
    "used": "what was used",
    "total": "the sum of the two",
    "amount": "what is left, in money",
    "expires": "Unix time in seconds at which the key expired, -1 for one that does not",
}
REPEATED = {  # list -> placeholders that differ from item to item
    "outputs": ("url", "data", "media"),
    "models": ("model",),
    "choices": ("index",),
    "inputs": ("index", "vector", "packed"),
    "words": ("word",),
}
REQUEST = ("body", "text", "query")  # $body.size: a field as it was sent; $text.size: as text; $query.model: a query parameter
PATTERN = re.compile(r"\$([a-z_]+(?:\.\w+)?)")
_MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Scope:
    """What the placeholders of one answer stand for; a function is called when its value is wanted."""

    values: Mapping[str, Any]
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])
    query: Mapping[str, Any] = field(default_factory=dict[str, Any])
    lists: Mapping[str, Sequence[Any]] = field(default_factory=dict[str, Sequence[Any]])  # repeated values, and kept items

    def value(self, name: str) -> Any:
        """The value of a placeholder, or a mark that there is none."""
        place, _, member = name.partition(".")
        if not member:
            value = self.values[name] if name in self.values else self.lists.get(name, _MISSING)
            return value() if callable(value) else value
        if place in self.lists:  # a member of each item
            return [item[member] for item in self.lists[place]]
        value = (self.query if place == "query" else self.body).get(member)
        if value is None:
            return _MISSING
        return str(value) if place == "text" else value

    def item(self, values: Mapping[str, Any]) -> Scope:
        """The scope of one item of a list."""
        return Scope({**self.values, **values}, self.body, self.query, self.lists)


def fill(template: Any, scope: Scope) -> Any:
    """The body of a template."""
    if isinstance(template, str):
        return _text(template, scope)
    if is_object(template):
        filled = ((name, fill(value, scope)) for name, value in template.items())
        return {name: value for name, value in filled if value is not _MISSING}
    if is_array(template):
        return [item for row in template for item in _items(row, scope)]
    return template


def _items(row: Any, scope: Scope) -> Iterator[Any]:
    repeated = _repeated(row)
    if repeated:
        yield from (fill(row[f"${repeated}"], scope.item(values)) for values in scope.lists.get(repeated, ()))
        return
    value = fill(row, scope)
    if isinstance(row, str) and is_array(value):
        yield from value
    elif value is not _MISSING:
        yield value


def _repeated(row: Any) -> str | None:
    """`outputs` of `{$outputs: BODY}`."""
    if is_object(row) and len(row) == 1:
        name = str(next(iter(row)))
        return name[1:] if name.startswith("$") else None
    return None


def _text(template: str, scope: Scope) -> Any:
    whole = PATTERN.fullmatch(template)
    if whole:
        return scope.value(whole[1])
    if "$" not in template:
        return template
    values = {match[1]: scope.value(match[1]) for match in PATTERN.finditer(template)}
    if _MISSING in values.values():
        return _MISSING
    return PATTERN.sub(lambda match: _shown(values[match[1]]), template)


def _shown(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def used(template: Any) -> Iterator[str]:
    """Every placeholder of a template; lists that are repeated as `*outputs`."""
    if isinstance(template, str):
        yield from PATTERN.findall(template)
    elif is_object(template):
        name = _repeated(template)
        if name:
            yield f"*{name}"
        for value in template.values():
            yield from used(value)
    elif is_array(template):
        for value in template:
            yield from used(value)
