"""What each command does with its options."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast

from . import coverage, report
from .accept import accept
from .drift import Change, drift
from .endpoints import Catalogue, catalogue
from .examples import of_pages
from .known import Loose, by_provider, without_page, without_row
from .lock import Lock, cite, read_lock, write
from .pages import Page, read
from .sections import twins
from .verdicts import Judge, Judged, Judgement, Package, Verdict, read_judgements
from .work import Project, sites, texts
from .worklist import Item, Worklist, loose_data, loose_lines, summary


def run(options: argparse.Namespace) -> int:
    project = Project(options.spec)
    known = {
        "drift": run_drift,
        "accept": run_accept,
        "coverage": run_coverage,
        "lock": run_lock,
        "cite": run_cite,
        "examples": run_examples,
    }
    return known[options.command](project, options)


# --- drift ------------------------------------------------------------------------------------------------------------------


def run_drift(project: Project, options: argparse.Namespace) -> int:
    pages = project.read(options.paths)
    new = project.locked(pages)
    old, rest = project.compared(new, options.partial)
    changes = drift(old, new)
    items = worklist(project, changes, old, pages, options.old)
    content = by_provider(project.spec, new)
    loose = without_row(project.known, content)
    missed = nowhere(project, pages, rest)
    if options.format == "json":
        data = {"changes": [item.data() for item in items], "without_row": loose_data(loose), "without_page": loose_data(missed)}
        print(json.dumps(data, ensure_ascii=False, indent=1))
    else:
        lines = [line for item in items for line in (*item.lines(), "")]
        print(*lines, *loose_lines(loose, missed), summary(items), sep="\n")
    return 1 if any(change.factual or options.strict for change in changes) else 0


def nowhere(project: Project, pages: Sequence[Page], rest: Lock) -> list[Loose]:
    """Names of the spec that no page has, of the providers whose pages were all read; `rest` is what was not."""
    read, unread = (by_provider(project.spec, content) for content in (project.locked(pages), rest))
    text = {page.id: page.text for page in pages}
    whole = [known for known in project.known if read[known.provider.name] and not unread[known.provider.name]]
    return [one for known in whole for one in without_page(known, [text[id] for id in read[known.provider.name]])]


def worklist(project: Project, changes: Sequence[Change], old: Lock, pages: Sequence[Page], older: Sequence[Path]) -> list[Item]:
    paired = twins({id: [section.heading for section in page.sections] for id, page in old.items()})
    maker = Worklist(project.rows, project.known, project.irrelevant, paired, texts(project.read(older)), texts(pages))
    return [maker.item(change) for change in changes]


def run_accept(project: Project, options: argparse.Namespace) -> int:
    new = project.locked(project.read(options.paths))
    old, rest = project.compared(new, options.partial)
    wanted = [name.strip() for text in options.section for name in text.split(";") if name.strip()]
    changes = drift(old, new)
    content, taken = accept(old, new, changes, wanted)
    missing = [name for name in wanted if not any(name in {change.key, change.page, change.was} for change in changes)]
    if missing:
        print(*(f"nothing changed in {name!r}" for name in missing), sep="\n", file=sys.stderr)
        return 2
    write(cite(rest | content, project.rows), project.path)
    print(*(f"accepted {key}" for key in taken), f"{len(taken)} sections accepted, {len(changes) - len(taken)} left", sep="\n")
    return 0


# --- coverage -----------------------------------------------------------------------------------------------------------------


def run_coverage(project: Project, options: argparse.Namespace) -> int:
    pages = project.read(options.paths)
    new = project.locked(pages)
    found = coverage.coverage(pages, project.rows, project.irrelevant)
    content = by_provider(project.spec, new)
    rows = without_row(project.known, content)
    names = nowhere(project, pages, {})
    left = [one for one in found if one.cover is coverage.Cover.UNREAD]
    if options.format == "json":
        sections = [{"section": one.key, "cover": one.cover.value, "by": one.by or None} for one in found]
        data = {"sections": sections, "without_row": loose_data(rows), "without_page": loose_data(names)}
        print(json.dumps(data, ensure_ascii=False, indent=1))
    else:
        print(*coverage.table(found, sites(new)), *loose_lines(rows, names), sep="\n")
    return 1 if left or rows or names else 0


# --- lock ---------------------------------------------------------------------------------------------------------------------


def run_lock(project: Project, options: argparse.Namespace) -> int:
    path = options.out or project.path
    pages = project.read(options.paths)
    content = project.locked(pages)
    before = read_lock(path)
    changes = drift(before, content)
    print(*(f"{change.kind.value} {change.key}" for change in changes), sep="\n", end="\n" if changes else "")
    print(f"{len(pages)} pages, {sum(len(page.sections) for page in pages)} sections, {len(changes)} changes")
    if options.check:
        return 1 if changes or before != content else 0
    write(content, path)
    return 0


def run_cite(project: Project, options: argparse.Namespace) -> int:
    content = project.cited()
    count = sum(
        before != after for page in content for before, after in zip(project.lock[page].sections, content[page].sections, strict=True)
    )
    print(
        f"{count} sections are cited by other rows than {project.path.name} says"
        + ("; `make docs-cite` writes them" if options.check and count else "")
    )
    if options.check:
        return 1 if count else 0
    write(content, project.path)
    return 0


# --- examples -----------------------------------------------------------------------------------------------------------------


def run_examples(project: Project, options: argparse.Namespace) -> int:
    pages = read_all(options.paths)
    catalogues = read_catalogues(options.spec)
    judgements = read_judgements(options.judgements)
    judged = judge_all(pages, catalogues, load_package(options.package), judgements)
    stale = report.stale(judged, relevant(judgements, pages))
    lines = [*(report.listing(judged) if options.list else ()), *report.tables(judged), *report.unread(pages, catalogues)]
    print(*lines, *(f"stale judgement: {one.page}#{one.section}" for one in stale), sep="\n")
    return 1 if stale or any(one.verdict is Verdict.REFUSED for one in judged) else 0


def read_catalogues(spec: Path) -> list[Catalogue]:
    return [catalogue(provider) for provider in Project(spec).spec.providers]


def read_all(paths: Iterable[Path]) -> list[Page]:
    """The pages of all sources, each once; a page that two sources have is taken from the last."""
    pages = {page.id: page for path in paths for page in read(path)}
    return [pages[id] for id in sorted(pages)]


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
