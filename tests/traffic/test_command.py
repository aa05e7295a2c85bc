"""`unibind traffic` as scripts and people meet it."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from unibind.cli import main
from unibind.cli.exits import Exit

from .conftest import Rows
from .recorder import har, lines


def test_explained(task: Rows, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["traffic", str(har(tmp_path / "a.har", task))]) == Exit.OK
    assert capsys.readouterr().out == ""


def test_findings(task: Rows, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    task[1]["answer"] = json.dumps({**json.loads(task[1]["answer"]), "foo": 1}).encode()
    paths = [str(har(tmp_path / "a.har", task)), str(lines(tmp_path / "b.jsonl", task))]
    assert main(["traffic", *paths]) == Exit.FINDINGS
    row = capsys.readouterr().out.split("\t")
    assert row[:6] == ["unknown-member", "uniall", "retrieveVideo", "foo", "2", f"{paths[0]} entry 2"]
    assert main(["traffic", *paths, "--json"]) == Exit.FINDINGS
    data: Any = json.loads(capsys.readouterr().out)
    assert data["findings"][0]["first"] == {"file": paths[0], "entry": 2}
    assert data["counts"]["exchanges"] == 2 * len(task)


def test_stdin(task: Rows, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (har(tmp_path / "a.har", task), lines(tmp_path / "b.jsonl", task)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
        assert main(["traffic", "-", "--json"]) == Exit.OK
        assert json.loads(capsys.readouterr().out)["counts"]["taken"] == len(task)


@pytest.mark.parametrize("words", [["nowhere.har"], ["a.har", "--provider", "unial"], ["a.har", "--base-url", "http://127.0.0.1"]])
def test_wrong_words(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["traffic", *words]) == Exit.USAGE
    assert capsys.readouterr().err.startswith("error: ")


def test_a_base_url(task: Rows, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for row in task:
        row["url"] = row["url"].replace("https://api.aijisu.cn", "http://127.0.0.1:8000")
    path = str(har(tmp_path / "a.har", task))
    for words in (["--base-url", "uniall=http://127.0.0.1:8000"], ["--provider", "uniall", "--base-url", "http://127.0.0.1:8000"]):
        assert main(["traffic", path, *words, "--json"]) == Exit.OK
        assert json.loads(capsys.readouterr().out)["counts"]["taken"] == len(task)
