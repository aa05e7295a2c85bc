"""A client that costs the server as little as it can: the same requests over and over, on connections that stay open.

Each line on standard input is a JSON list of port, request, count and connections; it is answered, when all answers have come, with a line:
how many had which status.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter
from typing import Any

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def request(method: str, path: str, key: str, body: Any = None) -> str:
    """A request as it is sent."""
    content = "" if body is None else json.dumps(body, separators=(",", ":"))
    head = f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {key}\r\naccept: */*\r\n"
    return head + (f"content-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n{content}" if content else "\r\n")


class _Asking(asyncio.Protocol):
    """One connection: a request, its answer, the next."""

    def __init__(self, content: bytes, count: int, seen: Counter[str]) -> None:
        self.content, self.left, self.seen, self.waiting = content, count, seen, b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        transport.write(self.content)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        end = self.waiting.find(b"\r\n\r\n")
        length = _LENGTH.search(self.waiting, 0, end) if end >= 0 else None
        if length is None or len(self.waiting) < end + 4 + int(length[1]):
            return
        self.seen[self.waiting[9:12].decode()] += 1
        self.waiting = b""
        self.left -= 1
        if self.left:
            self.transport.write(self.content)
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.done.set_result(None)


async def ask(port: int, text: str, count: int, connections: int) -> dict[str, int]:
    """Answers by status."""
    seen, asking = Counter[str](), list[_Asking]()
    for _ in range(connections):
        asking.append(_Asking(text.encode(), count // connections, seen))
        await asyncio.get_running_loop().create_connection(lambda: asking[-1], "127.0.0.1", port)
    await asyncio.gather(*(row.done for row in asking))
    return dict(seen)


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(asyncio.run(ask(*json.loads(line)))), flush=True)
