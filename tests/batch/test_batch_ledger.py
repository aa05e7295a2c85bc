"""The ledger as a file: who may write it, what is not taken for one, and a disk without room."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from unibind.batch import Ledger, LedgerError, read_jobs

from .conftest import Desk, video, write_jobs
from .test_batch_kill import GENERATED

_HOLD = "import sys; from pathlib import Path; from unibind.batch import Ledger; l = Ledger(Path(sys.argv[1])); print('open', flush=True); input()"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite3") as made:
        jobs = read_jobs(write_jobs(tmp_path / "jobs.jsonl", *(video(f"v{number}") for number in range(3))))
        made.merge(jobs.rows)
        made.jobs = jobs.rows  # type: ignore[attr-defined]
        yield made


def test_another_process_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    words = [sys.executable, "-c", _HOLD, str(path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(GENERATED)}) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(LedgerError, match="another process is working with"):
            Ledger(path)
        other.kill()
    Ledger(path).close()


def test_a_second_run_in_the_same_process_is_refused_too(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="another process is working with"):
        Ledger(ledger.path)


def test_every_commit_reaches_the_disk(ledger: Ledger) -> None:
    settings = [ledger._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "locking_mode")]
    assert settings == ["wal", 2, "exclusive"]


def test_a_ledger_of_another_version_is_refused(tmp_path: Path, ledger: Ledger) -> None:
    ledger._db.execute("PRAGMA user_version = 99")
    ledger.close()
    with pytest.raises(LedgerError, match="ledger version 99, this one reads 1"):
        Ledger(ledger.path)


def test_what_is_no_ledger_is_refused_and_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "notes.sqlite3"
    with sqlite3.connect(other) as opened:
        opened.execute("CREATE TABLE notes (text)")
    opened.close()
    with pytest.raises(LedgerError, match="is not the ledger of a batch"):
        Ledger(other)
    text = tmp_path / "text"
    text.write_text("no database at all, but long enough to be looked at as one" * 20)
    before = text.read_bytes()
    with pytest.raises(LedgerError, match="is not a ledger"):
        Ledger(text)
    assert text.read_bytes() == before


def test_results_without_their_ledger_are_not_paid_for_again(desk: Desk) -> None:
    desk.write(video("a"))
    desk.run()
    (desk.output / "ledger.sqlite3").unlink()
    with pytest.raises(LedgerError, match="everything would be paid for again"):
        desk.run()
    assert len(desk.fake.submits) == 1


def test_a_submit_is_written_down_with_the_state_of_its_job(ledger: Ledger) -> None:
    job, other, third = ledger.jobs  # type: ignore[attr-defined]
    written = ledger.begin(job, most=1)
    assert written is not None
    assert ledger.row(job.id).state == "submitting"
    assert ledger.begin(other, most=1) is None
    assert ledger.row(other.id).state == "planned"
    with pytest.raises(LedgerError, match="'v0' is submitting, not planned"):
        ledger.begin(job, most=None)
    ledger.settle(written, "unsent")
    assert (ledger.spent(), ledger.row(job.id).state) == (0, "planned")
    again = ledger.begin(job, most=1)
    assert again is not None
    ledger.settle(again, "taken", task={"id": "t"})
    assert (ledger.spent(), ledger.row(job.id).task) == (1, {"id": "t"})
    assert ledger.begin(third, most=1) is None


def test_a_full_disk_is_told_and_leaves_what_was_written(ledger: Ledger) -> None:
    job, other, _ = ledger.jobs  # type: ignore[attr-defined]
    written = ledger.begin(job, most=None)
    assert written is not None
    pages = ledger._db.execute("PRAGMA page_count").fetchone()[0]
    ledger._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LedgerError, match="disk is full"):
        ledger.settle(written, "taken", task={"id": "t", "body": "x" * 100_000})
    assert ledger.row(job.id).state == "submitting"
    assert ledger.row(other.id).state == "planned"
    ledger._db.execute("PRAGMA max_page_count = 100000")
    ledger.settle(written, "taken", task={"id": "t"})
    assert ledger.row(job.id).state == "taken"


def test_no_key_is_in_any_file_of_a_batch(desk: Desk) -> None:
    desk.write(video("a"), video("b"))
    desk.run()
    for path in desk.output.rglob("*"):
        assert not path.is_file() or b"sk-test" not in path.read_bytes()
