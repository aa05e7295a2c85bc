"""`run` and `task` against gateways on real sockets."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from unibind import gateway
from unibind._core import dispatch
from unibind.cli.exits import Exit

from tests.gateway.cases import PROVIDERS, Case, cases
from tests.runtime.server import serving, whole

from .conftest import Cli

Environment = Callable[[str], gateway.Running]
VEO = ("veo3.1-video-720p", "prompt=A boat", "duration=8", "size=720p")
FAILS = ("--header", f"{gateway.SCENARIO}=fail")


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in PROVIDERS.values():
        for name, row in list(provider.tasks.items()):
            monkeypatch.setitem(provider.tasks, name, replace(row, poll=(0.005, 0.02)))


@pytest.fixture
def uniall(environment: Environment) -> gateway.Running:
    return environment("uniall")


def words(case: Case, model: str) -> list[str]:
    """A request as words of the command."""
    given = {**case.body, **{name: value for name, value in case.path.items() if name != case.operation.model_field}}
    made: list[str] = []
    for name, value in given.items():
        if name == case.operation.model_field and case.operation.dispatch == "body":
            continue
        many = value if isinstance(value, list) else [value]
        if any(isinstance(item, tuple) for item in many):
            for item in many:
                Path(item[0]).write_bytes(b"\0" * min(len(item[1]), 2048))
                made.append(f"{name}=@{item[0]}")
        else:
            made.append(f"{name}:={json.dumps(value)}" if name not in case.path else f"{name}={value}")
    return [case.provider, model, *made, "--operation", case.operation.id]


def name_of(case: Case) -> str:
    """The word MODEL of a request."""
    return case.model if case.operation.dispatch != "none" or case.operation.model_field in case.path else case.family


FAMILIES = list({(case.provider, case.family, case.operation.id): case for case in reversed(cases())}.values())


@pytest.mark.parametrize("case", FAMILIES, ids=str)
def test_every_family_runs(cli: Cli, environment: Environment, case: Case) -> None:
    running = environment(case.provider)
    ended = cli("run", *words(case, name_of(case)), "-o", "out/", "--json")
    assert ended.code == 0, ended.err
    made = ended.json
    assert [Path(path).stat().st_size > 0 for path in made["files"]] == [True] * len(made["files"])
    entry = next(entry for entry in running.log if entry.paid or entry.method == "POST")
    assert entry.operation == case.operation.id
    if case.operation.task:
        assert made["state"] == "succeeded"
        assert len(made["files"]) == len(made["outputs"]) or made["files"]
    assert running.api_key not in ended.out + ended.err


def test_every_documented_model_is_sent_under_its_name(cli: Cli, environment: Environment) -> None:
    running = environment("uniall")
    for id, rows in dispatch.provider("uniall").models.items():
        family = max(rows, key=lambda row: PROVIDERS["uniall"].operations[row.operations[0]].task is not None).family
        case = next(case for case in cases() if (case.provider, case.family) == ("uniall", family))
        given = [word for word in words(case, id)[2:-2] if not word.startswith("size:")]
        ended = cli("run", "uniall", id, *given, "--validate", "off", "--no-wait", "--no-download", "--json")
        assert ended.code in (0, Exit.REFUSED), ended.err  # the request is made for another model of the family
        sent = [entry for entry in running.log if entry.method == "POST"][-1]
        assert id in (sent.body.get("model"), sent.path.rpartition("/")[2].partition(":")[0])


def test_run_saves_the_file_and_prints_its_name(cli: Cli, uniall: gateway.Running) -> None:
    ended = cli("run", "uniall", *VEO, "-o", "boat.mp4", "--save", "task.json")
    assert (ended.code, ended.out) == (0, "boat.mp4\n")
    assert Path("boat.mp4").read_bytes()[4:8] == b"ftyp"
    assert "unibind task task_" in ended.err
    assert json.loads(Path("task.json").read_text())["operation"] == "createVideoGeneration"
    assert uniall.api_key not in Path("task.json").read_text() + ended.err
    assert uniall.log[0].body["duration"] == 8


def test_nothing_is_overwritten_and_nothing_is_paid_for_it(cli: Cli, uniall: gateway.Running) -> None:
    Path("boat.mp4").write_text("precious")
    ended = cli("run", "uniall", *VEO, "-o", "boat.mp4")
    assert ended.code == Exit.USAGE
    assert "--overwrite" in ended.err
    assert len(uniall.log) == 0
    assert cli("run", "uniall", *VEO, "-o", "boat.mp4", "--overwrite").code == 0
    assert Path("boat.mp4").read_bytes()[4:8] == b"ftyp"


@pytest.mark.parametrize("to", ["-", "file.txt/boat.mp4"])
def test_where_nothing_can_be_written_nothing_is_paid(cli: Cli, uniall: gateway.Running, to: str) -> None:
    Path("file.txt").write_text("x")
    assert cli("run", "uniall", *VEO, "-o", to).code == Exit.USAGE
    assert len(uniall.log) == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_an_unwritable_folder(cli: Cli, uniall: gateway.Running) -> None:
    Path("closed").mkdir(mode=0o500)
    assert cli("run", "uniall", *VEO, "-o", "closed/boat.mp4").code == Exit.USAGE
    assert len(uniall.log) == 0


def test_several_outputs_of_one_task(cli: Cli, uniall: gateway.Running) -> None:
    ended = cli("run", "uniall", "gpt-image-2", "prompt=A boat", "n=2", "size=1024x1024", "-o", "boat.png")
    assert ended.code == 0, ended.err
    assert ended.out.split() == ["boat-1.png", "boat-2.png"]


def test_links_without_download(cli: Cli, uniall: gateway.Running) -> None:
    ended = cli("run", "uniall", *VEO, "--no-download")
    assert ended.code == 0
    assert ended.out.startswith("http://")
    assert list(Path().iterdir()) == []


def test_submit_now_and_take_up_later(cli: Cli, uniall: gateway.Running) -> None:
    submitted = cli("run", "uniall", *VEO, "--no-wait", "--save", "task.json", "--json")
    assert submitted.code == 0
    assert submitted.json["state"] in ("queued", "running")
    assert cli("task", "task.json").code == 0
    assert cli("task", "task.json", "-o", "boat.mp4").out == "boat.mp4\n"
    by_id = cli("task", submitted.json["id"], "-p", "uniall", "--model", VEO[0], "--wait", "--json")
    assert by_id.json["state"] == "succeeded"
    assert sum(entry.paid for entry in uniall.log) == 1


def test_a_command_to_go_on_that_has_a_path(cli: Cli, environment: Environment) -> None:
    environment("uniapi")
    submitted = cli("run", "uniapi", "fal-ai/flux/dev", "prompt=A boat", "--operation", "submitFal", "--no-wait")
    assert submitted.code == 0, submitted.err
    (line,) = [row for row in submitted.err.splitlines() if "unibind task" in row]
    ended = cli(*line.partition("unibind ")[2].split(), "--overwrite")
    assert ended.code == 0, ended.err
    assert ended.out


def test_words_of_a_chat(cli: Cli, environment: Environment) -> None:
    environment("uniapi")
    asked = ("run", "uniapi", "gpt-4o", "prompt=Hello", "--operation", "createChatCompletion")
    whole_answer, streamed = cli(*asked), cli(*asked, "stream=true")
    assert whole_answer.code == streamed.code == 0, streamed.err
    assert len(whole_answer.out.split()) > 2
    assert len(streamed.out.split()) > 2
    assert cli(*asked, "stream=true", "--json").json["answer"]["choices"][0]["message"]["content"]


def test_speech_is_a_file(cli: Cli, environment: Environment) -> None:
    environment("uniapi")
    ended = cli("run", "uniapi", "speech", "model=tts-1", "input=Hello", "voice=alloy", "-o", "hello.mp3")
    assert (ended.code, ended.out) == (0, "hello.mp3\n")
    assert Path("hello.mp3").stat().st_size > 0


def test_names_in_a_folder_are_free_ones(cli: Cli, uniall: gateway.Running) -> None:
    asked = ("run", "uniall", "NanoBanana", "--operation", "generateImage", "prompt=A cat")
    assert [cli(*asked).out for _ in range(2)] == ["NanoBanana.png\n", "NanoBanana-2.png\n"]


# --- mistakes


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("unial", *VEO), "uniall"),
        (("uniall", "veo3.1-vidio-720p"), "veo3.1-video-720p"),
        (("uniall", VEO[0], "duration"), "key=value"),
        (("uniall", VEO[0], "duration=five"), "integer"),
        (("uniall", VEO[0], "image=@cat.png"), "link"),
        (("uniall", *VEO, "--operation", "createVidio"), "createVideo"),
        (("uniall", *VEO, "--header", "x"), "name=value"),
        (("uniall", *VEO, "--timeout", "soon"), "--timeout"),
        (("uniall", "NanoBanana", "--operation", "generateImage", "prompt=x", "--save", "t.json"), "no task"),
    ],
)
def test_mistakes_cost_nothing(cli: Cli, uniall: gateway.Running, given: tuple[str, ...], said: str) -> None:
    ended = cli("run", *given)
    assert ended.code == Exit.USAGE
    assert said in ended.err
    assert "Traceback" not in ended.err
    assert len(uniall.log) == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("task_1",), "--provider"),
        (("task.json",), "no file"),
        (("task_1", "-p", "uniall"), "--operation"),
        (("task_1", "-p", "uniall", "--model", "veo"), "no model"),
        (("broken.json",), "holds no task"),
        (("task_1", "-p", "wavespeed", "--path", "x"), "name=value"),
    ],
)
def test_mistakes_about_tasks(cli: Cli, given: tuple[str, ...], said: str) -> None:
    Path("broken.json").write_text("[]")
    ended = cli("task", *given)
    assert ended.code == Exit.USAGE
    assert said in ended.err


def failed(ended: Any, code: Exit) -> dict[str, Any]:
    """The error of a command that ended with a code, as `--json` tells it."""
    assert ended.code == code, ended.err
    error: dict[str, Any] = ended.json["error"]
    assert (error["exit"], error["code"]) == (code.value, code.name.lower())
    assert error["message"] in ended.err
    assert "Traceback" not in ended.err
    return error


def test_rules(cli: Cli, uniall: gateway.Running) -> None:
    error = failed(cli("run", "uniall", VEO[0], "prompt=x", "duration=5", "--json"), Exit.RULES)
    assert {row["rule"] for row in error["violations"] if row["severity"] == "error"} == {"veo-3.1/duration:enum"}
    assert len(uniall.log) == 0


def test_refused(cli: Cli, uniall: gateway.Running) -> None:
    error = failed(cli("run", "uniall", *VEO, "--api-key", "sk-wrong-and-secret", "--json"), Exit.REFUSED)
    assert error["status"] == 401


def test_task_failed(cli: Cli, uniall: gateway.Running) -> None:
    error = failed(cli("run", "uniall", *VEO, *FAILS, "--json"), Exit.TASK_FAILED)
    assert error["task_id"]
    assert "resume" not in error
    looked = cli("task", error["task_id"], "-p", "uniall", "--model", VEO[0])
    assert looked.code == Exit.TASK_FAILED


def test_time_out(cli: Cli, environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    with gateway.serve("uniall") as slow:
        monkeypatch.setenv("UNIALL_API_KEY", slow.api_key)
        error = failed(cli("run", "uniall", *VEO, "--timeout", "0.3", "--base-url", slow.base_url, "-o", "a b.mp4", "--json"), Exit.TIMEOUT)
    assert error["resume"] == (
        f"unibind task {error['task_id']} --provider uniall --operation createVideoGeneration "
        f"--model veo3.1-video-720p --base-url {slow.base_url} -o 'a b.mp4'"
    )


def test_unknown_outcome(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNIALL_API_KEY", "sk-secret")
    with serving(whole(b"<html>", media="text/html")) as server:
        error = failed(cli("run", "uniall", *VEO, "--base-url", server.url, "--json"), Exit.UNKNOWN)
        assert len(server.requests) == 1
        told = cli("run", "uniall", *VEO, "--base-url", server.url)
    assert error["request"]["body"]["duration"] == 8
    assert '"duration": 8' in told.err
    assert "again" in told.err
    assert "sk-secret" not in told.err + told.out


def test_no_connection(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNIALL_API_KEY", "sk-secret")
    with serving(whole(b"")) as server:
        pass
    monkeypatch.setattr("random.random", lambda: 0.0)  # no pause between the attempts
    failed(cli("run", "uniall", *VEO, "--base-url", server.url, "--json"), Exit.CONNECTION)


@pytest.mark.parametrize(
    "given", [(), ("--api-key", "sk x"), ("--api-key", "sk", "--base-url", "ftp://x"), ("--api-key", "k", "--validate", "maybe")]
)
def test_configuration(cli: Cli, given: tuple[str, ...]) -> None:
    failed(cli("run", "uniall", *VEO, *given, "--json"), Exit.CONFIGURATION)


def test_an_answer_that_makes_no_sense(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNIALL_API_KEY", "sk-secret")
    with serving(whole(b"<html>", media="text/html")) as server:
        failed(cli("balance", "uniall", "--base-url", server.url, "--json"), Exit.ANSWER)


def test_a_file_that_is_gone(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNIALL_API_KEY", "sk-secret")
    done = {"id": "task_1", "status": "completed", "metadata": {"url": "http://127.0.0.1:9/clip.mp4"}}
    with serving(whole(json.dumps(done).encode()), whole(b"", status="404 Not Found")) as server:
        done["metadata"] = {"url": f"{server.url}/clip.mp4"}
        words = ("task", "task_1", "-p", "uniall", "--model", VEO[0], "-o", "boat.mp4", "--base-url", server.url, "--json")
        error = failed(cli(*words), Exit.FILE)
    assert error["resume"].endswith("-o boat.mp4")
    assert error["task_id"] == "task_1"


def test_a_fault_of_ours_has_no_traceback(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise KeyError("inside")

    monkeypatch.setattr("unibind.cli.session.client", broken)
    failed(cli("balance", "uniall", "--json"), Exit.UNEXPECTED)
