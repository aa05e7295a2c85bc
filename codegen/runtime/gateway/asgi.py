"""Reads requests and writes answers in ASGI, without a framework in between: this is the hot path."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from .._core.doors import content_kind
from .._core.tables import Operation
from .calls import Call, Reply
from .ranges import serve_file


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer: content, or chunks of a length that is not known before."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    content: bytes = b""
    chunks: AsyncIterator[bytes] | None = None

    def start(self) -> dict[str, Any]:
        """Its first message."""
        rows = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()]
        if self.chunks is None and "content-length" not in self.headers:
            rows.append((b"content-length", b"%d" % len(self.content)))
        return {"type": "http.response.start", "status": self.status, "headers": rows}


def headers_of(scope: Scope) -> dict[str, str]:
    """The headers in lower case; of repeated ones the last."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def query_of(scope: Scope) -> dict[str, str]:
    """The query parameters; of repeated ones the last."""
    query: bytes = scope["query_string"]
    return dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True)) if query else {}


def raw_path(scope: Scope) -> str:
    """The path as it was sent."""
    raw: bytes | None = scope.get("raw_path")
    return raw.partition(b"?")[0].decode("latin-1") if raw else str(scope["path"])


async def call_of(
    operation: Operation, path: Mapping[str, str], query: Mapping[str, str], headers: Mapping[str, str], scope: Scope, receive: Receive
) -> Call:
    """The call of a request, its body read."""
    if not operation.contents:
        return Call(operation, path, query, headers)
    content = content_kind(headers.get("content-type", ""))
    return Call(operation, path, query, headers, await _body(scope, receive, content), content)


async def _body(scope: Scope, receive: Receive, content: str) -> Any:
    """The decoded body; None when it is not what its content type says."""
    try:
        if content == "multipart":
            async with Request(scope, receive).form() as form:
                return await _form(form)
        return json.loads(await read(receive))
    except (ValueError, RecursionError, MultiPartException, HTTPException, ClientDisconnect):
        return None


async def read(receive: Receive) -> bytes:
    """The bytes of a body; none when the other side has gone."""
    content = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        part: bytes = message.get("body", b"")
        content += part
        if not message.get("more_body", False):
            return content


async def _form(form: FormData) -> dict[str, Any]:
    """The fields of a form; repeated ones as lists, files as name, content and media type."""
    found: dict[str, list[Any]] = {}
    for name, value in form.multi_items():
        part = (value.filename, await value.read(), value.content_type) if isinstance(value, UploadFile) else value
        found.setdefault(name, []).append(part)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def answer_of(reply: Reply, headers: Mapping[str, str]) -> Answer:
    """The bytes of a reply to a request with these headers."""
    if reply.file is not None:
        served = serve_file(reply.file.content, reply.file.media, reply.file.etag, headers)
        return Answer(served.status, {**served.headers, **reply.headers}, served.content)
    if reply.events is not None:
        stream = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store"}
        return Answer(reply.status, {**stream, **reply.headers}, chunks=_sse(reply.events, done=reply.done))
    if reply.media:
        kind = reply.media if "charset" in reply.media or not reply.media.startswith("text/") else f"{reply.media}; charset=utf-8"
        return Answer(reply.status, {"content-type": kind, **reply.headers}, str(reply.body).encode())
    content = json.dumps(reply.body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    return Answer(reply.status, {"content-type": "application/json", **reply.headers}, content)


async def _sse(events: AsyncIterator[tuple[str, Any]], *, done: bool) -> AsyncIterator[bytes]:
    async for name, data in events:
        head = f"event: {name}\n" if name else ""
        yield f"{head}data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
    if done:
        yield b"data: [DONE]\n\n"


async def send(answer: Answer, send: Send) -> None:
    """Write an answer as it is."""
    await send(answer.start())
    if answer.chunks is None:
        await send({"type": "http.response.body", "body": answer.content})
        return
    async for chunk in answer.chunks:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
