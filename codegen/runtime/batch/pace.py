"""How fast submits go to one gateway: a refusal for now slows all of them down, and each success speeds them up a little."""

from __future__ import annotations

import asyncio
import random
import time

from .._core import retry

PATIENCE = 10  # refusals in a row, each after a longer pause, after which a gateway is given up for this run


class Pace:
    """The gate that every submit to one gateway goes through.

    Args:
        most: Submits that may be under way at once.

    Attributes:
        closed: Why nothing more is sent, or None.
        width: Submits that may be under way now.
    """

    def __init__(self, most: int) -> None:
        self.closed: str | None = None
        self.width = most
        self._most = most
        self._open = 0
        self._failures = 0
        self._ready = 0.0
        self._changed = asyncio.Event()

    async def enter(self) -> float:
        """Wait for the turn of one submit; the time at which it begins. Look at `closed` then, and `leave` afterwards."""
        while self.closed is None:
            pause = self._ready - time.monotonic()
            if pause > 0:
                await asyncio.sleep(pause)
            elif self._open >= self.width:
                await self._changed.wait()
            else:
                break
        self._open += 1
        return time.monotonic()

    def leave(self) -> None:
        """The submit has ended."""
        self._open -= 1
        self._pulse()

    def taken(self) -> None:
        """A submit was taken: one more may be under way than before."""
        self._failures = 0
        self.width = min(self._most, self.width + 1)

    def busy(self, begun: float, outcome: retry.Outcome, reason: str) -> None:
        """A submit was refused for now. Those that had begun before the pause was over count as one refusal with it."""
        if begun < self._ready:
            return
        self._failures += 1
        step = retry.decide("submit", self._failures, outcome, random.random(), max_retries=PATIENCE)
        if isinstance(step, retry.GiveUp):
            self.close(f"given up after {self._failures} refusals in a row, the last: {reason}")
            return
        self.width = max(1, self.width // 2)
        self._ready = time.monotonic() + step.seconds

    def close(self, reason: str) -> None:
        """Send nothing more."""
        self.closed = self.closed or reason
        self._pulse()

    def _pulse(self) -> None:
        """Let those who wait look again."""
        self._changed.set()
        self._changed = asyncio.Event()
