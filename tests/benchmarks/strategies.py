"""How many valid requests a CPU second gives, and within how many draws every mode and every rule comes up; 2,500 us are 400 a second."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from .harness.question import Goal, Question, Row, Work

if TYPE_CHECKING:
    from unibind.testing.space import Space

DRAWS = int(os.environ.get("BENCH_DRAWS", "1000"))  # of one sample, each in a process of its own that has worked out nothing yet
CONTENT = {"json": "application/json", "multipart": "multipart/form-data"}
PROVIDERS = ("uniall", "uniapi", "wavespeed")
SURE = 0.001  # chance of not being through, by which the draws of one line of the table are bounded
REPEATS = 3  # Hypothesis often draws again what it drew before, so that as many are allowed


def bare(url: str) -> Work:
    """Hypothesis alone: two numbers."""
    return _in_another_process("bare")


def drawing(kind: str, *names: str) -> Callable[[str], Work]:
    return lambda url: _in_another_process(kind, *names)


def _in_another_process(*words: str) -> Work:
    def work() -> float:
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.strategies", str(DRAWS), *words],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ,
        )
        return float(json.loads(done.stdout))

    return work


def microseconds(draws: int, kind: str, provider: str = "", model: str = "") -> float:
    """CPU of a draw with all that Hypothesis does, the look of `check_request` included."""
    from hypothesis import strategies as st
    from unibind.testing import strategies as drawn

    def look(row: Any) -> None:
        assert kind == "bare" or {found.rule for found in errors(row)} == ({row.rule} if row.rule else set())

    made = st.tuples(st.integers(), st.integers()) if kind == "bare" else getattr(drawn, kind)(provider, model or None)
    began = time.process_time()
    count = run(made, draws, look)
    return (time.process_time() - began) / count * 1e6


def errors(row: Any) -> list[Any]:
    """The errors that `check_request` finds in a request that was drawn."""
    import unibind

    found = unibind.check_request(
        row.provider, row.method, row.path, row.body, path_params=row.path_params, content_type=CONTENT[row.content]
    )
    return [one for one in found if one.severity == "error"]


def run(strategy: Any, draws: int, look: Callable[[Any], object]) -> int:
    """Draw so often, the same ones each time; how often it was."""
    from hypothesis import Phase, given, settings

    seen = [0]

    @settings(max_examples=draws, database=None, deadline=None, derandomize=True, phases=[Phase.generate])
    @given(strategy)
    def each(row: Any) -> None:
        seen[0] += 1
        look(row)

    each()
    return seen[0]


# --- what comes up ---------------------------------------------------------------------------------------------------------


def bound(count: int) -> int:
    """Draws after which all of so many equally likely things have come up, but for a chance of `SURE`, times `REPEATS`."""
    return REPEATS * math.ceil(count * math.log(max(count, 1) / SURE))


def firsts() -> Iterator[Space]:
    """The first model of each family."""
    from unibind.testing.space import spaces

    rows = {
        (provider, space.family): space
        for provider in PROVIDERS
        for space in reversed([*spaces(provider)])
        if space.model or len(space.operation.families) == 1
    }
    return reversed(rows.values())


def coverage(space: Space) -> Iterator[tuple[str, int, int, int]]:
    """What is to come up, how many there are, by which draw all had come up (0: never), how many draws were allowed."""
    from unibind.testing import strategies as drawn
    from unibind.testing.edges import goals, reachable, search

    ways = dict(goals(space))
    modes = {name for name in space.modes if next(search(space).reach(ways[f"mode {name}"]), None) is not None}
    rules = {rule for rule, severity in reachable(space).items() if severity == "error"}
    contents = len(space.operation.contents)
    kinds = (
        ("modes", "valid", modes, partial(modes_of, space), len(modes) + 49),
        ("rules", "invalid", rules, rule_of, len(rules if space.model else space.infos)),
    )
    for what, kind, wanted, named, cases in kinds:
        if wanted:
            most = bound(contents * cases)
            strategy = getattr(drawn, kind)(space.provider, space.model or None, operation=space.operation.id)
            yield what, len(wanted), reached(strategy, wanted, named, most), most


def rule_of(row: Any) -> set[str]:
    """The rule that a request breaks."""
    return {row.rule}


def modes_of(space: Space, row: Any) -> set[str]:
    """The modes that a request is of."""
    from unibind.testing.conditions import holds

    return {name for name, condition in space.modes.items() if holds(condition, row.body)}


class Through(Exception):
    """All had come up."""


def reached(strategy: Any, wanted: set[str], named: Callable[[Any], set[str]], most: int) -> int:
    """The number of the draw by which all had come up; 0 when they had not after so many."""
    left, draws = set(wanted), [0]

    def look(row: Any) -> None:
        draws[0] += bool(left)
        left.difference_update(named(row))
        if not left:
            raise Through

    try:
        run(strategy, most, look)
    except Through:
        return draws[0]
    return 0


def table() -> str:
    """A line a family and what."""
    lines = [f"{'provider':10} {'model':32} {'what':6} {'there':>5} {'by draw':>7} {'of':>6}"]
    for space in firsts():
        for what, count, draw, most in coverage(space):
            lines.append(f"{space.provider:10} {space.model or space.family:32} {what:6} {count:5} {draw or 'never':>7} {most:6}")
    return "\n".join(lines)


QUESTION = Question(
    f"A request drawn, checked ({DRAWS:,} in a new process)",
    tuple(
        Row(f"{kind}, {provider}", {"two integers": bare, "unibind": drawing(kind, provider)}, (Goal(most, "value", "us"),), rounds=3)
        for kind, most in (("valid", 2500), ("invalid", None))
        for provider in PROVIDERS
    ),
    table,
)

if __name__ == "__main__":
    print(json.dumps(microseconds(int(sys.argv[1]), *sys.argv[2:])))
