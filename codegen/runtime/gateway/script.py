"""Which requests a fault happens to: scripts of steps, and scripts that have a name."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from threading import Lock
from typing import Any, Literal, get_args

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
        ValueError: `on` is none of these, or a number makes no sense.
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
        if not (_is_count(self.skip, 0) and (self.times is None or _is_count(self.times, 1))):
            raise ValueError(f"skip is a whole number from 0, times one from 1 or None; not {self.skip!r} and {self.times!r}")
        if not _is_part(self.share):
            raise ValueError(f"share is from 0 to 1, not {self.share!r}")

    @classmethod
    def read(cls, text: str) -> Step:
        """A step from its text: that of a fault, and among its parameters those of the step: `reset; on=query; skip=1; times=all`."""
        parts = [part.strip() for part in text.split(";")]
        own = [part for part in parts[1:] if part.partition("=")[0].strip() in _READ]
        values = {key.strip(): value.strip() for key, _, value in (part.partition("=") for part in own)}
        fault = "; ".join(part for part in parts if part not in own)
        return cls(fault, **{key: _READ[key](key, value) for key, value in values.items()})

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


def _is_count(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _is_part(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _text(_: str, value: str) -> str:
    return value


def _whole(name: str, value: str) -> int | None:
    if name == "times" and value == "all":
        return None
    if not value.isdecimal():
        raise ValueError(f"{name} is a whole number{' or all' if name == 'times' else ''}, not {value!r}")
    return int(value)


def _part(name: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise ValueError(f"{name} is a number from 0 to 1, not {value!r}") from None


_READ: Mapping[str, Callable[[str, str], Any]] = {
    "on": _text,
    "operation": _text,
    "method": _text,
    "path": _text,
    "skip": _whole,
    "times": _whole,
    "share": _part,
}


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
        self.script(replace(step) for step in SCENARIOS[name])

    def clear(self) -> None:
        """Forget all steps."""
        with self._lock:
            self._steps.clear()

    def steps(self) -> list[Step]:
        """All steps, with how often each was counted and met."""
        with self._lock:
            return list(self._steps)

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
