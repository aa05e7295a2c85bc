"""What arrived at the gateway, for tests to read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from .._core.shape import is_array, is_object

HIDDEN = "***"
_CREDENTIAL = re.compile(r"auth|key|token|secret|cookie", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One request and what became of it.

    Attributes:
        time: Unix time of the gateway's clock.
        origin: Which of the two origins it came to.
        headers: In lower case; the value of a credential is `***`.
        query: The same.
        body: The decoded body, files as `{"file", "media", "bytes"}`; None without one.
        operation: Id of the operation, or None.
        status: HTTP status of the answer.
        verdict: `accepted`, or why not: `invalid`, `missing_key`, `not_found`, `key_sent` ...
        rules: Ids of the rules that the request breaks, warnings included.
        task: Id of the task that it made or asked about.
        paid: Whether it was accepted and billed.
    """

    time: float
    origin: Literal["api", "media"]
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    operation: str | None
    status: int
    verdict: str
    rules: tuple[str, ...] = ()
    task: str | None = None
    paid: bool = False


@dataclass(slots=True)
class Log:
    """The requests of a gateway in the order of their answers."""

    entries: list[Entry] = field(default_factory=list[Entry])

    def __iter__(self) -> Iterator[Entry]:
        return iter(list(self.entries))

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, index: int) -> Entry:
        return self.entries[index]

    def add(self, entry: Entry) -> None:
        """Called by the gateway."""
        self.entries.append(entry)

    def clear(self) -> None:
        """Forget everything so far."""
        self.entries.clear()

    def of(self, operation: str) -> list[Entry]:
        """The requests of one operation."""
        return [entry for entry in self if entry.operation == operation]

    def paid(self) -> list[Entry]:
        """The requests that were billed."""
        return [entry for entry in self if entry.paid]


def is_credential(name: str) -> bool:
    """Whether a header or query parameter of that name may hold a key."""
    return bool(_CREDENTIAL.search(name))


def hidden(values: Mapping[str, str]) -> dict[str, str]:
    """The values with credentials made unreadable."""
    return {name: HIDDEN if is_credential(name) else value for name, value in values.items()}


def plain(value: Any) -> Any:
    """A body without the content of files."""
    if isinstance(value, tuple):
        name, content, media = cast("tuple[str | None, bytes, str | None]", value)
        return {"file": name, "media": media, "bytes": len(content)}
    if is_object(value):
        return {name: plain(item) for name, item in value.items()}
    if is_array(value):
        return [plain(item) for item in value]
    return value
