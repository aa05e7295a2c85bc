"""A task from its submit, or from its id, to its files; whatever ends that says how to go on."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from . import exits, output, progress, session
from .exits import Exit, Failure
from .files import Destination, suffix_of

if TYPE_CHECKING:
    from unibind import Task


@dataclass(frozen=True, slots=True)
class Job:
    """What is done about tasks of one command.

    Attributes:
        destination: Where outputs go; None when they are not downloaded.
        output: What the model makes, ex) video.
        base_url: As given, for the command that goes on.
        save: File that the task is kept in, or None.
    """

    provider: str
    destination: Destination | None
    output: str = ""
    base_url: str | None = None
    save: str | None = None

    def command(self, task: Task) -> str:
        """The command that takes a task up again."""
        known = task.to_dict()
        words = ["unibind", "task", task.id, "--provider", self.provider, "--operation", task.operation]
        words += ["--model", task.model] if task.model else []
        for name, value in known["path"].items():
            words += ["--path", f"{name}={value}"]
        words += ["--base-url", self.base_url] if self.base_url else []
        words += ["-o", self.destination.path] if self.destination else ["--wait"]
        return shlex.join([*words, *(["--overwrite"] if self.destination and self.destination.overwrite else [])])

    def keep(self, task: Task) -> None:
        """Write the task to the file of `--save`; a task that cannot be kept is still told on stderr."""
        if self.save is None:
            return
        part = Path(f"{self.save}.part")
        try:
            part.write_text(json.dumps(task.to_dict(), ensure_ascii=False, indent=2) + "\n", "utf-8")
            part.replace(self.save)
        except OSError as error:
            output.note(f"{self.save}: {error.strerror}; the task is not saved there", "warning")

    @contextmanager
    def resumable(self, task: Task) -> Generator[None]:
        """A block about a task: what goes wrong in it says how to go on."""
        try:
            yield
        except (Exception, KeyboardInterrupt) as error:
            self.keep(task)
            code = exits.of(error)
            if code is Exit.UNEXPECTED:
                output.note(f"to go on: {self.command(task)}", "hint")
                raise
            known = {**output.describe(error), "task_id": task.id, "task": task.to_dict()}
            ended = code is Exit.TASK_FAILED
            hints = [] if ended else [f"the task goes on; to take it up again: {self.command(task)}"]
            if code is Exit.FILE:
                hints = [f"to download it again: {self.command(task)}"]
            raise Failure(
                output.message(error), code, hints=hints, data=known if ended else {**known, "resume": self.command(task)}
            ) from None

    def wait(self, task: Task, timeout: float | None) -> None:
        """Wait until the task has ended, and show it."""
        with progress.task(task.id) as show:
            task.wait(timeout=timeout, on_progress=show)
        self.keep(task)

    def download(self, task: Task) -> list[Path]:
        """Save all outputs of a task that has succeeded."""
        if self.destination is None:
            return []
        urls = task.outputs or ([""] if self._is_streamed(task) else [])
        return [self._one(task, index, url, len(urls)) for index, url in enumerate(urls)]

    def _is_streamed(self, task: Task) -> bool:
        """Whether the result comes from an operation, without a link."""
        tables = session.tables(self.provider)
        return tables.tasks[tables.operations[task.operation].task or ""].content is not None

    def _one(self, task: Task, index: int, url: str, count: int) -> Path:
        assert self.destination is not None
        target = self.destination.of(index, count, name=task.id, suffix=suffix_of(url, self.output))
        with progress.download(target.name) as show:
            return task.download(target, index=index, overwrite=self.destination.overwrite, on_progress=show)


def report(task: Task, files: list[Path]) -> None:
    """The result of a command about a task: files, or links, or how it is."""
    if output.is_json():
        told = {"id": task.id, "state": task.state, "status": task.status, "progress": task.progress, "outputs": task.outputs}
        output.show_json({**told, "error": task.error, "files": [os.fspath(path) for path in files], "task": task.to_dict()})
        return
    for line in files or (task.outputs if task.state == "succeeded" else ()):
        output.line(str(line))
    if task.state != "succeeded":
        output.line(f"{task.state}{'' if task.progress is None else f' {task.progress:.0%}'}")
    elif not files and not task.outputs:  # what it made is no file
        output.show_json(task.body)
