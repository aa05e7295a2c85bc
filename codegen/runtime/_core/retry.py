"""Whether a call is repeated, and when: a function of how its last attempt ended."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["submit", "query"]

_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
_REFUSED_BUSY = frozenset({429, 503})
_AMBIGUOUS_4XX = frozenset({408, 499})  # a proxy gave up waiting: the gateway behind it may have taken the request
_FIRST = 0.5  # seconds before the first repeat, doubled each time
_LONGEST = 8.0
_LONGEST_ASKED = 60.0  # cap of Retry-After


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended.

    Attributes:
        reached: False only when the connection was surely never made.
        status: HTTP status, or None when there was no answer or its body broke off.
        retry_after: Seconds that the gateway asked to wait.
        task: Whether the answer names a task.
    """

    reached: bool
    status: int | None = None
    retry_after: float | None = None
    task: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Repeat after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Do not repeat."""

    reason: str


def decide(kind: Kind, attempt: int, outcome: Outcome, random: float, *, max_retries: int = 3) -> Wait | GiveUp:
    """What follows the attempt of that number (the first is 1).

    A submit is repeated only when it surely was not taken. `random` is drawn from 0 to 1 and spreads the waits.
    """
    if attempt > max_retries:
        return GiveUp("no attempts left")
    if kind == "submit" and not _not_taken(outcome):
        return GiveUp("the request may have been taken")
    if outcome.reached and outcome.status is not None and outcome.status not in _TRANSIENT:
        return GiveUp("the answer is final")
    return Wait(_delay(attempt, outcome.retry_after, random))


def is_refusal(outcome: Outcome) -> bool:
    """Whether the request surely had no effect, so that nothing can have been billed."""
    if _not_taken(outcome):
        return True
    return outcome.status is not None and 400 <= outcome.status < 500 and outcome.status not in _AMBIGUOUS_4XX | _REFUSED_BUSY


def _not_taken(outcome: Outcome) -> bool:
    return not outcome.reached or (outcome.status in _REFUSED_BUSY and not outcome.task)


def _delay(attempt: int, asked: float | None, random: float) -> float:
    backoff: float = min(_LONGEST, _FIRST * 2 ** min(attempt - 1, 16)) * (0.5 + random / 2)
    if asked is None:
        return backoff
    return max(min(asked, _LONGEST_ASKED), backoff if asked > 0 else 0.0)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds asked for by `Retry-After` (seconds or an HTTP date) or `retry-after-ms`; `now` is Unix time in seconds."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _number(value)
    return seconds if seconds is not None or value is None else _until(value, now)


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return max(0.0, number) if math.isfinite(number) else None


def _until(date: str, now: float) -> float | None:
    from datetime import UTC  # here: few gateways send dates, and email brings a dozen modules along
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(date)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, moment.timestamp() - now)
    except (ValueError, OverflowError):
        return None
