"""Batches against answers that a test writes, and against the gateway in another process's view: over a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from unibind import AsyncUniAll, gateway
from unibind._core import dispatch
from unibind.batch import Batch, Event, Ledger, Plan, Report

PROVIDERS = ("uniall", "uniapi", "wavespeed")
Handler = Callable[[httpx.Request], httpx.Response]
Pool = Callable[[str], gateway.Running]


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks are asked about at once."""
    for name in PROVIDERS:
        tasks = dispatch.provider(name).tasks
        for row in list(tasks.values()):
            monkeypatch.setitem(tasks, row.name, replace(row, poll=(0.005, 0.02)))


@pytest.fixture(scope="session")
def gateways() -> Iterator[Pool]:
    """The gateway of a provider; started when it is first wanted."""
    with ExitStack() as stack:

        @cache
        def started(provider: str) -> gateway.Running:
            return stack.enter_context(gateway.serve(provider, clock=gateway.ScaledClock(60)))

        yield started


def video(id: str | None = None, **fields: Any) -> dict[str, Any]:
    """A job that makes a task."""
    named = {} if id is None else {"id": id}
    model = "veo3.1-video-720p"
    return named | {"provider": "uniall", "model": model, "prompt": f"of {id}", "duration": 8, "size": "720p", **fields}


def picture(id: str) -> dict[str, Any]:
    """A job that is answered directly, with a link."""
    return {"id": id, "provider": "uniall", "operation": "generateImage", "model": "NanoBanana2-2K", "prompt": f"of {id}"}


def write_jobs(path: Path, *rows: Any) -> Path:
    """A job file; texts are lines as they are."""
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), "utf-8")
    return path


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@dataclass
class Fake:
    """A gateway of UniAll in a few lines: submits are answered by `answers` in turn, the last one for ever."""

    answers: list[Any] = field(default_factory=list)
    submits: list[dict[str, Any]] = field(default_factory=list)
    polls: list[str] = field(default_factory=list)
    status: str = "completed"
    link: str = "http://media.test/a.mp4"

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "media.test":
            return httpx.Response(200, content=b"film of " + request.url.path.encode())
        if request.method == "POST":
            self.submits.append(json.loads(request.content))
            answer = self.answers.pop(0) if len(self.answers) > 1 else (self.answers or [None])[0]
            return self._submitted(answer)
        id = request.url.path.rpartition("/")[2]
        self.polls.append(id)
        body: dict[str, Any] = {"id": id, "task_id": id, "status": self.status, "data": {"status": self.status}}
        if self.status == "completed":
            body["video"] = {"url": self.link}
            body["url"] = self.link
            body["metadata"] = {"url": self.link}
        if self.status == "failed":
            body["error"] = {"message": "no such luck"}
        return httpx.Response(200, json=body)

    def _submitted(self, answer: Any) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        number = len(self.submits)
        return httpx.Response(200, json=answer or {"id": f"task_{number}", "task_id": f"task_{number}", "status": "queued"})


@dataclass
class Desk:
    """A folder with a job file, and runs on it."""

    folder: Path
    fake: Fake = field(default_factory=Fake)
    events: list[Event] = field(default_factory=list)

    @property
    def jobs(self) -> Path:
        return self.folder / "jobs.jsonl"

    @property
    def output(self) -> Path:
        return self.folder / "out"

    def write(self, *rows: Any) -> None:
        write_jobs(self.jobs, *rows)

    def run(self, *, act: Callable[[Batch, Event], object] | None = None, **settings: Any) -> Report:
        """One run; `act` is called at each event."""
        return asyncio.run(self._run(act, settings))

    async def _run(self, act: Callable[[Batch, Event], object] | None, settings: dict[str, Any]) -> Report:
        async with httpx.AsyncClient(transport=httpx.MockTransport(self.fake)) as http:
            client = AsyncUniAll(api_key="sk-test", base_url=settings.pop("base_url", "http://api.test"), http_client=http, max_retries=0)

            def on_event(event: Event) -> None:
                self.events.append(event)
                if act is not None:
                    act(batch, event)

            batch = Batch(Plan(self.jobs, self.output, clients={"uniall": client}, on_event=on_event, **{"concurrency": 2, **settings}))
            return await batch.run()

    def ledger(self) -> Ledger:
        return Ledger(self.output / "ledger.sqlite3")

    def states(self) -> dict[str, str]:
        with self.ledger() as ledger:
            return {row.id: row.state for row in ledger.rows()}

    def outcomes(self) -> list[str]:
        with self.ledger() as ledger:
            return [row.outcome for row in ledger.submits()]

    def results(self) -> list[dict[str, Any]]:
        return read_lines(self.output / "results.jsonl")

    def failures(self) -> list[dict[str, Any]]:
        return read_lines(self.output / "failures.jsonl")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
