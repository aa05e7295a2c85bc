"""The gateway as an ASGI application with two origins: the API, and the media that its answers link to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.types import Receive, Scope, Send

from .._core import dispatch
from . import asgi, spoil, wire
from .arrival import Arrival
from .behaviour import CORRECT, Behaviour
from .calls import FAULT, Call, Reply
from .clock import Clock, RealClock
from .faults import EARLY, Fault, UnknownFault
from .log import HIDDEN, Log
from .routes import Routes
from .script import Faults, possible
from .service import Service, answers_of
from .tables import KeyState

if TYPE_CHECKING:
    import httpx

    from .bridge import SyncTransport


class Gateway:
    """A provider's gateway in this process; itself an ASGI application.

    Args:
        provider: Name of the provider, as in `unibind.check_request`.
        seed: Ids, durations, media, and faults that happen to a part of the requests follow from it.
        clock: The time of its tasks; the machine's by default.
        keys: API keys, each `"enabled"`, `"disabled"` or `"expired"`; one enabled key by default.
        quota: What is left in the account, in the gateway's unit; by default what the spec says.
        media_lifetime: Seconds for which links to outputs work after the end of their task; None for ever.
        behaviour: What it does at each step, for gateways with one thing wrong.
        base_url: Origin of the API. Only the host and port matter, and that they differ from those of `media_url`.
        media_url: Origin of the outputs. It refuses requests that carry an API key.

    Attributes:
        log: What arrived.
        faults: What goes wrong on purpose; empty at first.
        account: Keys and balance; may be changed at any time.

    Raises:
        LookupError: There is no such provider, or the spec does not say what it answers.
    """

    def __init__(
        self,
        provider: str,
        *,
        seed: int = 0,
        clock: Clock | None = None,
        keys: Mapping[str, KeyState] | None = None,
        quota: int | None = None,
        media_lifetime: float | None = None,
        behaviour: Behaviour = CORRECT,
        base_url: str = "http://gateway.test",
        media_url: str = "http://media.test",
    ) -> None:
        self.provider = provider
        self.base_url = base_url
        self.media_url = media_url
        self.clock = clock or RealClock()
        self._tick: Callable[[], object] = getattr(self.clock, "tick", _nothing)  # a clock need not have it
        self.log = Log()
        self.faults = Faults(seed)
        tables = dispatch.provider(provider)
        self.service = Service(
            tables,
            answers_of(provider),
            self.clock,
            seed=seed,
            keys=keys,
            quota=quota,
            base_url=base_url,
            media_url=media_url,
            media_lifetime=media_lifetime,
            behaviour=behaviour,
        )
        self.account = self.service.account
        self._routes = Routes(tables.operations.values())
        self._place = urlsplit(media_url)
        self._same_port = urlsplit(base_url).port == self._place.port

    @property
    def api_key(self) -> str:
        """An enabled key."""
        return self.account.api_key

    def transport(self) -> httpx.ASGITransport:
        """A transport for `httpx.AsyncClient` that ends here, without a socket."""
        import httpx

        return httpx.ASGITransport(app=self)

    def sync_transport(self) -> SyncTransport:
        """A transport for `httpx.Client` that ends here, without a socket."""
        from .bridge import SyncTransport

        return SyncTransport(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Called by the server."""
        if scope["type"] == "http":
            self._tick()
            await (self._media if self._is_media(scope) else self._api)(scope, receive, send)
        elif scope["type"] == "lifespan":
            while (message := await receive())["type"] != "lifespan.shutdown":
                await send({"type": f"{message['type']}.complete"})
            await send({"type": "lifespan.shutdown.complete"})

    def _is_media(self, scope: Scope) -> bool:
        host, port = scope.get("server") or (None, None)
        return host == self._place.hostname if self._same_port else port == self._place.port

    async def _api(self, scope: Scope, receive: Receive, send: Send) -> None:
        operation, path, status = self._routes.find(scope["method"], asgi.raw_path(scope))
        arrival = Arrival.of(scope, operation, self.service.kinds[operation.id] if operation else "other")
        if operation is None:
            await self._deliver(arrival, self._no_route(status, arrival), None, receive, send)
            return
        call = await asgi.call_of(operation, path, arrival.query, arrival.headers, scope, receive)
        fault = None
        try:
            fault = self._fault(arrival)
            reply = self._reply(call, fault)
        except UnknownFault as error:
            reply = self.service.refusals.reply(call, "invalid", message=str(error))
        await self._deliver(arrival, reply, fault, receive, send, call.body)

    def _no_route(self, status: int, arrival: Arrival) -> Reply:
        """Paths and methods that no page documents."""
        message = f"{arrival.seen.method} {arrival.seen.path} is not an operation of this gateway"
        headers = {"allow": ", ".join(self._routes.allowed(asgi.raw_path(arrival.scope)))} if status == 405 else {}
        return Reply(status, "no_route", self.service.refusals.body("not_found", message=message)[1], headers=headers)

    def _reply(self, call: Call, fault: Fault | None) -> Reply:
        taken = fault is None or fault.has_effect
        reply = self.service.answer(call, fault.row.course if fault else None) if taken else Reply(200, "fault")
        if fault is None or fault.row.way != "status":
            return reply
        return spoil.refused(fault, reply, self.service.refusals.body("failed", call.operation.id, error=f"fault: {fault.row.what}")[1])

    async def _media(self, scope: Scope, receive: Receive, send: Send) -> None:
        arrival = Arrival.of(scope, None, "media")
        fault = None
        try:
            fault = self._fault(arrival)
            reply = self._file(arrival)
            if fault is not None and fault.row.way == "status":
                reply = spoil.refused(fault, reply, f"fault: {fault.row.what}\n", "text/plain")
        except UnknownFault as error:
            reply = Reply(400, "invalid", f"{error}\n", media="text/plain")
        await self._deliver(arrival, reply, fault, receive, send)

    def _file(self, arrival: Arrival) -> Reply:
        if arrival.seen.method not in ("GET", "HEAD"):
            return Reply(405, "no_route", "files are only read\n", media="text/plain", headers={"allow": "GET, HEAD"})
        headers = arrival.headers
        if self.account.strays(headers, arrival.query):  # counts like a key in its usual place
            headers = {**headers, "authorization": HIDDEN}
        if self.service.behaviour.refuses_media(headers, arrival.query):
            return Reply(400, "key_sent", "this origin takes no API keys\n", media="text/plain")
        known = self.service.files.get(arrival.seen.path)
        if known is None:
            return Reply(404, "not_found", "there is no such file\n", media="text/plain")
        if self.clock.now() >= known.expires:
            return Reply(403, "expired", "this link has expired\n", media="text/plain")
        return Reply(200, "accepted", file=self.service.files.content(known))

    # --- both

    def _fault(self, arrival: Arrival) -> Fault | None:
        """What goes wrong with a request: by its header, otherwise by the script."""
        text = arrival.headers.get(FAULT)
        fault = self.faults.pick(arrival.seen) if text is None else Fault.read(text)
        if text is not None and fault is not None and not possible(fault, arrival.seen):
            raise UnknownFault(f"{fault.name} ({fault.row.what}) cannot happen to {arrival.seen.method} {arrival.seen.path}")
        if fault is not None and fault.row.way == "wire":
            wire.needed(arrival.scope, fault)
        return fault

    async def _deliver(self, arrival: Arrival, reply: Reply, fault: Fault | None, receive: Receive, send: Send, body: Any = None) -> None:
        answer = asgi.answer_of(reply, arrival.headers)
        way = fault.row.way if fault else "none"
        if fault is not None and way == "answer":
            answer = spoil.spoiled(fault, answer)
        status = 0 if fault is not None and fault.name in EARLY else answer.status
        sight = self.account.sight(arrival.headers, arrival.query)
        self.log.add(arrival.entry(self.provider, self.clock.now(), reply, status, sight, fault, body, self.account.known))
        if reply.delay:
            await self.clock.sleep(reply.delay)
        if fault is not None and way in ("late", "wire"):
            await wire.send(answer, fault, arrival.scope, receive, send)
        else:
            await asgi.send(answer, send)


def _nothing() -> None:
    """Other clocks move by themselves."""
