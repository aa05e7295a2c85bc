"""What a run found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Verdict = Literal["kept", "broken", "spec-stricter", "gateway-stricter", "not-tried"]
Kind = Literal["auth", "account", "query", "invalid", "valid", "answer", "task", "download"]


@dataclass(frozen=True, slots=True)
class Row:
    """One statement of the contract, held against one operation.

    Attributes:
        family: Id of the family of models; empty where the statement is about the operation alone.
        subject: Id of a rule, or name of a check such as `auth/missing-key`.
        kind: Which part of the run it belongs to.
        verdict: `kept`; `broken`; `spec-stricter`: the gateway accepted what the spec refuses; `gateway-stricter`: it refused what the
            spec allows; `not-tried`.
        detail: What was wrong, or why it was not tried.
        request: The request that shows it: `method`, `path`, `body`; without any key.
        paid: Whether that request may have been billed.
    """

    provider: str
    family: str
    operation: str
    subject: str
    kind: Kind
    verdict: Verdict
    detail: str = ""
    request: Mapping[str, Any] | None = None
    paid: bool = False

    @property
    def is_finding(self) -> bool:
        """Whether gateway and spec differ here."""
        return self.verdict not in ("kept", "not-tried")

    def __str__(self) -> str:
        place = "/".join(filter(None, (self.provider, self.family, self.operation)))
        return f"{self.verdict}: {self.subject} at {place}" + (f": {self.detail}" if self.detail else "")


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a run found, rows that an earlier run wrote into the same state included.

    Attributes:
        rows: In the order of the run.
        paid: Submits that may have been taken, those of earlier runs on the same state included.
        budget: How many were allowed.
        requests: Requests that this run sent.
    """

    rows: tuple[Row, ...]
    paid: int
    budget: int
    requests: int = 0

    @property
    def found(self) -> list[Row]:
        """The rows in which gateway and spec differ."""
        return [row for row in self.rows if row.is_finding]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.found

    @property
    def counts(self) -> dict[str, int]:
        """Rows by verdict."""
        return dict(Counter(row.verdict for row in self.rows))

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        rows = [asdict(row) for row in self.rows]
        return {
            "ok": self.ok,
            "paid": self.paid,
            "budget": self.budget,
            "requests": self.requests,
            "counts": self.counts,
            "rows": rows,
        }


class Checks:
    """Verdicts of one request or task, one a subject: what is broken stays broken."""

    def __init__(self, provider: str, family: str, operation: str, request: Mapping[str, Any] | None = None, *, paid: bool = False) -> None:
        self._place = (provider, family, operation)
        self._request = request
        self._paid = paid
        self._found: dict[str, tuple[Kind, Verdict, str]] = {}

    def say(self, kind: Kind, subject: str, problems: Iterable[str] | str | None = None) -> bool:
        """Note that a subject was looked at, with what is wrong; True when nothing is."""
        text = problems if isinstance(problems, str) else "; ".join(problems or ())
        if text:
            known = self._found.get(subject)
            if known is None or known[1] != "broken":
                self._found[subject] = (kind, "broken", text)
            return False
        self._found.setdefault(subject, (kind, "kept", ""))
        return True

    def note(self, kind: Kind, subject: str, verdict: Verdict, detail: str) -> None:
        """Note another verdict."""
        self._found[subject] = (kind, verdict, detail)

    def rows(self) -> list[Row]:
        """A row a subject."""
        return [
            Row(*self._place, subject, kind, verdict, detail, None if verdict == "kept" else self._request, self._paid)
            for subject, (kind, verdict, detail) in self._found.items()
        ]
