"""Settings, calls, checks and repeats of queries."""

from __future__ import annotations

import asyncio
import io
import logging
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from codegen.runtime._core import errors
from codegen.runtime._core.options import Options
from codegen.runtime._core.violations import Violation

from .conftest import KEY, World
from .server import raw, serving, whole

WRONG = Violation("plain/prompt:required", ("prompt",), "is required", "error", "https://docs.test")
DOUBT = Violation("plain/size:enum", ("size",), "is unusual", "warning", "https://docs.test")


def ok(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"path": request.url.path})


def test_a_key_is_needed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(errors.ConfigurationError, match="TINY_API_KEY"):
        world.client(ok, api_key=None)
    monkeypatch.setenv("TINY_API_KEY", KEY)
    monkeypatch.setenv("TINY_BASE_URL", "https://other.test/")
    assert world.client(ok, api_key=None).base_url == "https://other.test"


@pytest.mark.parametrize(
    "settings",
    [
        {"api_key": "sk 1"},
        {"api_key": "sk-1\n"},
        {"api_key": "sk-ü"},
        {"base_url": "ftp://a"},
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": "5"},
        {"max_retries": -1},
        {"max_retries": 1.5},
        {"validate": "maybe"},
    ],
)
def test_settings_that_make_no_sense(world: World, settings: dict[str, Any]) -> None:
    with pytest.raises(errors.ConfigurationError) as caught:
        world.client(ok, **settings)
    assert "sk" not in str(caught.value)


def test_the_other_kind_of_http_client_is_refused(world: World) -> None:
    other: Any = httpx.Client if world.is_async else httpx.AsyncClient
    with pytest.raises(errors.ConfigurationError, match="http_client"):
        world.client(http_client=other())


def test_nothing_shows_the_key(world: World, caplog: pytest.LogCaptureFixture) -> None:
    client = world.client(lambda request: httpx.Response(500, json={"error": {"message": f"bad key {KEY}"}}))
    with caplog.at_level(logging.DEBUG), pytest.raises(errors.ServerError) as caught:
        world.run(client.call("listModels"))
    shown = repr(client) + repr(vars(client)) + repr(vars(client._engine)) + caplog.text + str(caught.value) + repr(vars(caught.value))
    assert KEY not in shown
    assert "gateway.test" in repr(client)
    with pytest.raises(TypeError):
        pickle.dumps(client._engine.settings)


def test_a_call_gives_the_model(world: World) -> None:
    assert world.run(world.client(ok).call("listModels")).path == "/v1/models"


def test_options_add_to_the_request(world: World) -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    options = Options(headers={"X-Trace": "7"}, query={"webhook": "https://me.test/a b"}, fields={"new": 1, "gone": None})
    world.run(world.client(handler).call("generateImage", body={"model": "m", "seed": None}, query={"q": "1"}, options=options))
    assert seen[0].read() == b'{"model":"m","new":1}'
    assert seen[0].headers["x-trace"] == "7"
    assert dict(seen[0].url.params) == {"q": "1", "webhook": "https://me.test/a b"}


def test_a_header_of_the_call_wins_over_the_key(world: World) -> None:
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        return httpx.Response(200, json={})

    client = world.client(handler)
    world.run(client.call("listModels", headers={"Authorization": "Bearer other"}))
    world.run(client.call("listModels"))
    assert seen == ["Bearer other", f"Bearer {KEY}"]


def test_strict_refuses_and_sends_nothing(world: World, checks: SimpleNamespace) -> None:
    checks.found = [DOUBT, WRONG]
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return ok(request)

    with pytest.raises(errors.RequestInvalid) as caught:
        world.run(world.client(handler).submit("createVideo", {"model": "plain", "seed": None}))
    assert caught.value.violations == [WRONG, DOUBT]
    assert seen == []
    assert checks.seen == [("createVideo", {"model": "plain"}, {"path_params": {}, "query": {}, "headers": {}, "content": "json"})]


@pytest.mark.parametrize(("validate", "logged"), [("strict", 1), ("warn", 2), ("off", 0)])
def test_what_is_not_refused_is_logged(
    world: World, checks: SimpleNamespace, caplog: pytest.LogCaptureFixture, validate: str, logged: int
) -> None:
    checks.found = [DOUBT] if validate == "strict" else [DOUBT, WRONG]
    with caplog.at_level(logging.WARNING, "unibind"):
        world.run(world.client(ok, validate=validate).call("generateImage", body={}))
    assert len(caplog.records) == logged


def test_a_call_may_choose_its_own_strictness(world: World, checks: SimpleNamespace) -> None:
    checks.found = [WRONG]
    world.run(world.client(ok).call("generateImage", body={}, options=Options(validate="off")))
    assert checks.seen == []


@pytest.mark.parametrize(
    "failure", [httpx.ReadError("x"), httpx.ConnectError("x"), httpx.RemoteProtocolError("x"), 408, 425, 429, 500, 502, 503, 504]
)
def test_queries_are_repeated(world: World, failure: Exception | int) -> None:
    left: list[Any] = [failure, failure]

    def handler(request: httpx.Request) -> httpx.Response:
        result = left.pop() if left else 200
        if isinstance(result, Exception):
            raise result
        return httpx.Response(result, json={})

    world.run(world.client(handler).call("listModels"))
    assert len(world.slept) == 2


def test_repeats_end(world: World) -> None:
    with pytest.raises(errors.ServerError) as caught:
        world.run(world.client(lambda request: httpx.Response(503), max_retries=2).call("listModels"))
    assert caught.value.attempts == 3


def test_a_wait_that_is_too_long_is_not_begun(world: World) -> None:
    client = world.client(lambda request: httpx.Response(429, headers={"retry-after": "30"}), timeout=10)
    with pytest.raises(errors.RateLimited) as caught:
        world.run(client.call("listModels"))
    assert (caught.value.retry_after, caught.value.attempts, world.slept) == (30.0, 1, [])


@pytest.mark.parametrize("body", ["<html>", "", '{"a":', "[" * 100_000, "1" * 5000, "[1, 2]"])
def test_an_answer_that_is_no_answer(world: World, body: str) -> None:
    client = world.client(lambda request: httpx.Response(200, text=body, headers={"x-request-id": "r-1"}))
    with pytest.raises(errors.ResponseInvalid) as caught:
        world.run(client.call("listModels"))
    assert (caught.value.status, caught.value.request_id, caught.value.body_start) == (200, "r-1", body[:500])


def test_a_redirect_is_not_followed(world: World) -> None:
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return httpx.Response(302, headers={"location": "https://evil.test/"})

    with pytest.raises(errors.ResponseInvalid, match="redirect"):
        world.run(world.client(handler).call("listModels"))
    assert seen == ["gateway.test"]


def test_a_huge_answer_is_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.module("transport"), "_LARGEST", 1000)
    with pytest.raises(errors.ResponseInvalid, match="larger"):
        world.run(world.client(lambda request: httpx.Response(200, json={"a": "x" * 2000})).call("listModels"))


def test_a_call_that_breaks_off_is_repeated_and_then_invalid(world: World) -> None:
    cut = raw(b"HTTP/1.1 200 OK\r\nx-request-id: r-2\r\ncontent-length: 999\r\n\r\n", b'{"a": 1')
    with serving(cut) as server:
        client = world.client(base_url=server.url, max_retries=1)
        with pytest.raises(errors.ResponseInvalid, match="broke off") as caught:
            world.run(client.call("listModels"))
        world.run(client.close())
    assert len(server.requests) == 2
    assert (caught.value.status, caught.value.request_id, caught.value.body_start) == (200, "r-2", '{"a": 1')


def test_a_form_goes_over_the_wire(world: World, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG" + b"x" * 100_000)
    body = {"model": "m", "n": 2, "image": [path, ("b.png", b"second")], "mask": io.BytesIO(b"third")}
    with serving(whole(b"", status="503 Busy"), whole(b"{}")) as server:
        client = world.client(base_url=server.url)
        world.run(client.call("generateImage", body=body))
        world.run(client.close())
    first, second = (request.body.split(b"\r\n--") for request in server.requests)
    assert len(first) == len(second) == 6
    for sent in (first, second):
        assert any(piece.endswith(b"x" * 100_000) for piece in sent)
        assert sum(b'name="image"; filename=' in piece for piece in sent) == 2
        assert any(piece.endswith(b"third") for piece in sent)


def test_a_file_that_cannot_be_read_stops_the_call(world: World, tmp_path: Path) -> None:
    with pytest.raises(errors.RequestInvalid, match="cannot be read"):
        world.run(world.client(ok).call("generateImage", body={"image": tmp_path / "missing.png"}))


def test_percent_signs_arrive_as_they_were_meant(world: World) -> None:
    with serving(whole(b'{"status": "queued"}')) as server:
        client = world.client(base_url=server.url)
        world.run(client.task("../../x?y%2e#z", "createVideo").refresh())
        world.run(client.close())
    assert server.requests[0].line == "GET /v1/videos/..%2F..%2Fx%3Fy%252e%23z HTTP/1.1"


def test_a_closed_client_says_so(world: World) -> None:
    client = world.client(base_url="http://127.0.0.1:9")
    world.run(client.close())
    world.run(client.close())
    with pytest.raises(errors.ConfigurationError, match="closed"):
        world.run(client.call("listModels"))


def test_a_client_of_the_caller_stays_open(world: World) -> None:
    http: Any = (httpx.AsyncClient if world.is_async else httpx.Client)(transport=httpx.MockTransport(ok))
    client = world.client(http_client=http)
    world.run(client.call("listModels"))
    world.run(client.close())
    assert not http.is_closed


def test_paid_work_that_answers_when_done_has_more_time(world: World) -> None:
    def limits(client: Any, operation: str, **options: Any) -> float | None:
        return client._engine.prepare(operation, body={"model": "plain"}, options=Options(**options)).limits.timeout  # type: ignore[no-any-return]

    client = world.client(ok)
    assert [limits(client, name) for name in ("listModels", "createVideo", "generateImage")] == [60, 60, 600]
    assert limits(world.client(ok, timeout=5), "generateImage") == 5
    assert limits(client, "generateImage", timeout=7) == 7
    assert limits(world.client(ok, timeout=float("inf")), "listModels") is None


def test_threads_share_a_client(world: World) -> None:
    if world.is_async:
        pytest.skip("threads have loops of their own there; see the next test")
    with serving(whole(b'{"a": 1}')) as server:
        client = world.client(base_url=server.url)
        results: list[int] = []
        threads = [threading.Thread(target=lambda: results.append(client.call("listModels").a)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        client.close()
    assert results == [1] * 8


def test_a_client_outlives_an_event_loop(world: World) -> None:
    if not world.is_async:
        pytest.skip("there are no event loops")
    with serving(whole(b'{"a": 1}')) as server:
        client = world.client(base_url=server.url)

        async def twice() -> None:
            await asyncio.gather(client.call("listModels"), client.call("listModels"))
            await client._engine._pool.home().sender.close()  # the connections of this loop, which nobody else can close

        asyncio.run(twice())
        asyncio.run(twice())
    assert len(server.requests) == 4


def test_a_block_closes_the_client(world: World) -> None:
    client = world.client(ok)
    if world.is_async:

        async def use() -> None:
            async with client as same:
                assert same is client

        world.run(use())
    else:
        with client as same:
            assert same is client
    with pytest.raises(errors.ConfigurationError):
        world.run(client.call("listModels"))


def test_importing_a_client_is_cheap() -> None:
    code = "import sys, codegen.runtime._async.client; print([name for name in ('httpx', 'pydantic', 'ssl', 'asyncio') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert found == "['asyncio']" or found == "['ssl', 'asyncio']"
