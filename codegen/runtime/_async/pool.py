"""What sends for a client: made at first use, one for each event loop and process, all on one TLS context."""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

from .._core.errors import ConfigurationError
from .._core.outgoing import Outgoing
from . import clock
from .live import AsyncLive

if TYPE_CHECKING:
    import ssl

AT_ONCE = 100  # short calls that are under way at a time in one loop or process; the others wait their turn

_PROXY = re.compile(r"(https?|socks5h?)://[^/\s]")
_contexts: list[ssl.SSLContext] = []
_abandoned: list[object] = []  # connections of the parent process, which the child must neither use nor close


def tls_context() -> ssl.SSLContext:
    """The TLS context of the process. Making one takes longer than everything else about a client."""
    if not _contexts:
        import ssl

        import certifi

        file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
        made = ssl.create_default_context(cafile=file or (None if folder else certifi.where()), capath=folder)
        made.set_alpn_protocols(["http/1.1"])
        _contexts.append(made)
    return _contexts[0]


class AsyncSender(Protocol):
    """What carries requests out and answers back."""

    @property
    def reports(self) -> bool:
        """Whether it surely tells `Outgoing.sent` when something leaves."""
        ...

    async def open(self, out: Outgoing) -> AsyncLive:
        """The answer of one attempt, whose body is still to come."""
        ...

    async def close(self) -> None:
        """Give the connections back."""
        ...


class AsyncSenders(Protocol):
    """A transport of this package, which makes a sender for each event loop."""

    @property
    def makes(self) -> str:
        """The name of what it makes."""
        ...

    def sender(self) -> AsyncSender:
        """A new one."""
        ...


class AsyncHome:
    """What a client has in one event loop."""

    def __init__(self, sender: AsyncSender) -> None:
        self.sender = sender
        self.gate = clock.Gate(AT_ONCE)


class AsyncPool:
    """Hands out what sends now.

    Safe to use from several threads and after a fork. Connections belong to the event loop that they were made in, so each gets its own.

    Args:
        http_client: A client of the caller.
        transport: A transport of the caller.
        proxy: URL of a proxy.

    Raises:
        ConfigurationError: What is given is of another kind, or too much is given.
    """

    def __init__(self, http_client: Any = None, transport: Any = None, proxy: str | None = None) -> None:
        self._make = _maker(http_client, transport, proxy)
        self._homes: WeakKeyDictionary[Any, AsyncHome] = WeakKeyDictionary()
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._closed = False

    def home(self) -> AsyncHome:
        """What to use in this thread or loop; `ConfigurationError` after `close`."""
        if self._process != os.getpid():
            self._begin_anew()
        place = clock.home()
        with self._lock:
            if self._closed:
                raise ConfigurationError("the client is closed")
            home = self._homes.get(place)
            if home is None:
                home = self._homes[place] = AsyncHome(self._make())
        return home

    def _begin_anew(self) -> None:
        """In a child process: another thread of the parent may have held the lock, and the sockets are the parent's."""
        _abandoned.append(self._homes)
        self._lock = threading.Lock()
        self._homes = WeakKeyDictionary()
        self._process = os.getpid()

    async def close(self) -> None:
        """Close what was made here for this loop; a client of the caller stays open."""
        if self._process != os.getpid():
            self._begin_anew()
        with self._lock:
            self._closed = True
            mine = self._homes.pop(clock.home(), None)
            self._homes.clear()  # those of other loops can only be closed there; they are dropped
        if mine is not None:
            await mine.sender.close()


def _maker(http_client: Any, transport: Any, proxy: Any) -> Callable[[], AsyncSender]:
    """How to make the senders of a client with these settings; `ConfigurationError` where they make no sense."""
    if sum(value is not None for value in (http_client, transport, proxy)) > 1:
        raise ConfigurationError("http_client, transport and proxy exclude each other")
    if proxy is not None and not _PROXY.match(proxy):
        raise ConfigurationError("the proxy must be a URL that begins with http, https, socks5 or socks5h")
    if http_client is not None:
        return _given(http_client)
    if transport is not None:
        return _over(transport)
    return lambda: _own(proxy)


def _own(proxy: Any) -> AsyncSender:
    if proxy is None and not _proxies():
        from .direct import AsyncDirect

        return AsyncDirect(tls_context)
    import httpx

    from .through import AsyncThrough

    try:
        client = httpx.AsyncClient(verify=tls_context(), proxy=proxy, follow_redirects=False)
    except ImportError:
        raise ConfigurationError("a SOCKS proxy needs `pip install httpx[socks]`") from None
    except (ValueError, httpx.InvalidURL):  # its text may hold the password
        raise ConfigurationError("the proxy, or one that the environment names, is no URL that can be used") from None
    return AsyncThrough(client, own=True)


def _proxies() -> bool:
    """Whether the environment names proxies; which ones are for what is left to httpx."""
    if sys.platform in ("win32", "darwin"):  # the settings of the system count there
        from urllib.request import getproxies

        return bool(getproxies())
    return any(value and name.lower() in ("http_proxy", "https_proxy", "all_proxy") for name, value in os.environ.items())


def _given(client: Any) -> Callable[[], AsyncSender]:
    _demand(client, "AsyncClient", "http_client")

    def make() -> AsyncSender:
        from .through import AsyncThrough

        return AsyncThrough(client, own=False)

    return make


def _over(transport: Any) -> Callable[[], AsyncSender]:
    if getattr(transport, "makes", "") == "AsyncSender":  # one of this package
        made: Callable[[], AsyncSender] = transport.sender
        return made
    module = _demand(transport, "AsyncBaseTransport", "transport")

    def make() -> AsyncSender:
        from .through import AsyncThrough

        return AsyncThrough(module.AsyncClient(transport=transport, trust_env=False), own=False)

    return make


def _demand(given: Any, kind: str, name: str) -> Any:
    """The module of httpx or httpx2 that an object of the wanted kind comes from; `ConfigurationError` when it is none."""
    import importlib

    from .through import family

    module = family(given)
    if not module or not isinstance(given, getattr(importlib.import_module(module), kind)):
        raise ConfigurationError(f"{name} must be an httpx.{kind} or an httpx2.{kind}, not {type(given).__name__}")
    return importlib.import_module(module)
