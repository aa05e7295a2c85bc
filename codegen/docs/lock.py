"""The lock: which documents and sections were read, with a digest of each, so that a change of the documentation shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict

from .pages import Page, Section


class LockedSection(TypedDict):
    """A heading, and the digest of everything under it."""

    heading: str
    sha256: str


class LockedPage(TypedDict):
    """A page as the lock knows it."""

    id: str
    url: str
    locale: str
    sections: list[LockedSection]


class Lock(TypedDict):
    """The content of `docs.lock`."""

    pages: list[LockedPage]


def lock(pages: Iterable[Page]) -> Lock:
    """The lock of the pages, sorted by page; sections keep their order."""
    return {"pages": [locked(page) for page in sorted(pages, key=lambda page: page.id)]}


def locked(page: Page) -> LockedPage:
    return {"id": page.id, "url": page.url, "locale": page.locale, "sections": [digest(section) for section in page.sections]}


def digest(section: Section) -> LockedSection:
    return {"heading": section.heading, "sha256": hashlib.sha256(section.text.encode()).hexdigest()}


def dump(content: Lock) -> str:
    """The lock as text, one key a line: a changed section is a changed line."""
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def write(content: Lock, path: Path) -> bool:
    """Writes the lock; says whether that changed it."""
    text = dump(content)
    if path.exists() and path.read_text("utf-8") == text:
        return False
    path.write_text(text, "utf-8")
    return True


def read_lock(path: Path) -> Lock:
    """The lock of a file; an empty one where there is no file."""
    if not path.exists():
        return {"pages": []}
    content: Lock = json.loads(path.read_text("utf-8"))
    return content


def changes(old: Lock, new: Lock) -> list[str]:
    """What a person has to read again: `added`, `removed` and `changed` sections, as `page#heading`."""
    before, after = digests(old), digests(new)
    names = sorted(before.keys() | after.keys())
    return [f"{change(before.get(name), after.get(name))} {name}" for name in names if before.get(name) != after.get(name)]


def change(before: list[str] | None, after: list[str] | None) -> str:
    return "added" if before is None else "removed" if after is None else "changed"


def digests(content: Lock) -> dict[str, list[str]]:
    """The digests under each heading; a page may use a heading more than once."""
    found: dict[str, list[str]] = {}
    for page in content["pages"]:
        for section in page["sections"]:
            found.setdefault(f"{page['id']}#{section['heading']}", []).append(section["sha256"])
    return found
