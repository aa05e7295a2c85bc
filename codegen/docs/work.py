"""What the commands share: pages and spec as they are read together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from .. import ir
from ..builder import build
from ..load import Finding, SpecError, load
from .align import identified
from .citations import Row, rows
from .drift import within
from .known import Known
from .lock import Lock, LockedPage, cite, lock, read_lock
from .pages import Page, read

LOCK = "docs.lock"


@dataclass
class Project:
    """The spec folder: its rows, and the lock beside it."""

    folder: Path

    @cached_property
    def spec(self) -> ir.Spec:
        findings: list[Finding] = []
        spec = build(load(self.folder), findings)
        if findings:
            raise SpecError(findings)
        return spec

    @cached_property
    def rows(self) -> list[Row]:
        return rows(self.spec)

    @cached_property
    def known(self) -> list[Known]:
        return [Known(provider) for provider in self.spec.providers]

    @property
    def path(self) -> Path:
        return self.folder / LOCK

    @cached_property
    def lock(self) -> Lock:
        return read_lock(self.path)

    @cached_property
    def irrelevant(self) -> list[ir.Irrelevant]:
        return [reason for provider in self.spec.providers for reason in provider.irrelevant]

    def cited(self) -> Lock:
        """The lock with the rows that cite each section now."""
        return cite(self.lock, self.rows)

    def read(self, paths: Iterable[Path]) -> list[Page]:
        """The pages of all sources, each once, under the ids of the lock; a page that two sources have is taken from the last."""
        found = {page.id: page for path in paths for page in read(path)}
        names = identified(lock(found.values()), self.lock)
        pages = [replace(page, id=names.get(id, id)) for id, page in found.items()]
        return sorted(pages, key=lambda page: page.id)

    def locked(self, pages: Sequence[Page]) -> Lock:
        """The lock as it would be after these pages."""
        urls = {citation.page: citation.url for row in self.rows for citation in row.citations}
        return lock(pages, self.rows, lambda page: urls.get(page, ""))

    def compared(self, new: Lock, partial: bool) -> tuple[Lock, Lock]:
        """The part of the lock to compare with, and the rest, which these pages are not about."""
        old = {id: page for id, page in self.lock.items() if id in new} if partial else within(self.lock, new)
        return old, {id: page for id, page in self.lock.items() if id not in old}


def texts(pages: Iterable[Page]) -> dict[str, str]:
    """The text of each section, by key, for a word diff."""
    from .coverage import named

    return {key: section.text for page in pages for key, section in named(page)}


def sites(content: Lock) -> dict[str, str]:
    """For each page the documentation that it belongs to, with its locale, for a table."""
    return {id: label(page) for id, page in content.items()}


def label(page: LockedPage) -> str:
    first = page.id.partition("/")[0]
    host = page.url.partition("://")[2].partition("/")[0]
    return f"{host} {first}" if first == page.locale else page.id
