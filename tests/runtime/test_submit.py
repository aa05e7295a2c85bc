"""Paid work is never submitted twice and never lost."""

from __future__ import annotations

import io
import logging
import pickle
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from codegen.runtime._core import errors

from .conftest import KEY, World
from .server import raw, serving, whole

BODY = {"model": "plain", "prompt": "a boat"}
TAKEN = {"id": "task-1", "status": "queued"}


def answering(*results: httpx.Response | Exception) -> tuple[Callable[[httpx.Request], httpx.Response], list[httpx.Request]]:
    """A handler that gives one result a request, the last one again and again, and the requests it saw."""
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        request.read()
        seen.append(request)
        result = results[min(len(seen), len(results)) - 1]
        if isinstance(result, Exception):
            raise result
        return httpx.Response(result.status_code, headers=result.headers, content=result.content)

    return handler, seen


def submitted(world: World, handler: Callable[[httpx.Request], httpx.Response], **settings: Any) -> Any:
    return world.run(world.client(handler, **settings).submit("createVideo", BODY))


def test_a_task_comes_back(world: World) -> None:
    handler, seen = answering(httpx.Response(200, json=TAKEN))
    task = submitted(world, handler)
    assert (task.id, task.state, task.model, task.operation) == ("task-1", "queued", "plain", "createVideo")
    assert seen[0].headers["authorization"] == f"Bearer {KEY}"
    assert len(seen) == 1


@pytest.mark.parametrize("failure", [httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"), httpx.PoolTimeout("full")])
def test_it_is_repeated_when_the_connection_was_never_made(world: World, failure: Exception) -> None:
    handler, seen = answering(failure, failure, httpx.Response(200, json=TAKEN))
    assert submitted(world, handler).id == "task-1"
    assert len(seen) == 3
    assert len(world.slept) == 2


@pytest.mark.parametrize("status", [429, 503])
def test_it_is_repeated_when_it_was_refused_without_being_taken(world: World, status: int) -> None:
    handler, seen = answering(
        httpx.Response(status, headers={"retry-after": "7"}, json={"error": {"message": "busy"}}), httpx.Response(200, json=TAKEN)
    )
    assert submitted(world, handler).id == "task-1"
    assert len(seen) == 2
    assert world.slept == [7.0]


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_answer_that_names_a_task_is_not_repeated(world: World, status: int) -> None:
    handler, seen = answering(httpx.Response(status, json={"id": "task-9", "status": "queued"}))
    with pytest.raises(errors.SubmitOutcomeUnknown) as caught:
        submitted(world, handler)
    assert caught.value.task_id == "task-9"
    assert len(seen) == 1


UNCLEAR = [
    httpx.ReadError("reset"),
    httpx.ReadTimeout("slow"),
    httpx.WriteError("broken pipe"),
    httpx.RemoteProtocolError("disconnected"),
    httpx.Response(500, json={"error": {"message": "upstream"}}),
    httpx.Response(502, text="<html>bad gateway</html>"),
    httpx.Response(504),
    httpx.Response(408),
    httpx.Response(307, headers={"location": "https://elsewhere.test/"}),
    httpx.Response(200, html="<html>hello</html>"),
    httpx.Response(200, text='{"id": "tas'),
    httpx.Response(200, text=""),
    httpx.Response(200, json=[1, 2]),
    httpx.Response(200, json={}),
    httpx.Response(200, json={"id": None, "status": "queued"}),
    httpx.Response(200, content=b"[" * 100_000),
]


@pytest.mark.parametrize("result", UNCLEAR, ids=repr)
def test_everything_else_after_sending_is_unknown_and_sent_once(world: World, result: httpx.Response | Exception) -> None:
    handler, seen = answering(result)
    with pytest.raises(errors.SubmitOutcomeUnknown) as caught:
        submitted(world, handler)
    error = caught.value
    assert len(seen) == 1
    assert error.operation == "createVideo"
    assert error.request["body"] == BODY
    assert error.cause
    assert error.attempts == 1
    assert pickle.loads(pickle.dumps(error)).request == error.request
    if isinstance(result, httpx.Response):
        assert error.status == result.status_code


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.BadRequest),
        (401, errors.AuthenticationError),
        (403, errors.PermissionDenied),
        (404, errors.NotFound),
        (422, errors.BadRequest),
    ],
)
def test_a_refusal_is_clear(world: World, status: int, kind: type[errors.APIError]) -> None:
    body = {"error": {"message": f"no: {KEY}", "code": "nope"}}
    handler, seen = answering(httpx.Response(status, json=body, headers={"x-request-id": "r-1"}))
    with pytest.raises(kind) as caught:
        submitted(world, handler)
    assert len(seen) == 1
    assert (caught.value.status, caught.value.code, caught.value.request_id) == (status, "nope", "r-1")
    assert KEY not in str(caught.value) + caught.value.body_start


@pytest.mark.parametrize(("status", "kind"), [(429, errors.RateLimited), (503, errors.ServerError)])
def test_a_refusal_that_lasts_is_clear_too(world: World, status: int, kind: type[errors.APIError]) -> None:
    handler, seen = answering(httpx.Response(status, headers={"retry-after": "3"}))
    with pytest.raises(kind) as caught:
        submitted(world, handler)
    assert (len(seen), caught.value.attempts, caught.value.retry_after) == (4, 4, 3.0)


def test_a_refusal_may_come_with_a_status_of_success(world: World) -> None:
    handler, _ = answering(httpx.Response(200, json={"error": {"message": "queue full", "code": 23}}))
    with pytest.raises(errors.APIError, match="queue full") as caught:
        submitted(world, handler)
    assert caught.value.code == "23"


def test_a_gateway_that_cannot_be_reached(world: World) -> None:
    client = world.client(base_url="http://127.0.0.1:9", max_retries=1)
    with pytest.raises(errors.ConnectionFailed) as caught:
        world.run(client.submit("createVideo", BODY))
    assert caught.value.attempts == 2
    world.run(client.close())


@pytest.mark.parametrize(
    "answer",
    [
        raw(reset=True),
        raw(b""),
        raw(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n", b'{"id": "t', reset=True),
        raw(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n", b'{"id": "t'),
        raw(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd"),
        raw(b"nonsense\r\n\r\n"),
        whole(b"oops", status="500 Oops"),
    ],
    ids=["reset", "closed", "reset in body", "closed in body", "bad gzip", "no http", "500"],
)
def test_faults_on_a_real_connection(world: World, answer: Any) -> None:
    with serving(answer, closing=True) as server:
        client = world.client(base_url=server.url)
        with pytest.raises(errors.SubmitOutcomeUnknown) as caught:
            world.run(client.submit("createVideo", BODY))
        world.run(client.close())
    assert len(server.requests) == 1
    assert caught.value.request["body"] == BODY


@pytest.mark.parametrize(
    "answer",
    [
        raw(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n", *[b"z: y\r\n"] * 50, delay=0.1),
        raw(b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n", *[b"x"] * 50, delay=0.1),
        raw(b"", delay=5),
    ],
    ids=["headers drip", "body drips", "silence"],
)
def test_the_deadline_covers_everything(world: World, answer: Any) -> None:
    import time

    with serving(answer) as server:
        client = world.client(base_url=server.url, timeout=0.5)
        begun = time.monotonic()
        with pytest.raises(errors.SubmitOutcomeUnknown) as caught:
            world.run(client.submit("createVideo", BODY))
        assert isinstance(caught.value.__cause__, errors.DeadlineExceeded)
        with pytest.raises(errors.DeadlineExceeded):
            world.run(client.call("listModels"))
        assert time.monotonic() - begun < 2.5
        world.run(client.close())


def test_a_deadline_before_anything_was_sent_is_no_unknown_outcome(world: World) -> None:
    """The other side takes the connection and says nothing to the TLS handshake: the request cannot have left."""
    with serving(raw(b"", delay=5)) as server:
        client = world.client(base_url=server.url.replace("http:", "https:"), timeout=0.4)
        with pytest.raises(errors.DeadlineExceeded) as caught:
            world.run(client.submit("createVideo", BODY))
        world.run(client.close())
    assert caught.value.operation == "createVideo"
    assert server.requests == []


def test_the_route_follows_the_model(world: World) -> None:
    handler, seen = answering(httpx.Response(200, json=TAKEN))
    client = world.client(handler)
    for model in ("plain", "other", "unheard-of"):
        world.run(client.submit("createVideo", {"model": model}))
    assert [request.url.path for request in seen] == ["/v1/videos", "/v1/video/generations", "/v1/videos"]


def test_a_cancelled_wait_leaves_the_task_id_in_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            raise KeyboardInterrupt
        return httpx.Response(200, json=TAKEN)

    with caplog.at_level(logging.WARNING, "unibind"), pytest.raises(KeyboardInterrupt):
        world.run(world.client(handler).run("createVideo", BODY))
    assert "task-1" in caplog.text


def test_an_interruption_between_attempts_is_no_reason_to_worry(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(world.clock, "sleep", interrupted)
    with caplog.at_level(logging.WARNING, "unibind"), pytest.raises(KeyboardInterrupt):
        submitted(world, answering(httpx.Response(429))[0])
    assert caplog.text == ""


def test_what_fails_before_the_request_leaves_is_repeated(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client of our own reports its steps: as long as it has not begun to send, nothing was sent."""
    handler, seen = answering(RuntimeError("no file descriptors left"))
    http: Any = httpx.AsyncClient if world.is_async else httpx.Client
    through: Any = getattr(world.module("through"), f"{world.prefix}Through")
    monkeypatch.setattr(world.module("pool"), "_own", lambda proxy: through(http(transport=httpx.MockTransport(handler)), own=True))
    with pytest.raises(errors.ConnectionFailed) as caught:
        world.run(world.client().submit("createVideo", BODY))
    assert caught.value.attempts == len(seen) == 4


def test_a_body_that_cannot_be_read_twice_is_not_repeated(world: World) -> None:
    class Once(io.RawIOBase):
        def seekable(self) -> bool:
            return False

        def read(self, size: int = -1) -> bytes:
            return b""

    handler, seen = answering(httpx.Response(503))
    with pytest.raises(errors.ServerError) as caught:
        world.run(world.client(handler).call("generateImage", body={"image": Once()}))
    assert caught.value.attempts == len(seen) == 1


def test_an_interruption_is_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    with caplog.at_level(logging.WARNING, "unibind"), pytest.raises(KeyboardInterrupt):
        submitted(world, handler)
    assert "may have been taken" in caplog.text
