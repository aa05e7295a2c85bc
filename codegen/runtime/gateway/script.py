"""Which requests a fault happens to: scripts of steps, and scripts that have a name."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from threading import Lock
from typing import Literal, get_args

from .faults import Fault
from .tables import Kind

On = Literal["any", "paid", "submit", "direct", "query", "content", "other", "media", "download"]
ONS: tuple[On, ...] = get_args(On)
_GROUPS: Mapping[str, tuple[str, ...]] = {"paid": ("submit", "direct"), "download": ("content", "media")}


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a request before it is answered."""

    kind: Kind
    operation: str
    method: str
    path: str


@dataclass(slots=True)
class Step:
    """A fault, and the requests that it happens to.

    Args:
        fault: A fault or its text; None lets the requests pass as they are.
        on: Kind of the requests: `submit` (of tasks), `direct` (paid, answered at once), `paid` (both), `query`, `content`, `media`,
            `download` (both), `other` or `any`.
        operation: Id of the operation.
        method: HTTP method.
        path: Pattern of the path, with `*` and `?`.
        skip: How many of these requests pass before, those of earlier steps not counted.
        times: How many are met; None for all.
        share: Part of them that is met, by the seed.

    Raises:
        UnknownFault: The fault is not known.
        ValueError: `on` is none of these.
    """

    fault: Fault | str | None
    on: On = "any"
    operation: str | None = None
    method: str | None = None
    path: str | None = None
    skip: int = 0
    times: int | None = 1
    share: float = 1.0
    matched: int = field(default=0, init=False)
    used: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if isinstance(self.fault, str):
            self.fault = Fault.read(self.fault)
        if self.on not in ONS:
            raise ValueError(f"on must be one of {', '.join(ONS)}, not {self.on!r}")

    def fits(self, seen: Seen) -> bool:
        """Whether a request is one of those that it counts."""
        fault = self.fault
        if isinstance(fault, Fault) and not possible(fault, seen):
            return False
        wanted = self.on in ("any", seen.kind) or seen.kind in _GROUPS.get(self.on, ())
        named = self.operation in (None, seen.operation) and self.method in (None, seen.method)
        return wanted and named and (self.path is None or fnmatchcase(seen.path, self.path))

    def over(self) -> bool:
        """Whether it has met all that it shall meet."""
        return self.times is not None and self.used >= self.times

    def takes(self, dice: random.Random) -> bool:
        """Count one of its requests; whether it is met."""
        self.matched += 1
        if self.matched <= self.skip or (self.share < 1 and dice.random() >= self.share):
            return False
        self.used += 1
        return True


def possible(fault: Fault, seen: Seen) -> bool:
    """Whether the fault can happen to such a request."""
    return fault.row.way != "task" or seen.kind == "submit" or (fault.name == "task-fails" and seen.kind == "direct")


SCENARIOS: Mapping[str, tuple[Step, ...]] = {
    "busy": (Step("rate-limited; seconds=0.1", on="paid", times=2), Step("unavailable; seconds=0.1", on="query", times=2)),
    "lost-submit": (Step("reset", on="paid"),),
    "flaky-network": (
        Step("reset", on="query", times=None, share=0.2),
        Step("truncated", on="query", times=None, share=0.1),
        Step("reset-midway", on="download", times=None, share=0.3),
    ),
    "bad-proxy": (Step("bad-gateway", on="query", times=None, share=0.3), Step("html", on="query", times=None, share=0.1)),
    "slow": (Step("latency; seconds=2", times=None),),
    "failing-tasks": (Step("task-fails", on="paid", times=None),),
    "stuck-tasks": (Step("task-never-ends", on="submit", times=None),),
    "odd-tasks": (
        Step("unknown-status", on="submit", times=None, share=0.3),
        Step("task-goes-backwards", on="submit", times=None, share=0.5),
        Step("task-vanishes", on="submit", times=None, share=0.3),
    ),
}


class Faults:
    """The script of one gateway. Of each request the first step that counts it and is due decides."""

    def __init__(self, seed: int = 0) -> None:
        self._dice = random.Random(f"{seed}:faults")
        self._steps: list[Step] = []
        self._lock = Lock()

    def add(
        self,
        fault: Fault | str | None,
        *,
        on: On = "any",
        operation: str | None = None,
        method: str | None = None,
        path: str | None = None,
        skip: int = 0,
        times: int | None = 1,
        share: float = 1.0,
    ) -> Step:
        """Add a step at the end; the arguments are those of `Step`."""
        step = Step(fault, on, operation, method, path, skip, times, share)
        self.script([step])
        return step

    def script(self, steps: Iterable[Step]) -> None:
        """Add steps at the end."""
        with self._lock:
            self._steps += steps

    def scenario(self, name: str) -> None:
        """Add the steps of a scenario; `LookupError` when there is none of that name."""
        if name not in SCENARIOS:
            raise LookupError(f"there is no scenario {name!r}; known are {', '.join(SCENARIOS)}")
        self.script(Step(s.fault, s.on, s.operation, s.method, s.path, s.skip, s.times, s.share) for s in SCENARIOS[name])

    def clear(self) -> None:
        """Forget all steps."""
        with self._lock:
            self._steps.clear()

    def pending(self) -> list[Step]:
        """The steps with a number of times that has not been reached: what a test expected and did not see."""
        return [step for step in self._steps if step.times is not None and not step.over()]

    def pick(self, seen: Seen) -> Fault | None:
        """What happens to a request; counts it."""
        if not self._steps:
            return None
        with self._lock:
            for step in self._steps:
                if not step.over() and step.fits(seen) and step.takes(self._dice):
                    return step.fault if isinstance(step.fault, Fault) else None
        return None
