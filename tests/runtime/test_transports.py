"""What carries the requests: connections of our own, clients and transports of the caller, proxies, forks, the gate."""

from __future__ import annotations

import asyncio
import gzip
import os
import socket
import ssl
import threading
import time
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest

from codegen.runtime._core import errors, faults
from codegen.runtime._core.options import Options

from .conftest import KEY, World
from .server import Answer, Received, raw, serving, whole

BODY = {"model": "plain", "prompt": "a boat"}
TAKEN = b'{"id": "task-1", "status": "queued"}'
FAMILIES = [httpx, httpx2]


def slow(seconds: float, body: bytes = b'{"a": 1}') -> Answer:
    async def answer(_: Received) -> AsyncIterator[bytes]:
        await asyncio.sleep(seconds)
        yield b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body

    return answer


def client_of(world: World, family: Any, **settings: Any) -> Any:
    return (family.AsyncClient if world.is_async else family.Client)(**settings)


def transport_of(world: World, family: Any) -> Any:
    return (family.AsyncHTTPTransport if world.is_async else family.HTTPTransport)()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_client_of_the_caller_keeps_its_ways(world: World, family: Any) -> None:
    seen: list[str] = []

    def hook(request: Any) -> None:
        seen.append(request.url.path)

    async def hook_async(request: Any) -> None:
        hook(request)

    with serving(whole(TAKEN)) as server:
        hooks = {"request": [hook_async if world.is_async else hook]}
        http = client_of(world, family, event_hooks=hooks, headers={"x-theirs": "1"}, cookies={"c": "d"}, trust_env=False)
        client = world.client(base_url=server.url, http_client=http)
        assert world.run(client.submit("createVideo", BODY)).id == "task-1"
        world.run(client.close())
        assert not http.is_closed
        world.run(http.aclose() if world.is_async else http.close())
    headers = server.requests[0].headers
    assert seen == ["/v1/videos"]
    assert (headers["authorization"], headers["x-theirs"], headers["cookie"]) == (f"Bearer {KEY}", "1", "c=d")


@pytest.mark.parametrize("family", FAMILIES)
def test_a_key_and_cookies_stay_with_their_origin(world: World, family: Any, tmp_path: Path) -> None:
    with serving(whole(b"movie", media="video/mp4")) as server:
        http = client_of(world, family, headers={"x-theirs": "1"}, cookies={"c": "d"}, auth=("u", "p"), trust_env=False)
        client = world.client(http_client=http)
        body = {"status": "completed", "video_url": f"{server.url}/a.mp4"}
        task = client.task({"provider": "tiny", "operation": "createVideo", "id": "t", "body": body})
        world.run(task.download(tmp_path / "a.mp4"))
        world.run(http.aclose() if world.is_async else http.close())
    assert not {"authorization", "x-theirs", "cookie"} & server.requests[0].headers.keys()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_client_of_the_caller_that_is_closed(world: World, family: Any) -> None:
    http = client_of(world, family)
    world.run(http.aclose() if world.is_async else http.close())
    with pytest.raises(errors.ConfigurationError, match="closed"):
        world.run(world.client(http_client=http).call("listModels"))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("given", ["http_client", "transport"])
def test_faults_of_both_families_are_told_apart(world: World, family: Any, given: str) -> None:
    """A connection that was never made is tried again; one that broke after sending leaves paid work in doubt."""

    def thing() -> Any:
        return client_of(world, family, trust_env=False) if given == "http_client" else transport_of(world, family)

    with pytest.raises(errors.ConnectionFailed) as refused:
        world.run(world.client(base_url="http://127.0.0.1:9", max_retries=1, **{given: thing()}).submit("createVideo", BODY))
    assert refused.value.attempts == 2
    with serving(raw(reset=True), closing=True) as server, pytest.raises(errors.SubmitOutcomeUnknown):
        world.run(world.client(base_url=server.url, **{given: thing()}).submit("createVideo", BODY))
    assert len(server.requests) == 1


@pytest.mark.parametrize("family", FAMILIES)
def test_a_transport_of_the_caller_is_not_closed(world: World, family: Any) -> None:
    def handler(request: Any) -> Any:
        return family.Response(200, json={"host": request.headers["host"]})

    class Watched(family.MockTransport):  # type: ignore[misc]
        closed = False

        def close(self) -> None:
            self.closed = True

        async def aclose(self) -> None:
            self.closed = True

    transport = Watched(handler)
    client = world.client(transport=transport)
    assert world.run(client.call("listModels")).host == "gateway.test"
    world.run(client.close())
    assert not transport.closed


@pytest.mark.parametrize("family", FAMILIES)
def test_the_deadline_holds_for_clients_of_the_caller(world: World, family: Any) -> None:
    drip = raw(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n", *[b"z: y\r\n"] * 50, delay=0.1)
    with serving(drip) as server:
        http = client_of(world, family, trust_env=False)
        client = world.client(base_url=server.url, http_client=http, timeout=0.5)
        begun = time.monotonic()
        with pytest.raises(errors.SubmitOutcomeUnknown):
            world.run(client.submit("createVideo", BODY))
        assert time.monotonic() - begun < 2
        world.run(http.aclose() if world.is_async else http.close())


@pytest.mark.parametrize(
    "settings",
    [
        {"http_client": object()},
        {"http_client": "httpx"},
        {"transport": object()},
        {"transport": httpx.Client()},
        {"proxy": "http://127.0.0.1:1", "transport": httpx.HTTPTransport()},
        {"proxy": "ftp://me:pa55@127.0.0.1:1"},
        {"proxy": "127.0.0.1:1"},
    ],
)
def test_what_cannot_carry_requests_is_refused_at_once(world: World, settings: dict[str, Any]) -> None:
    with pytest.raises(errors.ConfigurationError) as caught:
        world.client(**settings)
    assert "pa55" not in str(caught.value)


@pytest.mark.parametrize("how", ["argument", "environment"])
def test_a_proxy_is_asked(world: World, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(whole(TAKEN)) as server:
        if how == "environment":
            monkeypatch.setenv("HTTP_PROXY", server.url)
        proxy = {"proxy": server.url} if how == "argument" else {}
        client = world.client(base_url="http://gateway.test", **proxy)
        assert world.run(client.submit("createVideo", BODY)).id == "task-1"
        world.run(client.close())
    assert server.requests[0].line == "POST http://gateway.test/v1/videos HTTP/1.1"


def test_a_proxy_need_not_be_asked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving(whole(b'{"a": 1}')) as server:
        client = world.client(base_url=server.url)
        assert world.run(client.call("listModels")).a == 1
        world.run(client.close())


def test_connections_are_used_again(world: World) -> None:
    with serving(whole(b'{"a": 1}')) as server:
        client = world.client(base_url=server.url)
        for _ in range(3):
            world.run(client.call("listModels"))
        sender = client._engine._pool._homes
        idle = [slot for home in sender.values() for slots in home.sender._idle.values() for slot in slots]
        assert len(idle) == 1
        assert idle[0].connection._request_count == 3
        world.run(client.close())


def test_a_connection_that_the_gateway_gave_up_is_not_used(world: World) -> None:
    """It says `408` and hangs up while nobody asks: neither may be taken for the answer to paid work."""
    late = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n"
    with serving(raw(b'HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n{"a": 1}' + late), whole(TAKEN)) as server:
        client = world.client(base_url=server.url)
        world.run(client.call("listModels"))
        time.sleep(0.05)
        assert world.run(client.submit("createVideo", BODY)).id == "task-1"
        world.run(client.close())
    assert len(server.requests) == 2


def test_paid_work_goes_over_a_fresh_connection(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.module("direct"), "_FRESH", 0.0)
    with serving(whole(TAKEN)) as server:
        client = world.client(base_url=server.url)
        for _ in range(2):
            world.run(client.submit("createVideo", BODY))
        home = next(iter(client._engine._pool._homes.values()))
        assert all(slot.connection._request_count == 1 for slots in home.sender._idle.values() for slot in slots)
        world.run(client.close())


def test_compressed_bodies_are_read(world: World) -> None:
    packed = gzip.compress(b'{"a": 1}')
    deflated = zlib.compress(b'{"a": 2}')
    with serving(whole(packed, headers="content-encoding: gzip\r\n"), whole(deflated, headers="Content-Encoding: deflate\r\n")) as server:
        client = world.client(base_url=server.url)
        assert [world.run(client.call("listModels")).a for _ in range(2)] == [1, 2]
        world.run(client.close())
    assert server.requests[0].headers["accept-encoding"] == "gzip, deflate"


def test_a_bomb_is_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.module("transport"), "_LARGEST", 1_000_000)
    bomb = gzip.compress(b" " * 50_000_000)
    with serving(whole(bomb, headers="content-encoding: gzip\r\n")) as server:
        client = world.client(base_url=server.url)
        with pytest.raises(errors.ResponseInvalid, match="larger"):
            world.run(client.call("listModels"))
        world.run(client.close())


JUNK = [
    b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip, br, zstd, nonsense\r\ncontent-length: 4\r\n\r\nabcd",
    b"HTTP/1.1 200 OK\r\ncontent-encoding: deflate\r\ncontent-length: 4\r\n\r\nabcd",
    b"HTTP/1.1 200 OK\r\ncontent-length: minus\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nset-cookie: \x01\x02;;;=\xff\r\ncontent-length: 1\r\n\r\n[",
    b"HTTP/1.1 200 OK\r\nx-\xe9: \xff\xfe\r\ncontent-length: 1\r\n\r\n[",
    b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000 + b"\r\n\r\n",
    b"HTTP/1.1 9999 OK\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n[1e9999",
    b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n" + b"1" * 5000,
    b"\x16\x03\x01\x00\x00",
]


@pytest.mark.parametrize("own", [True, False], ids=["ours", "theirs"])
@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_junk_gives_an_error_of_ours(world: World, junk: bytes, own: bool) -> None:
    with serving(raw(junk), closing=True) as server:
        http = None if own else client_of(world, httpx, trust_env=False)
        client = world.client(base_url=server.url, max_retries=0, timeout=5, http_client=http)
        with pytest.raises(errors.CallError):
            world.run(client.call("listModels"))
        with pytest.raises(errors.SubmitOutcomeUnknown):
            world.run(client.submit("createVideo", BODY))
        world.run(client.close())
        if http is not None:
            world.run(http.aclose() if world.is_async else http.close())


@pytest.mark.parametrize(
    "host", ["xn--.invalid", "a..b.invalid", "x" * 70 + ".invalid", "b\u00fccher.invalid", "[::1]:1", "\U0001f600.invalid"]
)
def test_a_host_that_is_none_is_not_reached(world: World, host: str) -> None:
    try:
        client = world.client(base_url=f"http://{host}", max_retries=0, timeout=5)
    except errors.ConfigurationError:
        return
    with pytest.raises(errors.ConnectionFailed):
        world.run(client.submit("createVideo", BODY))
    world.run(client.close())


def test_certificates_are_checked(world: World) -> None:
    """A gateway that does not prove who it is gets no request."""
    received: list[bytes] = []

    def answer() -> None:
        connection, _ = listening.accept()
        with connection:
            received.append(connection.recv(4096))
            connection.sendall(b"HTTP/1.1 400 This is no TLS\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=answer)
        thread.start()
        client = world.client(base_url=f"https://127.0.0.1:{listening.getsockname()[1]}", max_retries=0)
        with pytest.raises(errors.ConnectionFailed):
            world.run(client.submit("createVideo", BODY))
        world.run(client.close())
        thread.join()
    assert received[0].startswith(b"\x16")  # a handshake
    assert b"videos" not in received[0]
    context = world.module("pool").tls_context()
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED


def test_a_child_process_makes_its_own_connections(world: World) -> None:
    if world.is_async:
        pytest.skip("an event loop does not outlive a fork")
    with serving(whole(b'{"a": 1}')) as server:
        client = world.client(base_url=server.url)
        client.call("listModels")
        pool = client._engine._pool
        before = next(iter(pool._homes.values())).sender
        pool._lock.acquire()  # as if another thread held it when the process forked
        child = os.fork()
        if child == 0:
            code = 1
            try:
                fine = client.call("listModels").a == 1 and next(iter(pool._homes.values())).sender is not before
                code = 0 if fine else 2
            finally:
                os._exit(code)
        pool._lock.release()
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        client.call("listModels")
        slots = [slot for idle in before._idle.values() for slot in idle]
        assert [slot.connection._request_count for slot in slots] == [2]
        client.close()


def test_short_calls_wait_their_turn_and_long_ones_do_not_hinder_them(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.module("pool"), "AT_ONCE", 2)
    with serving(slow(0.1)) as server:
        client = world.client(base_url=server.url)
        options = Options(timeout=5)
        calls = [("generateImage", {"model": "m"})] * 4 + [("listModels", None)] * 6
        most = _together(world, [lambda name=name, body=body: client.call(name, body=body, options=options) for name, body in calls])
        world.run(client.close())
    assert len(server.requests) == 10
    assert 0.3 <= most < 3  # six short ones, two at a time; the four long ones beside them


def test_waiting_for_a_turn_counts_and_nothing_was_sent(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.module("pool"), "AT_ONCE", 1)
    with serving(slow(0.6, TAKEN)) as server:
        client = world.client(base_url=server.url)
        failed: list[BaseException] = []

        def first() -> Any:
            return client.submit("createVideo", BODY)

        def second() -> Any:
            return client.submit("createVideo", BODY, options=Options(timeout=0.3))

        _together(world, [first, second], failed, apart=0.1)
        assert world.run(client.submit("createVideo", BODY)).id == "task-1"  # the turn was given back
        world.run(client.close())
    assert [type(error) for error in failed] == [errors.DeadlineExceeded]
    assert len(server.requests) == 2


def test_a_cancelled_call_gives_its_turn_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    if not world.is_async:
        pytest.skip("threads are not cancelled")
    monkeypatch.setattr(world.module("pool"), "AT_ONCE", 1)
    with serving(slow(0.2)) as server:
        client = world.client(base_url=server.url)

        async def use() -> Any:
            running, waiting, third = (asyncio.ensure_future(client.call("listModels")) for _ in range(3))
            await asyncio.sleep(0.05)
            waiting.cancel()
            running.cancel()
            return (await third).a

        assert world.run(use()) == 1
        world.run(client.close())


def _together(world: World, calls: list[Any], failed: list[BaseException] | None = None, apart: float = 0.0) -> float:
    """Seconds that calls at the same time take; what they raise is collected where there is a list for it."""
    begun = time.monotonic()

    async def all_of_them() -> list[Any]:
        tasks: list[asyncio.Future[Any]] = []
        for call in calls:
            tasks.append(asyncio.ensure_future(call()))
            await asyncio.sleep(apart)
        return await asyncio.gather(*tasks, return_exceptions=failed is not None)

    if world.is_async:
        results = world.run(all_of_them())
        if failed is not None:
            failed += [result for result in results if isinstance(result, BaseException)]
        return time.monotonic() - begun

    raised: list[BaseException] = []

    def run(call: Any) -> None:
        try:
            call()
        except errors.UnibindError as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
        threading.Event().wait(apart)
    for thread in threads:
        thread.join()
    if failed is None:
        assert raised == []
    else:
        failed += raised
    return time.monotonic() - begun


def test_exceptions_are_told_by_name_and_origin() -> None:
    class ConnectError(Exception):  # somebody else's
        pass

    assert faults.not_made(httpx2.ConnectError("x"))
    assert faults.not_made(httpx.PoolTimeout("x"))
    assert not faults.not_made(ConnectError())
    assert not faults.not_made(httpx.ReadError("x"))
    assert faults.timed_out(httpx2.ReadTimeout("x"))
    assert faults.timed_out(TimeoutError())
    assert not faults.timed_out(httpx.ReadError("x"))
