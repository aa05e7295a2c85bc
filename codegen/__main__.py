"""Command line of the generator: `python -m codegen lint | generate | check`."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .cache import FOLDER, Cache, Record
from .inputs import PROJECT as ROOT
from .inputs import digest, tree_digest

if TYPE_CHECKING:
    from . import ir


def read_spec(root: Path) -> ir.Spec:
    """The linted IR of the spec folder."""
    from .builder import build  # nothing heavy is loaded where the cache has the answer
    from .lint import lint
    from .load import Finding, SpecError, load

    findings: list[Finding] = []
    spec = build(load(root), findings)
    findings += lint(spec, root)
    if findings:
        raise SpecError(findings)
    return spec


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    cache = Cache(options.spec, None if options.no_cache else options.cache)
    record = cache.record()
    if record and answered(record, options):
        return 0
    return run(cache, options)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="codegen", description=__doc__)
    made.add_argument("command", choices=("lint", "generate", "check"))
    made.add_argument("--gate", action="store_true", help="after generating: import, lint and type-check the output")
    made.add_argument("--spec", type=Path, default=ROOT / "spec", help="folder of the spec (default: spec)")
    made.add_argument("--out", type=Path, default=ROOT / "generated" / "unibind", help="folder of the package (default: generated/unibind)")
    made.add_argument("--cache", type=Path, default=FOLDER, help="folder where it is remembered what was done (default: build/codegen)")
    made.add_argument("--no-cache", action="store_true", help="do everything again")
    return made


def answered(record: Record, options: argparse.Namespace) -> bool:
    """Says what there is to say when nothing has changed; False when there is work to do."""
    if options.command == "lint":
        print(record.summary)
        return True
    if not record.output or (options.gate and not record.gated) or tree_digest(options.out) != record.output:
        return False
    if options.command == "generate":
        print(f"{record.files} files: 0 written, 0 removed, {record.files} unchanged")
    else:
        print(f"{record.files} files are exactly what the spec gives")
    return True


def run(cache: Cache, options: argparse.Namespace) -> int:
    """The whole way, from the spec to the output."""
    from .bytecode import check_by_content

    gc.disable()  # a short life with millions of small objects that all stay: collecting them costs a tenth of it
    check_by_content(Path(__file__).parent)
    from .load import SpecError

    try:
        spec = read_spec(options.spec)
    except SpecError as error:
        print(*error.findings, sep="\n", file=sys.stderr)
        print(f"{len(error.findings)} findings in the spec; nothing was generated", file=sys.stderr)
        return 1
    if options.command == "lint":
        print(summary(spec))
        cache.add(Record(summary(spec)))
        return 0
    return emit(spec, cache, options)


def emit(spec: ir.Spec, cache: Cache, options: argparse.Namespace) -> int:
    from .gate import gate
    from .output import check, generate, write  # the emitters load more than a lint needs

    files = generate(spec)
    failed = check(files, options.out) if options.command == "check" else write(files, options.out)
    gated = options.command == "generate" and options.gate
    if not failed and gated:
        failed = gate(options.out)
    if not failed:
        cache.add(Record(summary(spec), digest(files), len(files), gated))
    return failed


def summary(spec: ir.Spec) -> str:
    rows = (f"{p.name} {len(p.operations)} operations, {len(p.families)} families" for p in spec.providers)
    return "the spec is sound: " + ", ".join(rows)


if __name__ == "__main__":
    sys.exit(main())
