"""From synchronous clients to the gateway in the same process."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from .app import Gateway


class SyncTransport(httpx.BaseTransport):
    """A transport that runs the gateway on an event loop of its own, in a thread; made at the first request, ended by `close`."""

    def __init__(self, gateway: Gateway) -> None:
        self._inner = httpx.ASGITransport(app=gateway)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Called by httpx."""
        request.read()
        return asyncio.run_coroutine_threadsafe(self._handle(request), self._running()).result()

    def close(self) -> None:
        """End the loop."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is not None:
            loop.call_soon_threadsafe(loop.stop)

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        content = await response.aread()
        return httpx.Response(response.status_code, headers=response.headers, content=content)

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=_run, args=(self._loop,), name="gateway", daemon=True).start()
            return self._loop


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.close()
