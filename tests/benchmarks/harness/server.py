"""A loopback HTTP server that costs next to nothing: fixed answers, no parsing beyond what framing needs. `python -m` prints its origin."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

VIDEO = {
    "id": "task_0123456789abcdef",
    "object": "video",
    "model": "seedance2.0-720p",
    "status": "in_progress",
    "progress": 40,
    "created_at": 1767225600,
    "seconds": "5",
    "size": "1280x720",
}
RUNWAY = {"id": "17f20503-6c24-4c16-946b-35dbbce2af2f", "status": "RUNNING", "progress": 0.4, "createdAt": "2026-01-01T00:00:00Z"}
FAL = {
    "request_id": "764cabcf-b745-4b3e-ae38-1200304cf45b",
    "status": "IN_PROGRESS",
    "logs": [],
    "response_url": "https://queue.fal.run/fal-ai/x/requests/764cabcf",
    "status_url": "https://queue.fal.run/fal-ai/x/requests/764cabcf/status",
    "cancel_url": "https://queue.fal.run/fal-ai/x/requests/764cabcf/cancel",
}
REPLICATE = {
    "id": "gm3qorzdhgbfurvjtvhg6dckhu",
    "model": "bytedance/seedance-2.0",
    "version": "hidden",
    "input": {"prompt": "A boat at dawn"},
    "output": None,
    "logs": "",
    "error": None,
    "status": "processing",
    "created_at": "2026-01-01T00:00:00Z",
    "urls": {"get": "https://api.replicate.com/v1/predictions/gm3q", "cancel": "https://api.replicate.com/v1/predictions/gm3q/cancel"},
}

ANSWERS: tuple[tuple[str, str, Any], ...] = (
    # method, start of the path, body
    ("GET", "/v1/tasks/", RUNWAY),
    ("POST", "/v1/text_to_", RUNWAY),
    ("", "/fal-ai/", FAL),
    ("", "/v1/models/bytedance", REPLICATE),
    ("", "/v1/predictions", REPLICATE),
    ("", "/", VIDEO),
)

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def answer(body: Any) -> bytes:
    content = json.dumps(body, separators=(",", ":")).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
    return head.encode() + content


_PREPARED = [(f"{method} {start}".encode() if method else start.encode(), bool(method), answer(body)) for method, start, body in ANSWERS]


def answer_to(request: bytes) -> bytes:
    """The prepared answer of the first row that fits."""
    target = request.partition(b" ")[2]
    return next(content for start, whole, content in _PREPARED if (request if whole else target).startswith(start))


class Fixed(asyncio.Protocol):
    """One connection; requests with chunked bodies are not taken."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.waiting = b""

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while (end := self.waiting.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self.waiting, 0, end)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self.waiting) < whole:
                return
            self.transport.write(answer_to(self.waiting))  # type: ignore[attr-defined]
            self.waiting = self.waiting[whole:]


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Fixed, "127.0.0.1", 0, backlog=1024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
