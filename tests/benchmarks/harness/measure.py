"""Interleaved samples of the contestants of a row."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from .question import Row
from .worker import CODA, PRELUDE

ROOT = Path(__file__).parents[3]
Sample = dict[str, float]


def environment() -> dict[str, str]:
    """That of the contestants. Packages are compiled when they are installed, so ours is too, in the first round."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class Failed(Exception):
    """A contestant that could not be measured."""


@dataclass(slots=True)
class Result:
    """Samples of each contestant, round by round."""

    row: Row
    samples: dict[str, list[Sample]]
    failures: dict[str, str] = field(default_factory=dict)

    def ratio(self, name: str, metric: str) -> float | None:
        """Median over the rounds of the ratio to the first contestant."""
        pairs = zip(self.samples.get(name, ()), self.samples.get(self.row.base, ()), strict=False)
        ratios = [mine[metric] / base[metric] for mine, base in pairs if metric in mine and base.get(metric)]
        return statistics.median(ratios) if ratios else None

    def absolute(self, name: str, metric: str) -> float | None:
        """Median of the figure itself: seconds a call, megabytes, or what the work returned."""
        figures = [sample[metric] for sample in self.samples.get(name, ()) if metric in sample]
        if not figures:
            return None
        return statistics.median(figures) / (self.row.calls if metric == "cpu" else 1)


@contextmanager
def server() -> Iterator[str]:
    """The loopback server; gives its origin."""
    command = [sys.executable, "-m", "tests.benchmarks.harness.server"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def measure(question: str, number: int, row: Row, url: str, rounds: int | None = None, calls: int | None = None) -> Result:
    """Samples of a row; the first round warms up and is not counted."""
    result = Result(row, {name: [] for name in row.contestants})
    with ExitStack() as opened:
        takers = {name: _taker(question, number, row, name, url, opened) for name in row.contestants}
        for index in range((rounds or row.rounds) + 1):
            for name in random.sample(list(takers), len(takers)):
                try:
                    sample = takers[name](calls or row.calls)
                except Failed as failed:
                    result.failures[name] = str(failed)
                    del takers[name]
                    continue
                if index:
                    result.samples[name].append(sample)
    return result


def _taker(question: str, number: int, row: Row, name: str, url: str, opened: ExitStack) -> Callable[[int], Sample]:
    work = row.contestants[name]
    if isinstance(work, str):
        return lambda calls: _script(work, url)
    process = opened.enter_context(_worker(question, number, name, url))
    return lambda calls: _ask(process, calls)


def _script(source: str, url: str) -> Sample:
    code = PRELUDE.format(url=url) + source + CODA
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(done.stderr.strip())
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def _worker(question: str, number: int, name: str, url: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.benchmarks.harness.worker", question, str(number), name, url]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()  # ready, or ended, which the first question finds out
            yield process
        finally:
            process.terminate()


def _ask(process: subprocess.Popen[str], calls: int) -> Sample:
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        process.stdin.write(f"{calls}\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())
    except (OSError, ValueError):
        process.kill()
        with suppress(OSError):  # what was not taken any more is in its buffer
            process.stdin.close()
        raise Failed(process.stderr.read().strip()) from None
