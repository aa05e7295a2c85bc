"""The gateway on two loopback ports: in a thread for tests, or in the foreground for a command."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from .app import Gateway
from .behaviour import CORRECT, Behaviour
from .clock import Clock
from .front import Front
from .front import providers as known
from .running import Running
from .script import Step
from .tables import KeyState
from .wire import Protocol

_START = 10.0  # seconds that the server may take to start
_KEPT = 10_000  # requests in the log of a gateway that runs for long
_BACKLOG = 512


class _Server(uvicorn.Server):
    """uvicorn, with a call when it listens."""

    ready: Callable[[], object] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        if self.ready is not None:
            self.ready()

    def cut(self) -> None:
        """Stop without waiting for what is on its way."""
        self.should_exit = True
        if self.started:
            self._loop.call_soon_threadsafe(self._abort)

    def _abort(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()


def _server(app: ASGIApp) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            http=Protocol,
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=60,
            timeout_graceful_shutdown=1,
        )
    )


@contextmanager
def serve(
    provider: str,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    media_port: int = 0,
    seed: int = 0,
    clock: Clock | None = None,
    keys: Mapping[str, KeyState] | None = None,
    quota: int | None = None,
    media_lifetime: float | None = None,
    scenario: str | None = None,
    behaviour: Behaviour = CORRECT,
) -> Generator[Running]:
    """A gateway in a thread, for as long as the `with` block lasts; port 0 takes a free one. The other arguments are those of `Gateway`.

    Raises:
        LookupError: There is no such provider or scenario.
        OSError: A port is taken.
    """
    with listening(host, port, media_port) as (sockets, (base_url, media_url)):
        gateway = Gateway(
            provider,
            seed=seed,
            clock=clock,
            keys=keys,
            quota=quota,
            media_lifetime=media_lifetime,
            behaviour=behaviour,
            base_url=base_url,
            media_url=media_url,
        )
        if scenario is not None:
            gateway.faults.scenario(scenario)
        with in_thread(gateway, sockets):
            yield Running.of(gateway)


def run(
    providers: Sequence[str] | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 8484,
    media_port: int | None = None,
    scenario: str | None = None,
    script: Sequence[Step] = (),
    on_ready: Callable[[Sequence[Running]], object] | None = None,
    **settings: Any,
) -> None:
    """Serve gateways until the process is interrupted (SIGINT or SIGTERM).

    One gateway is at the root of the port. Of several each is below its name: `http://127.0.0.1:8484/<provider>` is a base URL for a client.
    Requests below `/_unibind/` steer them while they run, see `gateway.control`.

    Args:
        providers: Names; all that there are by default.
        host: Address to listen at.
        port: Of the API; 0 takes a free one.
        media_port: Of the outputs; the next one by default.
        scenario: Name of a script of faults, see `gateway.SCENARIOS`.
        script: Steps of a script, for each of them.
        on_ready: Called once with the gateways, when they can be called.
        settings: `seed`, `clock`, `keys`, `quota`, `media_lifetime` and `behaviour` of `Gateway`, for each of them.

    Raises:
        LookupError: There is no such provider or scenario.
        OSError: A port is taken.
    """
    beside = (port + 1 if port else 0) if media_port is None else media_port
    with listening(host, port, beside) as (sockets, urls):
        front = Front(providers or known(), *urls, **settings)
        for gateway in front.gateways.values():
            gateway.log.limit = _KEPT
            if scenario is not None:
                gateway.faults.scenario(scenario)
            gateway.faults.script(replace(step) for step in script)
        server = _server(front.app)
        if on_ready is not None:
            server.ready = lambda: on_ready([Running.of(gateway) for gateway in front.gateways.values()])
        with suppress(KeyboardInterrupt):
            server.run(sockets=sockets)


@contextmanager
def in_thread(app: ASGIApp, sockets: list[socket.socket]) -> Generator[None]:
    """An application that is served for as long as the `with` block lasts. What is on its way at the end is cut off."""
    server = _server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": sockets}, name="gateway", daemon=True)
    thread.start()
    try:
        _wait(server, thread)
        yield
    finally:
        server.cut()
        thread.join(_START)


@contextmanager
def listening(host: str, *ports: int) -> Generator[tuple[list[socket.socket], list[str]]]:
    """Sockets at these ports, and their URLs; `OSError` when one is taken."""
    with ExitStack() as opened:
        sockets = [opened.enter_context(_socket(host, port)) for port in ports]
        shown = f"[{host}]" if ":" in host else host
        yield sockets, [f"http://{shown}:{row.getsockname()[1]}" for row in sockets]


def _socket(host: str, port: int) -> socket.socket:
    # With the protocol named: asyncio sends small answers at once (TCP_NODELAY) only on sockets that say they are TCP.
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(_BACKLOG)
    except OSError:
        made.close()
        raise
    return made


def _wait(server: uvicorn.Server, thread: threading.Thread) -> None:
    end = time.monotonic() + _START
    while not server.started:
        if not thread.is_alive() or time.monotonic() > end:
            raise RuntimeError("the gateway did not start")
        time.sleep(0.001)
