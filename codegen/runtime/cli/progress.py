"""What is shown while something takes its time: a live bar on a terminal, else a line at each change."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from . import output

if TYPE_CHECKING:
    from types import FrameType

Show = Callable[[Any], None]
Bytes = Callable[[int, int | None], None]


@contextmanager
def task(name: str) -> Generator[Show]:
    """Shows a task that is waited for; call what is given with the task."""
    if not output.is_terminal(stderr=True):
        yield _lines(name)
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[part]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=output.console(stderr=True), transient=True) as bar:
        row = bar.add_task("waiting", total=None, part="")

        def show(task: Any) -> None:
            part = task.progress
            bar.update(
                row,
                description=task.state,
                total=None if part is None else 1,
                completed=part or 0,
                part="" if part is None else f"{part:.0%}",
            )

        yield show


def _lines(name: str) -> Show:
    said = [""]

    def show(task: Any) -> None:
        text = f"{task.state}{'' if task.progress is None else f' {task.progress:.0%}'}"
        if text != said[0]:
            said[0] = text
            output.note(f"{name}: {text}")

    return show


@contextmanager
def checks() -> Generator[Show]:
    """Shows rows of a contract run on a terminal; call what is given with each."""
    if not output.is_terminal(stderr=True):
        yield lambda row: None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed} rows, {task.fields[found]} found"), TextColumn("{task.description}"))
    with Progress(*columns, TimeElapsedColumn(), console=output.console(stderr=True), transient=True) as bar:
        shown, found = bar.add_task("", total=None, found=0), 0

        def show(row: Any) -> None:
            nonlocal found
            found += row.is_finding
            bar.update(shown, advance=1, description=f"{row.family or row.operation} {row.subject}", found=found)

        yield show


@contextmanager
def download(name: str) -> Generator[Bytes]:
    """Shows a download; call what is given with the bytes that are there and how many there will be."""
    if not output.is_terminal(stderr=True):
        yield lambda received, total: None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=output.console(stderr=True), transient=True) as bar:
        row = bar.add_task(name, total=None)
        yield lambda received, total: bar.update(row, completed=received, total=total)


class Held:
    """Whether Ctrl-C was pressed meanwhile."""

    def __init__(self) -> None:
        self.pressed = False

    def release(self) -> None:
        """Interrupt now, if that was wanted meanwhile."""
        if self.pressed:
            self.pressed = False
            raise KeyboardInterrupt


@contextmanager
def holding_interrupts() -> Generator[Held]:
    """Ctrl-C waits while paid work is sent, so that its answer is not lost; a second one does not wait."""
    held = Held()

    def press(number: int, frame: FrameType | None) -> None:
        if held.pressed:
            raise KeyboardInterrupt
        held.pressed = True
        output.note("waiting for the gateway's answer, so that nothing paid is lost; Ctrl-C again gives up", "warning")

    ignored = signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, None)  # as in the background of a shell
    if ignored or threading.current_thread() is not threading.main_thread():
        yield held
        return
    before = signal.signal(signal.SIGINT, press)
    try:
        yield held
    finally:
        signal.signal(signal.SIGINT, before)
