"""A faster way to send for programs with many calls at once, over aiohttp.

    client = AsyncUniAll(transport=AiohttpTransport())

Needs the extra `aiohttp`. Everything that a client promises holds here too; only proxies from the environment are not asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import aiohttp
from yarl import URL

from .._async.live import AsyncLive
from .._async.pool import AsyncSender, tls_context
from .._core.faults import Unsendable
from .._core.outgoing import Outgoing

_KEPT = 30.0  # seconds that an idle connection is kept
_FRESH = 4.0  # the same for paid work, which a gateway that hangs up meanwhile would leave in doubt
_AUTOMATIC = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
_PIECE = 64 * 1024


class AiohttpTransport:
    """Makes what an asynchronous client sends with, for each event loop anew.

    Args:
        proxy: URL of an HTTP proxy.
    """

    makes = "AsyncSender"  # looked at by the client: the synchronous one takes none

    def __init__(self, *, proxy: str | None = None) -> None:
        self._proxy = proxy

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def sender(self) -> AsyncSender:
        """Called by the client, in each event loop."""
        return AiohttpSender(self._proxy)


class AiohttpSender:
    """Sends over the connections of one event loop."""

    def __init__(self, proxy: str | None) -> None:
        self._proxy = proxy
        self._plain: aiohttp.ClientSession | None = None
        self._paid: aiohttp.ClientSession | None = None

    @property
    def reports(self) -> bool:
        """It tells exactly, for paid work."""
        return True

    async def open(self, out: Outgoing) -> AsyncLive:
        """The answer of one attempt, whose body is still to come; aiohttp's exceptions otherwise."""
        headers = dict(out.headers)
        headers.setdefault("accept-encoding", "gzip, deflate")
        key = out.key_header()
        if key is not None:
            headers[key[0]] = key[1]
        data: Any = out.content
        if out.files is not None:
            from .._async.forms import form

            more, data = form(out.files)
            headers |= {name.decode("ascii"): value.decode("ascii") for name, value in more}
        try:
            url = URL(out.url, encoded=True)
        except ValueError as error:
            raise Unsendable(str(error)) from None
        session = self._session(paid=out.paid)
        out.sent.value = False if out.paid else None
        try:
            response = await session.request(
                out.method,
                url,
                headers=headers,
                data=data,
                allow_redirects=False,
                proxy=self._proxy,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=out.connect, sock_read=out.read),
                trace_request_ctx=out.sent,
            )
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:  # the connection was never made
            raise Unsendable(str(error)) from None

        async def close() -> None:
            if not response.content.at_eof():
                response.close()
            await response.release()

        return AsyncLive(response.status, _received(response.headers), response.content.iter_chunked(_PIECE), close)

    async def close(self) -> None:
        """Close the connections."""
        for session in (self._plain, self._paid):
            if session is not None:
                await session.close()

    def _session(self, *, paid: bool) -> aiohttp.ClientSession:
        """Paid work has connections of its own, which are kept for a short time only and report what they send."""
        session = self._paid if paid else self._plain
        if session is None:
            session = _made(_FRESH, [_tracing()]) if paid else _made(_KEPT, [])
            if paid:
                self._paid = session
            else:
                self._plain = session
        return session


def _made(kept: float, traces: list[aiohttp.TraceConfig]) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(ssl=tls_context(), limit=0, keepalive_timeout=kept)
    session = aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), skip_auto_headers=_AUTOMATIC, trace_configs=traces, trust_env=False
    )
    if traces:
        # aiohttp repeats idempotent methods by itself, which is ruled out for paid work whatever its method.
        session._retry_connection = False  # pyright: ignore[reportPrivateUsage]
    return session


def _tracing() -> aiohttp.TraceConfig:
    config = aiohttp.TraceConfig()
    config.on_request_headers_sent.append(_leaves)
    return config


async def _leaves(_: aiohttp.ClientSession, context: SimpleNamespace, __: aiohttp.TraceRequestHeadersSentParams) -> None:
    """Called by aiohttp before the first byte is written."""
    context.trace_request_ctx.value = True


def _received(given: Mapping[str, str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in given.items():
        name = name.lower()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
