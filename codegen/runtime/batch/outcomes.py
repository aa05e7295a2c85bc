"""What an exception of a submit means for its job and for those after it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from .._core import errors, retry

_ACCOUNT = re.compile(r"insufficient|balance|credit|billing|out of quota|no quota|api[ _-]?key|余额|额度不足|欠费", re.IGNORECASE)
_BUSY = (429, 503)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a submit ended without a task.

    Attributes:
        outcome: `"unsent"`: surely not taken, the job may be sent again; `"refused"`: surely not taken, and this request never will be;
            `"unknown"`: it may have been taken.
        then: `"on"`: the next job; `"slower"`: after a pause; `"stop"`: nothing more can be sent to this gateway.
        task_id: Id of the task that it made all the same.
    """

    outcome: Literal["unsent", "refused", "unknown"]
    then: Literal["on", "slower", "stop"] = "on"
    task_id: str | None = None


def judge(error: errors.UnibindError) -> Verdict:
    """The meaning of an exception; what is not surely harmless is unknown."""
    match error:
        case errors.SubmitOutcomeUnknown():
            return Verdict("unknown", task_id=error.task_id)
        case errors.RequestInvalid():
            return Verdict("refused")
        case errors.ConfigurationError():
            return Verdict("unsent", "stop")
        case errors.APIError():
            return _refusal(error)
        case errors.ConnectionFailed() | errors.DeadlineExceeded():  # of a submit they are raised only when nothing was sent
            return Verdict("unsent", "slower")
        case _:
            return Verdict("unknown")


def _refusal(error: errors.APIError) -> Verdict:
    of_account = bool(_ACCOUNT.search(f"{error.code} {error.message}"))
    if error.status in (401, 402) or (error.status == 403 and of_account) or (error.status == 429 and error.code == "insufficient_quota"):
        return Verdict("unsent", "stop")
    return Verdict("unsent", "slower") if error.status in _BUSY else Verdict("refused")


def pressure(error: errors.UnibindError) -> retry.Outcome:
    """A refusal for now, as far as the pause after it goes."""
    if isinstance(error, errors.APIError):
        return retry.Outcome(reached=True, status=error.status, retry_after=error.retry_after)
    return retry.Outcome(reached=False)


def facts(error: errors.UnibindError) -> dict[str, Any]:
    """An exception as plain data, for the ledger and the results; what is not known is left out."""
    found: dict[str, Any] = {"kind": type(error).__name__, "message": getattr(error, "reason", "") or getattr(error, "message", str(error))}
    for name in ("status", "code", "request_id", "task_id", "body_start", "cause"):
        value = getattr(error, name, None)
        if value:
            found[name] = value
    if isinstance(error, errors.RequestInvalid):
        found["rules"] = [row.rule for row in error.violations if row.severity == "error"]
    return found
