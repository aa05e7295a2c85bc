"""Tasks of the gateway: what is known about each, and how far it has come by the clock."""

from __future__ import annotations

import base64
import random
import struct
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

State = Literal["queued", "running", "succeeded", "failed"]
Course = Literal["succeed", "fail", "never-end", "go-backwards", "vanish", "unknown-status"]
COURSES: tuple[Course, ...] = get_args(Course)  # the first when nothing is asked for
UNKNOWN_STATUS = "awaiting_moderation"  # a word that no page documents
_SECONDS = {"video": (1.0, 6.0), "music": (0.8, 4.5), "image": (0.5, 3.0), "text": (0.2, 0.8)}  # queued, running
_OTHERS = (0.5, 2.5)
_LEAST, _MOST = 5, 99  # percent while running
_REPLIES = (  # of seven words each
    "The boat drifts slowly past the mill.",
    "Rain falls softly on the tin roof.",
    "A lamp glows in the corner window.",
    "Seven swallows circle above the old harbour.",
)
_DIMENSIONS = 8  # of vectors
_FAILURE = "the generation failed, as this scenario asks"


@dataclass(frozen=True, slots=True)
class Plan:
    """What will happen to a task: seconds of each phase, and the course it takes.

    Attributes:
        course: `succeed`, `fail`; `never-end` runs for ever; `go-backwards` is queued again in the third quarter of its run; `vanish` is
            not found from the middle of its run on; `unknown-status` has a status that no page knows for the second half of it.
    """

    queued: float
    running: float
    course: Course = "succeed"

    @property
    def fails(self) -> bool:
        """Whether it ends without a result."""
        return self.course == "fail"

    @classmethod
    def of(cls, output: str, dice: random.Random, course: Course = "succeed") -> Plan:
        """The plan of an output: durations vary by a fifth."""
        queued, running = _SECONDS.get(output, _OTHERS)
        return cls(queued * dice.uniform(0.8, 1.2), running * dice.uniform(0.8, 1.2), course)


@dataclass(frozen=True, slots=True)
class Job:
    """A task, or a request that is answered at once."""

    id: str
    vendor_id: str
    kind: str  # row of the task tables, or the operation
    operation: str
    family: str | None
    model: str
    output: str  # video, image, speech, music, voice
    seed: int
    body: Mapping[str, Any]
    created: float
    plan: Plan
    count: int = 1
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    paid: bool = True

    def state(self, now: float) -> State:
        """The state at a time."""
        part = self._part(now)
        if part < 0 or (self.plan.course == "go-backwards" and 0.5 <= part < 0.75):
            return "queued"
        if now < self.finished or self.plan.course == "never-end":
            return "running"
        return "failed" if self.plan.fails else "succeeded"

    def progress(self, now: float) -> int:
        """Percent at a time."""
        state = self.state(now)
        if state != "running":
            return 0 if state == "queued" else 100
        return round(_LEAST + min(self._part(now), 1) * (_MOST - _LEAST))

    def lost(self, now: float) -> bool:
        """Whether the gateway has forgotten it."""
        return self.plan.course == "vanish" and self._part(now) >= 0.5

    def puzzles(self, now: float) -> bool:
        """Whether its status is a word that no page knows."""
        return self.plan.course == "unknown-status" and self._part(now) >= 0.5 and now < self.finished

    def _part(self, now: float) -> float:
        """How much of the run is over: below 0 while queued, from 1 on when it has ended."""
        return (now - self.created - self.plan.queued) / self.plan.running

    @property
    def finished(self) -> float:
        """When it ends."""
        return self.created + self.plan.queued + self.plan.running

    def values(self, progress: int) -> dict[str, Any]:
        """What its placeholders stand for at so many percent, links apart."""
        return {
            "id": self.id,
            "vendor_id": self.vendor_id,
            "model": self.model,
            "progress": progress,
            "percent": f"{progress}%",
            "finished": int(self.finished),
            "elapsed": max(1, round(self.finished - self.created)),
            "count": self.count,
            "error": _FAILURE,
            "reply": _REPLIES[self.seed % len(_REPLIES)],
        }


def dice(seed: int, number: int) -> random.Random:
    """The chance of one request: the same for the same seed and the same number of requests before."""
    return random.Random(f"{seed}:{number}")


def new_id(dice: random.Random, prefix: str) -> str:
    """An id that looks like the documented ones."""
    return f"{prefix}{dice.getrandbits(128):032x}"


def words(text: str) -> list[str]:
    """The words of a text; joined they are the text again."""
    first, *others = text.split(" ")
    return [first, *(f" {word}" for word in others)]


def vector(seed: int, text: str) -> tuple[list[float], str]:
    """A vector of a text and a seed, and its 32-bit floats in base64; each number fits 32 bits exactly."""
    chance = random.Random(f"{seed}:{text}")
    numbers = [chance.randint(-1024, 1024) / 1024 for _ in range(_DIMENSIONS)]
    return numbers, base64.b64encode(struct.pack(f"<{_DIMENSIONS}f", *numbers)).decode()


def vendor_id(dice: random.Random) -> str:
    """An id in the form of a UUID."""
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))
