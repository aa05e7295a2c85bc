"""The lock: which documents and sections were read, so that a change of the documentation shows.

Two files beside the spec, both generated and sorted: `docs.lock` has the address, the digest and the citing rows of each section;
`docs.facts` has its facts, a line a subject, so that a change can be told without the older documentation. Neither has a sentence.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .citations import Row
from .facts import Facts, facts, from_lines, to_lines
from .pages import Page, Section
from .sections import keys

FACTS = "docs.facts"
Address = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class LockedSection:
    """A section as the lock knows it.

    Attributes:
        sha256: Digest of its text with white space normalised.
        tables: How many tables with rows it has.
        cited_by: Ids of the rows that cite it themselves; rows below inherit.
    """

    heading: str
    sha256: str
    tables: int = 0
    cited_by: tuple[str, ...] = ()
    facts: Facts = field(default_factory=Facts)


@dataclass(frozen=True, slots=True)
class LockedPage:
    """A page as the lock knows it."""

    id: str
    url: str
    locale: str
    sections: tuple[LockedSection, ...]

    def named(self) -> dict[str, LockedSection]:
        return dict(zip(keys(self.id, (section.heading for section in self.sections)), self.sections, strict=True))


Lock = dict[str, LockedPage]  # by id


def lock(pages: Iterable[Page], rows: Iterable[Row] = (), address: Address = str) -> Lock:
    """The lock of the pages; `address` gives the URL of a page that does not say it."""
    cited = cite({page.id: locked(page, address) for page in pages}, rows)
    return dict(sorted(cited.items()))


def locked(page: Page, address: Address = str) -> LockedPage:
    return LockedPage(page.id, page.url or address(page.id), page.locale, tuple(map(digest, page.sections)))


def digest(section: Section) -> LockedSection:
    tables = sum(len(table) > 1 for table in section.tables)
    return LockedSection(section.heading, hashlib.sha256(section.text.encode()).hexdigest(), tables, (), facts(section))


def cite(content: Lock, rows: Iterable[Row]) -> Lock:
    """The lock with the rows that cite each section now."""
    by_page: dict[str, list[Row]] = {}
    for row in rows:
        if row.own:
            for page in {citation.page for citation in row.citations}:
                by_page.setdefault(page, []).append(row)
    return {id: cited_page(page, by_page.get(id, [])) for id, page in content.items()}


def cited_page(page: LockedPage, rows: list[Row]) -> LockedPage:
    first = page.sections[0].heading if page.sections else ""

    def cited(section: LockedSection) -> LockedSection:
        ids = sorted({row.id for row in rows if row.cites(page.id, section.heading, first)})
        return LockedSection(section.heading, section.sha256, section.tables, tuple(ids), section.facts)

    return LockedPage(page.id, page.url, page.locale, tuple(map(cited, page.sections)))


# --- files --------------------------------------------------------------------------------------------------------------------


def dump(content: Lock) -> str:
    """`docs.lock` as text, one key a line: a changed section is a changed line."""
    pages = [
        {"id": page.id, "url": page.url, "locale": page.locale, "sections": [as_data(section) for section in page.sections]}
        for _, page in sorted(content.items())
    ]
    return json.dumps({"pages": pages}, ensure_ascii=False, indent=1) + "\n"


def as_data(section: LockedSection) -> dict[str, Any]:
    data: dict[str, Any] = {"heading": section.heading, "sha256": section.sha256}
    return (
        data | ({"tables": section.tables} if section.tables else {}) | ({"cited_by": list(section.cited_by)} if section.cited_by else {})
    )


def dump_facts(content: Lock) -> str:
    """`docs.facts` as text: the key of a section, then its facts, a line a subject."""
    lines = list[str]()
    for _, page in sorted(content.items()):
        for key, section in page.named().items():
            lines += [key, *(f"\t{line}" for line in to_lines(section.facts))] if section.facts else []
    return "\n".join([*lines, ""])


def write(content: Lock, path: Path) -> bool:
    """Writes both files; says whether that changed one."""
    texts = {path: dump(content), path.with_name(FACTS): dump_facts(content)}
    old = {file: file.read_text("utf-8") if file.exists() else "" for file in texts}
    for file, text in texts.items():
        if text != old[file]:
            file.write_text(text, "utf-8")
    return texts != old


def read_lock(path: Path) -> Lock:
    """The lock of a file and of the facts beside it; an empty one where there is no file."""
    if not path.exists():
        return {}
    file = path.with_name(FACTS)
    known = read_facts(file.read_text("utf-8")) if file.exists() else {}
    pages: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["pages"]
    return {page["id"]: read_page(page, known) for page in pages}


def read_page(page: Mapping[str, Any], known: Mapping[str, Facts]) -> LockedPage:
    names = keys(page["id"], (section["heading"] for section in page["sections"]))
    return LockedPage(
        page["id"],
        page["url"],
        page["locale"],
        tuple(
            LockedSection(row["heading"], row["sha256"], row.get("tables", 0), tuple(row.get("cited_by", ())), known.get(name, Facts()))
            for name, row in zip(names, page["sections"], strict=True)
        ),
    )


def read_facts(text: str) -> dict[str, Facts]:
    blocks: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("\t"):
            lines.append(line[1:])
        else:
            lines = blocks.setdefault(line, [])
    return {key: from_lines(block) for key, block in blocks.items()}
