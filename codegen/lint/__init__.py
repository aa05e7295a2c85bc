"""What a spec must obey beyond its schema: names that exist, ids that are unique, citations that can be followed.

Works on the IR, so it sees what the emitters will see. Every finding has file and line; nothing is generated while there is one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from .. import ir
from ..load import Finding
from .families import Family
from .finding import at
from .gateway import gateway
from .names import collisions
from .operations import duplicates, operations, tasks
from .references import citations, conflict_links, references


def lint(spec: ir.Spec, root: Path) -> Iterator[Finding]:
    """Every finding."""
    pages: dict[str, list[str]] = {}
    try:
        pages = read_pages(root / "docs.lock")
    except (OSError, ValueError, LookupError, TypeError) as error:
        yield Finding(
            f"{root.name}/docs.lock", 1, f"not to be read, so no citation was checked; `python -m codegen.docs lock` writes it: {error}"
        )
    for provider in spec.providers:
        yield from lint_provider(provider, pages, root.name)


def read_pages(path: Path) -> dict[str, list[str]]:
    """The sections of each page that was read."""
    lock = json.loads(path.read_text("utf-8"))
    return {page["id"]: [section["heading"] for section in page["sections"]] for page in lock["pages"]}


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
