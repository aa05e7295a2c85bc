"""What arrived at the gateway, for tests to read."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, cast

from .._core.shape import is_array, is_object
from .tables import Kind, Sight

HIDDEN = "***"
_CREDENTIAL = re.compile(r"auth|key|token|secret|cookie", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One request and what became of it.

    Attributes:
        provider: Whose gateway it came to.
        kind: `submit` (of a task), `direct` (paid, answered at once), `query`, `content`, `other`, or `media`.
        key: `right` when an enabled key came along, `wrong` for any other credential, `none`.
        fault: What went wrong on purpose, as it was asked for; empty otherwise.
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
    provider: str = ""
    kind: Kind = "other"
    key: Sight = "none"
    fault: str = ""

    def __str__(self) -> str:
        facts = [self.verdict, *self.rules, self.task or "", "paid" if self.paid else "", f"fault {self.fault}" if self.fault else ""]
        return f"{self.method} {self.path} {self.status} {' '.join(filter(None, facts))}"


@dataclass(slots=True)
class Log:
    """The requests of a gateway in the order of their arrival; each is there before its answer is sent.

    Attributes:
        limit: How many are kept, the latest; None for all.
        dropped: How many were not kept.
        listener: Called with each entry.
    """

    entries: list[Entry] = field(default_factory=list[Entry])
    limit: int | None = None
    listener: Callable[[Entry], object] | None = None
    dropped: int = 0

    def __iter__(self) -> Iterator[Entry]:
        return iter(list(self.entries))

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, index: int) -> Entry:
        return self.entries[index]

    def add(self, entry: Entry) -> None:
        """Called by the gateway."""
        self.entries.append(entry)
        if self.limit is not None and len(self.entries) > self.limit:
            self.dropped += len(self.entries) - self.limit
            del self.entries[: len(self.entries) - self.limit]
        if self.listener is not None:
            self.listener(entry)

    def clear(self) -> None:
        """Forget everything so far."""
        self.entries.clear()
        self.dropped = 0

    def since(self, number: int) -> list[Entry]:
        """The requests from a number on, counted from 0; those that are not kept are left out."""
        return self.entries[max(0, number - self.dropped) :]

    def of(self, operation: str) -> list[Entry]:
        """The requests of one operation."""
        return [entry for entry in self if entry.operation == operation]

    def paid(self) -> list[Entry]:
        """The requests that were billed."""
        return [entry for entry in self if entry.paid]

    def where(self, **wanted: Any) -> list[Entry]:
        """The requests whose attributes have these values: `log.where(kind="query", status=404)`."""
        return [entry for entry in self if all(getattr(entry, name) == value for name, value in wanted.items())]

    def submits(self, operation: str | None = None) -> list[Entry]:
        """Every request for paid work that arrived, whatever became of it."""
        return [entry for entry in self if entry.kind in ("submit", "direct") and operation in (None, entry.operation)]

    def queries(self) -> list[Entry]:
        """The requests about tasks."""
        return self.where(kind="query")

    def downloads(self) -> list[Entry]:
        """The requests for content: of the media origin, and of the content routes."""
        return [entry for entry in self if entry.kind in ("media", "content")]

    def leaks(self) -> list[Entry]:
        """The requests that carried a credential to the media origin."""
        return [entry for entry in self if entry.origin == "media" and entry.key != "none"]


@lru_cache(maxsize=1024)
def is_credential(name: str) -> bool:
    """Whether a header or query parameter of that name may hold a key."""
    return bool(_CREDENTIAL.search(name))


def hidden(values: Mapping[str, str], keys: Collection[str] = ()) -> dict[str, str]:
    """The values with credentials, and whatever holds one of the keys, made unreadable."""
    return {name: HIDDEN if is_credential(name) or any(key in value for key in keys) else value for name, value in values.items()}


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
