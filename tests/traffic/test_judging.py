"""What is recorded of a right gateway is explained; one thing changed is one finding."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from unibind import gateway
from unibind._core import dispatch
from unibind.traffic import Report, TrafficError, check_traffic

from tests.gateway.cases import cases, first

from .conftest import Check, Rows, only
from .recorder import CLIENTS, Recorder, har, lines, send

CALLS: Mapping[str, Callable[[Any], Any]] = {
    "uniall": lambda client: client.videos.run(model="seedance2.0-720p", prompt="a fox", duration=5),
    "uniapi": lambda client: client.suno.music.run(gpt_description_prompt="a song about rain"),
    "wavespeed": lambda client: client.submit("createUno", first_body("wavespeed")).wait(),
}


def first_body(provider: str) -> dict[str, Any]:
    return next(case.body for case in cases() if case.provider == provider and case.operation.task)


def body(row: dict[str, Any], **changed: Any) -> None:
    """Change members of an answer."""
    row["answer"] = json.dumps({**json.loads(row["answer"]), **changed}).encode()


def sent(row: dict[str, Any], **changed: Any) -> None:
    """Change fields of a request."""
    row["sent"] = json.dumps({**json.loads(row["sent"]), **changed}).encode()


@pytest.mark.parametrize("write", [har, lines])
def test_right_traffic_is_explained(all_rows: Rows, write: Callable[..., Path], tmp_path: Path) -> None:
    report = check_traffic(write(tmp_path / f"calls.{'har' if write is har else 'jsonl'}", all_rows))
    assert report.ok, str(report)
    assert report.counts.exchanges == report.counts.taken == len(all_rows)
    assert {row.subject for row in report.notes if row.kind == "warning"} <= {"seedance-2.0/model:deprecated"}


@pytest.mark.parametrize("provider", CLIENTS)
def test_the_clients_traffic_is_explained(provider: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = dispatch.provider(provider)
    for name, row in list(tables.tasks.items()):
        monkeypatch.setitem(tables.tasks, name, replace(row, poll=(0.005, 0.02)))
    recorder = Recorder(provider, gateway.ScaledClock(500))
    with CLIENTS[provider](api_key=recorder.gateway.api_key, base_url=recorder.gateway.base_url, transport=recorder) as client:
        CALLS[provider](client)
    assert len(recorder.rows) > 1
    report = check_traffic(har(tmp_path / "calls.har", recorder.rows))
    assert report.ok, str(report)
    assert (report.tasks, report.counts.taken) == (1, len(recorder.rows))


def test_the_log_of_the_gateway_is_a_recording(tmp_path: Path) -> None:
    recorder = Recorder("uniall")
    for case in (case for case in cases() if case.provider == "uniall"):
        send(recorder.http, case, recorder.gateway.api_key)
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(asdict(entry), default=dict) + "\n" for entry in recorder.gateway.log), "utf-8")
    report = check_traffic(path)
    assert report.ok, str(report)
    assert report.counts.taken == len(recorder.rows)


def _member(rows: Rows) -> None:
    body(rows[1], foo=1)


def _status(rows: Rows) -> None:
    body(rows[1], status="cooking")


def _type(rows: Rows) -> None:
    body(rows[1], created_at="yesterday")


def _id(rows: Rows) -> None:
    body(rows[1], id="task_other", task_id="task_other")


def _no_id(rows: Rows) -> None:
    answer = json.loads(rows[0]["answer"])
    rows[0]["answer"] = json.dumps({name: value for name, value in answer.items() if name not in ("id", "task_id")}).encode()


def _no_status(rows: Rows) -> None:
    answer = json.loads(rows[2]["answer"])
    rows[2]["answer"] = json.dumps({name: value for name, value in answer.items() if name != "status"}).encode()
    del rows[3:]


def _backwards(rows: Rows) -> None:
    rows.append(rows[1])


def _vanished(rows: Rows) -> None:
    rows.append({**rows[1], "status": 404, "answer": b'{"error": {"message": "no such task"}}'})


def _taken(rows: Rows) -> None:
    sent(rows[0], duration=16)


def _refused(rows: Rows) -> None:
    rows[0] = {**rows[0], "status": 400, "answer": b'{"error": {"message": "duration 8 is too long"}}'}


def _model(rows: Rows) -> None:
    sent(rows[0], model="seedance9.0-720p")


def _field(rows: Rows) -> None:
    sent(rows[0], foo=1)


def _path(rows: Rows) -> None:
    rows.append({**rows[0], "url": rows[0]["url"].replace("/v1/", "/v9/")})


def _method(rows: Rows) -> None:
    rows.append({**rows[1], "method": "DELETE"})


def _query(rows: Rows) -> None:
    rows[1]["url"] += "?foo=1"


def _http_status(rows: Rows) -> None:
    rows[1]["status"] = 206


def _media(rows: Rows) -> None:
    rows[1]["answer_headers"] = {"content-type": "text/plain"}


def _html(rows: Rows) -> None:
    rows[1]["answer"] = b"<html>busy</html>"


CHANGES: list[tuple[Callable[[Rows], None], str, str]] = [
    (_member, "unknown-member", "foo"),
    (_status, "unknown-status-word", "cooking"),
    (_type, "wrong-type", "created_at: string"),
    (_id, "task-changed-id", "video"),
    (_no_id, "missing-member", "id or task_id"),
    (_no_status, "missing-member", "status"),
    (_backwards, "task-backwards", "succeeded to queued"),
    (_vanished, "task-vanished", "video"),
    (_taken, "spec-stricter", "seedance-2.0/duration:maximum"),
    (_refused, "gateway-stricter", "duration * is too long"),
    (_model, "unknown-model", "seedance9.0-720p"),
    (_field, "unknown-field", "foo"),
    (_path, "undocumented-operation", "POST /v9/video/generations"),
    (_method, "undocumented-method", "DELETE /v1/videos/{id}"),
    (_query, "unknown-parameter", "foo"),
    (_http_status, "undocumented-status", "206"),
    (_media, "content-type", "text/plain"),
    (_html, "unreadable-answer", "200"),
]


@pytest.mark.parametrize("write", [har, lines])
@pytest.mark.parametrize(("change", "kind", "subject"), CHANGES, ids=[row[0].__name__ for row in CHANGES])
def test_one_change_is_one_finding(
    task: Rows, tmp_path: Path, write: Callable[..., Path], change: Callable[[Rows], None], kind: str, subject: str
) -> None:
    change(task)
    found = only(check_traffic(write(tmp_path / f"calls.{'har' if write is har else 'jsonl'}", task)))
    assert (found.kind, found.subject, found.count) == (kind, subject, 1)
    assert found.first is not None


def test_paths_go_through_lists(recorded: dict[str, Rows], check: Check) -> None:
    row = next(row for row in recorded["uniapi"] if b'"data":[{"' in row["answer"])
    row = {**row, "answer": row["answer"].replace(b'"data":[{"', b'"data":[{"foo":1,"', 1)}
    assert only(check([row])).subject == "data[].foo"


def test_a_rule_that_refuses_what_was_taken_is_named_with_its_source(task: Rows, check: Check) -> None:
    _taken(task)
    found = only(check(task))
    assert found.source.startswith("https://")
    assert found.first is not None
    assert (found.first.unit, found.first.number) == ("line", 1)


def test_a_member_that_is_gone_everywhere_is_a_note(recorded: dict[str, Rows], check: Check) -> None:
    rows = [row for row in recorded["wavespeed"] if row["method"] == "POST"]
    before = check(rows)
    gone = [{**row, "answer": _without(row["answer"], "urls")} for row in rows]
    after = check(gone)
    assert after.ok
    assert [row.subject for row in after.notes if row not in before.notes] == ["data.urls"]


def _without(content: bytes, name: str) -> bytes:
    answer = json.loads(content)
    del answer["data"][name]
    return json.dumps(answer).encode()


def test_what_is_refused_by_both_agrees(check: Check) -> None:
    recorder = Recorder("uniall")
    case = first("seedance-2.0")
    send(recorder.http, replace(case, body={**case.body, "duration": 99}), recorder.gateway.api_key)
    report = check(recorder.rows)
    assert (report.ok, report.counts.refused) == (True, 1)


def test_statuses_that_say_nothing_are_apart(task: Rows, check: Check) -> None:
    error = b'{"error": {"message": "no"}}'
    rows = [{**task[0], "status": status, "answer": error} for status in (401, 402, 403, 429, 500, 503)]
    report = check(rows)
    assert report.ok, str(report)
    assert report.counts.apart == {str(row["status"]): 1 for row in rows}


def test_other_hosts_are_counted(task: Rows, check: Check) -> None:
    report = check([*task, {**task[1], "url": "https://cdn.example.com/a.mp4?signature=abc"}])
    assert (report.ok, report.counts.elsewhere) == (True, {"cdn.example.com": 1})


def test_a_gateway_elsewhere(task: Rows, tmp_path: Path) -> None:
    _member(task)
    for row in task:
        row["url"] = row["url"].replace("https://api.aijisu.cn", "http://127.0.0.1:8000/proxy")
    path = lines(tmp_path / "calls.jsonl", task)
    assert check_traffic(path).counts.elsewhere == {"127.0.0.1:8000": len(task)}
    assert only(check_traffic(path, base_urls={"uniall": "http://127.0.0.1:8000/proxy/"})).kind == "unknown-member"
    with pytest.raises(TrafficError, match="no base URL"):
        check_traffic(path, base_urls={"uniall": "nonsense"})
    with pytest.raises(LookupError):
        check_traffic(path, base_urls={"nobody": "http://127.0.0.1"})


def test_no_key_is_shown(task: Rows, tmp_path: Path) -> None:
    key = "qq-very-secret-value"
    task[0]["headers"] = {**task[0]["headers"], "authorization": f"Bearer {key}", "cookie": "session=abcdef123456"}
    said = f"the key {key} and sk-abcdefgh and abcdef123456 may not, see https://a.example/x?sig=zzz\x1b[31m"
    task[0] |= {"status": 400, "answer": json.dumps({"error": {"message": said}}).encode()}
    for write, name in ((har, "a.har"), (lines, "a.jsonl")):
        report: Report = check_traffic(write(tmp_path / name, task))
        text = json.dumps(report.to_dict()) + str(report) + repr(report)
        assert only(report).kind == "gateway-stricter"
        for secret in (key, "sk-abcdefgh", "abcdef123456", "sig=zzz", "\\u001b", "\x1b"):
            assert secret not in text


def _last_of(recorded: dict[str, Rows]) -> dict[str, Any]:
    """A query of WaveSpeed that found its task completed."""
    return next(row for row in recorded["wavespeed"] if row["method"] == "GET" and b'"completed"' in row["answer"])


@pytest.mark.parametrize(("outputs", "kind"), [([], "no-outputs"), (["a b c"], "no-link"), ("https://a.example/x.png", "wrong-type")])
def test_outputs(recorded: dict[str, Rows], check: Check, outputs: Any, kind: str) -> None:
    row = _last_of(recorded)
    data = {**json.loads(row["answer"])["data"], "outputs": outputs}
    found = check([{**row, "answer": json.dumps({**json.loads(row["answer"]), "data": data}).encode()}])
    assert kind in [finding.kind for finding in found.findings]


def test_progress_that_falls(task: Rows, check: Check) -> None:
    rows = [dict(task[1]) for _ in range(3)]
    for row, progress in zip(rows, (10, 40, 30), strict=True):
        body(row, status="processing", progress=progress)
    assert only(check(rows)).subject == "progress"


def test_an_error_of_another_shape(task: Rows, check: Check) -> None:
    found = only(check([{**task[1], "status": 404, "answer": b'{"oops": 1}'}]))
    assert (found.kind, found.subject) == ("unknown-shape", "404")


def test_refusals_with_other_numbers_are_one_finding(task: Rows, check: Check) -> None:
    rows = [{**task[0], "status": 400, "answer": json.dumps({"error": {"message": f"id req{n}x: not {n} s"}}).encode()} for n in range(5)]
    found = only(check(rows))
    assert (found.kind, found.count) == ("gateway-stricter", 5)


def test_what_neither_side_knows_is_no_finding(task: Rows, check: Check) -> None:
    report = check([{**task[0], "url": "https://api.aijisu.cn/v9/nothing", "status": 404, "answer": b"{}"}])
    assert (report.ok, report.counts.unjudged) == (True, 1)


def test_preflights_of_browsers_are_counted(task: Rows, check: Check) -> None:
    report = check([{**task[0], "method": "OPTIONS", "status": 204}])
    assert (report.ok, report.counts.preflights) == (True, 1)
