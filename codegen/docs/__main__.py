"""Command line: `python -m codegen.docs lock PATH...` and `python -m codegen.docs examples PATH...`."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from ..builder import build
from ..load import Finding, SpecError, load
from . import report
from .endpoints import Catalogue, catalogue
from .examples import of_pages
from .lock import changes, lock, read_lock, write
from .pages import DocumentationError, Page, read
from .verdicts import Judge, Judged, Judgement, Package, Verdict, read_judgements

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    try:
        pages = read_all(options.paths)
    except (DocumentationError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return run_lock(pages, options) if options.command == "lock" else run_examples(pages, options)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="codegen.docs", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    locking = commands.add_parser("lock", help="write spec/docs.lock and say what changed")
    locking.add_argument("paths", nargs="+", type=Path, help="dumps, page files or folders of page files")
    locking.add_argument("--out", type=Path, default=ROOT / "spec" / "docs.lock")
    locking.add_argument("--check", action="store_true", help="write nothing; fail where the documentation changed")
    trying = commands.add_parser("examples", help="run every example of the documentation through the package")
    trying.add_argument("paths", nargs="+", type=Path, help="dumps, page files or folders of page files")
    trying.add_argument("--list", action="store_true", help="print each example with its verdict")
    trying.add_argument("--spec", type=Path, default=ROOT / "spec")
    trying.add_argument("--package", type=Path, default=ROOT / "generated", help="folder that holds the package")
    trying.add_argument("--judgements", type=Path, default=ROOT / "tests" / "data" / "examples" / "judgements.yaml")
    return parser


def read_all(paths: Iterable[Path]) -> list[Page]:
    """The pages of all sources, each once; a page that two sources have is taken from the last."""
    pages = {page.id: page for path in paths for page in read(path)}
    return [pages[id] for id in sorted(pages)]


def run_lock(pages: list[Page], options: argparse.Namespace) -> int:
    content = lock(pages)
    found = changes(read_lock(options.out), content)
    print(*found, sep="\n", end="\n" if found else "")
    print(f"{len(pages)} pages, {sum(len(page.sections) for page in pages)} sections, {len(found)} changes")
    if options.check:
        return 1 if found else 0
    write(content, options.out)
    return 0


def run_examples(pages: list[Page], options: argparse.Namespace) -> int:
    try:
        catalogues = read_catalogues(options.spec)
    except SpecError as error:
        print(*error.findings, sep="\n", file=sys.stderr)
        return 2
    judgements = read_judgements(options.judgements)
    judged = judge_all(pages, catalogues, load_package(options.package), judgements)
    stale = report.stale(judged, relevant(judgements, pages))
    lines = [*(report.listing(judged) if options.list else ()), *report.tables(judged), *report.unread(pages, catalogues)]
    print(*lines, *(f"stale judgement: {one.page}#{one.section}" for one in stale), sep="\n")
    return 1 if stale or any(one.verdict is Verdict.REFUSED for one in judged) else 0


def read_catalogues(spec: Path) -> list[Catalogue]:
    findings: list[Finding] = []
    providers = build(load(spec), findings).providers
    if findings:
        raise SpecError(findings)
    return [catalogue(provider) for provider in providers]


def judge_all(pages: list[Page], catalogues: list[Catalogue], package: Package, judgements: list[Judgement]) -> list[Judged]:
    found = ((known.provider, example) for _, known, examples in of_pages(pages, catalogues) for example in examples)
    return [Judge(package, provider, judgements).judge(example) for provider, example in found]


def relevant(judgements: list[Judgement], pages: list[Page]) -> list[Judgement]:
    """Judgements about the pages that were read: part of the documentation may be looked at alone."""
    ids = {page.id for page in pages}
    return [judgement for judgement in judgements if judgement.page in ids]


def load_package(folder: Path) -> Package:
    sys.path.insert(0, str(folder))
    return cast(Package, importlib.import_module("unibind"))


if __name__ == "__main__":
    sys.exit(main())
