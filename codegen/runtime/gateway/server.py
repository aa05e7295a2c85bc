"""The gateway on two loopback ports."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
) -> Iterator[Running]:
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
    sockets: list[socket.socket] = []
    try:
        for port in ports:
            sockets.append(socket.create_server((host, port)))
    except OSError:
        for row in sockets:
            row.close()
        raise
    return sockets


def _wait(server: uvicorn.Server, thread: threading.Thread) -> None:
    end = time.monotonic() + _START
    while not server.started:
        if not thread.is_alive() or time.monotonic() > end:
            raise RuntimeError("the gateway did not start")
        time.sleep(0.005)
