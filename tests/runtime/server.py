"""A gateway on a real socket that misbehaves as it is told to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple


class Received(NamedTuple):
    """One request as it came over the wire."""

    line: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[Received], AsyncIterator[bytes]]


@dataclass
class Server:
    """Its address, and what it received."""

    url: str = ""
    requests: list[Received] = field(default_factory=list)


class Reset(Exception):
    """Raised by an answer to break the connection with a reset."""


def whole(body: bytes, *, status: str = "200 OK", media: str = "application/json", headers: str = "") -> Answer:
    """An answer that comes at once."""

    async def answer(_: Received) -> AsyncIterator[bytes]:
        yield f"HTTP/1.1 {status}\r\ncontent-type: {media}\r\ncontent-length: {len(body)}\r\n{headers}\r\n".encode() + body

    return answer


def raw(*pieces: bytes, delay: float = 0.0, reset: bool = False) -> Answer:
    """Bytes as they are, a delay after each; then the connection is closed or reset."""

    async def answer(_: Received) -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece
            await asyncio.sleep(delay)
        if reset:
            raise Reset

    return answer


@contextmanager
def serving(*answers: Answer, closing: bool = False) -> Iterator[Server]:
    """A server that gives one answer a request, the last one again and again."""
    server = Server()
    started = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await _one(server, answers, reader, writer) and not closing:
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def serve() -> None:
        listening = await asyncio.start_server(handle, "127.0.0.1", 0)
        server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        started.set()
        await stop.wait()
        listening.close()
        handlers = asyncio.all_tasks() - {asyncio.current_task()}
        for task in handlers:
            task.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)
        await asyncio.sleep(0.01)  # transports close in the next round of the loop

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    started.wait(5)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(5)
        loop.close()


async def _one(server: Server, answers: tuple[Answer, ...], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *fields = head.rstrip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (row.partition(":") for row in fields)}
    received = Received(line, headers, await _body(reader, headers))
    answer = answers[min(len(server.requests), len(answers) - 1)]
    server.requests.append(received)
    sent = b""
    try:
        async for piece in answer(received):
            sent += piece
            writer.write(piece)
            await writer.drain()
    except Reset:
        writer.transport.abort()
        return False
    return b"content-length" in sent and b"content-length: 999" not in sent


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    body = b""
    if headers.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
    return body
