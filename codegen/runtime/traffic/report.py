"""What a check of recorded traffic found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .exchange import Position
from .hiding import Hider

Level = Literal["finding", "note"]
KINDS: Mapping[str, str] = {
    "spec-stricter": "requests that the gateway took although a rule refuses them",
    "gateway-stricter": "requests that the gateway refused although they keep every rule",
    "unknown-model": "models that are not documented",
    "unknown-field": "fields of requests that are not documented",
    "unknown-parameter": "query parameters that are not documented",
    "undocumented-operation": "paths that are not documented",
    "undocumented-method": "methods that are not documented for their path",
    "undocumented-status": "HTTP statuses that are not documented",
    "content-type": "answers of another content type",
    "unreadable-answer": "answers that cannot be read as documented",
    "unknown-shape": "answers that fit none of the documented shapes",
    "unknown-member": "members of answers that are not documented",
    "missing-member": "members without which an answer is of no use",
    "wrong-type": "members of another type",
    "unknown-value": "values that the documentation does not list",
    "unknown-status-word": "status words of tasks that are not in the table",
    "no-outputs": "tasks that succeeded without outputs",
    "no-link": "outputs that are no links",
    "task-backwards": "tasks that went backwards",
    "task-changed-id": "tasks that were answered for under another id",
    "task-vanished": "tasks that the gateway did not know any more",
    "unreadable": "parts of recordings that are no exchange, and were skipped",
    "warning": "requests that were taken, of which rules warn",
    "never-seen": "documented members that no answer had",
}
NOTES = frozenset({"warning", "never-seen"})


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the documentation, as the spec has it, does not explain.

    Attributes:
        kind: One of `KINDS`.
        level: `finding`, or `note` for what is worth a look but contradicts nothing.
        provider: Name of the provider; empty for unreadable parts.
        operation: Id of the operation; empty for what is not documented.
        subject: The rule, the path of the member (`data[].url`), the status, the path ...
        message: What was seen at the first place, in words.
        source: Where the documentation speaks of it, or empty.
        count: How often it was seen.
        first: Where it was seen first; None for what was never seen.
    """

    kind: str
    level: Level
    provider: str
    operation: str
    subject: str
    message: str
    source: str
    count: int
    first: Position | None

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        where = {"file": self.first.file, self.first.unit: self.first.number} if self.first else None
        names = ("kind", "level", "provider", "operation", "subject", "message", "source", "count")
        return {**{name: getattr(self, name) for name in names}, "first": where}

    def __str__(self) -> str:
        place = f" at {self.first}" if self.first else ""
        subject = " ".join(filter(None, (self.operation, self.subject)))
        return f"{self.kind} {subject} ({self.count}x{place}): {self.message}"


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of every exchange of the recordings: the numbers add up to `exchanges`.

    Attributes:
        exchanges: All of them, without unreadable parts.
        taken: Taken, and every rule is kept.
        refused: Refused, and a rule says so.
        contradicted: Taken against a rule, or refused although every rule is kept.
        unjudged: Answered, but the body of the request was not recorded whole, or the request or the model is unknown to both sides.
        not_found: Queries of tasks and other things that were not there.
        undocumented: Of operations, methods or statuses that are not documented.
        apart: By status: 401, 402, 403, 408, 429, 5xx, which say nothing about rules.
        no_answer: Without an answer.
        preflights: OPTIONS requests of browsers.
        elsewhere: By host: requests to other hosts.
    """

    exchanges: int
    taken: int
    refused: int
    contradicted: int
    unjudged: int
    not_found: int
    undocumented: int
    no_answer: int
    preflights: int
    apart: Mapping[str, int]
    elsewhere: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        plain: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        return {**plain, "apart": dict(self.apart), "elsewhere": dict(self.elsewhere)}


@dataclass(frozen=True, slots=True)
class Report:
    """What a check of recorded traffic found.

    Attributes:
        counts: What became of every exchange.
        findings: What the spec does not know or gets wrong, by kind.
        notes: What is worth a look but contradicts nothing: warnings of rules on requests that were taken, documented members that no
            answer had.
        bodies: By reason (`cut`, `missing`, `encoded`), how many answers could not be looked into.
        tasks: How many tasks were followed.
        more: How many findings were counted only, because there were too many different ones.
    """

    counts: Counts
    findings: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    bodies: Mapping[str, int]
    tasks: int
    more: int = 0

    @property
    def ok(self) -> bool:
        """Whether the spec explains everything that was recorded."""
        return not self.findings and not self.more

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "ok": self.ok,
            "counts": self.counts.to_dict(),
            "findings": [row.to_dict() for row in self.findings],
            "notes": [row.to_dict() for row in self.notes],
            "bodies": dict(self.bodies),
            "tasks": self.tasks,
            "more": self.more,
        }

    def __str__(self) -> str:
        return "\n".join([summary(self), *map(str, self.findings)])


def summary(report: Report) -> str:
    """What became of the exchanges, in one line."""
    counts = report.counts.to_dict()
    lists = {"apart": sum(report.counts.apart.values()), "elsewhere": sum(report.counts.elsewhere.values())}
    words = [f"{value} {name.replace('_', ' ')}" for name, value in {**counts, **lists}.items() if value]
    return f"{', '.join(words) or 'no exchanges'}; {len(report.findings)} findings, {len(report.notes)} notes"


@dataclass(slots=True)
class _Row:
    message: str
    source: str
    first: Position | None
    count: int = 0


_MOST = 10_000  # different findings that are kept apart


class Collector:
    """Counts findings; what is the same is one."""

    def __init__(self) -> None:
        self.hider = Hider()
        self.seen: Counter[str] = Counter()
        self.apart: Counter[str] = Counter()
        self.elsewhere: Counter[str] = Counter()
        self.bodies: Counter[str] = Counter()
        self._rows: dict[tuple[str, str, str, str], _Row] = {}
        self._more = 0

    def add(
        self,
        kind: str,
        position: Position | None,
        provider: str,
        operation: str,
        subject: str,
        message: str,
        source: str = "",
        *,
        count: int = 1,
    ) -> None:
        """Count something; the first message is kept."""
        key = (kind, provider, operation, self.hider.text(subject))
        row = self._rows.get(key)
        if row is None:
            if len(self._rows) >= _MOST:
                self._more += count
                return
            row = self._rows[key] = _Row(self.hider.text(message), source, position)
        row.count += count

    def report(self, tasks: int) -> Report:
        """Everything that was counted."""
        rows = list(self._found())
        names = ("taken", "refused", "contradicted", "unjudged", "not_found", "undocumented", "no_answer", "preflights")
        counted = {name: self.seen[name] for name in names}
        elsewhere = dict(self.elsewhere.most_common())
        apart = dict(sorted(self.apart.items()))
        all = sum(counted.values()) + sum(elsewhere.values()) + sum(apart.values())
        counts = Counts(exchanges=all, **counted, apart=apart, elsewhere=elsewhere)
        findings = tuple(row for row in rows if row.level == "finding")
        notes = tuple(row for row in rows if row.level == "note")
        return Report(counts, findings, notes, dict(self.bodies), tasks, self._more)

    def _found(self) -> Iterator[Finding]:
        order = {kind: number for number, kind in enumerate(KINDS)}
        for (kind, provider, operation, subject), row in sorted(self._rows.items(), key=lambda pair: order[pair[0][0]]):
            level: Level = "note" if kind in NOTES else "finding"
            said = self.hider.text(row.message)  # again: keys that came up later are known by now
            yield Finding(kind, level, provider, operation, self.hider.text(subject), said, row.source, row.count, row.first)
