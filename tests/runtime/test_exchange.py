"""What the caller may see and set: hooks, logs, raw answers, facts of an answer, defaults of a client, copies of it."""

from __future__ import annotations

import copy
import logging
import pickle
from typing import Any

import httpx
import pytest

from codegen.runtime._core import errors, exchange
from codegen.runtime._core.exchange import RawResponse, RequestInfo, ResponseInfo
from codegen.runtime._core.model import ResponseModel
from codegen.runtime._core.options import Options
from codegen.runtime._core.secret import Secret

from .conftest import KEY, World
from .server import raw, serving, whole

TAKEN = {"id": "task-1", "status": "queued"}
BODY = {"model": "plain", "prompt": "a boat"}


def answers(*found: httpx.Response) -> Any:
    left = list(found)
    return lambda request: left.pop(0) if len(left) > 1 else left[0]


def test_hooks_are_told_of_every_attempt(world: World) -> None:
    sent: list[RequestInfo] = []
    got: list[ResponseInfo] = []
    handler = answers(httpx.Response(503), httpx.Response(200, json=TAKEN, headers={"x-request-id": "r-2"}))
    client = world.client(handler, on_request=sent.append, on_response=got.append, headers={"x-mine": "private"})
    world.run(client.submit("createVideo", BODY, query={"q": "secret"}))
    assert [(row.operation, row.method, row.url, row.attempt, row.paid) for row in sent] == [
        ("createVideo", "POST", "https://gateway.test/v1/videos", 1, True),
        ("createVideo", "POST", "https://gateway.test/v1/videos", 2, True),
    ]
    assert sent[0].headers["x-mine"] == "[secret]"
    assert sent[0].headers["content-type"] == "application/json"
    assert [(row.status, row.attempts, row.request_id, row.error) for row in got] == [(503, 1, None, None), (200, 2, "r-2", None)]
    assert KEY not in repr(sent) + repr(got)


def test_hooks_are_told_of_faults(world: World) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError(f"broken with {KEY}")

    got: list[ResponseInfo] = []
    with pytest.raises(errors.SubmitOutcomeUnknown):
        world.run(world.client(handler, on_response=got.append).submit("createVideo", BODY))
    assert [(row.status, row.error) for row in got] == [(None, "ReadError: broken with [secret]")]


def test_a_hook_before_sending_may_stop_a_call(world: World) -> None:
    seen: list[httpx.Request] = []

    def veto(info: RequestInfo) -> None:
        raise PermissionError("not today")

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=TAKEN)

    with pytest.raises(PermissionError, match="not today"):
        world.run(world.client(handler, on_request=veto).submit("createVideo", BODY))
    assert seen == []


def test_a_hook_that_fails_afterwards_loses_no_task(world: World, caplog: pytest.LogCaptureFixture) -> None:
    def broken(info: ResponseInfo) -> None:
        raise RuntimeError(f"hook with {KEY}")

    with caplog.at_level(logging.WARNING, "unibind"):
        task = world.run(world.client(answers(httpx.Response(200, json=TAKEN)), on_response=broken).submit("createVideo", BODY))
    assert task.id == "task-1"
    assert "on_response failed: RuntimeError: hook with [secret]" in caplog.text


def test_attempts_are_logged_without_secrets(world: World, caplog: pytest.LogCaptureFixture) -> None:
    handler = answers(httpx.Response(200, json=TAKEN, headers={"x-request-id": f"r-{KEY}"}))
    with caplog.at_level(logging.DEBUG, "unibind"):
        world.run(world.client(handler).submit("createVideo", BODY, query={"signature": "sig-7"}))
    line = next(row.getMessage() for row in caplog.records if row.levelno == logging.DEBUG)
    assert line.startswith("createVideo: POST https://gateway.test/v1/videos: status 200 after ")
    assert "attempt 1, request id r-[secret]" in line
    assert KEY not in caplog.text
    assert "sig-7" not in caplog.text


def test_signed_links_do_not_show(world: World, caplog: pytest.LogCaptureFixture, tmp_path: Any) -> None:
    with serving(whole(b"movie", media="video/mp4")) as server:
        link = f"{server.url}/a.mp4?X-Signature=s3cr3t"
        seen: list[RequestInfo] = []
        client = world.client(base_url=server.url, on_request=seen.append)
        task = client.task({"provider": "tiny", "operation": "createVideo", "id": "t", "body": {"status": "completed", "video_url": link}})
        with caplog.at_level(logging.DEBUG):
            world.run(task.download(tmp_path / "a.mp4"))
        world.run(client.close())
    assert "s3cr3t" not in caplog.text + repr(seen)
    assert (seen[0].operation, seen[0].url) == ("download", f"{server.url}/a.mp4")


def test_a_raw_answer_is_what_came(world: World) -> None:
    headers = {"x-request-id": "r-1", "set-cookie": "a=b", "content-type": "application/json", "x-echo": KEY}
    handler = answers(httpx.Response(503), httpx.Response(200, content=b'{"n": 1.0}', headers=headers))
    got: RawResponse = world.run(world.client(handler).raw("createVideo", body=BODY))
    assert (got.status, got.content, got.text, got.json()) == (200, b'{"n": 1.0}', '{"n": 1.0}', {"n": 1.0})
    assert (got.info.operation, got.info.request_id, got.info.attempts) == ("createVideo", "r-1", 2)
    assert got.headers["x-echo"] == "[secret]"
    assert "set-cookie" not in got.headers
    assert got.info.elapsed >= 0
    assert pickle.loads(pickle.dumps(got)).content == got.content


@pytest.mark.parametrize("content", [b"<html>", b"[" * 100_000, b"\xff\xfe\xff"])
def test_a_raw_answer_need_not_be_json(world: World, content: bytes) -> None:
    got = world.run(world.client(answers(httpx.Response(200, content=content))).raw("listModels"))
    assert got.content == content
    with pytest.raises(errors.ResponseInvalid) as caught:
        got.json()
    assert (caught.value.operation, caught.value.status) == ("listModels", 200)
    assert caught.value.__cause__ is None


def test_a_raw_refusal_is_an_error_all_the_same(world: World) -> None:
    with pytest.raises(errors.NotFound):
        world.run(world.client(answers(httpx.Response(404))).raw("listModels"))


def test_answers_know_how_they_came(world: World) -> None:
    client = world.client(answers(httpx.Response(200, json=TAKEN, headers={"x-request-id": "r-1"})))
    for got in (
        world.run(client.call("listModels")),
        world.run(client.submit("createVideo", BODY)),
        world.run(client.retrieve("retrieveVideo", "task-1")),
    ):
        info = getattr(got, "http_response", None) or got._http_response
        assert (info.status, info.request_id, info.attempts) == (200, "r-1", 1)
        assert info.headers["content-type"] == "application/json"


def test_models_compare_by_what_they_say() -> None:
    first, second = ResponseModel.from_body({"a": 1}), ResponseModel.from_body({"a": 1})
    first._http_response = ResponseInfo("a", 200, {}, "r-1", 1, 0.5)
    second._http_response = ResponseInfo("a", 200, {}, "r-2", 1, 0.7)
    assert first == second
    assert first.http_response is not None
    assert "http_response" not in first.model_dump()
    assert first.to_dict() == {"a": 1}
    assert copy.deepcopy(first).http_response == first.http_response


def test_links_in_headers_are_shown_without_their_query() -> None:
    shown = exchange.visible_headers({"Location": "https://a.test/b?sig=1", "X-A": "b k c"}, (Secret("k"),))
    assert shown == {"location": "https://a.test/b", "x-a": "b [secret] c"}


def test_a_client_has_defaults_and_a_call_wins(world: World) -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        request.read()
        seen.append(request)
        return httpx.Response(200, json=TAKEN)

    client = world.client(handler, headers={"x-a": "1", "x-b": "1"}, query={"q": "1", "r": "1"}, fields={"seed": 1, "size": "s"})
    options = Options(headers={"x-b": "2"}, query={"r": "2"}, fields={"size": "t"})
    world.run(client.submit("createVideo", {**BODY, "seed": 2}, options=options))
    world.run(client.call("listModels"))
    first, second = seen
    assert (first.headers["x-a"], first.headers["x-b"], dict(first.url.params)) == ("1", "2", {"q": "1", "r": "2"})
    assert first.content == b'{"seed":2,"size":"t","model":"plain","prompt":"a boat"}'
    assert second.content == b""


def test_a_copy_shares_the_connections(world: World) -> None:
    with serving(whole(b'{"a": 1}')) as server:
        client = world.client(base_url=server.url, headers={"x-a": "1"})
        other = client.with_options(timeout=7, max_retries=0, validate="off", headers={"x-b": "2"})
        world.run(client.call("listModels"))
        world.run(other.call("listModels"))
        assert client._engine._pool is other._engine._pool
        assert type(other) is type(client)
        before, after = client._engine.settings, other._engine.settings
        assert (before.timeout, before.max_retries, before.validate) == (None, 3, "strict")
        assert (after.timeout, after.max_retries, after.validate) == (7, 0, "off")
        assert KEY not in repr(other) + repr(after)
        with pytest.raises(errors.ConfigurationError):
            client.with_options(timeout=-1)
        world.run(other.close())
        with pytest.raises(errors.ConfigurationError, match="closed"):
            world.run(client.call("listModels"))
    assert "x-b" not in server.requests[0].headers
    assert (server.requests[1].headers["x-a"], server.requests[1].headers["x-b"]) == ("1", "2")


def test_a_broken_body_is_reported(world: World) -> None:
    got: list[ResponseInfo] = []
    with serving(raw(b"HTTP/1.1 200 OK\r\nx-request-id: r-2\r\ncontent-length: 999\r\n\r\n", b'{"a": 1')) as server:
        client = world.client(base_url=server.url, max_retries=0, on_response=got.append)
        with pytest.raises(errors.ResponseInvalid):
            world.run(client.call("listModels"))
        world.run(client.close())
    assert [(row.status, row.request_id) for row in got] == [(200, "r-2")]
    assert got[0].error
