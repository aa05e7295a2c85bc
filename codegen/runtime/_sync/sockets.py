"""Blocking connections, as httpcore wants them, that keep to `clock.limit`: the hand-written twin of the asynchronous ones."""

from __future__ import annotations

import importlib
import socket
import ssl
from collections.abc import Callable
from typing import Any

import httpcore

from .._core.outgoing import Sent
from . import clock

_SLICE = 64 * 1024  # bytes of one write; each gets what is left of the time


def connect(host: str, port: int, context: ssl.SSLContext | None, timeout: float) -> Stream:
    """A connection to a host, with TLS when there is a context; httpcore's `ConnectError` or `ConnectTimeout` otherwise."""
    try:
        plain = socket.create_connection((host, port), _within(timeout, httpcore.ConnectTimeout))
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            plain.settimeout(_within(timeout, httpcore.ConnectTimeout))
            return Stream(plain if context is None else context.wrap_socket(plain, server_hostname=host))
        except BaseException:
            plain.close()
            raise
    except TimeoutError:
        raise httpcore.ConnectTimeout(f"no connection within {timeout:.3g} s") from None
    except (OSError, ValueError) as error:  # ValueError: a host that is no name
        raise httpcore.ConnectError(str(error)) from None


class Stream(httpcore.NetworkStream):
    """One connection, whose every step waits for what is left at most. `sent` is told when a request begins to leave."""

    def __init__(self, connected: socket.socket) -> None:
        self.sent = Sent()
        self._socket = connected

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Called by httpcore."""
        try:
            self._socket.settimeout(_within(timeout, httpcore.ReadTimeout))
            return self._socket.recv(max_bytes)
        except TimeoutError:
            raise httpcore.ReadTimeout from None
        except OSError as error:
            raise httpcore.ReadError(str(error)) from None

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Called by httpcore."""
        view = memoryview(buffer)
        try:
            while view:
                self._socket.settimeout(_within(timeout, httpcore.WriteTimeout))
                self.sent.value = True
                view = view[self._socket.send(view[:_SLICE]) :]
        except TimeoutError:
            raise httpcore.WriteTimeout from None
        except OSError as error:
            raise httpcore.WriteError(str(error)) from None

    def close(self) -> None:
        """Called by httpcore."""
        self._socket.close()

    def get_extra_info(self, info: str) -> Any:
        """Called by httpcore."""
        if info == "is_readable":  # of a connection that nobody uses: it has been closed, or says what nobody asked for
            return _readable(self._socket)
        return self._socket if info == "socket" else None


def _readable(connected: socket.socket) -> bool:
    """Whether a socket has something to read, or is closed."""
    if connected.fileno() < 0:
        return True
    connected.settimeout(0)
    try:
        connected.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    except OSError:
        pass
    return True


def _within(timeout: float | None, expired: type[Exception]) -> float | None:
    left = clock.left()
    if left is None:
        return timeout
    if left <= 0:
        raise expired("the deadline has passed")
    return left if timeout is None else min(timeout, left)


def bind(client: Any) -> None:
    """Make the reads and writes of an httpx client keep to `clock.limit`; outside of one it is as it was.

    Only connections made from now on are bound, and only those of transports that are httpx's own.
    """
    # httpx has no public way to pass a network backend and keep its proxy settings from the environment.
    for transport in (getattr(client, "_transport", None), *getattr(client, "_mounts", {}).values()):
        pool = getattr(transport, "_pool", None)
        backend = getattr(pool, "_network_backend", None)
        if backend is not None and not isinstance(backend, _Bound):
            pool._network_backend = _Bound(backend, importlib.import_module(type(pool).__module__.partition(".")[0]))  # type: ignore[union-attr]


class _Bound:
    """A network backend, or a stream of one, of httpcore or httpcore2, whose every step waits for what is left at most."""

    def __init__(self, inner: Any, family: Any) -> None:
        self._inner = inner
        self._family = family

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, **settings: Any) -> _Bound:
        return self._bound(lambda left: self._inner.connect_tcp(host, port, left, **settings), timeout)

    def connect_unix_socket(self, path: str, timeout: float | None = None, **settings: Any) -> _Bound:
        return self._bound(lambda left: self._inner.connect_unix_socket(path, left, **settings), timeout)

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> _Bound:
        return self._bound(lambda left: self._inner.start_tls(ssl_context, server_hostname, left), timeout)

    def _bound(self, made: Callable[[float | None], Any], timeout: float | None) -> _Bound:
        return _Bound(made(_within(timeout, self._family.ConnectTimeout)), self._family)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data: bytes = self._inner.read(max_bytes, _within(timeout, self._family.ReadTimeout))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _SLICE):
            self._inner.write(buffer[start : start + _SLICE], _within(timeout, self._family.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)
