"""Server-sent events: bytes, cut anywhere, to events, and what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from . import tables, tasks
from .shape import is_object

DONE = "[DONE]"
_NEWLINE = re.compile(rb"\r\n|\r|\n")
_LARGEST = 64 * 1024 * 1024  # bytes of one event
_TEXTS: tuple[tables.Path, ...] = (
    ("choices", "[]", "delta", "content"),
    ("choices", "[]", "text"),
    ("candidates", "[]", "content", "parts", "[]", "text"),
    ("delta", "text"),
    ("delta",),
)
_ENDS: tuple[tables.Path, ...] = (("choices", "[]", "finish_reason"), ("candidates", "[]", "finishReason"))


class Event(NamedTuple):
    """One event: its name, its data lines joined, its id."""

    event: str
    data: str
    id: str

    def __repr__(self) -> str:
        """Without the data: it may repeat a key, and tracebacks show their locals."""
        return f"{type(self).__name__}({self.event!r}, {len(self.data)} characters, {self.id!r})"


class Decoder:
    """Takes chunks, gives back the events that are complete. How the bytes are cut makes no difference."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []  # of the line that is not complete yet
        self._size = 0  # bytes of the event that is not complete yet
        self._after_cr = False  # the last chunk ended in \r: a \n now belongs to it
        self._first = True
        self._data: list[str] = []
        self._event = ""
        self._id = ""

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that a chunk completes; `ValueError` when an event grows too large."""
        if not chunk:
            return
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._after_cr = chunk.endswith(b"\r")
        *lines, rest = _NEWLINE.split(chunk)
        for line in lines:
            yield from self._line(b"".join([*self._pieces, line]))
            self._pieces.clear()
        self._grow(len(rest))
        self._pieces.append(rest)

    def close(self) -> Iterator[Event]:
        """The event that the end of the stream leaves open; gateways forget the last blank line."""
        line = b"".join(self._pieces)
        self._pieces.clear()
        if line:
            yield from self._line(line)
        yield from self._line(b"")

    def _grow(self, size: int) -> None:
        self._size += size
        if self._size > _LARGEST:
            raise ValueError(f"an event is larger than {_LARGEST >> 20} MiB")

    def _line(self, line: bytes) -> Iterator[Event]:
        self._grow(len(line))
        if self._first:
            line = line.removeprefix(b"\xef\xbb\xbf")
            self._first = False
        if line:
            self._field(line.decode("utf-8", "replace"))
            return
        if self._data:
            yield Event(self._event or "message", "\n".join(self._data), self._id)
        self._data, self._event, self._size = [], "", 0

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")  # a comment has an empty name
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self._id = value


def text_of(body: Any) -> str:
    """The text that one event adds, in the forms of OpenAI, Gemini and Anthropic."""
    for path in _TEXTS:
        found = [value for value in tasks.at(body, path) if isinstance(value, str)]
        if found:
            return "".join(found)
    return ""


def is_end(body: Any) -> bool:
    """Whether an event says that its text is complete."""
    return any(value for path in _ENDS for value in tasks.at(body, path))


def awaits_end(body: Any) -> bool:
    """Whether a stream with such events is complete only after an end was said."""
    return is_object(body) and "choices" in body


def error_of(event: Event, body: Any) -> str | None:
    """What an event of failure says; None for any other."""
    found = next((value for path in (("error", "message"), ("error",)) for value in tasks.at(body, path) if value), None)
    if found is None and event.event == "error":
        found = event.data
    return None if found is None else found if isinstance(found, str) else repr(found)
