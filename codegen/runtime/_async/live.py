"""An answer that is still arriving."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping

from .._core.faults import describe
from . import clock

_log = logging.getLogger("unibind")


class Broken(Exception):
    """A body stopped early. Never leaves the package."""


class AsyncLive:
    """An answer whose body is still to come; `close` gives the connection back."""

    __slots__ = ("_chunks", "_close", "headers", "status")

    def __init__(
        self, status: int, headers: Mapping[str, str], chunks: AsyncIterable[bytes], close: Callable[[], clock.Result[None]]
    ) -> None:
        self.status = status
        self.headers = headers
        self._chunks = chunks
        self._close = close

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, decompressed; `Broken` when it stops early."""
        try:
            async for chunk in self._chunks:
                yield chunk
        except Exception as error:  # noqa: BLE001 - nobody else's exception leaves the package
            raise Broken(describe(error)) from None

    async def start(self, size: int) -> bytes:
        """The start of the body, as much as comes."""
        content = b""
        try:
            async for chunk in self.chunks():
                content += chunk
                if len(content) >= size:
                    break
        except Broken:
            pass
        return content

    async def close(self) -> None:
        """Give the connection back."""
        try:
            await self._close()
        except Exception as error:  # noqa: BLE001 - it is gone already, which is all that was wanted
            _log.debug("closing a connection: %s", describe(error))
