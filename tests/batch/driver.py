"""Runs batches in a process of its own: as a command, or in children that end themselves with SIGKILL at a chosen point.

driver.py run WORDS...             the command line, with tasks that are asked about often
driver.py points FOLDER REQUESTS   for each point k of a run of REQUESTS: a batch in FOLDER/k that is killed there, and run again
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from unibind._async.client import AsyncClient
from unibind._core import dispatch
from unibind.batch import names, run_batch
from unibind.batch.ledger import Ledger
from unibind.cli import main

POLL = (0.005, 0.02)


def often() -> None:
    for name in ("uniall", "uniapi", "wavespeed"):
        tasks: Any = dispatch.provider(name).tasks
        for key, row in list(tasks.items()):
            tasks[key] = replace(row, poll=POLL)


class Points:
    """Counts the points that a run passes, and kills the process at one of them."""

    def __init__(self, deadly: int) -> None:
        self.deadly = deadly
        self.names: list[str] = []

    def __call__(self, name: str) -> None:
        self.names.append(name)
        if len(self.names) == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    def install(self) -> None:
        """Before and after each commit, each submit, and each file that is made safe or moved."""
        self._around(Ledger, "_commit", lambda _, what: f"commit {what}")
        self._around(names, "secure", lambda path: f"secure {path.suffix}")
        self._around(Path, "replace", lambda path, _: f"replace {path.suffix}")
        for name in ("submit", "binary"):
            self._around_async(AsyncClient, name)

    def _around(self, owner: Any, name: str, label: Callable[..., str]) -> None:
        inner = getattr(owner, name)

        def outer(*values: Any, **named: Any) -> Any:
            self(f"before {label(*values)}")
            result = inner(*values, **named)
            self(f"after {label(*values)}")
            return result

        setattr(owner, name, outer)

    def _around_async(self, owner: Any, name: str) -> None:
        inner = getattr(owner, name)

        async def outer(*values: Any, **named: Any) -> Any:
            self(f"before {name}")
            task = asyncio.ensure_future(inner(*values, **named))
            result = await task
            self(f"after {name}")
            return result

        setattr(owner, name, outer)


def child(folder: Path, deadly: int) -> int:
    """Run a batch in a fork that dies at a point; the point's name is left in a file. Returns the wait status."""
    pid = os.fork()
    if pid:
        return os.waitpid(pid, 0)[1]
    code = 1
    try:
        points = Points(deadly)
        points.install()
        report = run_batch(folder / "jobs.jsonl", folder / "out", concurrency=1)
        (folder / "points.json").write_text(json.dumps(points.names))
        code = 0 if report.ok else 3
    finally:
        os._exit(code)


def points(folder: Path, requests: list[dict[str, Any]]) -> None:
    """Kill a run at each of its points, and print how the next one ended."""
    run_batch(prepared(folder / "warm", requests) / "jobs.jsonl", folder / "warm" / "out")  # children find everything imported
    number, total = 0, 1
    while number < total:
        here = prepared(folder / str(number), requests)
        first = child(here, number)
        if number == 0:
            passed = json.loads((here / "points.json").read_text())
            print(json.dumps(passed))
            total = len(passed) + 1
        print(json.dumps({"killed": os.WIFSIGNALED(first), "then": os.waitstatus_to_exitcode(child(here, 0))}))
        number += 1


def prepared(folder: Path, requests: list[dict[str, Any]]) -> Path:
    """A folder with a job file, whose texts are of this folder alone."""
    folder.mkdir()
    rows = [{**row, row.pop("text"): f"{folder.name}-{row['id']}"} for row in map(dict, requests)]
    (folder / "jobs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


if __name__ == "__main__":
    often()
    if sys.argv[1] == "run":
        sys.exit(main(sys.argv[2:]))
    points(Path(sys.argv[2]), json.loads(sys.argv[3]))
