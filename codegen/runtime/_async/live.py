"""An answer that is still arriving."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping

import httpx

_log = logging.getLogger("unibind")


class Broken(Exception):
    """A body stopped early. Never leaves the package."""


class AsyncLive:
    """An answer whose body is still to come; `close` gives the connection back."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, decompressed; `Broken` when it stops early."""
        try:
            async for chunk in self._response.aiter_bytes():
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
            await self._response.aclose()
        except Exception as error:  # noqa: BLE001 - it is gone already, which is all that was wanted
            _log.debug("closing a connection: %s", describe(error))


def describe(error: BaseException) -> str:
    """An exception of somebody else in words."""
    text = str(error).strip()
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
