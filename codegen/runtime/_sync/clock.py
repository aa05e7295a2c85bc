"""Time, deadlines and callbacks: the twin of the module of the same name in the async half, written by hand.

A blocking read cannot be cancelled, so a deadline works through the sockets: inside `limit` no read or write of a client that went
through `bind` waits longer than what is left, however slowly the other side drips. Clients of the caller are left as they are;
there the deadline is looked at between the chunks of a body.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

monotonic = time.monotonic
now = time.time
sleep = time.sleep
CANCELLED: tuple[type[BaseException], ...] = ()

_SLICE = 64 * 1024  # bytes of one write; each gets what is left of the time
_end: ContextVar[float | None] = ContextVar("unibind_deadline", default=None)


class _Home:
    """What open connections belong to, where there is no event loop: the process."""


_HOME = _Home()


@contextmanager
def limit(seconds: float | None) -> Iterator[None]:
    """A block that may take so many seconds in all; afterwards reads and writes time out. None is no limit."""
    outer = _end.get()
    mine = None if seconds is None else monotonic() + seconds
    ends = [end for end in (outer, mine) if end is not None]
    token = _end.set(min(ends, default=None))
    try:
        yield
    finally:
        _end.reset(token)


def home() -> object:
    """What open connections belong to: the process."""
    return _HOME


def notify(callback: Callable[[Any], object], value: Any) -> None:
    """Call back."""
    callback(value)


def _left(timeout: float | None, expired: type[Exception]) -> float | None:
    end = _end.get()
    if end is None:
        return timeout
    left = end - monotonic()
    if left <= 0:
        raise expired("the deadline has passed")
    return left if timeout is None else min(timeout, left)


def bind(client: Any) -> None:
    """Make the reads and writes of a client keep to `limit`."""
    import httpcore

    class Stream(httpcore.NetworkStream):
        def __init__(self, inner: httpcore.NetworkStream) -> None:
            self._inner = inner

        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

        def write(self, buffer: bytes, timeout: float | None = None) -> None:
            for start in range(0, len(buffer), _SLICE):
                self._inner.write(buffer[start : start + _SLICE], _left(timeout, httpcore.WriteTimeout))

        def close(self) -> None:
            self._inner.close()

        def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> httpcore.NetworkStream:
            return Stream(self._inner.start_tls(ssl_context, server_hostname, _left(timeout, httpcore.ConnectTimeout)))

        def get_extra_info(self, info: str) -> Any:
            return self._inner.get_extra_info(info)

    class Backend(httpcore.NetworkBackend):
        def __init__(self, inner: httpcore.NetworkBackend) -> None:
            self._inner = inner

        def connect_tcp(
            self,
            host: str,
            port: int,
            timeout: float | None = None,
            local_address: str | None = None,
            socket_options: Iterable[Any] | None = None,
        ) -> httpcore.NetworkStream:
            left = _left(timeout, httpcore.ConnectTimeout)
            return Stream(self._inner.connect_tcp(host, port, left, local_address, socket_options))

        def sleep(self, seconds: float) -> None:
            self._inner.sleep(seconds)

    # httpx has no public way to pass a network backend and keep its proxy settings from the environment.
    for transport in (getattr(client, "_transport", None), *getattr(client, "_mounts", {}).values()):
        pool = getattr(transport, "_pool", None)
        if pool is not None and hasattr(pool, "_network_backend"):
            setattr(pool, "_network_backend", Backend(getattr(pool, "_network_backend")))
