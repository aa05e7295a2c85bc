"""Every fault meets every kind of call over a real socket: what the caller sees, and what the gateway's log says was sent.

A cell is `outcome arrivals paid`: how often the request arrived, and how many of them were billed. `ok` came through in the end;
`blank` is an object without the members that it is for: members that no page knows pass. `-` cannot be, or waits too long to be tried.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from unibind import AsyncUniAll, gateway
from unibind.aio import AiohttpTransport

from .meeting import Remembering, seen

OPEN = "SubmitOutcomeUnknown 1 0"  # refused in a way that does not say so
LOST = "SubmitOutcomeUnknown 1 1"  # taken, and the answer did not come
CUT = "StreamInterrupted 1 1"
BROKEN = "DownloadFailed 1 1"
LATE = "DeadlineExceeded 1 1"
WRONG = "ResponseInvalid 1 1"

KINDS = ("submit", "direct", "query", "wait", "download", "balance")
# Once: the first request is met, the others pass.
ONCE = {
    # fault                      submit      direct          query           wait                download              balance
    "rate-limited":             ("ok 2 1",   "ok 2 1",       "ok 2 1",       "ok 4 1",           "ok 2 1",             "ok 2 0"),
    "rate-limited; date":       ("ok 2 1",   "ok 2 1",       "ok 2 1",       "ok 4 1",           "ok 2 1",             "ok 2 0"),
    "unavailable":              ("ok 2 1",   "ok 2 1",       "ok 2 1",       "ok 4 1",           "ok 2 1",             "ok 2 0"),
    "server-error":             (OPEN,       OPEN,           "ok 2 1",       "ok 4 1",           "ok 2 1",             "ok 2 0"),
    "server-error; taken":      (LOST,       LOST,           "ok 2 1",       "ok 4 1",           "ok 2 1",             "ok 2 0"),
    "bad-gateway":              (OPEN,       OPEN,           "ok 2 1",       "ok 4 1",           "ok 2 1",             "ok 2 0"),
    "gateway-timeout; taken":   (LOST,       LOST,           "ok 2 1",       "ok 4 1",           "ok 2 1",             "ok 2 0"),
    "server-error; status=400": ("BadRequest 1 0", "BadRequest 1 0", "BadRequest 1 1", "BadRequest 1 1", "DownloadFailed 1 1", "BadRequest 1 0"),
    "reset":                    (LOST,       LOST,           "ok 2 1",       "ok 4 1",           "ok 2 1",             "ok 2 0"),
    "reset; taken=false":       (OPEN,       OPEN,           "ok 2 1",       "ok 4 1",           "ok 2 1",             "ok 2 0"),
    "hang-up":                  (LOST,       LOST,           "ok 2 1",       "ok 4 1",           "ok 2 1",             "ok 2 0"),
    "reset-midway":             (LOST,       LOST,           "ok 2 1",       "ok 4 1",           "ok 2 1",             "ok 2 0"),
    "truncated":                (LOST,       LOST,           "ok 2 1",       "ok 4 1",           "ok 2 1",             "ok 2 0"),
    "truncated; at=0":          (LOST,       LOST,           "ok 2 1",       "ok 4 1",           "ok 2 1",             "ok 2 0"),
    "html":                     (LOST,       LOST,           WRONG,          "ok 4 1",           "ok 2 1",             "ResponseInvalid 1 0"),
    "not-json":                 (LOST,       LOST,           WRONG,          "ok 4 1",           "ok 2 1",             "ResponseInvalid 1 0"),
    "empty":                    (LOST,       LOST,           WRONG,          "ok 4 1",           "ok 2 1",             "ResponseInvalid 1 0"),
    "wrong-shape":              (LOST,       "blank 1 1",    WRONG,          "ok 4 1",           "ok 2 1",             "blank 1 0"),
    "latency; seconds=0.5":     (LOST,       LOST,           LATE,           "ok 4 1",           "ok 1 1",             "DeadlineExceeded 1 0"),
    "drip; seconds=0.1":        (LOST,       LOST,           LATE,           "-",                "-",                  "DeadlineExceeded 1 0"),
    "drip; seconds=0.004":      ("ok 1 1",   "ok 1 1",       "ok 1 1",       "ok 4 1",           "ok 1 1",             "ok 1 0"),
    "task-fails":               ("ok 1 1",   "BadRequest 1 0", "ok 1 1",     "TaskFailed 4 1",   "TaskFailed 0 1",     "-"),
    "task-goes-backwards":      ("ok 1 1",   "-",            "ok 1 1",       "ok 4 1",           "ok 1 1",             "-"),
    "task-vanishes":            ("ok 1 1",   "-",            "ok 1 1",       "NotFound 3 1",     "NotFound 0 1",       "-"),
    "unknown-status":           ("ok 1 1",   "-",            "ok 1 1",       "ok 4 1",           "ok 1 1",             "-"),
}  # fmt: skip
# Always: every request is met.
ALWAYS = {
    "rate-limited":             ("RateLimited 4 0", "RateLimited 4 0", "RateLimited 4 1", "RateLimited 24 1", "DownloadFailed 4 1", "RateLimited 4 0"),
    "unavailable":              ("ServerError 4 0", "ServerError 4 0", "ServerError 4 1", "ServerError 24 1", "DownloadFailed 4 1", "ServerError 4 0"),
    "server-error":             (OPEN, OPEN, "ServerError 4 1",      "ServerError 24 1",      "DownloadFailed 4 1",  "ServerError 4 0"),
    "bad-gateway":              (OPEN, OPEN, "ServerError 4 1",      "ServerError 24 1",      "DownloadFailed 4 1",  "ServerError 4 0"),
    "gateway-timeout; taken":   (LOST, LOST, "ServerError 4 1",      "ServerError 24 1",      "DownloadFailed 4 1",  "ServerError 4 0"),
    "reset":                    (LOST, LOST, "ConnectionFailed 4 1", "ConnectionFailed 24 1", "DownloadFailed 4 1",  "ConnectionFailed 4 0"),
    "hang-up":                  (LOST, LOST, "ConnectionFailed 4 1", "ConnectionFailed 24 1", "DownloadFailed 4 1",  "ConnectionFailed 4 0"),
    # A download that gets further each time goes on; half of a rest of one byte is none.
    "reset-midway":             (LOST, LOST, "ResponseInvalid 4 1",  "ResponseInvalid 24 1",  "DownloadFailed 14 1", "ResponseInvalid 4 0"),
    "truncated":                (LOST, LOST, "ResponseInvalid 4 1",  "ResponseInvalid 24 1",  "DownloadFailed 14 1", "ResponseInvalid 4 0"),
    "truncated; at=0":          (LOST, LOST, "ResponseInvalid 4 1",  "ResponseInvalid 24 1",  "DownloadFailed 4 1",  "ResponseInvalid 4 0"),
    "html":                     (LOST, LOST, WRONG,                  "ResponseInvalid 6 1",   "DownloadFailed 4 1",  "ResponseInvalid 1 0"),
    "not-json":                 (LOST, LOST, WRONG,                  "ResponseInvalid 6 1",   "DownloadFailed 4 1",  "ResponseInvalid 1 0"),
    "empty":                    (LOST, LOST, WRONG,                  "ResponseInvalid 6 1",   "DownloadFailed 4 1",  "ResponseInvalid 1 0"),
    "wrong-shape":              (LOST, "blank 1 1", WRONG,           "ResponseInvalid 6 1",   "DownloadFailed 4 1",  "blank 1 0"),
    "latency; seconds=0.5":     (LOST, LOST, LATE,                   "-",                     "ok 1 1",              "DeadlineExceeded 1 0"),
    "drip; seconds=0.1":        (LOST, LOST, LATE,                   "-",                     "-",                   "DeadlineExceeded 1 0"),
    "task-never-ends":          ("ok 1 1", "-", "ok 1 1",            "TaskTimeout 0 1",       "-",                   "-"),
}  # fmt: skip

MORE = ("stream", "upload", "speech", "content")
MORE_ONCE = {
    # fault                      stream            upload            speech            content
    "rate-limited":             ("ok 2 1",         "ok 2 1",         "ok 2 1",         "ok 2 1"),
    "unavailable":              ("ok 2 1",         "ok 2 1",         "ok 2 1",         "ok 2 1"),
    "server-error":             (OPEN,             OPEN,             OPEN,             "ok 2 1"),
    "server-error; taken":      (LOST,             LOST,             LOST,             "ok 2 1"),
    "bad-gateway":              (OPEN,             OPEN,             OPEN,             "ok 2 1"),
    "gateway-timeout; taken":   (LOST,             LOST,             LOST,             "ok 2 1"),
    "server-error; status=400": ("BadRequest 1 0", "BadRequest 1 0", "BadRequest 1 0", "BadRequest 1 1"),
    "reset":                    (LOST,             LOST,             LOST,             "ok 2 1"),
    "hang-up":                  (LOST,             LOST,             LOST,             "ok 2 1"),
    "reset-midway":             (CUT,              LOST,             BROKEN,           "ok 2 1"),
    "truncated":                (CUT,              LOST,             BROKEN,           "ok 2 1"),
    "html":                     (LOST,             LOST,             LOST,             WRONG),
    "not-json":                 (CUT,              LOST,             LOST,             WRONG),
    "empty":                    (CUT,              LOST,             LOST,             WRONG),
    "wrong-shape":              ("blank 1 1",      "blank 1 1",      LOST,             WRONG),
    "latency; seconds=0.5":     (LOST,             LOST,             LOST,             LATE),
    "drip; seconds=0.1":        ("ok 1 1",         LOST,             "ok 1 1",         "ok 1 1"),  # their time limits end at the first byte
    "task-fails":               (CUT,              "BadRequest 1 0", "BadRequest 1 0", "TaskFailed 0 1"),
}  # fmt: skip
MORE_ALWAYS = {
    "rate-limited":             ("RateLimited 4 0", "RateLimited 4 0", "RateLimited 4 0", "RateLimited 4 1"),
    "unavailable":              ("ServerError 4 0", "ServerError 4 0", "ServerError 4 0", "ServerError 4 1"),
    "server-error":             (OPEN,              OPEN,              OPEN,              "ServerError 4 1"),
    "reset":                    (LOST,              LOST,              LOST,              "ConnectionFailed 4 1"),
    "truncated":                (CUT,               LOST,              BROKEN,            "DownloadFailed 14 1"),
}  # fmt: skip
# Another transport changes nothing. The other providers make the same of every fault; a picture of WaveSpeed is ready at the second query.
OTHERS = ("submit", "query", "wait", "download")
ANOTHER_TRANSPORT = ("submit", "query", "download")
SOONER = {"4": "2", "3": "2"}


def cells(kinds: tuple[str, ...], *tables: dict[str, tuple[str, ...]]) -> list[Any]:
    """Fault, kind, times, cell."""
    return [
        pytest.param(fault, kind, times, cell, id=f"{fault}-{kind}-{'once' if times else 'always'}".replace("; ", ","))
        for times, table in zip((1, None), tables, strict=False)
        for fault, row in table.items()
        for kind, cell in zip(kinds, row, strict=True)
        if cell != "-"
    ]


def test_every_fault_is_in_the_tables() -> None:
    assert {fault.partition(";")[0] for fault in {**ONCE, **ALWAYS}} == set(gateway.FAULTS)
    of_tasks = {name for name, row in gateway.FAULTS.items() if row.way == "task"} - {"task-fails"}
    assert {fault.partition(";")[0] for fault in MORE_ONCE} == set(gateway.FAULTS) - of_tasks


@pytest.mark.parametrize("who", ["uniall", "async_uniall"])
@pytest.mark.parametrize(("fault", "kind", "times", "cell"), cells(KINDS, ONCE, ALWAYS))
def test_calls(fault: str, kind: str, times: int | None, cell: str, who: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    assert seen(request, who, fault, kind, times, tmp_path) == cell


@pytest.mark.unibind_gateway(behaviour=Remembering())
@pytest.mark.parametrize("half", ["", "async_"])
@pytest.mark.parametrize(("fault", "kind", "times", "cell"), cells(MORE, MORE_ONCE, MORE_ALWAYS))
def test_streams_and_files(
    fault: str, kind: str, times: int | None, cell: str, half: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    who = half + ("uniall" if kind == "content" else "uniapi")
    assert seen(request, who, fault, kind, times, tmp_path) == cell


@pytest.fixture
def aiohttp_uniall(uniall_gateway: gateway.Running) -> AsyncUniAll:
    """A client whose requests go through aiohttp."""
    return AsyncUniAll(api_key=uniall_gateway.api_key, base_url=uniall_gateway.base_url, transport=AiohttpTransport())


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # the clients of these tests are not closed
@pytest.mark.parametrize(("fault", "kind", "times", "cell"), [cell for cell in cells(KINDS, ONCE) if cell.values[1] in ANOTHER_TRANSPORT])
def test_another_transport(fault: str, kind: str, times: int | None, cell: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    assert seen(request, "aiohttp_uniall", fault, kind, times, tmp_path) == cell


@pytest.mark.parametrize("who", ["uniapi", "async_wavespeed"])
@pytest.mark.parametrize(
    ("fault", "kind", "times", "cell"),
    [cell for cell in cells(KINDS, ONCE) if cell.values[1] in OTHERS and cell.values[0] != "unknown-status"],
)
def test_other_providers(
    fault: str, kind: str, times: int | None, cell: str, who: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    outcome, arrivals, paid = cell.split()
    if kind == "wait" and who.endswith("wavespeed"):
        arrivals = SOONER.get(arrivals, arrivals)
    assert seen(request, who, fault, kind, times, tmp_path) == f"{outcome} {arrivals} {paid}"
