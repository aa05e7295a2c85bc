"""`python -m codegen.api_diff BASE [--to REV]`: what changed for callers between two generated states.

BASE and REV are revisions of git; without --to the working tree is the newer state. Exit code 0 when callers have nothing to do,
1 when a change breaks them or nobody can tell without looking, 2 when a state is not there.
"""

from __future__ import annotations

import argparse
import sys

from ..inputs import PROJECT
from .change import breaks
from .compare import compare
from .report import as_json, as_markdown, as_text
from .states import NoState, state
from .surface import read

_FORMATS = {"text": as_text, "markdown": as_markdown, "json": as_json}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="codegen.api_diff", description=__doc__)
    parser.add_argument("base", help="revision of the older state, for example v0.1.0")
    parser.add_argument("--to", help="revision of the newer state (default: the working tree)")
    parser.add_argument("--format", choices=tuple(_FORMATS), default="text")
    options = parser.parse_args(arguments)
    try:
        with state(options.base, PROJECT) as old, state(options.to, PROJECT) as new:
            changes = compare(read(old), read(new))
    except NoState as error:
        print(error, file=sys.stderr)
        return 2
    print(_FORMATS[options.format](changes), end="")
    return 1 if breaks(changes) else 0


if __name__ == "__main__":
    sys.exit(main())
