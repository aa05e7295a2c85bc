"""What follows a submit: waiting for the task, and the files."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._core import dispatch, errors
from . import answers, names, outcomes
from .ledger import File, Ledger, Row

if TYPE_CHECKING:
    from .._async.client import AsyncClient
    from .._async.task import AsyncTask

FOLDER = "files"
_GONE = (401, 403, 404, 410)  # how links that are not valid any more are answered


@dataclass(frozen=True, slots=True)
class Finisher:
    """Brings jobs that were taken to their end. What is known is in the ledger at every moment, so each step may be cut off anywhere."""

    ledger: Ledger
    output: Path

    async def wait(self, client: AsyncClient, row: Row, timeout: float | None, on_progress: Callable[[AsyncTask], object]) -> None:
        """Wait for a task; afterwards it has ended, or the ledger says why it is not known whether it has."""
        task = client.task(row.task or {})
        try:
            await task.wait(timeout=timeout, on_progress=on_progress)
        except errors.TaskFailed as error:
            self.ledger.finish(row.id, "failed", task=error.task, error=outcomes.facts(error))
        except errors.UnibindError as error:
            self.ledger.note(row.id, outcomes.facts(error))
        else:
            self.ledger.finish(row.id, "succeeded", task=task.to_dict())

    async def download(self, client: AsyncClient, row: Row) -> None:
        """Bring all outputs of a job to the disk; afterwards they are there, or the ledger says why not."""
        try:
            failure = answers.failure(self.output / row.answer) if row.answer else None
            if failure is not None:
                self.ledger.finish(row.id, "failed", error={"kind": "AnswerFailed", "message": failure})
                return
            if row.answer is not None:
                await self._of_answer(client, row, row.answer)
            else:
                await self._of_task(client, row, client.task(row.task or {}))
        except errors.UnibindError as error:
            self.ledger.note(row.id, outcomes.facts(error))
        except OSError as error:
            self.ledger.note(
                row.id, {"kind": "DownloadFailed", "message": f"a file is missing or cannot be written: {error.strerror or error}"}
            )
        else:
            self.ledger.downloaded(row.id)

    # --- tasks

    async def _of_task(self, client: AsyncClient, row: Row, task: AsyncTask) -> None:
        kind = dispatch.provider(row.provider).operations[row.operation].task
        content = kind and dispatch.provider(row.provider).tasks[kind].content
        if row.error is not None:
            with suppress(errors.CallError):  # the last run did not get the files: links end after a time, a new answer has new ones
                await task.refresh()
        if not task.outputs and not content:
            self._keep(row, 0, self._written(row, task.body))
            return
        for index in range(max(1, len(task.outputs))):
            if not self._has(row, index):
                await self._output(row, task, index)

    async def _output(self, row: Row, task: AsyncTask, index: int) -> None:
        target = self._target(row, index, task.outputs[index] if task.outputs else "")
        try:
            await task.download(target, index=index, overwrite=True)
        except errors.DownloadFailed as error:
            if error.status not in _GONE:
                raise
            await task.refresh()
            await task.download(target, index=index, overwrite=True)
        self._keep(row, index, target)

    def _written(self, row: Row, body: Any) -> Path:
        """The answer about a task whose result is no file."""
        path = self.output / FOLDER / names.numbered(row.id, 0, ".json")
        path.parent.mkdir(exist_ok=True)
        part = path.with_name(path.name + ".part")
        part.write_text(json.dumps(body, ensure_ascii=False, indent=1), "utf-8", "backslashreplace")
        names.secure(part)
        return part.replace(path)

    # --- direct answers

    async def _of_answer(self, client: AsyncClient, row: Row, answer: str) -> None:
        source = self.output / answer
        moved = self.output / FOLDER / names.numbered(row.id, 0, source.suffix)
        if not source.exists() and moved.exists():  # cut off between moving it and writing that down
            self._keep(row, 0, moved, is_answer=True)
            return
        urls = answers.outputs(source)
        for index, url in enumerate(urls):
            if not self._has(row, index):
                target = self._target(row, index, url)
                await client.download(url, target, overwrite=True)
                self._keep(row, index, target)
        if not urls:
            moved.parent.mkdir(exist_ok=True)
            self._keep(row, 0, source.replace(moved), is_answer=True)

    # --- files

    def _target(self, row: Row, index: int, url: str) -> Path:
        return self.output / FOLDER / names.numbered(row.id, index, names.suffix_of_url(url))

    def _has(self, row: Row, index: int) -> bool:
        """Whether an output is known to be whole, and still there."""
        known = next((file for file in self.ledger.files(row.id) if file.number == index), None)
        path = self.output / known.name if known else None
        return known is not None and path is not None and path.is_file() and path.stat().st_size == known.bytes

    def _keep(self, row: Row, index: int, path: Path, *, is_answer: bool = False) -> None:
        """Write down a whole file; one whose link gave no ending gets that of its content."""
        if path.suffix == names.UNKNOWN:
            path = path.replace(path.with_suffix(names.suffix_of_content(path)))
        names.secure(path)
        self.ledger.add_file(row.id, File(index, f"{FOLDER}/{path.name}", path.stat().st_size), is_answer=is_answer)
