"""What changed between the documentation as it was locked and as it is now, section by section.

A change is factual when a fact appeared or vanished (a number, a value, a model, a required mark, a row ...), and wording when only
the sentences around the facts did. White space and line breaks are no change at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from .align import aligned, moved_pages
from .facts import Facts
from .lock import Lock, LockedPage, LockedSection


class Kind(StrEnum):
    """What happened to a section."""

    NEW = "new"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"
    WORDING = "wording"


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one section.

    Attributes:
        key: `page#heading` as it is now; of a removed section, as it was.
        was: The key that it had, where that is another one.
        appeared: Facts that are new, each with how often.
        vanished: Facts that are gone.
    """

    kind: Kind
    page: str
    key: str
    was: str = ""
    appeared: Facts = field(default_factory=Facts)
    vanished: Facts = field(default_factory=Facts)

    @property
    def factual(self) -> bool:
        return self.kind is not Kind.WORDING

    @property
    def locked(self) -> str:
        """The key in the lock."""
        return self.was or self.key

    @property
    def subjects(self) -> set[str]:
        """What the facts are about: names of fields and models."""
        facts = (*self.appeared, *self.vanished)
        return {fact.subject or fact.value for fact in facts if fact.kind != "example"} | {fact.subject for fact in facts}


def drift(old: Lock, new: Lock) -> list[Change]:
    """Every change, by page; pages that are only in the lock and share no source with the new ones are not looked for."""
    moved = moved_pages(old, new)
    changes = list[Change]()
    for id, page in new.items():
        before = old.get(id) or old.get(moved.get(id, ""))
        changes += compare(before, page) if before else [added(id, key, section) for key, section in page.named().items()]
    for id in sorted(old.keys() - new.keys() - set(moved.values())):
        changes += [removed(id, key, section) for key, section in old[id].named().items()]
    return relocated(changes, old, new)


def within(old: Lock, new: Lock) -> Lock:
    """The part of the lock that the new pages are about: the locales of a site of which several pages were read, and the pages alone."""
    read = Counter(site(page) for page in new.values())
    whole = {name for name, count in read.items() if count > 1}
    return {id: page for id, page in old.items() if id in new or site(page) in whole}


def site(page: LockedPage) -> str:
    """Pages of one documentation: those of a host in one locale, or the one page that has no route."""
    is_routed = page.id.partition("/")[0] == page.locale
    return f"{page.url.split('://')[-1].split('/')[0]} {page.locale}" if is_routed else page.id


def compare(old: LockedPage, new: LockedPage) -> Iterator[Change]:
    """The changes of a page; its sections are aligned in their order."""
    pairs, gone, come = aligned(old, new)
    for was, key, before, after in pairs:
        yield from changed(new.id, was, key, before, after)
    yield from (added(new.id, key, section) for key, section in come)
    yield from (removed(old.id, key, section) for key, section in gone)


def changed(page: str, was: str, key: str, before: LockedSection, after: LockedSection) -> Iterator[Change]:
    was = was if was != key else ""
    is_same_page = not was or was.partition("#")[0] == page
    appeared, vanished = after.facts - before.facts, before.facts - after.facts
    if appeared or vanished:
        yield Change(Kind.CHANGED, page, key, was, appeared, vanished)
    elif not is_same_page:
        yield Change(Kind.MOVED, page, key, was)
    elif before.sha256 != after.sha256:
        yield Change(Kind.WORDING, page, key, was)


def added(page: str, key: str, section: LockedSection) -> Change:
    return Change(Kind.NEW, page, key, "", section.facts)


def removed(page: str, key: str, section: LockedSection) -> Change:
    return Change(Kind.REMOVED, page, key, "", Facts(), section.facts)


def relocated(changes: Sequence[Change], old: Lock, new: Lock) -> list[Change]:
    """Sections that are gone on one page and new on another, word for word, are one that moved."""
    gone = {section_of(old, change.key).sha256: change for change in changes if change.kind is Kind.REMOVED and change.vanished}
    found = list[Change]()
    used = set[str]()
    for change in changes:
        was = gone.get(section_of(new, change.key).sha256) if change.kind is Kind.NEW else None
        if was is not None and was.key not in used:
            used.add(was.key)
            found.append(Change(Kind.MOVED, change.page, change.key, was.key))
        else:
            found.append(change)
    return [change for change in found if not (change.kind is Kind.REMOVED and change.key in used)]


def section_of(content: Lock, key: str) -> LockedSection:
    page, _, _ = key.partition("#")
    return content[page].named()[key]
