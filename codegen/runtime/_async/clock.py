"""Time, deadlines and callbacks: the one module whose twin is written by hand."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any

monotonic = time.monotonic
now = time.time
INTERRUPTED: tuple[type[BaseException], ...] = (KeyboardInterrupt, SystemExit, asyncio.CancelledError)
Result = Awaitable  # what a function that does input or output gives


async def sleep(seconds: float) -> None:
    """Do nothing for so many seconds."""
    await asyncio.sleep(seconds)


def limit(seconds: float | None) -> asyncio.Timeout:
    """A block that may take so many seconds in all; `TimeoutError` afterwards. None is no limit."""
    return asyncio.timeout(seconds)


def home() -> object:
    """What open connections belong to: the running event loop. They cannot be used from another one."""
    return asyncio.get_running_loop()


class Gate(asyncio.Semaphore):
    """Lets so many in at a time, in the order of their coming. Bound to the event loop that it is first used in."""


async def notify(callback: Callable[[Any], object], value: Any) -> None:
    """Call back; the callback may be a coroutine function."""
    result = callback(value)
    if inspect.isawaitable(result):
        await result
