"""One attempt of a request, ready for whoever sends it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .secret import Secret
from .tables import Security

Files = list[tuple[str, tuple[str | None, Any, str | None]]]


@dataclass(slots=True, eq=False)
class Sent:
    """Whether an attempt may have left; None when nobody can tell."""

    value: bool | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Outgoing:
    """What goes out in one attempt.

    Attributes:
        headers: By lower-case name, without the API key.
        content: The encoded body, or None.
        files: The parts of a form in place of `content`, as httpx takes them, or None.
        security: How the API key goes along; None when it does not.
        key: The API key. It is revealed at the last moment, so that no other object holds it in clear.
        paid: Whether it is paid work, which a stale connection must not put in doubt.
        connect: Seconds for making a connection.
        read: Seconds of silence that are borne; None for any.
        write: Seconds for each write; None for any.
        sent: Told when the first byte is about to leave.
    """

    method: str
    url: str
    headers: dict[str, str] = field(repr=False)
    content: bytes | None = field(repr=False)
    files: Files | None = field(repr=False)
    security: Security | None
    key: Secret
    paid: bool
    connect: float
    read: float | None
    write: float | None
    sent: Sent

    def key_header(self) -> tuple[str, str] | None:
        """The header with the API key, unless none is wanted or the caller has given another."""
        row = self.security
        if row is None or row.header.lower() in self.headers:
            return None
        return row.header, row.prefix + self.key.reveal()
