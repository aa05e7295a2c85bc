"""Clients that do not wait."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

_LONGEST = 0.005


@contextmanager
def hurry(longest: float = _LONGEST) -> Generator[None]:
    """While the `with` block lasts, no pause of any client between polls and repeats is longer than so many seconds.

    Time limits are not changed: `wait(timeout=0.2)` gives up after 0.2 s.
    """
    import asyncio  # not before it is wanted: pytest loads the plugin in every session

    of_async, of_sync = _clocks()

    async def rest(seconds: float) -> None:
        await asyncio.sleep(min(seconds, longest))

    def pause(seconds: float) -> None:
        time.sleep(min(seconds, longest))

    before = of_async.sleep, of_sync.sleep
    of_async.sleep, of_sync.sleep = rest, pause
    try:
        yield
    finally:
        of_async.sleep, of_sync.sleep = before


def _clocks() -> tuple[Any, Any]:
    """The modules through which the two halves wait."""
    from .._async import clock as of_async
    from .._sync import clock as of_sync

    return of_async, of_sync
