"""Contract runs that are killed with SIGKILL at their points and run again. The judge is the log of the gateway.

`UNIBIND_KILLS=300 pytest tests/contract/test_kill.py` kills that often in each test; the default fits into `make test`.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from unibind import gateway
from unibind.gateway import Behaviour
from unibind.gateway.log import Entry

from .mutants.hand import HAND

DRIVER = Path(__file__).parent / "driver.py"
GENERATED = Path(__file__).parent.parent.parent / "generated"
KILLS = int(os.environ.get("UNIBIND_KILLS", "12"))
SPEED = 2000
BUDGET = 3
EACH = 6  # kills of one state
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")


class TakesEverything(Behaviour):
    """A gateway that refuses no request."""

    def check(self, provider: Any, call: Any) -> list[Any]:
        return []


class Judge:
    """A gateway of this process, and runs against it in another."""

    def __init__(self, running: gateway.Running, family: str, folder: Path, started: subprocess.Popen[str]) -> None:
        self.running = running
        self.family = family
        self.folder = folder
        self._started = started

    def run(self, state: str, budget: int, *, at: int = 0, arrival: Callable[[Entry], bool] | None = None) -> dict[str, Any]:
        """How a run ended that dies at its point `at`, or when a request of a sort has come, before that is answered."""
        settings = {
            "base_url": self.running.base_url, "api_key": self.running.api_key, "providers": [self.running.gateway.provider],
            "families": [self.family], "budget": budget, "state": str(self.folder / f"{state}.db"), "deadly": at, "speed": SPEED,
        }  # fmt: skip
        pid = self._say(settings)["pid"]

        def look(entry: Entry) -> None:
            if arrival is not None and arrival(entry):
                os.kill(pid, signal.SIGKILL)

        self.running.log.listener = look
        return self._say(None)

    def taken(self, since: int = 0) -> int:
        """Submits that were taken, as the gateway says."""
        return sum(entry.paid for entry in list(self.running.log)[since:])

    def _say(self, line: Any) -> dict[str, Any]:
        assert self._started.stdin is not None
        assert self._started.stdout is not None
        self._started.stdin.write(json.dumps(line) + "\n")
        self._started.stdin.flush()
        found: dict[str, Any] = json.loads(self._started.stdout.readline())
        return found


Judges = Callable[..., AbstractContextManager[Judge]]


@pytest.fixture(scope="module")
def driver() -> Iterator[subprocess.Popen[str]]:
    settings = {**os.environ, "PYTHONPATH": str(GENERATED)}
    with subprocess.Popen([sys.executable, str(DRIVER)], env=settings, stdin=-1, stdout=-1, text=True) as started:
        yield started
        assert started.stdin is not None
        started.stdin.close()


@pytest.fixture
def judge(driver: subprocess.Popen[str], tmp_path: Path) -> Judges:
    @contextmanager
    def made(provider: str, family: str, behaviour: Behaviour | None = None) -> Iterator[Judge]:
        with gateway.serve(provider, clock=gateway.ScaledClock(SPEED), behaviour=behaviour or Behaviour()) as running:
            yield Judge(running, family, tmp_path, driver)

    return made


def spread(total: int, count: int) -> list[int]:
    """So many of the points from 1 to a total, evenly."""
    return sorted({1 + number * total // count for number in range(min(count, total))})


def said(report: dict[str, Any]) -> dict[tuple[str, str, str], str]:
    """The verdict of each row, but for two that depend on the moment of the kill: a task may have ended, the balance may be of another run."""
    rows = {(row["family"], row["operation"], row["subject"]): row["verdict"] for row in report["rows"]}
    return {
        key: verdict for key, verdict in rows.items() if key[2] not in ("content/not-before-completion", "account/paid-work-is-charged")
    }


def findings(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in report["rows"] if row["verdict"] not in ("kept", "not-tried")]


def open_at(points: list[str], at: int) -> bool:
    """Whether a run that dies at a point leaves a request of which nobody knows whether it was taken."""
    marks = [name.split()[:2] for name in points[:at]]
    begun, settled = (sum(mark == ["after", word] for mark in marks) for word in ("begin", "settle"))
    return begun > settled


@pytest.mark.parametrize(("provider", "family"), [("wavespeed", "uno"), ("uniall", "veo-3.1"), ("uniapi", "speech")])
def test_killed_at_its_points_and_run_again(provider: str, family: str, judge: Judges) -> None:
    with judge(provider, family) as judged:
        whole = judged.run("whole", BUDGET)
        assert judged.taken() == whole["report"]["paid"] == BUDGET
        points, billed = whole["points"], 0
        for at in spread(len(points), KILLS):
            since = len(judged.running.log)
            assert judged.run(str(at), BUDGET, at=at)["killed"], points[at - 1]
            again = judged.run(str(at), BUDGET)["report"]
            taken = judged.taken(since)
            assert findings(again) == [], points[at - 1]
            assert taken <= again["paid"] == BUDGET, points[at - 1]
            if not open_at(points, at):
                assert taken == BUDGET, points[at - 1]
                assert said(again) == said(whole["report"]), points[at - 1]
            billed += taken
        print(f"{family}: killed at {len(spread(len(points), KILLS))} of {len(points)} points, {billed} taken")


@pytest.mark.parametrize(("budget", "at_once"), [(1, 1), (4, 3)])
def test_killed_at_the_arrival_of_a_paid_request(budget: int, at_once: int, judge: Judges) -> None:
    """The request is taken, and its answer never comes: it counts, and is not sent again."""
    with judge("uniall", "veo-3.1") as judged:
        for number in range(1, at_once + 1):
            assert judged.run("state", budget, arrival=lambda entry: entry.paid)["killed"]
            assert judged.taken() == number
        again = judged.run("state", budget)["report"]
        assert judged.taken() == again["paid"] == budget
        assert findings(again) == []
        bodies = [json.dumps(entry.body, sort_keys=True) + entry.path for entry in judged.running.log.paid()]
        assert len(set(bodies)) == budget


@pytest.mark.parametrize("seed", range(max(1, KILLS // EACH)))
def test_killed_again_and_again(seed: int, judge: Judges) -> None:
    chance, budget = random.Random(seed), 6
    with judge("wavespeed", "uno") as judged:
        kills = sum(judged.run("state", budget, at=chance.randint(1, 150))["killed"] for _ in range(EACH))
        again = judged.run("state", budget)["report"]
        assert findings(again) == []
        assert judged.taken() <= again["paid"] <= budget
        print(f"seed {seed}: {kills} kills, {judged.taken()} taken, {again['paid']} counted")


WRONG = {
    "takes-everything": ("wavespeed", "uno", TakesEverything),
    **{
        mutant.id: (mutant.provider, mutant.family, mutant.make) for mutant in HAND if mutant.id in ("uno-six-images", "submit-without-key")
    },
}


@pytest.mark.parametrize("budget", [0, 1, 3])
@pytest.mark.parametrize("mutant", WRONG)
def test_what_is_taken_although_it_is_wrong_stays_within_the_budget(mutant: str, budget: int, judge: Judges) -> None:
    provider, family, behaviour = WRONG[mutant]
    with judge(provider, family, behaviour()) as judged:
        whole = judged.run("whole", budget)
        assert findings(whole["report"])
        allowed = budget or 1  # for nothing, a gateway may be wrong once
        assert judged.taken() <= allowed
        for at in spread(len(whole["points"]), max(4, KILLS // len(WRONG) // 3)):
            since = len(judged.running.log)
            judged.run(str(at), budget, at=at)
            again = judged.run(str(at), budget)["report"]
            place = whole["points"][at - 1]
            assert judged.taken(since) <= allowed, place
            assert judged.taken(since) <= again["paid"], place
            if not open_at(whole["points"], at):
                assert said({"rows": findings(again)}) == said({"rows": findings(whole["report"])}), place


def test_the_command_is_killed_and_run_again(tmp_path: Path) -> None:
    with gateway.serve("wavespeed", clock=gateway.ScaledClock(SPEED)) as running:
        words = ["-m", "unibind", "contract", "--base-url", running.base_url, "--provider", "wavespeed", "--budget", "1", "--state", str(tmp_path / "s.db"), "--json"]  # fmt: skip
        settings = {**os.environ, "PYTHONPATH": str(GENERATED), "WAVESPEED_API_KEY": running.api_key}
        with subprocess.Popen([sys.executable, *words], env=settings, stdout=subprocess.DEVNULL) as started:
            running.log.listener = lambda entry: started.kill() if entry.paid else None
        assert started.returncode == -signal.SIGKILL
        done = subprocess.run([sys.executable, *words], env=settings, capture_output=True, text=True, timeout=300, check=True)
        assert len(running.log.paid()) == json.loads(done.stdout)["paid"] == 1
