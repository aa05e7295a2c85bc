"""`unibind batch` at the keyboard and in scripts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from unibind.cli import main

from .conftest import Pool, picture, read_lines, video, write_jobs
from .test_batch_kill import DRIVER, environment


@pytest.fixture
def uniall(gateways: Pool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Pool:
    running = gateways("uniall")
    running.log.clear()
    monkeypatch.setenv("UNIALL_BASE_URL", running.base_url)
    monkeypatch.setenv("UNIALL_API_KEY", running.api_key)
    monkeypatch.chdir(tmp_path)
    return gateways


def test_a_dry_run_counts_and_sends_nothing(uniall: Pool, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    write_jobs(tmp_path / "jobs.jsonl", video("a"), video("b"), picture("c"))
    assert main(["batch", "jobs.jsonl", "-o", "out", "--dry-run", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["jobs"], found["counts"], found["submits"]) == (3, {"planned": 3}, 0)
    assert [row["jobs"] for row in found["by"]] == [2, 1]
    assert not (tmp_path / "out").exists()
    assert len(uniall("uniall").log) == 0


def test_a_run_prints_a_report_for_scripts_and_goes_on_under_a_higher_cap(
    uniall: Pool, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    write_jobs(tmp_path / "jobs.jsonl", video("a"), video("b"), picture("c"))
    words = ["batch", "jobs.jsonl", "-o", "out", "--json"]
    assert main([*words, "--max-submits", "2"]) == 12
    found = json.loads(capsys.readouterr().out)
    assert (found["counts"], found["submits"], found["stopped"]) == (
        {"downloaded": 2, "planned": 1},
        2,
        ["the cap of 2 submits is reached"],
    )
    assert main(["batch", "jobs.jsonl", "-o", "out", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"] == {"downloaded": 2, "planned": 1}
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["counts"] == {"downloaded": 3}
    assert len(uniall("uniall").log.paid()) == 3


def test_mistakes_of_the_user_are_told_without_a_traceback(uniall: Pool, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    write_jobs(tmp_path / "jobs.jsonl", video("a", duration=5), '{"id": "b", ')
    assert main(["batch", "jobs.jsonl", "-o", "out"]) == 3
    shown = capsys.readouterr().err
    assert "line 1 (a): duration" in shown
    assert "line 2: the line is not JSON" in shown
    assert main(["batch", "none.jsonl", "-o", "out"]) == 9
    write_jobs(tmp_path / "jobs.jsonl", video("a"))
    assert main(["batch", "jobs.jsonl", "-o", "out", "--retry-unknown", "nobody"]) == 9
    assert main(["batch", "jobs.jsonl", "-o", "out", "--adopt", "a"]) == 2
    assert main(["batch", "jobs.jsonl", "-o", "jobs.jsonl"]) == 9
    assert "Traceback" not in capsys.readouterr().err
    assert len(uniall("uniall").log.paid()) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs signals")
def test_ctrl_c_ends_gently_and_says_how_to_go_on(uniall: Pool, tmp_path: Path) -> None:
    running = uniall("uniall")
    jobs = write_jobs(tmp_path / "jobs.jsonl", *(video(f"v{number}") for number in range(60)))
    words = [sys.executable, str(DRIVER), "run", "batch", str(jobs), "-o", "out", "-c", "2"]
    with subprocess.Popen(
        words, env=environment({"uniall": running}), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        while len(running.log.paid()) < 3 and started.poll() is None:
            time.sleep(0.005)
        started.send_signal(signal.SIGINT)
        _, shown = started.communicate(timeout=60)
    assert started.returncode == 130, shown
    assert "go on with: unibind batch" in shown
    assert "Traceback" not in shown
    lines = [line for name in ("results.jsonl", "failures.jsonl") for line in read_lines(tmp_path / "out" / name)]
    assert len(lines) == 60
    assert {line["state"] for line in lines} <= {"planned", "taken", "succeeded", "downloaded"}
    assert main(["batch", str(jobs), "-o", "out"]) == 0
    assert len(running.log.paid()) == 60
