"""The time of a run: the machine's, faster, or moved on by hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol


class Wait(Protocol):
    """What a run asks for the time."""

    def now(self) -> float:
        """Seconds since some moment."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait for that many seconds of this time."""
        ...


class RealWait:
    """The time of the machine."""

    def now(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class ScaledWait:
    """Time that runs faster, for a gateway whose clock does too."""

    def __init__(self, speed: float) -> None:
        if not speed > 0:
            raise ValueError(f"the speed must be above 0, not {speed!r}")
        self.speed = speed

    def now(self) -> float:
        """Seconds since some moment."""
        return time.monotonic() * self.speed

    def sleep(self, seconds: float) -> None:
        """Wait; shorter by the speed."""
        time.sleep(seconds / self.speed)


class SteppedWait:
    """Time that stands still until somebody waits: `SteppedWait(clock.advance)` moves a gateway's clock instead of waiting.

    Args:
        advance: Called with the seconds to move on.
    """

    def __init__(self, advance: Callable[[float], object]) -> None:
        self._advance = advance
        self._now = 0.0

    def now(self) -> float:
        """Seconds since the start."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move on."""
        self._now += seconds
        self._advance(seconds)
