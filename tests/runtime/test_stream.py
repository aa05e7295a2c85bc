"""Streams and files that arrive piece by piece."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from codegen.runtime._core import errors

from .conftest import World
from .server import raw, serving, whole

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-request-id: r-1\r\n\r\n"


def event(text: str, finish: str | None = None) -> bytes:
    return b"data: " + json.dumps({"choices": [{"delta": {"content": text}, "finish_reason": finish}]}).encode() + b"\n\n"


def streaming(*pieces: bytes, media: str = "text/event-stream") -> Any:
    return lambda request: httpx.Response(200, headers={"content-type": media}, content=b"".join(pieces))


def opened(world: World, handler: Any) -> Any:
    return world.run(world.client(handler).stream("chat", {"model": "m"}))


def test_events_come_one_by_one(world: World) -> None:
    stream = opened(world, streaming(b": hi\n\n", event("he"), event("llo", "stop"), b"data: [DONE]\n\n", event("never")))
    assert [item.choices[0]["delta"]["content"] for item in world.list(stream)] == ["he", "llo"]
    assert len(stream.events) == 2


def test_text(world: World) -> None:
    stream = opened(world, streaming(event("he"), event("llo"), b"data: [DONE]\n\n"))
    assert world.run(stream.text()) == "hello"


@pytest.mark.parametrize(
    "pieces",
    [
        (event("hello"),),
        (event("hello"), b'data: {"cho'),
        (event("hello"), b'data: {"error": {"message": "overloaded"}}\n\n'),
        (event("hello"), b"event: error\ndata: oh no\n\n"),
        (event("hello"), b"data: [1]\n\n"),
    ],
    ids=["no end", "cut", "error", "named error", "wrong shape"],
)
def test_what_was_received_is_kept(world: World, pieces: tuple[bytes, ...]) -> None:
    stream = opened(world, streaming(*pieces))
    with pytest.raises(errors.StreamInterrupted) as caught:
        world.run(stream.text())
    assert (caught.value.text, len(caught.value.events), caught.value.operation) == ("hello", 1, "chat")


@pytest.mark.parametrize("reset", [True, False])
def test_a_broken_connection(world: World, reset: bool) -> None:
    chunked = HEAD.replace(b"\r\n\r\n", b"\r\ntransfer-encoding: chunked\r\n\r\n")
    one = event("hello")
    with serving(raw(chunked, b"%x\r\n%s\r\n" % (len(one), one), delay=0.05, reset=reset)) as server:
        client = world.client(base_url=server.url)
        stream = world.run(client.stream("chat", {"model": "m"}))
        with pytest.raises(errors.StreamInterrupted) as caught:
            world.list(stream)
        world.run(client.close())
    assert (caught.value.text, caught.value.request_id, len(server.requests)) == ("hello", "r-1", 1)


def test_an_end_without_done_is_fine_when_it_was_announced(world: World) -> None:
    assert world.run(opened(world, streaming(event("a"), event("b", "stop"))).text()) == "ab"
    gemini = b'data: {"candidates": [{"content": {"parts": [{"text": "c"}]}}]}\n\n'
    assert world.run(opened(world, streaming(gemini)).text()) == "c"


def test_a_gateway_that_does_not_stream(world: World) -> None:
    body = json.dumps({"choices": [{"message": {"content": "all"}, "finish_reason": "stop"}]}).encode()
    assert len(world.list(opened(world, streaming(body, media="application/json")))) == 1


def test_a_page_instead_of_events_is_an_unknown_outcome(world: World) -> None:
    with pytest.raises(errors.SubmitOutcomeUnknown, match="text/html") as caught:
        opened(world, streaming(b"<html>", media="text/html"))
    assert isinstance(caught.value.__cause__, errors.ResponseInvalid)


def test_a_stream_can_be_left(world: World) -> None:
    with serving(raw(HEAD, *[event("a")] * 100, delay=0.01)) as server:
        client = world.client(base_url=server.url)
        stream = world.run(client.stream("chat", {"model": "m"}))
        world.run(stream.close())
        world.run(client.close())
    assert len(server.requests) == 1


class Tracked(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that knows whether it was closed."""

    def __init__(self, *pieces: bytes, broken: bool = False) -> None:
        self.pieces = pieces
        self.broken = broken
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield from self.pieces
        if self.broken:
            raise httpx.ReadError("reset")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


@pytest.mark.parametrize(
    ("status", "media", "body"),
    [
        (200, "text/event-stream", Tracked(event("a", "stop"))),
        (200, "text/event-stream", Tracked(event("a"), b"data: [DONE]\n\n", event("b"))),
        (200, "text/event-stream", Tracked(event("a"), broken=True)),
        (200, "text/event-stream", Tracked(b"data: nonsense\n\n", event("a"))),
        (200, "text/html", Tracked(b"<html>")),
        (400, "application/json", Tracked(b"{}")),
        (500, "application/json", Tracked(b"{}", broken=True)),
    ],
    ids=["end", "done", "broken", "nonsense", "html", "refused", "broken refusal"],
)
def test_the_connection_is_given_back(world: World, status: int, media: str, body: Tracked) -> None:
    body.closed = False
    client = world.client(lambda request: httpx.Response(status, headers={"content-type": media}, stream=body))
    with suppress(errors.UnibindError):
        world.run(world.run(client.stream("chat", {"model": "m"})).text())
    assert body.closed


def test_a_block_gives_the_connection_back(world: World) -> None:
    body = Tracked(event("a"), event("b"))
    client = world.client(lambda request: httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body))
    stream = world.run(client.stream("chat", {"model": "m"}))
    if world.is_async:

        async def first() -> None:
            async with stream:
                async for _ in stream:
                    break

        world.run(first())
    else:
        with stream:
            next(iter(stream))
    assert body.closed


def test_a_refused_stream(world: World) -> None:
    with pytest.raises(errors.BadRequest, match="no such model"):
        opened(world, lambda request: httpx.Response(400, json={"error": {"message": "no such model"}}))


def test_a_file_is_read(world: World) -> None:
    client = world.client(lambda request: httpx.Response(200, content=b"mp3" * 1000, headers={"content-type": "audio/mpeg"}))
    assert world.run(world.run(client.binary("speak", body={})).read()) == b"mp3" * 1000
    assert b"".join(world.list(world.run(client.binary("speak", body={})))) == b"mp3" * 1000


def test_a_file_is_saved(world: World, tmp_path: Path) -> None:
    client = world.client(lambda request: httpx.Response(200, content=b"mp3" * 1000, headers={"content-type": "audio/mpeg"}))
    path = world.run(world.run(client.binary("speak", body={})).save(tmp_path / "a.mp3"))
    assert path.read_bytes() == b"mp3" * 1000
    named = world.run(world.run(client.binary("speak", body={})).save(tmp_path))
    assert named == tmp_path / "speak.mp3"


def test_a_paid_file_that_breaks_off_is_not_asked_for_again(world: World, tmp_path: Path) -> None:
    with serving(raw(b"HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ncontent-length: 999\r\n\r\n", b"mp3")) as server:
        client = world.client(base_url=server.url)
        with pytest.raises(errors.DownloadFailed) as caught:
            world.run(world.run(client.binary("speak", body={})).save(tmp_path / "a.mp3"))
        with pytest.raises(errors.DownloadFailed):
            world.run(world.run(client.binary("speak", body={})).read())
        world.run(client.close())
    assert len(server.requests) == 2
    assert caught.value.received == 3
    assert (tmp_path / "a.mp3.part").read_bytes() == b"mp3"


def test_a_leftover_does_not_make_paid_work_run_twice(world: World, tmp_path: Path) -> None:
    (tmp_path / "a.mp3.part").write_bytes(b"mp")
    with serving(whole(b"mp3", media="audio/mpeg")) as server:
        client = world.client(base_url=server.url)
        binary = world.run(client.binary("speak", body={}))
        assert world.run(binary.save(tmp_path / "a.mp3")).read_bytes() == b"mp3"
        with pytest.raises(errors.DownloadFailed):
            world.run(binary.save(tmp_path / "b.mp3"))
        world.run(client.close())
    assert len(server.requests) == 1


def test_json_instead_of_a_file(world: World) -> None:
    with serving(whole(b'{"error": "no credit"}')) as server:
        client = world.client(base_url=server.url)
        with pytest.raises(errors.SubmitOutcomeUnknown) as caught:
            world.run(client.binary("speak", body={}))
        world.run(client.close())
    assert caught.value.body_start == '{"error": "no credit"}'
