"""What came of a batch: counts, what needs a person, and two JSONL files that are made of the ledger alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .._core.errors import ConfigurationError
from . import names
from .ledger import Ledger, Row, Submit

RESULTS = "results.jsonl"
FAILURES = "failures.jsonl"
_OPEN = ("planned", "submitting", "taken", "succeeded")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A job that was sent, and of which nobody knows whether it was taken.

    Attributes:
        id: Id of the job.
        sent: When, as Unix time.
        cause: Why it is not known.
        request: What was sent: `provider`, `operation`, `path`, `query` and `body`.
    """

    id: str
    sent: float
    cause: str
    request: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a batch.

    Attributes:
        output: The output folder.
        counts: Jobs by state; `dropped` are those that left the job file before they were sent.
        submits: Submits that may have been taken, in this run and all before.
        unknown: Jobs that are not repeated by themselves: look at the gateway, then let them be sent again or name their task.
        stopped: Why submits ended early, one text a reason.
        interrupted: Whether the run was asked to stop.
    """

    output: Path
    counts: Mapping[str, int]
    submits: int
    unknown: tuple[Unknown, ...]
    stopped: tuple[str, ...] = ()
    interrupted: bool = False

    @property
    def results(self) -> Path:
        """The file with one line for each job that is done."""
        return self.output / RESULTS

    @property
    def failures(self) -> Path:
        """The file with one line for each other job."""
        return self.output / FAILURES

    @property
    def total(self) -> int:
        """Number of jobs."""
        return sum(self.counts.values())

    @property
    def open(self) -> int:
        """Jobs that another run goes on with."""
        return sum(self.counts.get(state, 0) for state in _OPEN)

    @property
    def ok(self) -> bool:
        """Whether every job of the file is done and its files are there."""
        return self.counts.get("downloaded", 0) + self.counts.get("dropped", 0) == self.total

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        return {
            "total": self.total,
            "counts": dict(self.counts),
            "submits": self.submits,
            "unknown": [{"id": row.id, "sent": when(row.sent), "cause": row.cause, "request": dict(row.request)} for row in self.unknown],
            "stopped": list(self.stopped),
            "interrupted": self.interrupted,
            "results": str(self.results),
            "failures": str(self.failures),
        }


def report(ledger: Ledger, output: Path, *, stopped: Iterable[str] = (), interrupted: bool = False) -> Report:
    """The report of a ledger as it is."""
    unknown = tuple(_unknown(row, ledger.submits(row.id)) for row in ledger.rows("unknown"))
    return Report(output, ledger.counts(), ledger.spent(), unknown, tuple(stopped), interrupted)


def write(ledger: Ledger, output: Path) -> None:
    """Write `results.jsonl` and `failures.jsonl`: each job is in one of them, in the order of the job file.

    Raises:
        ConfigurationError: They cannot be written.
    """
    rows = ledger.rows()
    done = [row for row in rows if row.state == "downloaded"]
    rest = [row for row in rows if row.state != "downloaded"]
    for name, chosen in ((RESULTS, done), (FAILURES, rest)):
        _replace(output / name, (line(row, ledger) for row in chosen))


def line(row: Row, ledger: Ledger) -> dict[str, Any]:
    """What is said about one job; what is not known is left out."""
    submits, files = ledger.submits(row.id), ledger.files(row.id)
    task = row.task or {}
    error = row.error or {}
    found = {
        "id": row.id,
        "line": row.line,
        "state": "dropped" if row.state == "planned" and row.line is None else row.state,
        "provider": row.provider,
        "operation": row.operation,
        "model": row.model,
        "task": task.get("id"),
        "files": [file.name for file in files],
        "bytes": [file.bytes for file in files],
        "answer": row.answer if row.answer not in [file.name for file in files] else None,
        "error": {name: value for name, value in error.items() if name != "rules"},
        "rules": error.get("rules"),
        "submitted": [when(submit.sent) for submit in submits if submit.outcome not in ("refused", "unsent")],
        "finished": None if row.finished is None else when(row.finished),
        "request": row.request if row.state != "downloaded" else None,
    }
    return {name: value for name, value in found.items() if value not in (None, "", [], {})}


def when(time: float) -> str:
    """A Unix time as text, in UTC."""
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _unknown(row: Row, submits: list[Submit]) -> Unknown:
    last = next((submit for submit in reversed(submits) if submit.outcome == "unknown"), None)
    cause = str((row.error or {}).get("cause") or (row.error or {}).get("message") or "")
    sent = {"provider": row.provider, "operation": row.operation, **row.request}
    return Unknown(row.id, last.sent if last else 0.0, cause, sent)


def _replace(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """Write a file beside its place and move it there, so that it is whole or the one before."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            for row in lines:
                file.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
        names.secure(part)
        part.replace(path)
        names.secure_folder(path.parent)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror or error}") from None
