"""A request that has arrived, and its line in the log."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.types import Scope

from .._core.tables import Operation
from . import asgi
from .calls import Reply
from .faults import Fault
from .log import Entry, hidden, plain
from .script import Seen
from .tables import Kind, Sight


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request, its body apart."""

    scope: Scope
    operation: str | None
    seen: Seen
    headers: Mapping[str, str]
    query: Mapping[str, str]

    @classmethod
    def of(cls, scope: Scope, operation: Operation | None, kind: Kind) -> Arrival:
        """The request of a scope."""
        id = operation.id if operation else None
        seen = Seen(kind, id or "", scope["method"], scope["path"])
        return cls(scope, id, seen, asgi.headers_of(scope), asgi.query_of(scope))

    def entry(
        self, provider: str, now: float, reply: Reply, status: int, sight: Sight, fault: Fault | None, body: Any, keys: Collection[str]
    ) -> Entry:
        """What the log says about it; nothing of it shows one of the keys."""
        return Entry(
            time=now,
            origin="media" if self.seen.kind == "media" else "api",
            method=self.seen.method,
            path=self.seen.path,
            query=hidden(self.query, keys),
            headers=hidden(self.headers, keys),
            body=plain(body),
            operation=self.operation,
            status=status,
            verdict=reply.verdict,
            rules=reply.rules,
            task=reply.task,
            paid=reply.paid,
            provider=provider,
            kind=self.seen.kind,
            key=sight,
            fault=str(fault or ""),
        )
