"""When a task is asked about again."""

from __future__ import annotations

from dataclasses import dataclass

from . import tables
from .tasks import State

_GROWTH = 0.1  # part of a task's age that is waited: a task of 50 s is asked about every 5 s
_FAILURES = 5  # queries in a row that may fail, each after its own repeats


@dataclass(frozen=True, slots=True)
class Wait:
    """Ask again after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Done:
    """The task succeeded."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The task failed."""


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The time to wait is used up."""


def interval(row: tables.Task, elapsed: float) -> float:
    """Seconds until the next query of a task that has been waited for so many seconds."""
    first, longest = row.poll
    return max(min(first, longest), min(longest, elapsed * _GROWTH))


def decide(row: tables.Task, state: State, elapsed: float, timeout: float | None) -> Wait | Done | Failed | TimedOut:
    """What follows an answer. The last wait is cut so that one more query is made when the time is up."""
    if state == "succeeded":
        return Done()
    if state == "failed":
        return Failed()
    if timeout is None:
        return Wait(interval(row, elapsed))
    if elapsed >= timeout:
        return TimedOut()
    return Wait(min(interval(row, elapsed), timeout - elapsed))


def goes_on(failures: int) -> bool:
    """Whether waiting goes on after so many queries in a row without an answer."""
    return failures <= _FAILURES
