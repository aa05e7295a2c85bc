"""Edits of bodies: a value set or dropped at a path, without touching the body that is edited."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from .._core.checks import is_list, is_object
from .._core.checks import items as items_of

ITEM = "[]"
DROP: Any = object()
Path = tuple[str, ...]


class Edit(NamedTuple):
    """A value for a path; `DROP` takes it away. `[]` in a path stands for every item."""

    path: Path
    value: Any


def apply(body: Any, edits: tuple[Edit, ...]) -> Any:
    """The body after the edits; missing objects on the way are made."""
    for edit in edits:
        body = _put(body, edit.path, edit.value)
    return body


def _put(node: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    head, rest = path[0], path[1:]
    if head == ITEM:
        items: list[Any] = node if is_list(node) and node else [] if value is DROP else [{}]
        return [_put(item, rest, value) for item in items]
    members: dict[str, Any] = dict(node) if is_object(node) else {}
    if value is DROP and not rest:
        members.pop(head, None)
    elif value is not DROP or head in members:
        members[head] = _put(members.get(head), rest, value)
    return members


def at(body: Any, path: Path) -> Iterator[Any]:
    """The values at a path; absent and null ones are left out."""
    if body is None:
        return
    if not path:
        yield body
    elif path[0] == ITEM:
        for item in items_of(body):
            yield from at(item, path[1:])
    elif is_object(body):
        yield from at(body.get(path[0]), path[1:])


def touches(one: Path, other: Path) -> bool:
    """Whether one path is the other, or leads to it."""
    short = min(len(one), len(other))
    return one[:short] == other[:short]
