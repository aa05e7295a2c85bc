"""Command line: `python -m codegen.docs drift | accept | coverage | lock | cite | examples`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ..load import SpecError
from . import commands
from .pages import DocumentationError

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    try:
        return commands.run(options)
    except SpecError as error:
        print(*error.findings, sep="\n", file=sys.stderr)
    except (DocumentationError, OSError, json.JSONDecodeError) as error:
        print(error, file=sys.stderr)
    return 2


COMMANDS = {
    "drift": "say what changed in the documentation since it was locked; 1 when something has to be dealt with",
    "accept": "lock changed sections again, after a person has dealt with them",
    "coverage": "say how every section is covered, and which names only one side has; 1 when something is left",
    "lock": "write spec/docs.lock and spec/docs.facts from the documentation",
    "cite": "write the rows that cite each section into spec/docs.lock; needs no documentation",
    "examples": "run every example of the documentation through the package",
}


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="codegen.docs", description=__doc__)
    known = parser.add_subparsers(dest="command", required=True)
    made = {name: known.add_parser(name, help=help) for name, help in COMMANDS.items()}
    for name, one in made.items():
        if name != "cite":
            one.add_argument("paths", nargs="+", type=Path, help="dumps, page files or folders of page files")
        one.add_argument("--spec", type=Path, default=ROOT / "spec", help="folder of the spec (default: spec)")
    for one in (made["drift"], made["accept"]):
        one.add_argument("--partial", action="store_true", help="the sources are a part of their site: pages that they lack are not gone")
    for one in (made["drift"], made["coverage"]):
        one.add_argument("--format", choices=("table", "json"), default="table")
    for one in (made["lock"], made["cite"]):
        one.add_argument("--check", action="store_true", help="write nothing; 1 when something would change")
    made["drift"].add_argument("--old", type=Path, action="append", default=[], help="an older dump, for a word diff of what changed")
    made["drift"].add_argument("--strict", action="store_true", help="changed wording has to be dealt with too")
    made["accept"].add_argument("--section", action="append", default=[], help="`page` or `page#heading`, several with ; (default: all)")
    made["lock"].add_argument("--out", type=Path, help="another file than the lock of the spec")
    made["examples"].add_argument("--list", action="store_true", help="print each example with its verdict")
    made["examples"].add_argument("--package", type=Path, default=ROOT / "generated", help="folder that holds the package")
    judgements = ROOT / "tests" / "data" / "examples" / "judgements.yaml"
    made["examples"].add_argument("--judgements", type=Path, default=judgements)
    return parser


if __name__ == "__main__":
    sys.exit(main())
