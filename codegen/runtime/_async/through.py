"""Requests through a client of httpx or httpx2: the caller's, or one of ours where proxies are set."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from .._core.errors import ConfigurationError
from .._core.outgoing import Outgoing, Sent
from .live import AsyncLive
from .sockets import bind


class AsyncThrough:
    """Sends with a client, so that its hooks, cookies, mounts and proxies stay in force.

    Args:
        client: One of httpx or of httpx2.
        own: Whether it was made here: it reports its steps then, and is closed here.
    """

    def __init__(self, client: Any, *, own: bool) -> None:
        self._client = client
        self._own = own
        self._family = importlib.import_module(family(client))
        self.reports = own  # tells `Sent` exactly; a transport of the caller need not
        bind(client)

    async def open(self, out: Outgoing) -> AsyncLive:
        """The answer of one attempt, whose body is still to come; the client's exceptions otherwise."""
        if self._client.is_closed:
            raise ConfigurationError("the http_client is closed")
        built = self._built(out)
        pair = out.key_header()
        if pair is not None:
            built.headers[pair[0]] = pair[1]
        chosen: dict[str, Any] = {}
        if out.security is None or self._client.auth is None:
            chosen["auth"] = _as_it_is  # in place of credentials from a .netrc file, and of the client's own for other origins
        response = await self._client.send(built, stream=True, follow_redirects=False, **chosen)
        return AsyncLive(response.status_code, response.headers, response.aiter_bytes(), response.aclose)

    async def close(self) -> None:
        """Close the client if it was made here."""
        if self._own:
            await self._client.aclose()

    def _built(self, out: Outgoing) -> Any:
        extensions: dict[str, Any] = {"timeout": {"connect": out.connect, "read": out.read, "write": out.write, "pool": out.write}}
        if out.paid and self.reports:
            extensions["trace"] = _Tracer(out.sent).trace
        # A keyless request is made without the client, whose own headers and cookies may hold credentials.
        make = self._client.build_request if out.security else self._family.Request
        return make(out.method, out.url, headers=out.headers, content=out.content, files=out.files, extensions=extensions)


class _Tracer:
    """Told by httpcore of every step."""

    def __init__(self, sent: Sent) -> None:
        self._sent = sent

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith("send_request_headers.started"):
            self._sent.value = True


def family(thing: object) -> str:
    """`httpx` or `httpx2`, whichever an object comes from; empty for anything else."""
    roots = (cls.__module__.partition(".")[0] for cls in type(thing).__mro__)
    return next((root for root in roots if root in ("httpx", "httpx2")), "")


def _as_it_is(request: Any) -> Any:
    return request
