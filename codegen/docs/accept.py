"""Takes changes over into the lock, after a person has dealt with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .align import aligned
from .drift import Change
from .lock import Lock, LockedPage, LockedSection


def accept(old: Lock, new: Lock, changes: Iterable[Change], wanted: Sequence[str]) -> tuple[Lock, list[str]]:
    """The lock with the wanted changes taken over (`page` or `page#heading`; none named: all), and what was taken."""
    taken = [change for change in changes if not wanted or any(is_named(change, name) for name in wanted)]
    touched = {change.page for change in taken} | {change.locked.partition("#")[0] for change in taken}
    content = dict(old)
    for page in touched:
        content.pop(page, None)
    for page in touched & (old.keys() | new.keys()):
        merged = merge(old.get(page), new.get(page), taken)
        if merged is not None and merged.sections:
            content[page] = merged
    return dict(sorted(content.items())), [change.key for change in taken]


def is_named(change: Change, name: str) -> bool:
    return name in {change.page, change.key, change.was, change.locked.partition("#")[0]}


def merge(old: LockedPage | None, new: LockedPage | None, taken: Sequence[Change]) -> LockedPage | None:
    """The page with the taken changes: in the order of the new page, with what is not taken as it was."""
    keys_taken = {change.key for change in taken} | {change.was for change in taken}
    if new is None:
        return None if old is None else LockedPage(old.id, old.url, old.locale, left(old, keys_taken))
    if old is None:
        sections = tuple(section for key, section in new.named().items() if key in keys_taken)
        return LockedPage(new.id, new.url, new.locale, sections)
    pairs, gone, _ = aligned(old, new)
    before = {key: section for _, key, section, _ in pairs}
    merged = [section if key in keys_taken else before.get(key) for key, section in new.named().items()]
    kept = [section for key, section in gone if key not in keys_taken]
    return LockedPage(new.id, new.url, new.locale, (*(section for section in merged if section), *kept))


def left(page: LockedPage, taken: set[str]) -> tuple[LockedSection, ...]:
    return tuple(section for key, section in page.named().items() if key not in taken)
