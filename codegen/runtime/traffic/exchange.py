"""Recorded requests and answers, the same for every format of recording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

Recorded = Literal["none", "whole", "cut", "missing"]


class Position(NamedTuple):
    """Where something stands in a recording: a line of a file of lines, or an entry of a HAR; both are counted from 1."""

    file: str
    unit: Literal["line", "entry"]
    number: int

    def __str__(self) -> str:
        return f"{self.file}:{self.number}" if self.unit == "line" else f"{self.file} entry {self.number}"


class Unreadable(NamedTuple):
    """A part of a recording that is no exchange."""

    position: Position
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """One half of an exchange.

    Attributes:
        headers: By lower-case name.
        media: The content type, as it was recorded, or an empty string.
        content: The body as bytes, text or data.
        recorded: `none` when there was no body, `cut` when only its start was kept, `missing` when it was not kept.
    """

    headers: Mapping[str, str] = field(repr=False)
    media: str
    content: Any = field(repr=False)
    recorded: Recorded


@dataclass(frozen=True, slots=True, eq=False)
class Exchange:
    """A request and its answer.

    Attributes:
        url: Absolute, or a path when the recording names the provider.
        provider: As the recording names it, or None.
        status: HTTP status, or None when there was no answer.
    """

    position: Position
    method: str
    url: str
    provider: str | None
    request: Message
    status: int | None
    response: Message


def text_of(value: Any, name: str) -> str:
    """A member that should be text; an empty string when it is not."""
    found = value.get(name) if isinstance(value, Mapping) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return found if isinstance(found, str) else ""
