"""Every fault meets every kind of call over a real socket: what the caller sees, and what the gateway's log says was sent.

A cell is `outcome arrivals paid`: how often the request arrived, and how many of them were billed. `ok` came through in the end.
"""

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

VIDEO = first("veo-3.1").body
IMAGE: dict[str, Any] = {"model": "gpt-image-2", "prompt": "A blue glass ball", "size": "1024x1024"}
KINDS = ("submit", "direct", "query", "wait", "download", "balance")
MET = {"submit": "submit", "direct": "direct", "query": "query", "wait": "query", "download": "media", "balance": "other"}
LATE = 0.25  # seconds that calls may take whose answers are late

# Once: the first request is met, the others pass.
LOST = "SubmitOutcomeUnknown 1 1"
ONCE = {
    # fault                      submit                      direct                      query                  wait      download  balance
    "rate-limited":             ("ok 2 1",                   "ok 2 1",                   "ok 2 1",              "ok 4 1", "ok 2 1", "ok 2 0"),
    "rate-limited; date":       ("ok 2 1",                   "ok 2 1",                   "ok 2 1",              "ok 4 1", "ok 2 1", "ok 2 0"),
    "unavailable":              ("ok 2 1",                   "ok 2 1",                   "ok 2 1",              "ok 4 1", "ok 2 1", "ok 2 0"),
    "server-error":             ("SubmitOutcomeUnknown 1 0", "SubmitOutcomeUnknown 1 0", "ok 2 1",              "ok 4 1", "ok 2 1", "ok 2 0"),
    "server-error; taken":      (LOST,                       LOST,                       "ok 2 1",              "ok 4 1", "ok 2 1", "ok 2 0"),
    "bad-gateway":              ("SubmitOutcomeUnknown 1 0", "SubmitOutcomeUnknown 1 0", "ok 2 1",              "ok 4 1", "ok 2 1", "ok 2 0"),
    "gateway-timeout; taken":   (LOST,                       LOST,                       "ok 2 1",              "ok 4 1", "ok 2 1", "ok 2 0"),
    "server-error; status=400": ("BadRequest 1 0",           "BadRequest 1 0",           "BadRequest 1 1",      "BadRequest 1 1", "DownloadFailed 1 1", "BadRequest 1 0"),
    "reset":                    (LOST,                       LOST,                       "ok 2 1",              "ok 4 1", "ok 2 1", "ok 2 0"),
    "reset; taken=false":       ("SubmitOutcomeUnknown 1 0", "SubmitOutcomeUnknown 1 0", "ok 2 1",              "ok 4 1", "ok 2 1", "ok 2 0"),
    "hang-up":                  (LOST,                       LOST,                       "ok 2 1",              "ok 4 1", "ok 2 1", "ok 2 0"),
    "reset-midway":             (LOST,                       LOST,                       "ok 2 1",              "ok 4 1", "ok 2 1", "ok 2 0"),
    "truncated":                (LOST,                       LOST,                       "ok 2 1",              "ok 4 1", "ok 2 1", "ok 2 0"),
    "truncated; at=0":          (LOST,                       LOST,                       "ok 2 1",              "ok 4 1", "ok 2 1", "ok 2 0"),
    "html":                     (LOST,                       LOST,                       "ResponseInvalid 1 1", "ok 4 1", "ok 2 1", "ResponseInvalid 1 0"),
    "not-json":                 (LOST,                       LOST,                       "ResponseInvalid 1 1", "ok 4 1", "-",      "ResponseInvalid 1 0"),
    "empty":                    (LOST,                       LOST,                       "ResponseInvalid 1 1", "ok 4 1", "ok 2 1", "ResponseInvalid 1 0"),
    # An object with other members is handed over where nothing has to be found in it: unknown members pass.
    "wrong-shape":              (LOST,                       "ok 1 1",                   "ResponseInvalid 1 1", "ok 4 1", "-",      "ok 1 0"),
    "latency; seconds=0.5":     (LOST,                       LOST,                       "DeadlineExceeded 1 1", "ok 4 1", "ok 1 1", "DeadlineExceeded 1 0"),
    "drip; seconds=0.1":        (LOST,                       LOST,                       "DeadlineExceeded 1 1", "-",     "-",      "DeadlineExceeded 1 0"),
    "drip; seconds=0.004":      ("ok 1 1",                   "ok 1 1",                   "ok 1 1",              "ok 4 1", "ok 1 1", "ok 1 0"),
    "task-fails":               ("ok 1 1",                   "BadRequest 1 0",           "-",                   "TaskFailed 4 1", "-", "-"),
    "task-goes-backwards":      ("ok 1 1",                   "-",                        "-",                   "ok 4 1", "-",      "-"),
    "task-vanishes":            ("ok 1 1",                   "-",                        "-",                   "NotFound 3 1", "-", "-"),
    "unknown-status":           ("ok 1 1",                   "-",                        "-",                   "ok 4 1", "-",      "-"),
}  # fmt: skip
# Always: every request is met.
ALWAYS = {
    "rate-limited":             ("RateLimited 4 0",          "RateLimited 4 0",          "RateLimited 4 1",     "RateLimited 24 1", "DownloadFailed 4 1", "RateLimited 4 0"),
    "unavailable":              ("ServerError 4 0",          "ServerError 4 0",          "ServerError 4 1",     "ServerError 24 1", "DownloadFailed 4 1", "ServerError 4 0"),
    "server-error":             ("SubmitOutcomeUnknown 1 0", "SubmitOutcomeUnknown 1 0", "ServerError 4 1",     "ServerError 24 1", "DownloadFailed 4 1", "ServerError 4 0"),
    "reset":                    (LOST,                       LOST,                       "ConnectionFailed 4 1", "ConnectionFailed 24 1", "DownloadFailed 4 1", "ConnectionFailed 4 0"),
    "truncated":                (LOST,                       LOST,                       "ResponseInvalid 4 1", "ResponseInvalid 24 1", "-", "ResponseInvalid 4 0"),
    "html":                     (LOST,                       LOST,                       "ResponseInvalid 1 1", "ResponseInvalid 6 1", "DownloadFailed 4 1", "ResponseInvalid 1 0"),
    "task-never-ends":          ("ok 1 1",                   "-",                        "-",                   "TaskTimeout 0 1", "-", "-"),
}  # fmt: skip


def cells(table: dict[str, tuple[str, ...]]) -> list[Any]:
    return [
        pytest.param(fault, kind, cell, id=f"{fault}-{kind}".replace("; ", ","))
        for fault, row in table.items()
        for kind, cell in zip(KINDS, row, strict=True)
        if cell != "-"
    ]


def test_every_fault_is_in_the_table() -> None:
    assert {fault.partition(";")[0] for fault in {**ONCE, **ALWAYS}} == set(gateway.FAULTS)


@pytest.mark.parametrize("half", ["sync", "async"])
@pytest.mark.parametrize(("fault", "kind", "cell"), cells(ONCE))
def test_once(fault: str, kind: str, cell: str, half: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    assert seen(request, half, fault, kind, 1, tmp_path) == wanted(cell)


@pytest.mark.parametrize("half", ["sync", "async"])
@pytest.mark.parametrize(("fault", "kind", "cell"), cells(ALWAYS))
def test_always(fault: str, kind: str, cell: str, half: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    assert seen(request, half, fault, kind, None, tmp_path) == wanted(cell)


def wanted(cell: str) -> list[object]:
    outcome, arrivals, paid = cell.split()
    return [outcome, int(arrivals), int(paid)]


def seen(request: pytest.FixtureRequest, half: str, fault: str, kind: str, times: int | None, folder: Path) -> list[object]:
    """What the caller sees, and what the log says; the promises that hold for all cells are checked here."""
    running: gateway.Running = request.getfixturevalue("uniall_gateway")
    client = request.getfixturevalue("uniall" if half == "sync" else "async_uniall")
    row = gateway.Fault.read(fault).row
    running.faults.add(fault, on="paid" if row.way == "task" else MET[kind], times=times)  # type: ignore[arg-type]
    outcome = run(
        lambda: called(client, kind, folder, late=row.way == "late", patience=0.3 if row.course == "never-end" else 30),
        asynchronous=half == "async",
    )
    log = running.log
    assert len(log.paid()) <= 1, "paid work was submitted twice"
    assert log.leaks() == [], "a key went to the origin of the results"
    assert {entry.key for entry in log if entry.origin == "api"} <= {"right"}
    assert [entry.fault for entry in log if entry.fault] or row.way == "task"
    if isinstance(outcome, BaseException):
        clear(outcome, running)
        outcome = type(outcome).__name__
    if kind == "download" and outcome == "ok":
        whole = gateway.media.file("video", next(iter(running.gateway.service.polling.jobs.values())).seed).content
        assert (folder / "clip.mp4").read_bytes() == whole
    assert kind != "download" or [path.name for path in folder.iterdir() if path.suffix == ".mp4"] == ["clip.mp4"] * (outcome == "ok")
    # How often a client asks until its time is up depends on the machine.
    return [outcome, 0 if outcome == "TaskTimeout" else len(log.where(kind=MET[kind])), len(log.paid())]


def clear(error: BaseException, running: gateway.Running) -> None:
    """Whether an error is one of ours, without the key, with what is needed to go on."""
    assert isinstance(error, unibind.UnibindError), repr(error)
    assert running.api_key not in f"{error!r} {error} {error.__dict__}"
    assert error.__cause__ is None or isinstance(error.__cause__, unibind.UnibindError)
    if isinstance(error, unibind.SubmitOutcomeUnknown):
        assert error.request["body"]["prompt"]
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


async def called(client: Any, kind: str, folder: Path, *, late: bool, patience: float) -> str:
    """One call of a kind; `ok` when it gave what it should."""
    options = Options(timeout=LATE if late else 10)
    match kind:
        case "submit":
            assert (await got(client.submit("createVideoGeneration", VIDEO, options=options))).id
        case "direct":
            assert await got(client.images.generate(**IMAGE, options=options))
        case "query":
            task = await got(client.submit("createVideoGeneration", VIDEO))
            assert (await got(task.refresh(options=options))).state
        case "wait":
            task = await got(client.submit("createVideoGeneration", VIDEO))
            assert (await got(task.wait(timeout=patience))).outputs
        case "download":
            task = await got(client.run("createVideoGeneration", VIDEO))
            await got(task.download(folder / "clip.mp4"))
        case _:
            assert await got(client.balance.retrieve(options=options))
    return "ok"


async def got(value: Any) -> Any:
    """The value of a call of either half."""
    return await value if inspect.isawaitable(value) else value
