"""Tasks of a recording, followed by their ids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .._core import tasks
from .._core.tables import Operation, Provider, Task
from .shapes import Difference

_RANK = {"queued": 0, "running": 1, "succeeded": 2, "failed": 2}


@dataclass(slots=True)
class _Seen:
    state: tasks.State
    progress: float


class Following:
    """The last that was said about each task."""

    def __init__(self) -> None:
        self._tasks: dict[tuple[str, str, str], _Seen] = {}

    def __len__(self) -> int:
        return len(self._tasks)

    def submitted(self, tables: Provider, row: Task, body: Any) -> None:
        """The answer of a submit."""
        reading = tasks.read(row, body)
        if reading.id is not None:
            self._tasks.setdefault((tables.name, row.name, reading.id), _Seen(reading.state, reading.progress or 0.0))

    def queried(self, tables: Provider, row: Task, asked: str, body: Any) -> Iterator[Difference]:
        """The answer of a query."""
        reading = tasks.read(row, body)
        if reading.id is not None and reading.id != asked:
            yield Difference("task-changed-id", row.name, f"asked about {asked}, answered about {reading.id}")
        key = (tables.name, row.name, asked)
        last = self._tasks.get(key)
        now = _Seen(reading.state, reading.progress if reading.progress is not None else last.progress if last else 0.0)
        if last is not None and _went_back(last, now):
            yield Difference("task-backwards", f"{last.state} to {now.state}", f"task {asked} was {last.state} and then {now.state}")
        elif last is not None and now.state == last.state and now.progress < last.progress:
            yield Difference("task-backwards", "progress", f"task {asked} was at {last.progress:.0%} and then at {now.progress:.0%}")
        self._tasks[key] = now

    def missing(self, tables: Provider, row: Task, asked: str) -> Iterator[Difference]:
        """The gateway does not know a task."""
        if (tables.name, row.name, asked) in self._tasks:
            yield Difference("task-vanished", row.name, f"task {asked} was there before")


def _went_back(last: _Seen, now: _Seen) -> bool:
    return _RANK[now.state] < _RANK[last.state] or (_RANK[last.state] == 2 and now.state != last.state)


def is_query(operation: Operation, row: Task) -> bool:
    """Whether an operation asks about one task."""
    return operation.id in row.query.values() or operation.id in row.family_query.values()
