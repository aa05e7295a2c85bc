"""The outputs of tasks, from the URLs that an answer named or from the operation that streams them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from .._core import errors, interrupts, request, transfer
from .._core.secret import redact
from .live import AsyncLive
from .saving import Open, Progress, Where, save, save_bytes
from .transport import Deadline, Limits

if TYPE_CHECKING:
    from .engine import AsyncEngine, Call
    from .task import AsyncTask

_HOPS = 10
_NO_KEY_NO_FILE = (401, 403)


async def download_outputs(
    engine: AsyncEngine,
    task: AsyncTask,
    path: str | PathLike[str],
    which: Sequence[int] | None,
    overwrite: bool,
    deadline: Deadline,
    on_progress: Progress | None = None,
) -> list[Path]:
    """Save outputs of a task, all of them without `which`: in a folder, or as a file beside which further ones are numbered."""
    saved: list[Path] = []
    with interrupts.About(task.to_dict):
        try:
            for index in range(max(1, len(task.outputs))) if which is None else which:
                where = Where(path, task.id, overwrite, deadline, tuple(saved), (engine.settings.key,), on_progress)
                saved.append(await _output(engine, task, index, where))
                task.files = (*task.files, saved[-1])
        except errors.DownloadFailed as error:
            error.task_id, error.task, error.operation = task.id, task.to_dict(), task.operation
            raise
        except errors.CallError as error:
            raise _failed(error, path, task) from error
    return saved


async def _output(engine: AsyncEngine, task: AsyncTask, index: int, where: Where) -> Path:
    """Save one output, from its URL or from the operation that streams it."""
    urls = task.outputs
    content = engine.provider.tasks[engine.operation(task.operation).task or ""].content
    if 0 <= index < len(urls):
        try:
            return await save_url(engine, urls[index], where)
        except errors.APIError as error:
            if error.status not in _NO_KEY_NO_FILE or content is None or index:
                raise
    if content is None or index or task.state != "succeeded":
        raise errors.DownloadFailed(f"the task is {task.state} and has no output {index}")
    call = engine.prepare(content, path={_parameter(engine, content): task.id})
    return await save(opener(engine, call, where.deadline), where, retries=engine.settings.max_retries)


def _failed(error: errors.CallError, path: str | PathLike[str], task: AsyncTask) -> errors.DownloadFailed:
    kind = errors.DownloadTimeout if isinstance(error, errors.DeadlineExceeded) else errors.DownloadFailed
    return kind(
        error.message,
        path=str(path),
        operation=task.operation,
        task_id=task.id,
        task=task.to_dict(),
        status=error.status,
        request_id=error.request_id,
        body_start=error.body_start,
        attempts=error.attempts,
    )


def _parameter(engine: AsyncEngine, operation: str) -> str:
    return next(row.name for row in engine.operation(operation).parameters if row.location == "path")


async def save_url(engine: AsyncEngine, url: str, where: Where) -> Path:
    """Save what a URL leads to, without the API key."""
    try:
        inline = transfer.data_url(url)
    except ValueError as error:
        raise errors.DownloadFailed(str(error), path=str(where.path)) from None
    if inline is not None:
        return save_bytes(inline[0], inline[1], where)

    async def open(headers: Mapping[str, str]) -> AsyncLive:
        return await follow(engine, url, headers, where.deadline)

    return await save(open, where, url=url, retries=engine.settings.max_retries)


def opener(engine: AsyncEngine, call: Call, deadline: Deadline | None = None) -> Open:
    """Opens a file that an operation answers with. A redirect is followed without the key."""

    async def open(headers: Mapping[str, str]) -> AsyncLive:
        asked = replace(call.request, headers={**call.request.headers, **headers})
        live, _ = await engine.transport().open(asked, _within(call.limits, deadline))
        if live.status < 300:
            return live
        await live.close()
        return await follow(engine, transfer.redirect(call.request.url, live.headers["location"]) or "", headers, deadline)

    return open


async def follow(engine: AsyncEngine, url: str, headers: Mapping[str, str], deadline: Deadline | None) -> AsyncLive:
    """Open a URL that an answer named, and where it leads to, without the API key."""
    limits = Limits(engine.settings.timeout or 60.0, engine.settings.max_retries)
    secrets = (engine.settings.key,)
    for _ in range(_HOPS):
        if redact(url, secrets) != url:
            url = ""  # tracebacks may show local variables
            raise errors.DownloadFailed("the URL holds the API key, which goes to the gateway only")
        if not transfer.is_web(url):
            raise errors.DownloadFailed(f"not a URL to download from: {transfer.shown(url)!r}")
        live, _ = await engine.transport().open(request.foreign("download", url, headers, secrets), _within(limits, deadline))
        if live.status < 300:
            return live
        await live.close()
        url = transfer.redirect(url, live.headers["location"]) or ""
    raise errors.DownloadFailed(f"more than {_HOPS} redirects")


def _within(limits: Limits, deadline: Deadline | None) -> Limits:
    """Limits that end no later than the deadline."""
    left = deadline.remaining() if deadline else None
    if left is None:
        return limits
    return replace(limits, timeout=left if limits.timeout is None else min(left, limits.timeout))
