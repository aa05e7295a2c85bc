"""What can go wrong on purpose: names, parameters, and the text form of headers, markers and command lines.

rate-limited; seconds=2; date         429 with Retry-After as a date, two seconds ahead
truncated; at=0.25                    a quarter of the body, then the end of the connection
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import Any, Literal

from .jobs import Course

Way = Literal["status", "answer", "late", "wire", "task"]


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of fault.

    Attributes:
        way: `status` replaces the answer by a refusal; `answer` replaces its content; `late` delays it; `wire` breaks the connection;
            `task` changes the life of the task that is submitted.
        taken: Whether the request has its effect all the same: a task is made and billed.
        takes: Names of the parameters.
    """

    what: str
    way: Way
    taken: bool = True
    status: int = 200
    seconds: float | None = None
    course: Course | None = None
    takes: tuple[str, ...] = ()


_STATUS = ("status", "seconds", "date", "taken")
FAULTS: dict[str, Row] = {
    "rate-limited": Row("429 with Retry-After", "status", taken=False, status=429, seconds=1.0, takes=_STATUS),
    "server-error": Row("500", "status", taken=False, status=500, takes=_STATUS),
    "bad-gateway": Row("502 with the page of a proxy", "status", taken=False, status=502, takes=_STATUS),
    "unavailable": Row("503", "status", taken=False, status=503, takes=_STATUS),
    "gateway-timeout": Row("504 with the page of a proxy", "status", taken=False, status=504, takes=_STATUS),
    "latency": Row("the answer comes late", "late", seconds=1.0, takes=("seconds",)),
    "drip": Row("the body comes in small pieces with a pause before each", "late", seconds=0.1, takes=("seconds", "pieces")),
    "html": Row("a page in place of the answer", "answer", takes=("status", "taken")),
    "wrong-shape": Row("JSON of another shape", "answer", takes=("status", "taken")),
    "not-json": Row("a body that is cut off in the middle, with a length that fits it", "answer", takes=("status", "taken")),
    "empty": Row("no body", "answer", takes=("status", "taken")),
    "reset": Row("the connection is reset before the answer", "wire", takes=("taken",)),
    "hang-up": Row("the connection is closed before the answer", "wire", takes=("taken",)),
    "reset-midway": Row("the connection is reset in the middle of the body", "wire", takes=("at",)),
    "truncated": Row("the connection is closed in the middle of the body", "wire", takes=("at",)),
    "task-fails": Row("the task fails; paid work that is answered at once is refused", "task", course="fail"),
    "task-never-ends": Row("the task runs for ever", "task", course="never-end"),
    "task-goes-backwards": Row("the task is queued again after it ran", "task", course="go-backwards"),
    "task-vanishes": Row("the task is not found any more after it ran", "task", course="vanish"),
    "unknown-status": Row("the task has a status that no page knows", "task", course="unknown-status"),
}
PAGES = ("bad-gateway", "gateway-timeout", "html")  # answered with a page
EARLY = ("reset", "hang-up")  # before any byte of the answer


class UnknownFault(ValueError):
    """A fault is not known, or does not take a parameter; the message says what is."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Args:
        name: One of `FAULTS`.
        seconds: Of `latency` and between the pieces of `drip`; of `status` faults the value of Retry-After.
        date: Whether Retry-After is a date.
        status: HTTP status in place of the usual one.
        at: Part of the body after which the connection breaks, 0 to 1.
        pieces: Into which a dripping body is cut.
        taken: Whether the request has its effect all the same; None as usual for the kind.

    Raises:
        UnknownFault: There is no such fault, or it does not take what was given.
    """

    name: str
    seconds: float | None = None
    date: bool = False
    status: int | None = None
    at: float = 0.5
    pieces: int = 10
    taken: bool | None = None
    row: Row = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.name not in FAULTS:
            near = difflib.get_close_matches(self.name, FAULTS, 1)
            hint = f"; did you mean {near[0]!r}?" if near else "."
            raise UnknownFault(f"there is no fault {self.name!r}{hint} Known are {', '.join(FAULTS)}")
        row = FAULTS[self.name]
        object.__setattr__(self, "row", row)
        for name, default in _DEFAULTS.items():
            if getattr(self, name) != default and name not in row.takes:
                takes = ", ".join(row.takes) or "no parameters"
                raise UnknownFault(f"{self.name} does not take {name}; it takes {takes}")
        if not (0 <= self.at <= 1 and self.pieces > 0 and (self.seconds is None or 0 <= self.seconds < float("inf"))):
            raise UnknownFault(f"{self.name}: at is from 0 to 1, pieces at least 1, seconds at least 0")
        if self.status is not None and not 200 <= self.status <= 599:
            raise UnknownFault(f"{self.name}: status is from 200 to 599, not {self.status}")

    @classmethod
    def read(cls, text: str) -> Fault:
        """A fault from its text: `name; parameter=value; flag`."""
        name, *rest = (part.strip() for part in text.split(";"))
        values: dict[str, Any] = {}
        for part in filter(None, rest):
            key, equals, value = part.partition("=")
            values[key.strip()] = _value(name, key.strip(), value.strip() if equals else "true")
        return cls(name, **values)

    def __str__(self) -> str:
        given = ((name, getattr(self, name), default) for name, default in _DEFAULTS.items())
        shown = (f"{name}={str(value).lower()}" for name, value, default in given if value != default)
        return "; ".join((self.name, *shown))

    @property
    def has_effect(self) -> bool:
        """Whether the request is taken: makes its task, and is billed."""
        return self.row.taken if self.taken is None else self.taken

    @property
    def delay(self) -> float:
        """Its seconds."""
        return (self.row.seconds or 0.0) if self.seconds is None else self.seconds

    @property
    def retry_after(self) -> float | None:
        """Seconds of Retry-After, or None for an answer without it."""
        return self.row.seconds if self.seconds is None else self.seconds


_DEFAULTS: dict[str, Any] = {"seconds": None, "date": False, "status": None, "at": 0.5, "pieces": 10, "taken": None}
_TYPES = {"seconds": float, "status": int, "at": float, "pieces": int}


def _value(fault: str, name: str, text: str) -> Any:
    if name not in _DEFAULTS:
        raise UnknownFault(f"{fault}: there is no parameter {name!r}; known are {', '.join(_DEFAULTS)}")
    if name in _TYPES:
        try:
            return _TYPES[name](text)
        except ValueError:
            raise UnknownFault(f"{fault}: {name} is a number, not {text!r}") from None
    if text not in ("true", "false"):
        raise UnknownFault(f"{fault}: {name} is true or false, not {text!r}")
    return text == "true"
