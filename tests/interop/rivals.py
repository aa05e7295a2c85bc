"""What other people's tools find of the gateways with one bug, and what they submit for it: `make rivals`.

They get the best that we know of for them: the dialect of the document that is made for tools, cut to the family that the bug is in,
and, for Prism, which sends nothing itself, the happy requests and near misses of the contract runner.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import median

from unibind.gateway import Behaviour, Running
from unibind.testing.stage import Stage

from tests.contract.mutants.hand import HAND, Hand

from . import fuzzing, limits, proxied, scope
from .prism import prism

EXAMPLES = 10  # more find little more and cost a multiple of the paid submits
SEED = 1
Found = set[tuple[str, ...]]


@dataclass(frozen=True)
class Outcome:
    """What one tool made of one gateway.

    Attributes:
        found: Whether it said something that it does not say about the correct gateway.
        paid: Submits that the gateway's log says were billed.
        seconds: How long it took.
    """

    tool: str
    mutant: Hand
    found: bool
    paid: int
    seconds: float


class Rivals:
    """The tools on the requests of one family; each knows what it says about the correct gateway."""

    def __init__(self, stage: Stage, provider: str, family: str, folder: Path) -> None:
        self.stage, self.provider, self.folder = stage, provider, folder
        self.document = folder / f"{provider}-{family}.json"
        self.document.write_text(json.dumps(scope.cut(provider, family)), "utf-8")
        self.requests = proxied.requests(provider, family)
        self.url = ""
        self.tools: dict[str, Callable[[Running], Found]] = {"schemathesis": self.schemathesis, "prism": self.prism}

    @contextmanager
    def ready(self) -> Iterator[None]:
        """Prism is up, in front of the place of the gateways."""
        with prism("proxy", self.document, self._gateway(Behaviour()).base_url) as self.url:
            self.usual = {name: self._run(tool, Behaviour())[0] for name, tool in self.tools.items()}
            yield

    def outcomes(self, mutant: Hand) -> Iterator[Outcome]:
        for name, tool in self.tools.items():
            began = time.perf_counter()
            found, paid = self._run(tool, mutant.behaviour())
            yield Outcome(name, mutant, bool(found - self.usual[name]), paid, time.perf_counter() - began)

    def schemathesis(self, running: Running) -> Found:
        report = fuzzing.run(running, self.document, self.folder, ("--no-shrink", f"--max-examples={EXAMPLES}", f"--seed={SEED}"))
        told = [row for row in report.failures if limits.explained(self.provider, row) is None]
        return {(row.label, row.check) for row in told} | {("broke", *row[:2]) for row in report.errors}

    def prism(self, running: Running) -> Found:
        return proxied.findings(self.url, running, self.requests)

    def _run(self, tool: Callable[[Running], Found], behaviour: Behaviour) -> tuple[Found, int]:
        running = self._gateway(behaviour)
        return tool(running), len(running.log.paid())

    def _gateway(self, behaviour: Behaviour) -> Running:
        return self.stage.play(self.provider, {"behaviour": behaviour, "quota": 10**15}).running


def measured(mutants: Sequence[Hand]) -> Iterator[Outcome]:
    """What each tool made of each gateway, family by family."""
    rows = sorted(mutants, key=_home)
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage()
        try:
            for (provider, family), members in groupby(rows, key=_home):
                rivals = Rivals(stage, provider, family, Path(folder))
                with rivals.ready():
                    for mutant in members:
                        yield from rivals.outcomes(mutant)
        finally:
            stage.close()


def _home(mutant: Hand) -> tuple[str, str]:
    return mutant.provider, mutant.family


def table(outcomes: Sequence[Outcome]) -> str:
    """A row a sort of bug and tool."""
    tools = list(dict.fromkeys(row.tool for row in outcomes))
    lines = [f"{'':<10}{'bugs':>6}" + "".join(f"{tool:>14}" for tool in tools)]
    for sort in (*dict.fromkeys(row.mutant.sort for row in outcomes), "all"):
        rows = [row for row in outcomes if sort in (row.mutant.sort, "all")]
        found = Counter(row.tool for row in rows if row.found)
        lines.append(f"{sort:<10}{len(rows) // len(tools):>6}" + "".join(f"{found[tool]:>14}" for tool in tools))
    for name, value in (("paid", lambda row: row.paid), ("seconds", lambda row: row.seconds)):
        medians = {tool: median(value(row) for row in outcomes if row.tool == tool) for tool in tools}
        lines.append(f"{name:<16}" + "".join(f"{medians[tool]:>14.1f}" for tool in tools) + "  (median a gateway)")
    return "\n".join(lines)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("mutants", nargs="*", help="ids of mutants; all by default")
    options.add_argument("--json", type=Path, help="where the outcomes go, one a line")
    given = options.parse_args()
    outcomes: list[Outcome] = []
    for row in measured([mutant for mutant in HAND if not given.mutants or mutant.id in given.mutants]):
        outcomes.append(row)
        print(f"{row.mutant.id:<40} {row.tool:<14} {'found' if row.found else '-':<6} {row.paid:>6} paid {row.seconds:>7.1f} s", flush=True)
        if given.json:
            told = {"mutant": row.mutant.id, "tool": row.tool, "found": row.found, "paid": row.paid, "seconds": round(row.seconds, 2)}
            with given.json.open("a", encoding="utf-8") as file:
                file.write(json.dumps(told) + "\n")
    print(table(outcomes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
