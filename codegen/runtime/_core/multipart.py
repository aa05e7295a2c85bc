"""The parts of a form: values as text, files as they are, streamed when they are sent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import files
from .errors import RequestInvalid
from .shape import is_array, is_object
from .violations import Violation


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One part of a form. `content` is a `Path`, bytes or an open binary file; `filename` None makes it a plain field."""

    name: str
    content: Any
    filename: str | None = None
    media: str | None = None

    @property
    def rewinds(self) -> bool:
        """Whether the content can be read a second time."""
        if not hasattr(self.content, "read"):
            return True
        seekable = getattr(self.content, "seekable", None)
        return bool(seekable()) if callable(seekable) else hasattr(self.content, "seek")

    def __repr__(self) -> str:
        return f"Part({self.name!r}, filename={self.filename!r}, media={self.media!r})"


def has_file(body: Any) -> bool:
    """Whether a value of the body, or an item of one, is a file."""
    values = body.values() if is_object(body) else ()
    return any(files.is_file(item) for value in values for item in _items(value))


def parts(operation: str, body: Mapping[str, Any] | None, names: Mapping[str, str] | None = None) -> tuple[Part, ...]:
    """The parts of a body in its order; a list makes one part an item, an object is written as JSON; `names` renames lists."""
    renamed = names or {}
    found: list[Part] = []
    for name, value in (body or {}).items():
        for item in _items(value):
            try:
                found.append(_part(renamed.get(name, name) if isinstance(value, list) else name, item))
            except (TypeError, ValueError) as error:
                rule = f"{operation}/body:encoding"
                raise RequestInvalid(
                    [Violation(rule, (name,), f"cannot be sent in a form: {error}", "error", "")], operation=operation
                ) from None
    return tuple(found)


def plain(value: Any) -> Any:
    """A body with open files replaced by their names, so that errors can carry, copy and pickle it."""
    if is_object(value):
        return {name: plain(item) for name, item in value.items()}
    if is_array(value):
        return [plain(item) for item in value]
    if hasattr(value, "read"):
        return f"<file {files.describe(value).name or 'without a name'}>"
    return value


def _items(value: Any) -> Iterator[Any]:
    if is_array(value) and not files.is_file(value):
        yield from value
    elif value is not None:
        yield value


def _part(name: str, value: Any) -> Part:
    if files.is_file(value):
        content: Any = value[1] if is_array(value) else value
        about = files.describe(value)
        content = content.encode() if isinstance(content, str) else content
        content = bytes(content) if isinstance(content, bytearray) else content
        return Part(name, content, about.name or "file", about.media or "application/octet-stream")
    return Part(name, _text(value).encode())


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
