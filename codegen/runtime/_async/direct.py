"""Requests over connections of our own: httpcore speaks HTTP, without httpx's client and httpcore's pool around it.

That pool looks at every connection and every waiting request at each step; here a request takes the connection that was used last.
"""

from __future__ import annotations

import re
import ssl
import threading
import time
from collections.abc import AsyncIterable, Callable
from functools import lru_cache
from typing import NamedTuple

import httpcore

from .._core.faults import Unsendable
from .._core.outgoing import Outgoing
from . import sockets
from .live import AsyncLive

_KEPT = 30.0  # seconds that an idle connection is kept
_FRESH = 4.0  # seconds of idleness after which paid work gets a new one: a gateway that hangs up meanwhile would leave it in doubt
_ORIGIN = re.compile(r"(https?)://([a-z0-9.-]+)(?::([1-9][0-9]{0,4}))?")
_PORTS = {"http": 80, "https": 443}
_MOST_NAMES = 1000
_NAMES: dict[bytes, str] = {}
_Pairs = list[tuple[bytes, bytes]]


class Origin(NamedTuple):
    """Where requests go, in the bytes of the wire."""

    scheme: bytes
    host: bytes
    port: int
    netloc: bytes


class AsyncSlot:
    """A connection and what it belongs to."""

    __slots__ = ("connection", "origin", "since", "stream")

    def __init__(self, origin: Origin, stream: sockets.AsyncStream) -> None:
        self.origin = origin
        self.stream = stream
        place = httpcore.Origin(origin.scheme, origin.host, origin.port)
        self.connection = httpcore.AsyncHTTP11Connection(place, stream)
        self.since = 0.0

    def usable(self, longest: float) -> bool:
        """Whether it can take a request after so many seconds of idleness at most."""
        return time.monotonic() - self.since < longest and self.connection.is_idle() and not self.connection.has_expired()

    def talkative(self) -> bool:
        """Whether more came than was asked for, such as the 408 of a gateway that hangs up: it would pass for the next answer."""
        state = getattr(self.connection, "_h11_state", None)  # httpcore does not look, and has no public way to
        return state is not None and bool(state.trailing_data[0])


class AsyncDirect:
    """Sends over connections that are kept for the next request. Bound to one event loop; threads may share it where there is none."""

    reports = True  # tells `Sent` exactly

    def __init__(self, context: Callable[[], ssl.SSLContext]) -> None:
        self._context = context
        self._idle: dict[Origin, list[AsyncSlot]] = {}
        self._lock = threading.Lock()
        self._closed = False

    async def open(self, out: Outgoing) -> AsyncLive:
        """The answer of one attempt, whose body is still to come; httpcore's exceptions otherwise."""
        origin, target = _place(out.url)
        headers, content = _message(origin, out)
        slot = await self._slot(origin, out)
        slot.stream.sent = out.sent
        url = httpcore.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target=target)
        timeouts = {"timeout": {"read": out.read, "write": out.write}}
        request = httpcore.Request(out.method, url, headers=headers, content=content, extensions=timeouts)
        response = await slot.connection.handle_async_request(request)

        async def close() -> None:
            await response.aclose()
            await self._give_back(slot)

        received = _received(response.headers)
        chunks = response.aiter_stream()
        if received.get("content-encoding", "identity") not in ("identity", ""):
            from .decoding import decoded

            chunks = decoded(response.headers, chunks)
        return AsyncLive(response.status, received, chunks, close)

    async def close(self) -> None:
        """Close what is idle now; what is in use is closed when its answer has been read."""
        with self._lock:
            self._closed = True
            slots = [slot for idle in self._idle.values() for slot in idle]
            self._idle.clear()
        for slot in slots:
            await slot.connection.aclose()

    async def _slot(self, origin: Origin, out: Outgoing) -> AsyncSlot:
        longest = _FRESH if out.paid else _KEPT
        while (slot := self._taken(origin)) is not None:
            if slot.usable(longest):
                return slot
            await slot.connection.aclose()
        context = self._context() if origin.scheme == b"https" else None
        return AsyncSlot(origin, await sockets.connect(origin.host.decode("ascii"), origin.port, context, out.connect))

    def _taken(self, origin: Origin) -> AsyncSlot | None:
        with self._lock:
            idle = self._idle.get(origin)
            return idle.pop() if idle else None

    async def _give_back(self, slot: AsyncSlot) -> None:
        if not slot.connection.is_idle():
            return  # it was closed, by the other side or because the answer was not read to its end
        if slot.talkative():
            await slot.connection.aclose()
            return
        slot.since = time.monotonic()
        with self._lock:
            kept = not self._closed
            if kept:
                self._idle.setdefault(slot.origin, []).append(slot)
            old = self._expired(slot.since)
        for other in old if kept else (*old, slot):
            await other.connection.aclose()

    def _expired(self, now: float) -> list[AsyncSlot]:
        """What has been idle for too long; the oldest of an origin is the first of its list."""
        found: list[AsyncSlot] = []
        for idle in list(self._idle.values()):
            while idle and now - idle[0].since > _KEPT:
                found.append(idle.pop(0))
        for origin in [origin for origin, idle in self._idle.items() if not idle]:
            del self._idle[origin]
        return found


def _place(url: str) -> tuple[Origin, bytes]:
    """Origin and target of a URL."""
    start = url.find("/", url.find("://") + 3)
    base, target = (url, "/") if start < 0 else (url[:start], url[start:])
    if not _plain(target):
        import httpx

        target = httpx.URL(url).raw_path.decode("ascii")
    return _origin(base), target.encode("ascii")


def _plain(target: str) -> bool:
    return target.isascii() and target.isprintable() and " " not in target and "#" not in target


@lru_cache(maxsize=256)
def _origin(base: str) -> Origin:
    match = _ORIGIN.fullmatch(base)
    if match is None:  # a name in other letters, a user name, or nonsense
        import httpx

        try:
            url = httpx.URL(base)
            scheme, host, port = url.scheme, url.raw_host.decode("ascii"), url.port
        except (httpx.InvalidURL, ValueError) as error:
            raise Unsendable(str(error)) from None
    else:
        scheme, host, port = match[1], match[2], int(match[3]) if match[3] else None
    usual = _PORTS.get(scheme)
    if not host or usual is None:
        raise Unsendable("a URL needs http or https and a host")
    netloc = host if port in (None, usual) else f"{host}:{port}"
    return Origin(scheme.encode(), host.encode(), port or usual, netloc.encode())


def _message(origin: Origin, out: Outgoing) -> tuple[_Pairs, bytes | AsyncIterable[bytes] | None]:
    """Headers and body as they go over the wire."""
    headers = [(b"host", origin.netloc), (b"accept-encoding", b"gzip, deflate")]
    key = out.key_header()
    if key is not None:
        headers.append((key[0].encode("ascii"), key[1].encode("ascii")))
    given = {"host", "accept-encoding"} & out.headers.keys()
    if given:
        headers = [pair for pair in headers if pair[0].decode() not in given]
    headers += [(name.encode("ascii"), value.encode("ascii")) for name, value in out.headers.items()]
    if out.files is not None:
        from .forms import form

        more, body = form(out.files)
        return headers + more, body
    if out.content is not None:
        headers.append((b"content-length", b"%d" % len(out.content)))
    elif out.method in ("POST", "PUT", "PATCH"):
        headers.append((b"content-length", b"0"))
    return headers, out.content


def _name(raw: bytes) -> str:
    """A name of a header; thousands of answers have the same ones, which are kept once."""
    name = raw.decode("latin-1").lower()
    if len(_NAMES) < _MOST_NAMES:
        _NAMES[raw] = name
    return name


def _received(pairs: _Pairs) -> dict[str, str]:
    """Headers by lower-case name; what comes several times is joined."""
    headers: dict[str, str] = {}
    for raw, value in pairs:
        name = _NAMES.get(raw) or _name(raw)
        text = value.decode("latin-1")
        headers[name] = f"{headers[name]}, {text}" if name in headers else text
    return headers
