"""A task at a gateway: asked about, waited for, downloaded."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._core import errors, interrupts, poll, responses, tables, tasks
from .._core.exchange import ResponseInfo
from .._core.options import Options
from .._core.violations import Violation
from . import clock

if TYPE_CHECKING:
    from .engine import AsyncEngine
    from .transport import Deadline

_log = logging.getLogger("unibind")
_TEMPORARY = (errors.ConnectionFailed, errors.DeadlineExceeded, errors.RateLimited, errors.ServerError, errors.ResponseInvalid)
_NO_PATH: Mapping[str, str] = {}
_LEAST = 1.0  # seconds for the last query, which is made when the time is up


class AsyncTask:
    """An asynchronous job of a gateway; it reads the same for every provider.

    Attributes:
        id: The gateway's id of the task.
        operation: Id of the operation that it was submitted with, for example `createVideo`.
        model: Model that it was submitted for, or an empty string.
        body: The last answer about it, as it was received.
        http_response: Status, headers, request id, attempts and elapsed seconds of that answer, or None.
        files: The outputs that were saved by this object.
    """

    # A program may wait for thousands of tasks.
    __slots__ = (
        "__weakref__",
        "_asked",
        "_engine",
        "_operation",
        "_path",
        "_reading",
        "_result",
        "_row",
        "body",
        "files",
        "http_response",
        "id",
        "model",
        "operation",
    )

    def __init__(
        self,
        engine: AsyncEngine,
        operation: tables.Operation,
        id: str,
        *,
        model: str = "",
        body: Any = None,
        query: str | None = None,
        path: Mapping[str, str] | None = None,
        result: Any = None,
    ) -> None:
        self._engine = engine
        self._operation = operation
        self._row = engine.provider.tasks[operation.task or ""]
        self.id = id
        self.operation = operation.id
        self.model = model
        self._asked = query
        self._path: Mapping[str, str] = dict(path) if path else _NO_PATH
        self.http_response: ResponseInfo | None = None
        self.files: tuple[Path, ...] = ()
        self._read(body, result, tasks.read(self._row, body))

    def _read(self, body: Any, result: Any, reading: tasks.Reading) -> None:
        self.body: Any = tasks.lean(body)
        self._result = result
        self._reading = reading if result is None else replace(reading, outputs=tasks.read(self._row, result).outputs)

    @property
    def state(self) -> tasks.State:
        """`"queued"`, `"running"`, `"succeeded"` or `"failed"`; what is not known yet reads as `"running"`."""
        return self._reading.state

    @property
    def status(self) -> str:
        """The gateway's own word for the state; empty before the first answer."""
        return self._reading.status

    @property
    def progress(self) -> float | None:
        """From 0 to 1, or None when the gateway does not say."""
        return self._reading.progress

    @property
    def outputs(self) -> list[str]:
        """URLs of the results, without repeats. They are valid for a limited time only."""
        return list(self._reading.outputs)

    @property
    def error(self) -> str | None:
        """Why the task failed, in the gateway's words, or None."""
        return self._reading.error

    @property
    def done(self) -> bool:
        """Whether the task has ended, in success or failure."""
        return self.state in ("succeeded", "failed")

    def to_dict(self) -> dict[str, Any]:
        """The task as plain data without the API key, for `client.task(...)` in this or another process."""
        return {
            "provider": self._engine.provider.name,
            "operation": self.operation,
            "id": self.id,
            "model": self.model,
            "query": self._asked,
            "path": dict(self._path),
            "result": self._result,
            "body": self.body,
        }

    def __repr__(self) -> str:
        progress = "" if self.progress is None else f" {self.progress:.0%}"
        return f"<{type(self).__name__} {self.id} {self.state}{progress}>"

    async def refresh(self, *, options: Options | None = None) -> AsyncTask:
        """Ask the gateway about the task; returns the task itself.

        Raises:
            CallError: With `task_id`, when there is no readable answer.
        """
        try:
            body, reading, info = await self._answer(self._query(), options)
            result = None
            if self._row.result is not None and reading.state == "succeeded":
                result, _, info = await self._answer(self._row.result, options, silent=True)
            self._read(body, result, reading)
            self.http_response = info
        except errors.CallError as error:
            error.task_id = self.id
            raise
        return self

    async def _answer(self, operation: str, options: Options | None, *, silent: bool = False) -> tuple[Any, tasks.Reading, ResponseInfo]:
        """What an operation says about the task; it must say something, unless it may be `silent` on the state."""
        path = {self._row.parameter: self.id, **(self._carried(operation) if self._path else {})}
        call = self._engine.prepare(operation, path=path, options=options)
        body, answer, attempts = await self._engine.send(call)
        reading = tasks.read(self._row, body)
        if not silent and not reading.status and not reading.outputs:
            raise responses.invalid(call.request, answer, "the answer does not say how the task is", attempts)
        return body, reading, responses.info(call.request, answer)

    def _carried(self, operation: str) -> dict[str, str]:
        """The other path parameters; of a value with several segments only the first, where the query takes no more."""
        segments = {row.name for row in self._engine.operation(operation).parameters if row.slashes}
        return {name: value if name in segments else value.partition("/")[0] for name, value in self._path.items()}

    def _query(self) -> str:
        """The operation that answers about the task."""
        if self._asked is not None:
            return self._asked
        families = self._operation.families
        family = families.get(self.model, families.get("", ""))
        query = self._row.family_query.get(family) or self._row.query.get(self.operation)
        if query is None:
            rule = f"{self.operation}/task:query"
            row = Violation(rule, (), f"no query is documented for the tasks of {self.operation}", "error", self._operation.source)
            raise errors.RequestInvalid([row], operation=self.operation)
        return query

    async def wait(
        self,
        *,
        timeout: float | None = 1800.0,
        on_progress: Callable[[AsyncTask], object] | None = None,
        options: Options | None = None,
    ) -> AsyncTask:
        """Wait until the task has ended; returns the task itself.

        Args:
            timeout: Seconds to wait at most; None waits for ever.
            on_progress: Called with the task after each answer.
            options: Settings of the single queries.

        Raises:
            TaskFailed: The task ended without a result.
            TaskTimeout: The time is used up; the task goes on and can be waited for again.
            CallError: The gateway does not answer, or refuses; with `task_id`.
        """
        with interrupts.About(self.to_dict):
            return await self._wait(timeout, on_progress, options)

    async def _wait(self, timeout: float | None, on_progress: Callable[[AsyncTask], object] | None, options: Options | None) -> AsyncTask:
        begun = clock.monotonic()
        failures = 0
        if not self.body:
            failures = await self._ask(options, timeout, failures)
        while True:
            if failures == 0 and on_progress is not None:
                await clock.notify(on_progress, self)
            step = poll.decide(self._row, self.state, clock.monotonic() - begun, timeout)
            if not isinstance(step, poll.Wait):
                return self._ended(step, timeout)
            await clock.sleep(step.seconds)
            left = None if timeout is None else timeout - (clock.monotonic() - begun)
            failures = await self._ask(options, left, failures)

    async def _ask(self, options: Options | None, left: float | None, failures: int) -> int:
        """One query while waiting; the number of queries in a row that have failed now."""
        try:
            await self.refresh(options=_within(options, left))
        except _TEMPORARY as error:
            if not poll.goes_on(failures + 1):
                raise
            _log.warning("task %s: %s", self.id, error)
            return failures + 1
        return 0

    def _ended(self, step: poll.Done | poll.Failed | poll.TimedOut, timeout: float | None) -> AsyncTask:
        facts: dict[str, Any] = {"task": self.to_dict(), "task_id": self.id, "operation": self.operation}
        if isinstance(step, poll.TimedOut):
            raise errors.TaskTimeout(f"the task has not ended within {timeout:g} s; it is {self.status or self.state}", **facts)
        if isinstance(step, poll.Failed):
            reason = self.error or ""
            kind = errors.TaskCancelled if "cancel" in self.status.lower() else errors.TaskFailed
            raise kind(f"the task failed: {reason or self.status}", reason=reason, **facts)
        return self

    async def download(
        self,
        path: str | PathLike[str],
        *,
        index: int = 0,
        overwrite: bool = False,
        on_progress: Callable[[int, int | None], object] | None = None,
        timeout: float | None = 1800.0,
    ) -> Path:
        """Save an output; returns the path of the file.

        The content goes to a `.part` file beside it first, which a later call goes on with. The API key does not go along.

        Args:
            path: A file, or an existing folder, where the name is taken from the URL.
            index: Which of `outputs`.
            overwrite: Whether a file that exists may be replaced.
            on_progress: Called with the bytes that are there and how many there will be (None: not announced) as they arrive.
            timeout: Seconds that it may take in all, repeats included; None is no limit.

        Raises:
            DownloadFailed: It could not be fetched or written, or there is no such output.
            DownloadTimeout: The time is used up; what came is kept.
        """
        from .download import download_outputs

        return (await download_outputs(self._engine, self, path, [index], overwrite, deadline(timeout), on_progress))[0]

    async def download_all(self, folder: str | PathLike[str], *, overwrite: bool = False, timeout: float | None = 1800.0) -> list[Path]:
        """Save every output in a folder, under the names that the URLs give; returns the paths in the order of `outputs`.

        Args:
            folder: Made when it is not there. Outputs that would have the same name are numbered.
            overwrite: Whether files that exist may be replaced.
            timeout: Seconds that it may take in all; None is no limit.

        Raises:
            DownloadFailed: One could not be fetched or written.
            DownloadTimeout: The time is used up; what came is kept.
        """
        from .download import download_outputs

        return await download_outputs(self._engine, self, os.path.join(folder, ""), None, overwrite, deadline(timeout))  # noqa: PTH118


def deadline(timeout: float | None) -> Deadline:
    """What ends after so many seconds; None is no limit."""
    from .engine import seconds
    from .transport import Deadline

    return Deadline(None if timeout is None else seconds(timeout))


def _within(options: Options | None, left: float | None) -> Options | None:
    if left is None:
        return options
    options = options or Options()
    left = max(_LEAST, left)
    return replace(options, timeout=left if options.timeout is None else min(left, options.timeout))
