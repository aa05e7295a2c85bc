"""Formats as browsers, proxies and scripts write them: whole, cut, compressed, broken, and of any size."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from unibind.traffic import TrafficError, check_traffic, har

from .conftest import Check, Rows, kinds, only
from .recorder import as_request, as_response, lines

EDITS = "https://api.uniapi.io/v1/images/edits"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def write(path: Path, *entries: Any) -> Path:
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}), "utf-8")
    return path


def entry(row: dict[str, Any], **response: Any) -> dict[str, Any]:
    made = {"request": as_request(row), "response": as_response(row)}
    made["response"]["content"] |= response
    return made


def test_broken_lines_are_named_and_skipped(task: Rows, tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", task)
    good = path.read_text("utf-8").splitlines()
    bad = [
        "{",
        "[1]",
        '{"method": "GET"}',
        '{"method": "GET", "url": "/x", "status": "ok"}',
        "[" * 100_000,
        '{"method": "GET", "url": "x"}',
    ]
    path.write_text("\n".join([good[0], *bad, "", *good[1:]]), "utf-8")
    report = check_traffic(path)
    assert report.counts.taken == len(task)
    assert {row.kind for row in report.findings} == {"unreadable"}
    assert len(report.findings) == len(bad)
    assert sorted(row.first.number for row in report.findings if row.first) == [2, 3, 4, 5, 6, 7]


def test_a_har_that_breaks_off_is_read_as_far_as_it_goes(task: Rows, tmp_path: Path) -> None:
    path = write(tmp_path / "a.har", *map(entry, task))
    path.write_text(path.read_text("utf-8")[:-200], "utf-8")
    report = check_traffic(path)
    assert report.counts.taken == len(task) - 1
    found = only(report)
    assert (found.kind, found.first and found.first.number) == ("unreadable", len(task))


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"log": 1}', '{"log": {"version": "1.2"}}', '{"log": {"entries": {}}}', "\0\xff", "{" * 9999]
)
def test_what_is_no_har_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.har"
    path.write_text(text, "utf-8")
    with pytest.raises(TrafficError, match=r"a\.har is no HAR"):
        check_traffic(path)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.har", tmp_path):
        with pytest.raises(TrafficError):
            check_traffic(path)


def test_entries_come_while_the_file_is_read() -> None:
    """A hundred MB of entries never stand in memory together."""

    class Endless(io.TextIOBase):
        def __init__(self) -> None:
            self.pieces = self._made()
            self.given = 0

        def _made(self) -> Iterator[str]:
            yield '{"log": {"creator": {"name": "x"}, "entries": ['
            while True:
                yield json.dumps({"request": {"method": "GET", "url": "https://a.example/" + "x" * 1000}}) + ","

        def read(self, size: int | None = -1) -> str:
            piece = next(self.pieces)
            self.given += len(piece)
            return piece

    file = Endless()
    found = har.read(file, "a.har")  # type: ignore[arg-type]
    for _ in range(50):
        next(found)
    assert file.given < 60 * 1200


@pytest.mark.parametrize("size", [1, 7, 64])
def test_values_may_be_cut_anywhere(size: int, task: Rows) -> None:
    task[0]["sent"] = json.dumps({**json.loads(task[0]["sent"]), "prompt": 'ä"\\ {[ 🎈' * 3}).encode()
    text = json.dumps({"log": {"pages": [1.5e3, True, None, "]"], "entries": [entry(row) for row in task], "comment": ""}, "x": -12})

    class Slow(io.StringIO):
        def read(self, _: int | None = -1) -> str:
            return super().read(size)

    assert [str(row.position) for row in har.read(Slow(text), "a") if not hasattr(row, "reason")] == [
        f"a entry {number}" for number in range(1, len(task) + 1)
    ]


def test_bodies_in_base64_and_compressed(task: Rows, tmp_path: Path) -> None:
    row = task[1]
    changed = json.dumps({**json.loads(row["answer"]), "foo": 1}).encode()
    deflated = zlib.compress(changed)
    for coding, content in (("gzip", gzip.compress(changed)), ("deflate", deflated), ("", changed), ("br", changed)):
        row = {**row, "answer_headers": {"content-type": "application/json", "content-encoding": coding}}
        made = entry(row, text=base64.b64encode(content).decode(), encoding="base64", size=len(changed))
        assert only(check_traffic(write(tmp_path / "a.har", made))).subject == "foo"
    unknown = entry(row, text=base64.b64encode(b"\x8b\xff\x00" * 9).decode(), encoding="base64", size=400)
    report = check_traffic(write(tmp_path / "a.har", unknown))
    assert (report.ok, dict(report.bodies)) == (True, {"encoded": 1})


def test_bodies_that_were_cut_or_not_kept_are_counted(task: Rows, tmp_path: Path) -> None:
    cut = entry(task[1], text='{"id": "a', size=400)
    lost = entry(task[1], text=None, size=400)
    del lost["response"]["content"]["text"]
    report = check_traffic(write(tmp_path / "a.har", cut, lost))
    assert (report.ok, dict(report.bodies), report.counts.taken) == (True, {"cut": 1, "missing": 1}, 2)


def test_answers_that_are_missing_are_counted(task: Rows, tmp_path: Path) -> None:
    entries = [{"request": as_request(task[0])}, {**entry(task[0]), "response": {"status": 0, "_error": "net::ERR_FAILED"}}]
    assert check_traffic(write(tmp_path / "a.har", *entries)).counts.no_answer == 2


def test_requests_without_their_body_are_not_judged(task: Rows, tmp_path: Path) -> None:
    for status, answer in ((200, task[0]["answer"]), (400, b'{"error": {"message": "no"}}')):
        made = entry({**task[0], "status": status, "answer": answer})
        del made["request"]["postData"]
        report = check_traffic(write(tmp_path / "a.har", made))
        assert (report.ok, report.counts.unjudged) == (True, 1)


def _edit(post: dict[str, Any]) -> dict[str, Any]:
    request = {"method": "POST", "url": EDITS, "headers": [], "postData": post}
    return {"request": request, "response": {"status": 200, "headers": [], "content": {"size": 0}}}


def test_forms_as_browsers_record_them(tmp_path: Path) -> None:
    fields = [{"name": "model", "value": "gpt-image-1"}, {"name": "prompt", "value": "a hat"}, {"name": "foo", "value": "1"}]
    for value in ({"value": "(binary)"}, {}):
        file = {"name": "image", "fileName": "a.png", "contentType": "image/png", **value}
        report = check_traffic(write(tmp_path / "a.har", _edit({"mimeType": "multipart/form-data", "params": [*fields, file]})))
        assert kinds(report) == [("unknown-field", 1), ("unreadable-answer", 1)], str(report)


@pytest.mark.parametrize("boundary", ["; boundary=xyz", ""])
def test_forms_as_proxies_record_them(boundary: str, tmp_path: Path) -> None:
    parts = [b'name="model"\r\n\r\ngpt-image-1', b'name="foo"\r\n\r\n1', b'name="prompt"\r\n\r\na hat']
    parts.append(b'name="image"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n' + PNG)
    content = b"".join(b"--xyz\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts) + b"--xyz--\r\n"
    post = {"mimeType": f"multipart/form-data{boundary}", "text": base64.b64encode(content).decode(), "encoding": "base64"}
    assert kinds(check_traffic(write(tmp_path / "a.har", _edit(post)))) == [("unknown-field", 1), ("unreadable-answer", 1)]


def test_streams_are_held_against_their_events(recorded: dict[str, Rows], check: Check) -> None:
    url = "https://api.uniapi.io/v1/chat/completions"
    row = next(row for row in recorded["uniapi"] if row["url"] == url and row["status"] == 200)
    event = {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": {"content": "a", "foo": 1}}],
    }
    answer = f"data: {json.dumps(event)}\n\ndata: [DONE]\n\n".encode()
    sent = json.dumps({**json.loads(row["sent"]), "stream": True}).encode()
    report = check([{**row, "sent": sent, "answer": answer, "answer_headers": {"content-type": "text/event-stream"}}])
    assert only(report).subject == "choices[].delta.foo"


def test_a_query_needs_no_body(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    row = {"method": "GET", "url": "https://api.aijisu.cn/v1/videos/t1", "status": 200, "response": {"id": "t1", "status": "queued"}}
    path.write_text(json.dumps(row), "utf-8")
    assert check_traffic(path).counts.taken == 1


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.gz", "a.har.gz"])
def test_compressed_recordings_are_read(name: str, tmp_path: Path) -> None:
    row = {"method": "GET", "url": "https://api.aijisu.cn/v1/videos/t1", "status": 200, "response": {"id": "t1", "status": "queued"}}
    entry = {"request": {**row, "headers": []}, "response": {"status": 200, "content": {"text": json.dumps(row["response"])}}}
    text = json.dumps({"log": {"entries": [entry]}} if ".har" in name else row)
    path = tmp_path / name
    path.write_bytes(packed := gzip.compress(text.encode()))
    report = check_traffic(path)
    assert (report.ok, report.counts.taken) == (True, 1)
    path.write_bytes(packed[:-12])
    with pytest.raises(TrafficError, match=name):
        check_traffic(path)


@pytest.mark.parametrize("answer", [{"status": "completed"}, {"status": "completed", "video_url": ""}])
def test_a_video_that_is_ready_has_a_link(answer: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    row = {"method": "GET", "url": "https://api.aijisu.cn/v1/videos/t1", "status": 200, "response": {"id": "t1", **answer}}
    path.write_text(json.dumps(row), "utf-8")
    assert kinds(check_traffic(path)) == [("no-outputs", 1)]


def test_a_body_that_is_no_json_is_called_so(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    answer = {"id": "task_1", "status": "queued"}
    row = {"method": "POST", "url": "https://api.aijisu.cn/v1/video/generations", "request": '{"model":', "status": 200, "response": answer}
    path.write_text(json.dumps(row), "utf-8")
    (finding,) = check_traffic(path).findings
    assert (finding.kind, finding.subject) == ("spec-stricter", "createVideoGeneration/body:type")
    assert "must be an object" in finding.message
    assert "file" not in finding.message
