"""One call meets one fault over a real socket: what the caller sees, and what the gateway's log says was sent."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import unibind
from unibind import Options, gateway

from .cases import first

# Of each provider the task that is submitted: operation and body.
TASKS: dict[str, tuple[str, dict[str, Any]]] = {
    "uniall": ("createVideoGeneration", first("veo-3.1").body),
    "uniapi": ("createCustomVideo", {"prompt": "A blue glass ball"}),
    "wavespeed": ("createUno", {"prompt": "A blue glass ball", "images": ["https://example.com/1.png"]}),
}
PATHS = {"uniapi": {"model": "veo-2"}}
IMAGE: dict[str, Any] = {"model": "gpt-image-2", "prompt": "A blue glass ball", "size": "1024x1024"}
CHAT: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}
SPEECH: dict[str, Any] = {"model": "tts-1", "input": "Hello", "voice": "ash"}
EDIT: dict[str, Any] = {"model": "gpt-image-1", "prompt": "A hat", "image": ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(64), "image/png")}
# Of each kind of call the requests that are met.
MET = {
    "submit": "submit",
    "direct": "direct",
    "query": "query",
    "wait": "query",
    "download": "media",
    "balance": "other",
    "stream": "direct",
    "upload": "direct",
    "speech": "direct",
    "content": "content",
}
FILES = {"download": "clip", "speech": "clip.wav", "content": "clip.mp4"}
LATE = 0.25  # seconds that calls may take whose answers are late
_CREDENTIALS = {"authorization", "api-key", "cookie", "proxy-authorization"}


def seen(request: pytest.FixtureRequest, who: str, fault: str, kind: str, times: int | None, folder: Path) -> str:
    """`outcome arrivals paid` of a call, `who` being a client's fixture; the promises that hold for all calls are checked here."""
    provider = who.rpartition("_")[2]
    running: gateway.Running = request.getfixturevalue(f"{provider}_gateway")
    client = request.getfixturevalue(who)
    meant = gateway.Fault.read(fault)
    row = meant.row
    running.faults.add(fault, on="paid" if row.way == "task" else MET[kind], times=times)  # type: ignore[arg-type]
    call = Call(
        client,
        provider,
        folder,
        Options(timeout=LATE if row.way == "late" and meant.delay >= 0.1 else 10),
        0.3 if row.course == "never-end" else 30,
    )
    outcome = run(lambda: call.made(kind), asynchronous=who != provider)
    log = running.log
    promises(running)
    assert [entry.fault for entry in log if entry.fault] or row.way == "task"
    if isinstance(outcome, BaseException):
        clear(outcome, running)
        outcome = type(outcome).__name__
    if kind in FILES:
        saved = [path.read_bytes() for path in folder.iterdir() if path.suffix != ".part"]
        assert saved == ([whole(running, kind)] if outcome == "ok" else [])
    # How often a client asks until its time is up depends on the machine.
    return f"{outcome} {0 if outcome == 'TaskTimeout' else len(log.where(kind=MET[kind]))} {len(log.paid())}"


def promises(running: gateway.Running) -> None:
    """What the log says whatever happens: paid work came once, the same each time; keys went to the API and nowhere else."""
    log = running.log
    assert len(log.paid()) <= 1, "paid work was submitted twice"
    assert len({repr((entry.operation, entry.body)) for entry in log.submits()}) <= 1, "a repeat differs"
    assert log.leaks() == [], "a key went to the origin of the results"
    assert {entry.key for entry in log if entry.origin == "api"} <= {"right"}
    assert all("authorization" in entry.headers for entry in log if entry.origin == "api")
    assert not any(_CREDENTIALS & {*entry.headers} for entry in log if entry.origin == "media")
    assert {entry.origin for entry in log.submits() + log.queries()} <= {"api"}


def whole(running: gateway.Running, kind: str) -> bytes:
    """The file that should have been saved."""
    paid = running.log.paid()[-1]
    if kind == "speech":
        return gateway.media.file("speech", made[-1]).content
    job = running.gateway.service.polling.jobs[str(paid.task)]
    return gateway.media.file(job.output, job.seed).content


made: list[int] = []  # seeds of the files that the gateway made at once


class Remembering(gateway.Behaviour):
    """The correct gateway, which remembers what it made."""

    def file(self, output: str, seed: int) -> Any:
        made.append(seed)
        return super().file(output, seed)


def clear(error: BaseException, running: gateway.Running) -> None:
    """Whether an error is one of ours, without the key, with what is needed to go on."""
    assert isinstance(error, unibind.UnibindError), repr(error)
    assert running.api_key not in f"{error!r} {error} {error.__dict__}"
    assert error.__cause__ is None or isinstance(error.__cause__, unibind.UnibindError)
    if isinstance(error, unibind.SubmitOutcomeUnknown):
        assert {"prompt", "messages", "input"} & {*error.request["body"]}
    elif isinstance(error, unibind.TaskFailed | unibind.TaskTimeout):
        assert error.task["id"] == error.task_id == running.log.submits()[0].task
    elif isinstance(error, unibind.CallError):
        assert str(error)


def run(call: Callable[[], Coroutine[Any, Any, object]], *, asynchronous: bool) -> object:
    """What a call gives or raises. That of a synchronous client never waits for anything: one step takes it to its end."""
    try:
        if asynchronous:
            return asyncio.run(call())
        call().send(None)
    except StopIteration as end:
        return end.value
    except Exception as error:
        return error
    raise AssertionError("a synchronous client has no event loop to wait for")


class Call:
    """Calls of one client."""

    def __init__(self, client: Any, provider: str, folder: Path, options: Options, patience: float) -> None:
        self.client = client
        self.task = TASKS[provider]
        self.path = PATHS.get(provider)
        self.folder = folder
        self.options = options
        self.patience = patience

    async def made(self, kind: str) -> str:
        """Make the call of a kind: `ok`, or `blank` for an answer without what it is for."""
        return "blank" if await getattr(self, kind)() is False else "ok"

    async def submitted(self, **settings: Any) -> Any:
        return await got(self.client.submit(*self.task, path=self.path, **settings))

    async def submit(self) -> None:
        assert (await self.submitted(options=self.options)).id

    async def query(self) -> None:
        assert (await got((await self.submitted()).refresh(options=self.options))).state

    async def wait(self) -> None:
        assert (await got((await self.submitted()).wait(timeout=self.patience))).outputs

    async def download(self) -> None:
        task = await got((await self.submitted()).wait(timeout=30))
        await got(task.download(self.folder / FILES["download"]))

    async def direct(self) -> bool:
        return bool((await got(self.client.images.generate(**IMAGE, options=self.options))).data)

    async def balance(self) -> bool:
        return bool((await got(self.client.balance.retrieve(options=self.options))).data)

    async def upload(self) -> bool:
        return bool((await got(self.client.call("editImage", body=EDIT, options=self.options))).data)

    async def stream(self) -> bool:
        events = await got(self.client.chat.completions.stream(**CHAT, options=self.options))
        return bool(await got(events.text()))

    async def speech(self) -> None:
        file = await got(self.client.binary("createSpeech", body=SPEECH, options=self.options))
        await got(file.save(self.folder / FILES["speech"]))

    async def content(self) -> None:
        task = await got((await self.submitted()).wait(timeout=30))
        file = await got(self.client.binary("downloadVideoContent", path={"task_id": task.id}, options=self.options))
        await got(file.save(self.folder / FILES["content"]))


async def got(value: Any) -> Any:
    """The value of a call of either half."""
    return await value if inspect.isawaitable(value) else value
