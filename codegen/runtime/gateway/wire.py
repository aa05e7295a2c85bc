"""Faults of the connection itself: resets, early ends, slow bodies. They need a socket, which a transport in the process does not have."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from . import asgi
from .asgi import Answer
from .faults import EARLY, Fault

_EXTENSION = "unibind.wire"
_NOW = struct.pack("ii", 1, 0)  # SO_LINGER: closing throws away what is not sent, and resets
_EVENTS = 2  # of a stream, before it breaks
_SETTLE = 0.02  # seconds for what was sent before a reset to be read


class NeedsSocket(RuntimeError):
    """A fault of the connection was asked for where there is no connection."""


class Wire:
    """The connection of a request."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def reset(self) -> None:
        """End it with RST."""
        held: Any = self._transport.get_extra_info("socket")
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NOW)
        self._transport.abort()

    def close(self) -> None:
        """End it with FIN, after what was written."""
        self._transport.close()


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol, which hands the connection to the application."""

    def on_message_begin(self) -> None:
        """Called by the parser at the start of a request."""
        super().on_message_begin()
        self.scope["extensions"] = {_EXTENSION: {"wire": Wire(self.transport)}}


def needed(scope: Scope, fault: Fault) -> Wire:
    """The connection of a request; `NeedsSocket` when it did not come over a socket of `gateway.serve`."""
    wire: Wire | None = scope.get("extensions", {}).get(_EXTENSION, {}).get("wire")
    if wire is None:
        raise NeedsSocket(f"the fault {fault.name!r} needs a socket: start the gateway with gateway.serve(...)")
    return wire


async def send(answer: Answer, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Write an answer with a fault on the way."""
    if fault.row.way == "late":
        await _late(answer, fault, receive, send)
        return
    wire = needed(scope, fault)
    if fault.name not in EARLY:
        await _part(answer, fault, send)
        await asyncio.sleep(_SETTLE)
    if fault.name.startswith("reset"):
        wire.reset()
    else:
        wire.close()
    await _gone(receive)


async def _late(answer: Answer, fault: Fault, receive: Receive, send: Send) -> None:
    if fault.name == "latency" or answer.chunks is not None:
        if not await _pause(fault.delay, receive):
            await asgi.send(answer, send)
        return
    await send(answer.start())
    size = max(1, -(-len(answer.content) // fault.pieces))
    for start in range(0, len(answer.content), size):
        if await _pause(fault.delay, receive):
            return
        await send({"type": "http.response.body", "body": answer.content[start : start + size], "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _part(answer: Answer, fault: Fault, send: Send) -> None:
    await send(answer.start())
    if answer.chunks is None:
        part = answer.content[: min(int(len(answer.content) * fault.at), len(answer.content) - 1)]
        await send({"type": "http.response.body", "body": part, "more_body": True})
        return
    count = 0
    async for chunk in answer.chunks:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
        count += 1
        if count == _EVENTS:
            return


async def _pause(seconds: float, receive: Receive) -> bool:
    """Wait; True as soon as the other side has gone."""
    try:
        await asyncio.wait_for(_gone(receive), seconds)
    except TimeoutError:
        return False
    return True


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
