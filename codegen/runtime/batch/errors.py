"""What can be wrong with a batch itself, apart from its single jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from .._core.errors import UnibindError
from .._core.tables import Severity

_SHOWN = 50  # findings that a message lists


class Finding(NamedTuple):
    """Something about one line of a job file.

    Attributes:
        line: Number of the line, from 1.
        id: Id of the job, or an empty string.
        message: What is wrong, and what would be right.
        severity: `"error"`: nothing of the file is sent; `"warning"`: doubtful, it may be sent.
        rule: Id of the rule that is broken.
    """

    line: int
    id: str
    message: str
    severity: Severity
    rule: str

    def __str__(self) -> str:
        name = f" ({self.id})" if self.id else ""
        return f"line {self.line}{name}: {self.message} [{self.rule}]"


class JobsInvalid(UnibindError):
    """The job file cannot be worked on. Nothing was sent.

    Attributes:
        findings: Everything that is wrong with it, in the order of its lines.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = list(findings)
        rest = len(self.findings) - _SHOWN
        more = [f"- and {rest} more"] if rest > 0 else []
        lines = [f"- {row}" for row in self.findings[:_SHOWN]]
        super().__init__("\n".join(["The job file is not valid:", *lines, *more]))


class LedgerError(UnibindError):
    """The ledger cannot be opened, does not belong to these jobs, or cannot be written.

    Attributes:
        unrecorded: Outcomes of submits that could not be written down, for example `{"job": "boat", "task": {...}}`.
    """

    def __init__(self, message: str, *, unrecorded: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(message)
        self.unrecorded = list(unrecorded)

    def __str__(self) -> str:
        text = super().__str__()
        if not self.unrecorded:
            return text
        known = ", ".join(f"{row['job']}: {row['task']['id'] if 'task' in row else row['answer']}" for row in self.unrecorded)
        return f"{text}. These were taken and could not be written down (job: task): {known}"
