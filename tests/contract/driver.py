"""Runs contracts in children that are killed with SIGKILL: by themselves at a chosen point, or by whoever reads their process id.

Each line on stdin is the settings of one run. The answer is two lines: the process id of the child, which waits for a line on stdin before
it begins, and how it ended.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any

import httpx  # noqa: F401  (imported here so that no child has to)
from unibind.contract import ScaledWait, probes, run_contract
from unibind.contract.exchange import Wire
from unibind.contract.ledger import Ledger
from unibind.contract.purchases import purchases


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
        """Before and after each request and each thing that is written down."""
        self._around(Wire, "_once", lambda _, method, url, *__: f"{method} {url.rpartition('/')[2]}")
        self._around(Ledger, "begin", lambda *_, valid: f"begin {'valid' if valid else 'invalid'}")
        self._around(Ledger, "settle", lambda _, number, outcome, task=None: f"settle {outcome}")
        self._around(Ledger, "done", lambda *_: "done")

    def _around(self, owner: Any, name: str, label: Callable[..., str]) -> None:
        inner = getattr(owner, name)

        def outer(*values: Any, **named: Any) -> Any:
            self(f"before {label(*values, **named)}")
            result = inner(*values, **named)
            self(f"after {label(*values, **named)}")
            return result

        setattr(owner, name, outer)


def held(settings: dict[str, Any]) -> dict[str, Any]:
    """The report of one run and the points that it passed."""
    points, wait = Points(settings.pop("deadly")), ScaledWait(settings.pop("speed"))
    points.install()
    report = run_contract(**settings, wait=wait)
    return {"report": report.to_dict(), "points": points.names}


def child(settings: dict[str, Any]) -> dict[str, Any]:
    """A run in a fork of this process."""
    start, result = os.pipe(), os.pipe()
    pid = os.fork()
    if not pid:
        os.read(start[0], 1)
        try:
            with os.fdopen(result[1], "w") as answer:
                json.dump(held(settings), answer, default=str)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(result[1])
    print(json.dumps({"pid": pid}), flush=True)
    sys.stdin.readline()
    os.write(start[1], b"!")
    with os.fdopen(result[0]) as answer:
        text = answer.read()
    status = os.waitpid(pid, 0)[1]
    for end in start:
        os.close(end)
    return {"killed": os.WIFSIGNALED(status), **(json.loads(text) if text else {})}


def warm(settings: dict[str, Any]) -> None:
    """Work out here what every child would: the requests of the families."""
    for provider in settings["providers"]:
        for family in settings["families"] or probes.by_family(provider):
            probes.groups(provider, family)
            purchases(provider, family).get(settings["budget"])


if __name__ == "__main__":
    for line in sys.stdin:
        wanted = json.loads(line)
        warm(wanted)
        print(json.dumps(child(wanted)), flush=True)
