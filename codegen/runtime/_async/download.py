"""Files from the network to the disk: to a `.part` file, resumed after a break, renamed when whole."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from .._core import errors, request, retry, transfer
from . import clock
from .live import AsyncLive, Broken
from .transport import Limits

if TYPE_CHECKING:
    from .engine import AsyncEngine, Call
    from .task import AsyncTask

_HOPS = 10
_NO_KEY_NO_FILE = (401, 403)
Open = Callable[[Mapping[str, str]], clock.Result[AsyncLive]]
Progress = Callable[[int, int | None], object]  # bytes that are there, and how many there will be where that is known


async def download_output(
    engine: AsyncEngine,
    task: AsyncTask,
    content: str | None,
    path: str | PathLike[str],
    *,
    index: int,
    overwrite: bool,
    on_progress: Progress | None = None,
) -> Path:
    """Save one output of a task; `content` is the operation that streams it, where there is one."""
    urls = task.outputs
    try:
        if 0 <= index < len(urls):
            try:
                return await save_url(engine, urls[index], path, task.id, overwrite, on_progress)
            except errors.APIError as error:
                if error.status not in _NO_KEY_NO_FILE or content is None or index:
                    raise
        if content is None or index or task.state != "succeeded":
            raise errors.DownloadFailed(f"the task is {task.state} and has no output {index}", operation=task.operation)
        call = engine.prepare(content, path={_parameter(engine, content): task.id})
        retries = engine.settings.max_retries
        return await save(opener(engine, call), path, fallback=task.id, retries=retries, overwrite=overwrite, on_progress=on_progress)
    except errors.DownloadFailed as error:
        error.task_id = task.id
        raise
    except errors.CallError as error:
        raise _failed(error, path, task) from error


def _failed(error: errors.CallError, path: str | PathLike[str], task: AsyncTask) -> errors.DownloadFailed:
    return errors.DownloadFailed(
        error.message,
        path=str(path),
        operation=task.operation,
        task_id=task.id,
        status=error.status,
        request_id=error.request_id,
        body_start=error.body_start,
        attempts=error.attempts,
    )


def _parameter(engine: AsyncEngine, operation: str) -> str:
    return next(row.name for row in engine.operation(operation).parameters if row.location == "path")


async def save_url(
    engine: AsyncEngine, url: str, path: str | PathLike[str], fallback: str, overwrite: bool, on_progress: Progress | None = None
) -> Path:
    """Save what a URL leads to, without the API key."""
    try:
        inline = transfer.data_url(url)
    except ValueError as error:
        raise errors.DownloadFailed(str(error), path=str(path)) from None
    if inline is not None:
        return _save_bytes(inline[0], inline[1], path, fallback, overwrite)

    async def open(headers: Mapping[str, str]) -> AsyncLive:
        return await follow(engine, url, headers)

    retries = engine.settings.max_retries
    return await save(open, path, url=url, fallback=fallback, retries=retries, overwrite=overwrite, on_progress=on_progress)


def opener(engine: AsyncEngine, call: Call) -> Open:
    """Opens a file that an operation answers with. A redirect is followed without the key."""

    async def open(headers: Mapping[str, str]) -> AsyncLive:
        asked = replace(call.request, headers={**call.request.headers, **headers})
        live, _ = await engine.transport().open(asked, call.limits)
        if live.status < 300:
            return live
        await live.close()
        return await follow(engine, transfer.redirect(call.request.url, live.headers["location"]) or "", headers)

    return open


async def follow(engine: AsyncEngine, url: str, headers: Mapping[str, str]) -> AsyncLive:
    """Open a URL that an answer named, and where it leads to, without the API key."""
    limits = Limits(engine.settings.timeout or 60.0, engine.settings.max_retries)
    for _ in range(_HOPS):
        if not transfer.is_web(url):
            raise errors.DownloadFailed(f"not a URL to download from: {transfer.shown(url)!r}")
        live, _ = await engine.transport().open(request.foreign("download", url, headers), limits)
        if live.status < 300:
            return live
        await live.close()
        url = transfer.redirect(url, live.headers["location"]) or ""
    raise errors.DownloadFailed(f"more than {_HOPS} redirects")


async def save(
    open: Open | None,
    path: str | PathLike[str],
    *,
    fallback: str,
    retries: int,
    overwrite: bool,
    url: str = "",
    first: AsyncLive | None = None,
    on_progress: Progress | None = None,
) -> Path:
    """Save what `open` gives, in a file or under a name of its own in a folder; returns the path of the file.

    Without `open` there is only `first`, which is never asked for again.
    """
    open = open or _once
    try:
        if _is_folder(path):
            first = first or await open(transfer.Transfer(0).headers())
            target = Path(path) / transfer.file_name(url, first.headers, fallback)
        else:
            target = Path(path)
        return await _save(open, target, retries, overwrite, first, on_progress)
    except OSError as error:
        raise errors.DownloadFailed(f"the file cannot be written: {error.strerror or error}", path=str(path)) from None


async def _once(headers: Mapping[str, str]) -> AsyncLive:
    raise errors.DownloadFailed("paid work is not asked for twice")


async def _save(open: Open, target: Path, retries: int, overwrite: bool, first: AsyncLive | None, on_progress: Progress | None) -> Path:
    part = target.with_name(target.name + ".part")
    try:
        _refuse_existing(target, overwrite)
        target.parent.mkdir(parents=True, exist_ok=True)
        if first is not None and _size(part):
            if open is _once:
                part.unlink()
            else:  # ask again, for the rest only
                await first.close()
                first = None
        await _fetch(open, part, target, retries, first, on_progress)
    finally:
        if first is not None:
            await first.close()
    _publish(part, target, overwrite)
    return target


async def _fetch(open: Open, part: Path, target: Path, retries: int, first: AsyncLive | None, on_progress: Progress | None) -> None:
    """Fill the part file; each break that came after progress gives all repeats back."""
    attempt, etag = 0, ""
    while True:
        attempt += 1
        before = _size(part)
        step = transfer.Transfer(before, _tail(part, before), etag)
        reason = await _try(open, part, step, first, on_progress)
        first = None
        if reason is None:
            return
        etag = step.etag
        attempt = 1 if _size(part) > before else attempt
        decision = retry.decide("query", attempt, retry.Outcome(reached=True), random.random(), max_retries=retries)
        if isinstance(decision, retry.GiveUp):
            raise errors.DownloadFailed(f"the download broke off: {reason}", path=str(target), received=_size(part), attempts=attempt)
        await clock.sleep(decision.seconds)


async def _try(open: Open, part: Path, step: transfer.Transfer, first: AsyncLive | None, on_progress: Progress | None) -> str | None:
    """One answer into the part file; why it is not whole yet, or None."""
    try:
        live = first or await open(step.headers())
    except errors.APIError as error:
        if error.status != 416 or not step.size:
            raise
        part.unlink(missing_ok=True)
        return "the file at the URL is shorter than what is there"
    try:
        if live.headers.get("content-type", "").startswith("text/html"):
            return "a page (text/html) came in place of the file"
        how = step.begin(live.status, live.headers)
        if how == "again":
            part.unlink(missing_ok=True)
            return "the gateway sent another range than it was asked for"
        with part.open("ab" if how == "append" else "wb") as file:
            async for chunk in live.chunks():
                file.write(step.accept(chunk))
                if on_progress is not None:
                    on_progress(step.size, step.total)
    except Broken as error:
        return str(error)
    except transfer.Mismatch as error:
        part.unlink(missing_ok=True)
        return str(error)
    finally:
        await live.close()
    if step.complete():
        return None if step.size else "the file is empty"
    if step.total is not None and step.size > step.total:
        part.unlink(missing_ok=True)
    return f"{step.size} of {step.total} bytes came"


def _save_bytes(content: bytes, media: str, path: str | PathLike[str], fallback: str, overwrite: bool) -> Path:
    try:
        target = Path(path) / transfer.file_name("", {"content-type": media}, fallback) if _is_folder(path) else Path(path)
        _refuse_existing(target, overwrite)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        part.write_bytes(content)
        _publish(part, target, overwrite)
    except OSError as error:
        raise errors.DownloadFailed(f"the file cannot be written: {error.strerror or error}", path=str(path)) from None
    return target


def _is_folder(path: str | PathLike[str]) -> bool:
    return os.fspath(path).endswith(("/", os.sep)) or Path(path).is_dir()


def _refuse_existing(target: Path, overwrite: bool) -> None:
    if target.is_dir() or (not overwrite and os.path.lexists(target)):
        raise errors.DownloadFailed(f"{target} exists already", path=str(target))


def _size(part: Path) -> int:
    """Bytes of the part file. A link is not one of ours and is removed: it could lead out of the folder."""
    if part.is_symlink():
        part.unlink()
    return part.stat().st_size if part.exists() else 0


def _tail(part: Path, size: int) -> bytes:
    if not size:
        return b""
    with part.open("rb") as file:
        file.seek(max(0, size - transfer.Transfer.OVERLAP))
        return file.read()


def _publish(part: Path, target: Path, overwrite: bool) -> None:
    """Give the part file its name; a file that appeared meanwhile is not replaced unless that is wanted."""
    if overwrite:
        part.replace(target)
        return
    try:
        os.link(part, target)
    except FileExistsError:
        raise errors.DownloadFailed(f"{target} exists already", path=str(target), received=_size(part)) from None
    except OSError:  # a file system without hard links
        _refuse_existing(target, overwrite)
        part.rename(target)
    else:
        part.unlink()
