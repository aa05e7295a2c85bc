"""The gateway on two loopback ports."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import uvicorn

from .app import Gateway
from .clock import Clock
from .log import Log
from .service import KeyState

_START = 10.0  # seconds that the server may take to start


@dataclass(frozen=True, slots=True)
class Running:
    """A gateway that can be called.

    Attributes:
        base_url: Origin of the API.
        media_url: Origin of the outputs.
        api_key: A key that it takes.
        log: What arrived.
    """

    base_url: str
    media_url: str
    api_key: str
    log: Log
    gateway: Gateway


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
) -> Generator[Running]:
    """A gateway in a thread, for as long as the `with` block lasts; port 0 takes a free one.

    Raises:
        LookupError: There is no such provider.
        OSError: A port is taken.
    """
    sockets = _listen(host, port, media_port)
    try:
        base_url, media_url = (f"http://{host}:{row.getsockname()[1]}" for row in sockets)
        gateway = Gateway(provider, seed=seed, clock=clock, keys=keys, base_url=base_url, media_url=media_url)
        server = uvicorn.Server(uvicorn.Config(gateway, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": sockets}, name=f"{provider}-gateway", daemon=True)
        thread.start()
        try:
            _wait(server, thread)
            yield Running(base_url, media_url, gateway.api_key, gateway.log, gateway)
        finally:
            server.should_exit = True
            thread.join(_START)
    finally:
        for row in sockets:
            row.close()


def _listen(host: str, *ports: int) -> list[socket.socket]:
    with ExitStack() as opened:
        sockets = [opened.enter_context(_socket(host, port)) for port in ports]
        opened.pop_all()
        return sockets


def _socket(host: str, port: int) -> socket.socket:
    # With the protocol named: asyncio sends small answers at once (TCP_NODELAY) only on sockets that say they are TCP.
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(128)
    except OSError:
        made.close()
        raise
    return made


def _wait(server: uvicorn.Server, thread: threading.Thread) -> None:
    end = time.monotonic() + _START
    while not server.started:
        if not thread.is_alive() or time.monotonic() > end:
            raise RuntimeError("the gateway did not start")
        time.sleep(0.005)
