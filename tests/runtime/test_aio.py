"""The faster transport keeps every promise: paid work once, keys at home, one deadline, errors of ours."""

from __future__ import annotations

import asyncio
import gzip
import logging
import time
from pathlib import Path
from typing import Any

import pytest

from codegen.runtime._core import errors
from codegen.runtime.aio import AiohttpTransport

from .conftest import KEY, World
from .server import raw, serving, whole
from .test_transports import JUNK

BODY = {"model": "plain", "prompt": "a boat"}
TAKEN = b'{"id": "task-1", "status": "queued"}'

only_async = pytest.mark.parametrize("world", ["async"], indirect=True)


def client_of(world: World, server: Any, **settings: Any) -> Any:
    return world.client(**{"base_url": server.url, "transport": AiohttpTransport(), **settings})


@pytest.mark.parametrize("world", ["sync"], indirect=True)
def test_the_synchronous_client_takes_none(world: World) -> None:
    with pytest.raises(errors.ConfigurationError, match="transport must be"):
        world.client(transport=AiohttpTransport())


@only_async
def test_calls_go_over_the_wire_as_ever(world: World) -> None:
    with serving(whole(TAKEN), whole(b"{}")) as server:
        client = client_of(world, server, headers={"x-mine": "1"})
        assert world.run(client.submit("createVideo", BODY, query={"a": "b c"})).id == "task-1"
        world.run(client.call("listModels"))
        world.run(client.close())
    post, get = server.requests
    assert post.line == "POST /v1/videos?a=b%20c HTTP/1.1"
    assert post.body == b'{"model":"plain","prompt":"a boat"}'
    wanted = {"host", "user-agent", "accept", "content-type", "content-length", "authorization", "accept-encoding", "x-mine"}
    assert post.headers.keys() == wanted
    assert post.headers["authorization"] == f"Bearer {KEY}"
    assert get.headers["user-agent"] == "unibind-python"


@only_async
def test_percent_signs_arrive_as_they_were_meant(world: World) -> None:
    with serving(whole(b'{"status": "queued"}')) as server:
        client = client_of(world, server)
        world.run(client.task("../../x?y%2e#z", "createVideo").refresh())
        world.run(client.close())
    assert server.requests[0].line == "GET /v1/videos/..%2F..%2Fx%3Fy%252e%23z HTTP/1.1"


@only_async
@pytest.mark.parametrize(
    "answer",
    [
        raw(reset=True),
        raw(b""),
        raw(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n", b'{"id": "t', reset=True),
        raw(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd"),
        raw(b"nonsense\r\n\r\n"),
        whole(b"oops", status="500 Oops"),
        whole(b"", status="307 Elsewhere", headers="location: http://127.0.0.1:9/\r\n"),
    ],
    ids=["reset", "closed", "reset in body", "bad gzip", "no http", "500", "redirect"],
)
def test_paid_work_that_may_have_been_taken_is_sent_once(world: World, answer: Any) -> None:
    with serving(answer, closing=True) as server:
        client = client_of(world, server)
        with pytest.raises(errors.SubmitOutcomeUnknown):
            world.run(client.submit("createVideo", BODY))
        world.run(client.close())
    assert len(server.requests) == 1


@only_async
def test_paid_work_that_was_not_taken_is_repeated(world: World) -> None:
    with serving(whole(b"", status="503 Busy"), whole(TAKEN)) as server:
        client = client_of(world, server)
        assert world.run(client.submit("createVideo", BODY)).id == "task-1"
        world.run(client.close())
    assert len(server.requests) == 2
    client = world.client(base_url="http://127.0.0.1:9", transport=AiohttpTransport(), max_retries=2)
    with pytest.raises(errors.ConnectionFailed) as caught:
        world.run(client.submit("createVideo", BODY))
    assert caught.value.attempts == 3
    world.run(client.close())


@only_async
@pytest.mark.parametrize("scheme", ["http:", "https:"])
def test_a_deadline_knows_whether_anything_was_sent(world: World, scheme: str) -> None:
    with serving(raw(b"", delay=5)) as server:
        client = client_of(world, server, base_url=server.url.replace("http:", scheme), timeout=0.4)
        with pytest.raises(errors.CallError) as caught:
            world.run(client.submit("createVideo", BODY))
        world.run(client.close())
    assert type(caught.value) is (errors.SubmitOutcomeUnknown if scheme == "http:" else errors.DeadlineExceeded)
    assert len(server.requests) == (scheme == "http:")


@only_async
def test_the_deadline_covers_a_dripping_body(world: World) -> None:
    with serving(raw(b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n", *[b"x"] * 50, delay=0.1)) as server:
        client = client_of(world, server, timeout=0.4)
        begun = time.monotonic()
        with pytest.raises(errors.DeadlineExceeded):
            world.run(client.call("listModels"))
        assert time.monotonic() - begun < 2
        world.run(client.close())


@only_async
@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_junk_gives_an_error_of_ours(world: World, junk: bytes) -> None:
    with serving(raw(junk), closing=True) as server:
        client = client_of(world, server, max_retries=0, timeout=5)
        with pytest.raises(errors.CallError):
            world.run(client.call("listModels"))
        with pytest.raises(errors.SubmitOutcomeUnknown):
            world.run(client.submit("createVideo", BODY))
        world.run(client.close())


@only_async
def test_files_go_along_and_come_back(world: World, tmp_path: Path) -> None:
    source = tmp_path / "a.png"
    source.write_bytes(b"\x89PNG" + b"x" * 300_000)
    with serving(whole(b"", status="503 Busy"), whole(b"{}"), whole(b"movie" * 50_000, media="video/mp4")) as server:
        client = client_of(world, server)
        world.run(client.call("generateImage", body={"model": "m", "image": source}))
        body = {"status": "completed", "video_url": f"{server.url}/a.mp4"}
        task = client.task({"provider": "tiny", "operation": "createVideo", "id": "t", "body": body})
        path = world.run(task.download(tmp_path / "a.mp4"))
        world.run(client.close())
    assert path.read_bytes() == b"movie" * 50_000
    assert all(source.read_bytes() in request.body for request in server.requests[:2])
    assert "authorization" not in server.requests[2].headers


@only_async
def test_compressed_bodies_are_read(world: World) -> None:
    with serving(whole(gzip.compress(b'{"a": 1}'), headers="content-encoding: gzip\r\n")) as server:
        client = client_of(world, server)
        assert world.run(client.call("listModels")).a == 1
        world.run(client.close())


@only_async
def test_it_serves_one_loop_after_the_other(world: World) -> None:
    transport = AiohttpTransport()
    with serving(whole(b'{"a": 1}')) as server:
        client = world.client(base_url=server.url, transport=transport)

        async def twice() -> None:
            await asyncio.gather(client.call("listModels"), client.call("listModels"))
            await client._engine._pool.home().sender.close()

        asyncio.run(twice())
        asyncio.run(twice())
    assert len(server.requests) == 4


@only_async
def test_nothing_shows_the_key(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with serving(whole(TAKEN)) as server:
        client = client_of(world, server, transport=AiohttpTransport(proxy=None))
        with caplog.at_level(logging.DEBUG):
            world.run(client.submit("createVideo", BODY))
        home = client._engine._pool._homes
        assert KEY not in caplog.text + repr(client) + "".join(repr(vars(one.sender)) for one in home.values())
        world.run(client.close())
