"""Command line of the generator: `python -m codegen lint | generate | check`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .builder import build
from .ir import Spec
from .lint import lint
from .load import Finding, SpecError, load

ROOT = Path(__file__).resolve().parent.parent


def read_spec(root: Path) -> Spec:
    """The linted IR of the spec folder."""
    findings: list[Finding] = []
    spec = build(load(root), findings)
    findings += lint(spec, root)
    if findings:
        raise SpecError(findings)
    return spec


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="codegen", description=__doc__)
    parser.add_argument("command", choices=("lint", "generate", "check"))
    parser.add_argument("--gate", action="store_true", help="after generating: import, lint and type-check the output")
    parser.add_argument("--spec", type=Path, default=ROOT / "spec", help="folder of the spec (default: spec)")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "generated" / "unibind", help="folder of the package (default: generated/unibind)"
    )
    options = parser.parse_args(arguments)
    try:
        spec = read_spec(options.spec)
    except SpecError as error:
        print(*error.findings, sep="\n", file=sys.stderr)
        print(f"{len(error.findings)} findings in the spec; nothing was generated", file=sys.stderr)
        return 1
    if options.command == "lint":
        print(
            "the spec is sound: "
            + ", ".join(f"{p.name} {len(p.operations)} operations, {len(p.families)} families" for p in spec.providers)
        )
        return 0
    from .gate import gate
    from .output import check, write  # the emitters load more than a lint needs

    if options.command == "check":
        return check(spec, options.out)
    write(spec, options.out)
    return gate(options.out) if options.gate else 0


if __name__ == "__main__":
    sys.exit(main())
