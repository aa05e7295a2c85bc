"""What a spec must obey beyond its schema: names that exist, ids that are unique, citations that can be followed.

Works on the IR, so it sees what the emitters will see. Every finding has file and line; nothing is generated while there is one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from .. import ir
from ..docs.sections import keys
from ..load import Finding
from .families import Family
from .finding import at
from .gateway import gateway
from .names import collisions
from .operations import duplicates, operations, tasks
from .reading import unread_tables
from .references import citations, conflict_links, references


def lint(spec: ir.Spec, root: Path) -> Iterator[Finding]:
    """Every finding."""
    pages: dict[str, list[str]] = {}
    tables: dict[str, int] = {}
    try:
        pages, tables = read_pages(root / "docs.lock")
    except (OSError, ValueError, LookupError, TypeError) as error:
        yield Finding(
            f"{root.name}/docs.lock", 1, f"not to be read, so no citation was checked; `python -m codegen.docs lock` writes it: {error}"
        )
    for provider in spec.providers:
        yield from lint_provider(provider, pages, root.name)
    yield from unread_tables(spec, pages, tables, f"{root.name}/docs.lock")


def read_pages(path: Path) -> tuple[dict[str, list[str]], dict[str, int]]:
    """The sections of each page that was read, and the line of the lock for each that has a table."""
    text = path.read_text("utf-8")
    lock = json.loads(text)
    pages = {page["id"]: [section["heading"] for section in page["sections"]] for page in lock["pages"]}
    names = [key for page, headings in pages.items() for key in keys(page, headings)]
    sections = [section for page in lock["pages"] for section in page["sections"]]
    lines = (number for number, line in enumerate(text.splitlines(), 1) if line.lstrip().startswith('"heading":'))
    return pages, {name: line for name, section, line in zip(names, sections, lines, strict=False) if section.get("tables")}


def lint_provider(provider: ir.Provider, pages: dict[str, list[str]], root: str) -> Iterator[Finding]:
    if provider.source.file != f"{root}/{provider.name}/api.yaml":
        yield at(provider.source, f"the provider {provider.name!r} must be in a folder of its name")
    yield from collisions(provider)
    yield from operations(provider)
    yield from tasks(provider)
    yield from duplicates(provider)
    for family in provider.families:
        yield from Family(provider, family).lint()
    yield from references(provider)
    yield from gateway(provider)
    yield from conflict_links(provider)
    if pages:
        yield from citations(provider, pages)
