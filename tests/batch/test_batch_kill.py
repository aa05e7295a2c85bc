"""Batches that are killed with SIGKILL, at every point and at any moment. The judge is the log of the gateway.

`UNIBIND_KILLS=300 pytest tests/batch/test_batch_kill.py -k any_moment` kills that often; the default fits into `make test`.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from unibind import gateway
from unibind.batch import Ledger
from unibind.batch.ledger import Row

from .conftest import read_lines, write_jobs

DRIVER = Path(__file__).parent / "driver.py"
GENERATED = Path(__file__).parent.parent.parent / "generated"
KILLS = int(os.environ.get("UNIBIND_KILLS", "8"))
EACH = 8  # kills of one batch
JOBS = 40
ROUNDS = 3  # of sending unknown jobs again
LONGEST = 0.25  # seconds between the first request of a process and its end
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")


@pytest.fixture(params=[60])
def judges(request: pytest.FixtureRequest) -> Iterator[Mapping[str, gateway.Running]]:
    """Gateways of one test, with an account that lasts for it; their tasks are faster than documented by a factor."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(gateway.serve(name, clock=gateway.ScaledClock(request.param))) for name in ("uniall", "uniapi")}


def environment(judges: Mapping[str, gateway.Running]) -> dict[str, str]:
    settings = {f"{name.upper()}_BASE_URL": running.base_url for name, running in judges.items()}
    keys = {f"{name.upper()}_API_KEY": running.api_key for name, running in judges.items()}
    return {**os.environ, **settings, **keys, "PYTHONPATH": str(GENERATED)}


def text_of(body: Mapping[str, Any]) -> str:
    """What tells the requests apart."""
    return str(body.get("prompt") or body.get("input"))


@dataclass
class Verdict:
    """What came of one batch, by the ledger and by the logs of the gateways."""

    rows: list[Row]
    submits: Counter[str]  # by text: written down, and not surely refused
    paid: Counter[str]  # by text: taken and billed, as the gateways say
    unknown: set[str]
    output: Path

    def check(self, *, repeated: Counter[str] | None = None) -> None:
        """Nothing doubled, nothing lost, all files whole, both JSONL files complete."""
        allowed = repeated or Counter()
        for row in self.rows:
            text = text_of(row.request["body"])
            assert row.state in ("downloaded", "unknown"), row
            assert self.paid[text] <= 1 + allowed[text], f"{text} was paid {self.paid[text]} times"
            assert self.paid[text] <= self.submits[text], f"{text} was paid and not written down"
            assert row.state == "unknown" or self.paid[text] >= 1
        assert set(self.paid) <= {text_of(row.request["body"]) for row in self.rows}
        results, failures = (read_lines(self.output / name) for name in ("results.jsonl", "failures.jsonl"))
        assert [line["id"] for line in results] == [row.id for row in self.rows if row.state == "downloaded"]
        assert [line["id"] for line in failures] == [row.id for row in self.rows if row.state == "unknown"]


def verdict(output: Path, judges: Mapping[str, gateway.Running]) -> Verdict:
    with Ledger(output / "ledger.sqlite3") as ledger:
        rows = ledger.rows()
        texts = {row.id: text_of(row.request["body"]) for row in rows}
        submits = Counter(texts[row.job] for row in ledger.submits() if row.outcome not in ("refused", "unsent"))
        files = {row.id: ledger.files(row.id) for row in rows}
    mine = set(texts.values())
    entries = [entry for running in judges.values() for entry in running.log.paid() if text_of(entry.body) in mine]
    paid = Counter(text_of(entry.body) for entry in entries)
    tasks = {entry.task: text_of(entry.body) for entry in entries if entry.operation == "createVideoGeneration"}
    for row in rows:
        if row.task is not None:
            assert tasks[row.task["id"]] == texts[row.id], "a job has the task of another"
        if row.state == "downloaded":
            assert files[row.id], row
            assert [(output / file.name).read_bytes() for file in files[row.id]] == [content(row, output, judges)]
    return Verdict(rows, submits, paid, {row.id for row in rows if row.state == "unknown"}, output)


def content(row: Row, output: Path, judges: Mapping[str, gateway.Running]) -> bytes:
    """The output of a job as the gateway has it."""
    service = judges[row.provider].gateway.service
    if row.operation == "createSpeech":
        saved = (output / "files" / f"{row.id}.wav").read_bytes()
        assert saved[:4] == b"RIFF"
        assert int.from_bytes(saved[4:8], "little") + 8 == len(saved)
        return saved
    body = json.dumps(row.task) if row.task else (output / str(row.answer)).read_text("utf-8")
    known = service.files.get(re.findall(r"/media/[^\"]+", body)[0])
    assert known is not None
    return service.files.content(known).content


def requests(count: int) -> list[dict[str, Any]]:
    """Tasks, direct answers with links, and direct answers that are files."""
    kinds: list[dict[str, Any]] = [
        {"provider": "uniall", "model": "veo3.1-video-720p", "duration": 8, "size": "720p"},
        {"provider": "uniall", "operation": "generateImage", "model": "NanoBanana2-2K"},
        {"provider": "uniapi", "operation": "createSpeech", "model": "tts-1", "voice": "alloy"},
    ]
    return [{"id": f"job-{number}", **kinds[number % 3]} for number in range(count)]


def with_text(row: dict[str, Any], text: str) -> dict[str, Any]:
    return {**row, ("input" if row.get("operation") == "createSpeech" else "prompt"): text}


@pytest.mark.parametrize("judges", [1000], indirect=True)
def test_killed_at_every_point(tmp_path: Path, judges: Mapping[str, gateway.Running]) -> None:
    rows = [{**row, "text": "input" if row.get("operation") == "createSpeech" else "prompt"} for row in requests(3)]
    words = [sys.executable, str(DRIVER), "points", str(tmp_path), json.dumps(rows)]
    done = subprocess.run(words, env=environment(judges), capture_output=True, text=True, timeout=300, check=True)
    points, *ends = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(ends) == len(points) + 1 > 60
    assert {"before commit submitting", "after commit settle-taken", "before submit", "after binary"} <= set(points)
    for number, end in enumerate(ends):
        point = points[number - 1] if number else ""
        assert end["killed"] is bool(number)
        found = verdict(tmp_path / str(number) / "out", judges)
        found.check()
        assert len(found.unknown) == (1 if _leaves_unknown(points, number) else 0), f"killed at {number}: {point}"
        assert end["then"] == (3 if found.unknown else 0)


def _leaves_unknown(points: list[str], number: int) -> bool:
    """Whether a kill at a point falls between the commit before a submit and what is known after it."""
    passed = points[:number]
    if "after commit submitting" not in passed:
        return False
    since = passed[len(passed) - passed[::-1].index("after commit submitting") :]
    if "after commit settle-taken" in since:
        return False
    # A direct answer whose file is whole is found again; it is saved right after `binary` has given it.
    return "after binary" not in since or since[-1] == "after binary"


@pytest.mark.parametrize("seed", range((KILLS + EACH - 1) // EACH))
def test_killed_at_any_moment(seed: int, tmp_path: Path, judges: Mapping[str, gateway.Running]) -> None:
    chance = random.Random(seed)
    jobs = write_jobs(tmp_path / "jobs.jsonl", *(with_text(row, f"{seed}:{row['id']}") for row in requests(JOBS)))
    output = tmp_path / "out"
    words = [sys.executable, str(DRIVER), "run", "batch", str(jobs), "-o", str(output), "-c", "3"]
    kills = sum(_killed(words, judges, chance, output) for _ in range(EACH))
    ended = _ended(words, judges)
    found = verdict(output, judges)
    found.check()
    assert ended.returncode == (6 if found.unknown else 0), ended.stderr
    assert all(id in ended.stderr for id in sorted(found.unknown)[:20])
    last, repeated = found, Counter[str]()
    for _ in range(ROUNDS):  # under load, a connection may break off and leave an unknown job once more
        if last.unknown:
            repeated.update(f"{seed}:{id}" for id in last.unknown)
            ended = _ended([*words, *(word for id in sorted(last.unknown) for word in ("--retry-unknown", id))], judges)
            last = verdict(output, judges)
            last.check(repeated=repeated)
    assert not last.unknown
    assert ended.returncode == 0, ended.stderr
    lost = sum(found.paid[f"{seed}:{id}"] for id in found.unknown)
    print(
        f"seed {seed}: {kills} kills, {JOBS} jobs, {sum(found.paid.values())} billed, {len(found.unknown)} unknown, {lost} of those billed"
    )


def _ended(words: list[str], judges: Mapping[str, gateway.Running]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, env=environment(judges), capture_output=True, text=True, timeout=300, check=False)


def _killed(words: list[str], judges: Mapping[str, gateway.Running], chance: random.Random, output: Path) -> bool:
    """Start a run and kill it at some moment of its work; whether it was still alive."""
    begun = {name: len(running.log) for name, running in judges.items()}
    with subprocess.Popen(words, env=environment(judges), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as started:
        while started.poll() is None and all(len(running.log) == begun[name] for name, running in judges.items()):
            time.sleep(0.002)  # until the first request has come
        time.sleep(chance.uniform(0, LONGEST))
        alive = started.poll() is None
        started.kill()
    return alive
