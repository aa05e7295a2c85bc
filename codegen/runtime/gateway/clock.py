"""The gateway's time: real, faster, or moved by hand."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

_START = 1_780_000_000.0  # Unix time at which clocks moved by hand begin


class Clock(Protocol):
    """What the gateway asks for the time."""

    def now(self) -> float:
        """Unix time in seconds."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for that many seconds of this clock."""
        ...


class RealClock:
    """The time of the machine."""

    def now(self) -> float:
        """Unix time in seconds."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class ScaledClock:
    """Time that runs faster: with `ScaledClock(20)` a task of 10 seconds takes half a second."""

    def __init__(self, speed: float) -> None:
        if not speed > 0:
            raise ValueError(f"the speed must be above 0, not {speed!r}")
        self.speed = speed
        self._start = time.time()
        self._begun = time.monotonic()

    def now(self) -> float:
        """Unix time in seconds, ahead of the machine's."""
        return self._start + (time.monotonic() - self._begun) * self.speed

    async def sleep(self, seconds: float) -> None:
        """Wait; shorter by the speed."""
        await asyncio.sleep(seconds / self.speed)


class ManualClock:
    """Time that stands still until `advance` is called; nothing waits for it."""

    def __init__(self, start: float = _START) -> None:
        self._now = start

    def now(self) -> float:
        """Unix time in seconds."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the time on."""
        self._now += seconds

    async def sleep(self, seconds: float) -> None:
        """Return at once."""
        await asyncio.sleep(0)


class SteppedClock(ManualClock):
    """Time that moves on by so many seconds with each request that arrives: the same requests see the same times on any machine."""

    def __init__(self, step: float, start: float = _START) -> None:
        super().__init__(start)
        self.step = step

    def tick(self) -> None:
        """Called by the gateway at each request."""
        self.advance(self.step)
