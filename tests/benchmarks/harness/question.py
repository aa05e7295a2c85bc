"""What a benchmark module declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Work = Callable[[], Any]
Contestant = Callable[[str], Work] | str
Metric = Literal["cpu", "memory", "value"]


@dataclass(frozen=True, slots=True)
class Goal:
    """The figure that a contestant is to stay under; None reports it only."""

    at_most: float | None
    metric: Metric = "cpu"
    unit: str = "ratio"
    of: str = "unibind"


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison; the first contestant is what the others are divided by."""

    name: str
    contestants: Mapping[str, Contestant]
    goals: tuple[Goal, ...]
    calls: int = 1
    rounds: int = 15

    @property
    def base(self) -> str:
        return next(iter(self.contestants))


@dataclass(frozen=True, slots=True)
class Question:
    """One table."""

    title: str
    rows: tuple[Row, ...]
    more: Callable[[], str] | None = None  # a table that is printed below
