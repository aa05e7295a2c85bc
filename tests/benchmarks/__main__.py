"""`python -m tests.benchmarks [QUESTION ...]`: measures and prints the tables."""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path

from .harness import measure, report
from .harness.question import Question


def questions() -> list[str]:
    """The modules here that ask something."""
    return sorted(file.stem for file in Path(__file__).parent.glob("[!_]*.py"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure CPU and memory beside other clients.")
    parser.add_argument("only", nargs="*", metavar="QUESTION", help=f"one of {', '.join(questions())}; all when none is named")
    parser.add_argument("--rounds", type=int, help="samples of each contestant, instead of what the rows say")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    chosen = parser.parse_args()
    if unknown := set(chosen.only) - set(questions()):
        parser.error(f"no question {', '.join(sorted(unknown))}; there are {', '.join(questions())}")
    figures, failures = [], list[str]()
    with measure.server() as url:
        for name in chosen.only or questions():
            question: Question = import_module(f"tests.benchmarks.{name}").QUESTION
            results = [measure.measure(name, number, row, url, chosen.rounds) for number, row in enumerate(question.rows)]
            print(report.table(question, results), flush=True)
            if question.more is not None:
                print(f"\n{question.more()}", flush=True)
            failures += [f"{name}, {row.row.name}, {who}:\n{why}" for row in results for who, why in row.failures.items()]
            figures += report.plain(question, results)
            print(flush=True)
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n")
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
