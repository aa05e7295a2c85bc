"""The HTTP client: made at first use, one for each event loop, all on one TLS context."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import httpx

from .._core.errors import ConfigurationError
from . import clock

if TYPE_CHECKING:
    import ssl

_lock = threading.Lock()
_contexts: list[ssl.SSLContext] = []


def tls_context() -> ssl.SSLContext:
    """The TLS context of the process. Making one takes longer than everything else about a client."""
    with _lock:
        if not _contexts:
            _contexts.append(httpx.create_ssl_context())
        return _contexts[0]


class AsyncPool:
    """Hands out the HTTP client to use now: the caller's, or one of its own.

    Safe to use from several threads. A pool of its own is bound to the event loop that it was made in, so each loop gets another.
    """

    def __init__(self, given: httpx.AsyncClient | None = None) -> None:
        wanted = httpx.AsyncClient
        if given is not None and not isinstance(given, wanted):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ConfigurationError(f"http_client must be an httpx.{wanted.__name__}, not {type(given).__name__}")
        self._given = given
        self._own: WeakKeyDictionary[Any, httpx.AsyncClient] = WeakKeyDictionary()
        self._lock = threading.Lock()
        self._closed = False

    @property
    def traced(self) -> bool:
        """Whether the client surely reports its steps, as httpcore does; a transport of the caller need not."""
        return self._given is None

    def client(self) -> httpx.AsyncClient:
        """The client to use in this thread or loop; `ConfigurationError` after `close`."""
        with self._lock:
            if self._closed:
                raise ConfigurationError("the client is closed")
            client = self._given if self._given is not None else self._own.get(clock.home())
            if client is None:
                client = self._own[clock.home()] = _made()
        if client.is_closed:
            raise ConfigurationError("the http_client is closed")
        return client

    async def close(self) -> None:
        """Close what was made here; a client of the caller stays open."""
        with self._lock:
            self._closed = True
            mine = self._own.pop(clock.home(), None)
            self._own.clear()  # clients of other loops can only be closed there; they are dropped
        if mine is not None:
            await mine.aclose()


def _made() -> httpx.AsyncClient:
    client = httpx.AsyncClient(verify=tls_context(), follow_redirects=False)
    clock.bind(client)
    return client
