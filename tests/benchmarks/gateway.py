"""What a request costs the embedded gateway over a real socket, and how soon it answers; 500 us are 2,000 requests a second on one core."""

from __future__ import annotations

import atexit
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from .harness.client import request
from .harness.question import Goal, Question, Row, Work

REQUESTS = int(os.environ.get("BENCH_REQUESTS", "1000"))  # of one sample
CONNECTIONS = 4
VIDEO = {"model": "seedance2.0-720p", "prompt": "A boat at dawn", "duration": 5}
BALANCE = "/api/usage/balance"
KEY = "sk-unibind-local"


def bare(url: str) -> Work:
    """The same server with an application that only says yes."""
    import socket

    from unibind.gateway.server import in_thread

    async def yes(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})

    listening = socket.create_server(("127.0.0.1", 0))
    _kept(in_thread(yes, [listening]))
    return _asked(listening.getsockname()[1], request("GET", "/v1/videos/task_0", KEY), "200")


def gateway(method: str, path: str, body: Any, status: str, submitted: bool = False) -> Callable[[str], Work]:
    """The gateway in this process, its client in another; `{task}` in the path is a task that was made before."""

    def contestant(url: str) -> Work:
        from unibind import UniAll
        from unibind.gateway import serve

        running = _kept(serve("uniall", quota=10**15))
        running.log.limit = 10_000  # as `unibind gateway` does
        task = ""
        if submitted:
            with UniAll(api_key=running.api_key, base_url=running.base_url) as client:
                task = client.videos.create(**VIDEO).id
        return _asked(int(running.base_url.rpartition(":")[2]), request(method, path.format(task=task), running.api_key, body), status)

    return contestant


def _kept(manager: Any) -> Any:
    """Open until this process ends."""
    atexit.register(manager.__exit__, None, None, None)
    return manager.__enter__()


def _asked(port: int, text: str, status: str) -> Work:
    client = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.harness.client"], stdin=-1, stdout=-1, text=True)
    atexit.register(client.kill)

    def work() -> float:
        """Microseconds of this process's CPU a request."""
        assert client.stdin is not None
        assert client.stdout is not None
        count = max(REQUESTS // CONNECTIONS, 1) * CONNECTIONS
        began = time.process_time()
        client.stdin.write(json.dumps([port, text, count, CONNECTIONS]) + "\n")
        client.stdin.flush()
        seen = json.loads(client.stdout.readline())
        assert seen == {status: count}, seen
        return (time.process_time() - began) / count * 1e6

    work()
    return work


def started(*words: str, of: str) -> Callable[[str], Work]:
    """Seconds from the start of a command to its first answer: `of` the wall clock, or of its CPU."""

    def contestant(url: str) -> Work:
        def work() -> float:
            began = time.monotonic()
            with subprocess.Popen([sys.executable, *words], stdout=-1, text=True) as process:
                assert process.stdout is not None
                _answered(re.findall(r"http://[^ \n]+", process.stdout.readline())[0])
                wall = time.monotonic() - began
                cpu = _cpu(process)
            return wall if of == "wall" else cpu

        return work

    return contestant


def _answered(origin: str) -> None:
    from urllib.request import Request, urlopen

    with urlopen(Request(f"{origin}{BALANCE}", headers={"authorization": f"Bearer {KEY}"})) as answer:
        answer.read()


def _cpu(process: subprocess.Popen[str]) -> float:
    """Seconds that a process used until now; it is ended."""
    import resource

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process.terminate()
    process.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


PLAIN = """
import asyncio, uvicorn, starlette
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})
class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        print(f"http://127.0.0.1:{self.servers[0].sockets[0].getsockname()[1]}", flush=True)
Server(uvicorn.Config(app, port=0, lifespan="off", log_level="warning")).run()
"""
ONE = ("-m", "unibind", "gateway", "uniall", "--port", "0")
ALL = ("-m", "unibind", "gateway", "--port", "0")


def request_row(name: str, *args: Any, **named: Any) -> Row:
    return Row(name, {"yes": bare, "unibind": gateway(*args, **named)}, (Goal(500, "value", "us"),), rounds=7)


def start_row(name: str, words: tuple[str, ...], of: str) -> Row:
    return Row(name, {"uvicorn": started("-c", PLAIN, of=of), "unibind": started(*words, of=of)}, (Goal(1, "value", "s"),), rounds=7)


QUESTION = Question(
    f"A request at the gateway ({REQUESTS:,} in a sample), its start",
    (
        request_row("poll", "GET", "/v1/videos/{task}", None, "200", submitted=True),
        request_row("balance", "GET", BALANCE, None, "200"),
        request_row("refused submit", "POST", "/v1/videos", {**VIDEO, "duration": 99}, "400"),
        request_row("accepted submit", "POST", "/v1/videos", VIDEO, "200"),
        start_row("one gateway until its first answer, wall", ONE, "wall"),
        start_row("one gateway until its first answer, CPU", ONE, "cpu"),
        start_row("three gateways until the first answer, wall", ALL, "wall"),
        start_row("three gateways until the first answer, CPU", ALL, "cpu"),
    ),
)
