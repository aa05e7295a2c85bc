"""Connections on the running event loop, as httpcore wants them. The twin for blocking sockets is written by hand."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import httpcore

from .._core.outgoing import Sent

_FULL = 256 * 1024  # bytes that wait to be read before the other side is asked to pause
_EYEBALLS = 0.25  # seconds until the next address of a host is tried beside the first


async def connect(host: str, port: int, context: ssl.SSLContext | None, timeout: float) -> AsyncStream:
    """A connection to a host, with TLS when there is a context; httpcore's `ConnectError` or `ConnectTimeout` otherwise."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(timeout):
            name = host if context is not None else None
            _, stream = await loop.create_connection(
                AsyncStream, host, port, ssl=context, server_hostname=name, happy_eyeballs_delay=_EYEBALLS
            )
    except TimeoutError:
        raise httpcore.ConnectTimeout(f"no connection within {timeout:.3g} s") from None
    except (OSError, ValueError) as error:  # ValueError: a host that is no name
        raise httpcore.ConnectError(str(error)) from None
    return stream


def bind(client: Any) -> None:
    """Make a client's reads and writes keep to `clock.limit`: nothing to do here, cancellation sees to it."""


class AsyncStream(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """One connection. `sent` is told when a request begins to leave."""

    def __init__(self) -> None:
        self.sent = Sent()
        self._transport: Any = None
        self._received = bytearray()
        self._error: Exception | None = None
        self._ended = False
        self._paused = False
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        if len(self._received) > _FULL and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        _wake(self._reader)

    def eof_received(self) -> bool:
        self._ended = True
        _wake(self._reader)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._error = exc
        _wake(self._reader)
        _wake(self._writer)

    def pause_writing(self) -> None:
        self._writer = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        _wake(self._writer)
        self._writer = None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Called by httpcore."""
        if not self._received and not self._ended:
            await self._more(timeout)
        if self._received:
            data = bytes(self._received[:max_bytes])
            del self._received[:max_bytes]
            if self._paused and not self._received:
                self._paused = False
                self._transport.resume_reading()
            return data
        if self._error is not None:
            raise httpcore.ReadError(str(self._error))
        return b""

    async def _more(self, timeout: float | None) -> None:
        loop = asyncio.get_running_loop()
        waiter = self._reader = loop.create_future()
        timer = None if timeout is None else loop.call_later(timeout, _expire, waiter, httpcore.ReadTimeout)
        try:
            await waiter
        finally:
            self._reader = None
            if timer is not None:
                timer.cancel()

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Called by httpcore."""
        if not buffer:
            return
        if self._error is not None or self._transport.is_closing():
            raise httpcore.WriteError(str(self._error or "the connection is closed"))
        self.sent.value = True
        self._transport.write(buffer)
        if self._writer is not None:
            await self._drained(self._writer, timeout)

    async def _drained(self, waiter: asyncio.Future[None], timeout: float | None) -> None:
        timer = None if timeout is None else asyncio.get_running_loop().call_later(timeout, _expire, waiter, httpcore.WriteTimeout)
        try:
            await waiter
        finally:
            if timer is not None:
                timer.cancel()
        if self._error is not None:
            raise httpcore.WriteError(str(self._error))

    async def aclose(self) -> None:
        """Called by httpcore, also while a call is being cancelled: nothing is waited for."""
        self._transport.abort()

    def get_extra_info(self, info: str) -> Any:
        """Called by httpcore."""
        if info == "is_readable":  # of a connection that nobody uses: it has been closed, or says what nobody asked for
            return bool(self._received) or self._ended or self._transport.is_closing()
        return self._transport.get_extra_info(info)


def _wake(waiter: asyncio.Future[None] | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)


def _expire(waiter: asyncio.Future[None], kind: type[Exception]) -> None:
    if not waiter.done():
        waiter.set_exception(kind())
