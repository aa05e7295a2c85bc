"""The gateways of a test session: one server a provider, which serves a fresh gateway to each test."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .. import gateway
from .._core import dispatch
from ..gateway.server import in_thread, listening

_STEP = 2.0  # seconds of the gateway that pass with each request, unless a test says something else
_CLOSE = (b"connection", b"close")
_SETTINGS = ("clock", "seed", "keys", "quota", "media_lifetime", "behaviour", "scenario", "socket")  # of the marker unibind_gateway
_OF_STEP = ("on", "operation", "method", "path", "skip", "times", "share")  # of the marker unibind_faults; see gateway.Step


class Slot:
    """The application of the moment. Each answer ends its connection, so that nothing stays open between tests."""

    def __init__(self, base_url: str, media_url: str) -> None:
        self.base_url = base_url
        self.media_url = media_url
        self.app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Called by the server."""

        async def closing(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], _CLOSE]}
            await send(message)

        if self.app is not None:
            await self.app(scope, receive, closing)


@dataclass(slots=True)
class Stage:
    """The servers of a session, each started when it is first wanted."""

    opened: ExitStack = field(default_factory=ExitStack)
    slots: dict[str, Slot] = field(default_factory=dict[str, Slot])

    def play(self, provider: str, settings: Mapping[str, Any]) -> Scene:
        """A fresh gateway; `settings` are those of the marker `unibind_gateway`."""
        _only(settings, "unibind_gateway", _SETTINGS)
        kept = dict(settings)
        sockets = kept.pop("socket", True)
        scenario = kept.pop("scenario", None)
        urls: dict[str, Any] = {}
        slot = self._slot(provider) if sockets else None
        if slot is not None:
            urls = {"base_url": slot.base_url, "media_url": slot.media_url}
        made = gateway.Gateway(provider, clock=clock(kept.pop("clock", None)), **urls, **kept)
        if slot is not None:
            slot.app = made
        if scenario is not None:
            made.faults.scenario(scenario)
        return Scene(gateway.Running.of(made), slot is not None)

    def close(self) -> None:
        """Stop the servers."""
        self.opened.close()

    def _slot(self, provider: str) -> Slot:
        slot = self.slots.get(provider)
        if slot is None:
            sockets, urls = self.opened.enter_context(listening("127.0.0.1", 0, 0))
            slot = self.slots[provider] = Slot(*urls)
            self.opened.enter_context(in_thread(slot, sockets))
        return slot


@dataclass(frozen=True, slots=True)
class Scene:
    """The gateway of one test, and clients for it."""

    running: gateway.Running
    sockets: bool

    def client(self) -> Any:
        """A synchronous client."""
        http = None if self.sockets else httpx.Client(transport=self.running.gateway.sync_transport())
        return self._made("", http)

    def async_client(self) -> Any:
        """An asynchronous client, for the event loop that it is first used in."""
        http = None if self.sockets else httpx.AsyncClient(transport=self.running.gateway.transport())
        return self._made("Async", http)

    def _made(self, prefix: str, http: Any) -> Any:
        title = dispatch.provider(self.running.gateway.provider).title
        kind = getattr(import_module(dispatch.PACKAGE), f"{prefix}{title}")
        return kind(api_key=self.running.api_key, base_url=self.running.base_url, http_client=http)


def clock(wanted: gateway.Clock | float | str | None) -> gateway.Clock:
    """A clock: one that is given, `"manual"`, `"real"`, a speed, or by default one that moves with each request."""
    match wanted:
        case None:
            return gateway.SteppedClock(_STEP)
        case "manual":
            return gateway.ManualClock()
        case "real":
            return gateway.RealClock()
        case int() | float():
            return gateway.ScaledClock(wanted)
        case str():
            raise ValueError(f"clock is 'manual', 'real', a speed or a clock, not {wanted!r}")
        case _:
            return wanted


def play_faults(running: gateway.Running, markers: Iterable[Any]) -> None:
    """Add the faults of markers: those of one marker in the order they are written, each for the requests that it names."""
    for marker in markers:
        _only(marker.kwargs, "unibind_faults", _OF_STEP)
        if not marker.args:
            raise ValueError("unibind_faults names a fault: @pytest.mark.unibind_faults('reset', on='query')")
        for fault in marker.args:
            running.faults.add(fault, **marker.kwargs)


def _only(given: Mapping[str, Any], marker: str, known: Sequence[str]) -> None:
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else "."
            raise ValueError(f"{marker} takes no {name!r}{hint} It takes {', '.join(known)}")
