"""Files from the network to the disk: to a `.part` file, resumed after a break, renamed when whole."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from .._core import errors, retry, transfer
from .._core.secret import Secret, redact
from . import clock
from .live import AsyncLive, Broken
from .transport import Deadline

_NO_FILE = {"text/html": ".html.part", "application/json": ".json.part"}  # unless that is what the file shall be

Open = Callable[[Mapping[str, str]], clock.Result[AsyncLive]]
Progress = Callable[[int, int | None], object]  # bytes that are there, and how many there will be where that is known


@dataclass(frozen=True, slots=True)
class Where:
    """Where a file goes, and until when.

    Attributes:
        path: A file, or a folder where it gets a name of its own.
        fallback: Its name in a folder when nothing else gives one.
        overwrite: Whether a file that exists may be replaced.
        deadline: When to give up.
        taken: Files that were saved just before; others get a number.
        secrets: What no name may hold.
        on_progress: Called as bytes arrive.
    """

    path: str | PathLike[str]
    fallback: str
    overwrite: bool
    deadline: Deadline
    taken: tuple[Path, ...] = ()
    secrets: tuple[Secret, ...] = ()
    on_progress: Progress | None = None

    def __post_init__(self) -> None:
        try:
            valid = b"\0" not in os.fsencode(self.path)
        except UnicodeError:
            valid = False
        if not valid:
            raise errors.DownloadFailed("no file system takes this path", path=str(self.path))

    @property
    def is_folder(self) -> bool:
        return os.fspath(self.path).endswith(("/", os.sep)) or Path(self.path).is_dir()

    def target(self, url: str, headers: Mapping[str, str]) -> Path:
        """The file, for what comes with these headers from this URL."""
        path = Path(self.path)
        if self.is_folder:
            path /= redact(transfer.file_name(url, headers, self.fallback), self.secrets)
        return transfer.numbered(path, self.taken)


def ready_to_save(path: str | PathLike[str], overwrite: bool) -> None:
    """Refuse a place that cannot be written to, before any work is paid for."""
    is_folder = Where(path, "", overwrite, Deadline(None)).is_folder
    folder = Path(path) if is_folder else Path(path).parent
    try:
        if not is_folder:
            _refuse_existing(Path(path), overwrite)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _unwritten(path, error) from None


async def save(open: Open | None, where: Where, *, retries: int, url: str = "", first: AsyncLive | None = None) -> Path:
    """Save what `open` gives; returns the path of the file.

    Without `open` there is only `first`, which is never asked for again.
    """
    open = open or _once
    target = Path(where.path)
    try:
        async with clock.limit(where.deadline.remaining()):
            if where.is_folder:
                first = first or await open(transfer.Transfer(0).headers())
            target = where.target(url, first.headers if first else {})
            return await _save(open, target, retries, where, first)
    except TimeoutError:
        pass  # raised below, so that nobody else's exception hangs on ours
    except OSError as error:
        raise _unwritten(where.path, error) from None
    raise _late(target, where.deadline)


async def _once(headers: Mapping[str, str]) -> AsyncLive:
    raise errors.DownloadFailed("paid work is not asked for twice")


async def _save(open: Open, target: Path, retries: int, where: Where, first: AsyncLive | None) -> Path:
    part = target.with_name(target.name + ".part")
    try:
        _refuse_existing(target, where.overwrite)
        target.parent.mkdir(parents=True, exist_ok=True)
        if first is not None and _size(part):
            if open is _once:
                part.unlink()
            else:  # ask again, for the rest only
                await first.close()
                first = None
        await _fetch(open, part, target, retries, where, first)
    finally:
        if first is not None:
            await first.close()
    _publish(part, target, where.overwrite)
    return target


async def _fetch(open: Open, part: Path, target: Path, retries: int, where: Where, first: AsyncLive | None) -> None:
    """Fill the part file; each break that came after progress gives all repeats back."""
    attempt, etag = 0, ""
    while True:
        attempt += 1
        before = _size(part)
        step = transfer.Transfer(before, _tail(part, before), etag)
        reason = await _try(open, part, step, where, first)
        first = None
        if reason is None:
            return
        etag = step.etag
        attempt = 1 if _size(part) > before else attempt
        decision = retry.decide("query", attempt, retry.Outcome(reached=True), random.random(), max_retries=retries)
        if isinstance(decision, retry.GiveUp):
            raise errors.DownloadFailed(f"the download broke off: {reason}", path=str(target), received=_size(part), attempts=attempt)
        if decision.seconds >= where.deadline.left():
            raise _late(target, where.deadline)
        await clock.sleep(decision.seconds)


async def _try(open: Open, part: Path, step: transfer.Transfer, where: Where, first: AsyncLive | None) -> str | None:
    """One answer into the part file; why it is not whole yet, or None."""
    try:
        live = first or await open(step.headers())
    except errors.APIError as error:
        if error.status != 416 or not step.size:
            raise
        part.unlink(missing_ok=True)
        return "the file at the URL is shorter than what is there"
    try:
        media = live.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media in _NO_FILE and not part.name.endswith(_NO_FILE[media]):
            return f"{media} came in place of the file"
        how = step.begin(live.status, live.headers)
        if how == "again":
            part.unlink(missing_ok=True)
            return "the gateway sent another range than it was asked for"
        with part.open("ab" if how == "append" else "wb") as file:
            async for chunk in live.chunks():
                file.write(step.accept(chunk))
                if where.on_progress is not None:
                    where.on_progress(step.size, step.total)
                if where.deadline.left() <= 0:
                    break
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


def save_bytes(content: bytes, media: str, where: Where) -> Path:
    """Save what is there already."""
    try:
        target = where.target("", {"content-type": media})
        _refuse_existing(target, where.overwrite)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        part.write_bytes(content)
        _publish(part, target, where.overwrite)
    except OSError as error:
        raise _unwritten(where.path, error) from None
    return target


def _unwritten(path: str | PathLike[str], error: OSError) -> errors.DownloadFailed:
    return errors.DownloadFailed(f"the file cannot be written: {error.strerror or error}", path=str(path))


def _late(target: Path, deadline: Deadline) -> errors.DownloadTimeout:
    part = target.with_name(target.name + ".part") if target.name else target
    received = part.stat().st_size if part.is_file() else 0
    return errors.DownloadTimeout(f"no whole file within {deadline.timeout or 0:g} s", path=str(target), received=received)


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
