"""The progress of a batch: bars on a terminal, otherwise a line for each job that has ended."""

from __future__ import annotations

from collections import Counter
from types import TracebackType
from typing import TYPE_CHECKING, Self

from . import output

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from ..batch import Event

_ENDED = ("downloaded", "failed", "refused", "unknown")
_MOST = 12  # bars of single jobs at once


class Bars:
    """Shows events on stderr.

    Args:
        total: Number of jobs.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._states: dict[str, str] = {}
        self._bars: dict[str, TaskID] = {}
        self._progress: Progress | None = None
        self._all: TaskID | None = None

    def __enter__(self) -> Self:
        if output.is_terminal(stderr=True):
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            columns = TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
            self._progress = Progress(*columns, console=output.console(stderr=True), transient=True)
            self._all = self._progress.add_task("all jobs", total=self._total)
            self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        if self._progress is not None:
            self._progress.stop()

    def update(self, event: Event) -> None:
        """Show one event."""
        before = self._states.get(event.id)
        self._states[event.id] = event.state
        if self._progress is None or self._all is None:
            if event.message or (event.state in _ENDED and event.state != before):
                output.note(f"{event.id}: {event.state}{': ' if event.message else ''}{event.message}")
            return
        if event.state in _ENDED or event.state == "planned":
            self._remove(event.id)
        else:
            self._show(event)
        counts = Counter(self._states.values())
        words = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
        self._progress.update(self._all, completed=sum(counts[state] for state in _ENDED), description=words)

    def _show(self, event: Event) -> None:
        if self._progress is None:
            return
        if event.id not in self._bars:
            if len(self._bars) >= _MOST:
                return
            self._bars[event.id] = self._progress.add_task(event.id, total=100)
        done = 100.0 if event.state == "succeeded" else (event.progress or 0) * 100
        self._progress.update(self._bars[event.id], completed=int(done), description=f"{event.id[:40]} {event.state}")

    def _remove(self, id: str) -> None:
        bar = self._bars.pop(id, None)
        if bar is not None and self._progress is not None:
            self._progress.remove_task(bar)
