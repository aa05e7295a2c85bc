"""`make curve`: contract runs against every gateway with one bug; how many bugs are found after how many paid submits.

A run is about one family. It goes on with its own state at each larger budget, until it finds something; `billed` is the most that the
log of any of those gateways says was billed by then.
Bugs that no run found are listed with the reason, or with the request that would tell them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from statistics import median

from unibind import gateway
from unibind.contract import Row, SteppedWait, run_contract

from tests.rules.requests import PROVIDERS

from .mutants import systematic
from .mutants.hand import HAND

BUDGETS = (0, 1, 2, 3, 5, 8, 13, 21, 34, 55)


@dataclass(frozen=True)
class Job:
    """One gateway with one bug.

    Attributes:
        name: Id of a hand-made one, empty for the others.
        number: Place of a systematic one in its family.
    """

    provider: str
    family: str
    name: str = ""
    number: int = -1

    def behaviour(self) -> gateway.Behaviour:
        """What the gateway does; new at each call."""
        if self.name:
            return next(row for row in HAND if row.id == self.name).behaviour()
        return self.mutant.behaviour()

    @property
    def mutant(self) -> systematic.Mutant:
        return systematic.mutants(self.provider, self.family)[self.number]

    def __str__(self) -> str:
        return self.name or str(self.mutant)


@dataclass(frozen=True)
class Found:
    """What a run made of it.

    Attributes:
        budget: The least of the budgets that was enough; None when none was.
        billed: Submits that the gateway took.
        row: What was said.
    """

    job: Job
    budget: int | None
    billed: int
    row: str = ""


class _Enough(Exception):
    def __init__(self, row: Row) -> None:
        super().__init__()
        self.row = row


def _stop(row: Row) -> None:
    if row.is_finding:
        raise _Enough(row)


def found(job: Job, budgets: Sequence[int]) -> Found:
    """Run the contract against a gateway, with the smallest budget first."""
    clock = gateway.ManualClock()
    made = gateway.Gateway(job.provider, clock=clock, behaviour=job.behaviour())
    with tempfile.TemporaryDirectory() as folder:
        for budget in budgets:
            try:
                run_contract(
                    made.base_url, made.api_key, (job.provider,), families=(job.family,), budget=budget, state=Path(folder) / "state.db",
                    transport=made.sync_transport(), wait=SteppedWait(clock.advance), on_row=_stop,
                )  # fmt: skip
            except _Enough as stop:
                return Found(job, budget, len(made.log.paid()), str(stop.row))
    return Found(job, None, len(made.log.paid()))


def jobs(only: Sequence[str]) -> list[Job]:
    """Every gateway with one bug, or those of some families."""
    hand = [Job(row.provider, row.family, name=row.id) for row in HAND]
    rows = [
        Job(provider, family.id, number=mutant.number)
        for provider in PROVIDERS
        for family in systematic.families(provider)
        if not only or family.id in only
        for mutant in systematic.mutants(provider, family.id)
    ]
    return [*(job for job in hand if not only or job.family in only), *rows]


def _found(work: tuple[Job, Sequence[int]]) -> Found:
    return found(*work)


def _sort(row: Found) -> str:
    """What sort of bug it is; what was found for nothing accepts something, the rest is looked at."""
    if row.job.name:
        return "by hand"
    if row.budget == 0:
        return "relaxed"
    return "tightened" if row.budget is not None else systematic.effect(row.job.mutant).sort


def curve(rows: Sequence[Found], sorts: Sequence[str], budgets: Sequence[int]) -> Iterator[str]:
    """A line a budget: how many bugs of each sort were found with at most that many paid submits."""
    kinds = ["by hand", "relaxed", "moved", "tightened"]
    totals = Counter(sorts)
    yield f"{'budget':>12}{'billed':>12}" + "".join(f"{kind:>12}" for kind in kinds)
    for budget in budgets:
        done = [(row, sort) for row, sort in zip(rows, sorts, strict=True) if row.budget is not None and row.budget <= budget]
        counts = Counter(sort for _, sort in done)
        billed = max((row.billed for row, _ in done), default=0)
        yield f"{budget:>12}{billed:>12}" + "".join(f"{counts[kind]:>12}" for kind in kinds)
    yield f"{'of':>24}" + "".join(f"{totals[kind]:>12}" for kind in kinds)
    yield f"{totals['equivalent']} others say and do what the spec does"


def rivals(path: Path) -> Iterator[str]:
    """What other tools found of those made by hand, from the file that `make rivals JSON=file` wrote."""
    outcomes = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for tool in dict.fromkeys(row["tool"] for row in outcomes):
        own = [row for row in outcomes if row["tool"] == tool]
        paid = median(row["paid"] for row in own)
        yield f"{tool}: {sum(row['found'] for row in own)} of {len(own)} by hand, {paid:.0f} paid submits (median)"


def untold(rows: Sequence[Found], sorts: Sequence[str]) -> Iterator[str]:
    """Why the others were not found."""
    for row, sort in zip(rows, sorts, strict=True):
        if row.budget is None and not row.job.name:
            effect = systematic.effect(row.job.mutant)
            teller = effect.accepts or effect.refuses
            why = effect.why if teller is None else f"{sort}: {teller.operation} {teller.model} {str(teller.body)[:160]}"
            yield f"{row.job} | {why}"
        elif row.budget is None:
            yield f"{row.job} | not found"


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.contract.curve", description=__doc__)
    options.add_argument("families", nargs="*", help="ids of families; all by default")
    options.add_argument("--processes", type=int, help="all processors by default")
    options.add_argument("--untold", action="store_true", help="list what was not found, with the reason")
    options.add_argument("--json", type=Path, help="where the outcomes go, one a line")
    options.add_argument("--rivals", type=Path, help="what `make rivals JSON=file` wrote, to print beside the curve")
    given = options.parse_args()
    rows: list[Found] = []
    with Pool(given.processes) as pool:
        for row in pool.imap(_found, [(job, BUDGETS) for job in jobs(given.families)], chunksize=4):
            rows.append(row)
            if given.json:
                told = {"mutant": str(row.job), "budget": row.budget, "billed": row.billed, "row": row.row}
                with given.json.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(told) + "\n")
        sorts = pool.map(_sort, rows, chunksize=4)
    print("\n".join(curve(rows, sorts, BUDGETS)))
    if given.rivals:
        print("\n".join(rivals(given.rivals)))
    if given.untold:
        print("\n".join(untold(rows, sorts)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
