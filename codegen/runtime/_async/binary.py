"""Answers that are files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from .._core import errors, responses
from .download import opener
from .live import AsyncLive, Broken
from .saving import Where, save
from .task import deadline

if TYPE_CHECKING:
    from .engine import AsyncEngine, Call

_START = 4096  # bytes of a page that is shown where a file was promised
_NO_FILE = ("text/html", "application/json")


async def open_binary(engine: AsyncEngine, call: Call) -> AsyncBinary:
    """The file of a call, when its answer has begun."""
    live = await opener(engine, call)({})
    media = live.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media in _NO_FILE and media != call.operation.responses["200"].media:
        answer = responses.Answer(live.status, live.headers, await live.start(_START))
        await live.close()
        raise responses.invalid(call.request, answer, f"the gateway answered with {media} instead of a file")
    return AsyncBinary(engine, call, live)


class AsyncBinary:
    """A file that an operation answers with, as it arrives.

    Take it once: iterate over its bytes, `read()` it, or `save()` it. The connection is given back at the end, at an error, at the end
    of a `with` block and by `close()`.

    Attributes:
        content_type: Media type as the gateway gives it.
        status: HTTP status.
    """

    def __init__(self, engine: AsyncEngine, call: Call, live: AsyncLive) -> None:
        self._engine = engine
        self._call = call
        self._live = live
        self.status = live.status
        self.content_type = live.headers.get("content-type", "")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop receiving and give the connection back."""
        await self._live.close()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        try:
            async for chunk in self._live.chunks():
                size += len(chunk)
                yield chunk
        except Broken as error:
            text = f"the file broke off after {size} bytes: {error}"
            raise errors.DownloadFailed(text, operation=self._call.operation.id, status=self.status) from None
        finally:
            await self._live.close()

    async def read(self) -> bytes:
        """The whole file.

        Raises:
            DownloadFailed: It broke off.
        """
        return b"".join([chunk async for chunk in self])

    async def save(self, path: str | PathLike[str], *, overwrite: bool = False, timeout: float | None = 1800.0) -> Path:
        """Save the file, by way of a `.part` file beside it; returns its path.

        A query that breaks off is resumed; paid work is not asked for again.

        Args:
            path: A file, or an existing folder.
            overwrite: Whether a file that exists may be replaced.
            timeout: Seconds that it may take in all; None is no limit.

        Raises:
            DownloadFailed: It broke off, or cannot be written.
            DownloadTimeout: The time is used up.
        """
        again = self._call.request.kind == "query"
        end = deadline(timeout)
        return await save(
            opener(self._engine, self._call, end) if again else None,
            Where(path, self._call.operation.id, overwrite, end, secrets=self._call.request.secrets),
            retries=self._engine.settings.max_retries if again else 0,
            first=self._live,
        )
