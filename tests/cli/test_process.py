"""What only a process of its own shows: Ctrl-C, broken pipes, terminals."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from unibind import gateway
from unibind.cli.exits import Exit

from .conftest import GENERATED

Start = Callable[..., "subprocess.Popen[str]"]
VEO = ("veo3.1-video-720p", "prompt=A boat", "duration=8", "size=720p")


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[gateway.Running]:
    """A gateway whose tasks take seconds, unless its clock is moved."""
    with gateway.serve("uniall", clock=gateway.ManualClock()) as running:
        monkeypatch.setenv("UNIALL_BASE_URL", running.base_url)
        monkeypatch.setenv("UNIALL_API_KEY", running.api_key)
        yield running


def test_ctrl_c_says_how_to_go_on_and_that_works(slow: gateway.Running, start: Start) -> None:
    process = start("run", "uniall", *VEO, "-o", "boat.mp4")
    assert process.stderr is not None
    first = process.stderr.readline()
    assert "unibind task" in first
    assert "queued" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (Exit.INTERRUPTED, "")
    assert "Traceback" not in err
    assert slow.api_key not in first + err
    (line,) = [row for row in err.splitlines() if "unibind task" in row]
    slow.gateway.clock.advance(600)  # type: ignore[attr-defined]
    resumed = start(*shlex.split(line.partition("unibind ")[2]))
    out, err = resumed.communicate(timeout=20)
    assert (resumed.returncode, out) == (0, "boat.mp4\n"), err
    assert Path("boat.mp4").read_bytes()[4:8] == b"ftyp"
    assert sum(entry.paid for entry in slow.log) == 1


def test_ctrl_c_while_paid_work_is_sent_waits_for_its_answer(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    from tests.runtime.server import Received, serving

    async def late(_: Received):  # type: ignore[no-untyped-def] # an answer that comes a while after the request
        arrived.write_text("")
        await asyncio.sleep(1.0)
        body = b'{"id": "task_late", "status": "queued"}'
        yield b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body

    arrived = Path("arrived").absolute()
    monkeypatch.setenv("UNIALL_API_KEY", "sk-secret")
    with serving(late) as server:
        process = start("run", "uniall", *VEO, "--base-url", server.url)
        while not arrived.exists() and process.poll() is None:
            os.sched_yield()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == Exit.INTERRUPTED
    assert "unibind task task_late --provider uniall" in err


def test_nobody_reads(start: Start) -> None:
    process = start("models")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert process.wait(20) == Exit.PIPE


def test_the_gateway_command(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    process = start("gateway", "uniall", "uniapi", "--port", "0", "--speed", "100")
    assert process.stdout is not None
    for setting in (process.stdout.readline(), process.stdout.readline()):
        for name, value in (word.split("=", 1) for word in shlex.split(setting)[1:]):
            monkeypatch.setenv(name, value)
    for provider in ("uniall", "uniapi"):
        balance = start("balance", provider)
        out, err = balance.communicate(timeout=20)
        assert balance.returncode == 0, err
        assert out
    taken = start("gateway", "uniall", "--port", os.environ["UNIALL_BASE_URL"].rsplit(":", 1)[1].partition("/")[0])
    _, err = taken.communicate(timeout=20)
    assert taken.returncode == Exit.USAGE
    assert "Traceback" not in err
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0


def test_a_gateway_is_steered_from_outside(start: Start, tmp_path: Path) -> None:
    log = tmp_path / "requests.jsonl"
    words = ["--port", "0", "--manual", "--quota", "9000", "--key", "sk-mine", "--key", "sk-old=expired", "--json"]
    process = start("gateway", "uniall", *words, "--fault", "unavailable; seconds=0; on=submit; times=1", "--log", str(log))
    assert process.stdout is not None
    (row,) = json.loads("".join(iter(process.stdout.readline, "]\n")) + "]")
    with httpx.Client(base_url=row["base_url"], headers={"authorization": f"Bearer {row['api_key']}"}) as http:
        video = {"model": "veo3.1-video-720p", "prompt": "A paper boat", "duration": 4}
        answers = [http.post("/v1/video/generations", json=video) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [503, 200]
        assert http.get(path := f"/v1/videos/{answers[1].json()['id']}").json()["status"] == "queued"
        assert http.post("/_unibind/clock", json={"advance": 60}).status_code == 200
        assert http.get(path).json()["status"] == "completed"
        assert http.get("/_unibind/account").json()["keys"] == {"sk-mine": "enabled", "sk-old": "expired"}
        assert [entry["fault"] for entry in http.get("/_unibind/log").json()] == ["unavailable; seconds=0.0", "", "", ""]
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    assert [json.loads(line)["status"] for line in log.read_text().splitlines()] == [503, 200, 200, 200]
    out, err = start("traffic", str(log), "--base-url", f"uniall={row['base_url']}").communicate(timeout=20)
    assert (out, "4 exchanges, 3 taken, 1 apart" in err) == ("", True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("uniall", "--scenario", "nonsense"), f"known are {', '.join(gateway.SCENARIOS)}"),
        (("nobody",), "nobody"),
        (("uniall", "--fault", "rest"), "--fault: there is no fault 'rest'; did you mean 'reset'?"),
        (("uniall", "--key", "sk-a=broken"), "write KEY or KEY=STATE, the state being enabled, disabled, expired"),
        (("uniall", "--speed", "2", "--manual"), "--speed, --step and --manual are three ways to move time: take one"),
        (("uniall", "--log", "/nowhere/at/all"), "/nowhere/at/all: No such file or directory"),
    ],
)
def test_mistakes_of_the_gateway_command(words: tuple[str, ...], said: str, start: Start) -> None:
    process = start("gateway", *words, "--port", "0")
    _, err = process.communicate(timeout=20)
    assert process.returncode == Exit.USAGE
    assert err.startswith("error: ")
    assert said in err


def test_the_help_names_every_scenario(start: Start) -> None:
    out, _ = start("gateway", "--help").communicate(timeout=20)
    assert all(name in "".join(out.split()) for name in gateway.SCENARIOS)


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_no_control_codes_without_a_terminal(start: Start, columns: int) -> None:
    for words in (["show", "veo3.1-video-720p"], ["models"], ["--help"], ["run", "--help"], ["show", "nothing"]):
        out, err = start(*words, env={"COLUMNS": str(columns), "FORCE_COLOR": ""}).communicate(timeout=20)
        assert "\x1b" not in out + err


def on_a_terminal(*words: str, **environment: str) -> str:
    """What a command prints on a terminal."""
    ours, theirs = pty.openpty()
    settings = {**os.environ, "PYTHONPATH": str(GENERATED), "TERM": "xterm", **environment}
    with subprocess.Popen([sys.executable, "-m", "unibind", *words], stdout=theirs, stderr=theirs, env=settings):
        os.close(theirs)
        content = b""
        try:
            while chunk := os.read(ours, 65536):
                content += chunk
        except OSError:
            pass  # the other side is closed
    os.close(ours)
    return content.decode()


def test_colours_where_they_are_wanted() -> None:
    Path("body.json").write_text('{"model": "veo3.1-video-720p", "duration": 5}')
    assert "\x1b[1;31merror" in on_a_terminal("check", "body.json", NO_COLOR="")
    assert "\x1b[1;31m" not in on_a_terminal("check", "body.json", NO_COLOR="1")


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_tables_fit_the_terminal(columns: int) -> None:
    for words in (["show", "veo3.1-video-720p"], ["models", "--search", "veo"]):
        text = re.sub(r"\x1b\[[0-9;]*m", "", on_a_terminal(*words, COLUMNS=str(columns)))
        assert max(len(line) for line in text.splitlines() if "https://" not in line) <= columns
