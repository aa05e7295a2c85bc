"""Time, deadlines and callbacks: the twin of the module of the same name in the async half, written by hand.

A blocking read cannot be cancelled, so a deadline works through the sockets: inside `limit` no read or write of a client that went
through `bind` waits longer than what is left, however slowly the other side drips. A transport of the caller that is not httpx's own
is left as it is; there the deadline is looked at between the chunks of a body.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Annotated, Any, TypeVar

_Value = TypeVar("_Value")
monotonic = time.monotonic
now = time.time
sleep = time.sleep
INTERRUPTED: tuple[type[BaseException], ...] = (KeyboardInterrupt, SystemExit)
Result = Annotated[_Value, "what a function that does input or output gives"]

_end: ContextVar[float | None] = ContextVar("unibind_deadline", default=None)


class _Home:
    """What open connections belong to, where there is no event loop: the process."""


_HOME = _Home()


@contextmanager
def limit(seconds: float | None) -> Generator[None]:
    """A block that may take so many seconds in all; afterwards reads and writes time out. None is no limit."""
    token = _end.set(None if seconds is None else monotonic() + seconds)
    try:
        yield
    finally:
        _end.reset(token)


def left() -> float | None:
    """Seconds that are left of the `limit` around, or None without one."""
    end = _end.get()
    return None if end is None else end - monotonic()


def home() -> object:
    """What open connections belong to: the process."""
    return _HOME


class Gate:
    """Lets so many in at a time; `TimeoutError` when the `limit` around is used up before."""

    def __init__(self, many: int) -> None:
        self._free = threading.Semaphore(many)

    def __enter__(self) -> None:
        if self._free.acquire(blocking=False):
            return
        seconds = left()
        if not self._free.acquire(timeout=None if seconds is None else max(0.0, seconds)):
            raise TimeoutError

    def __exit__(self, *_: object) -> None:
        self._free.release()


def notify(callback: Callable[[Any], object], value: Any) -> None:
    """Call back."""
    callback(value)
