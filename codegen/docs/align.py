"""Which page and which section of new documentation is which one of the old."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from difflib import SequenceMatcher

from .facts import Facts
from .lock import Lock, LockedPage, LockedSection

SAME = 0.6  # share from which on two pages, or two sections, are one that got another name


def moved_pages(old: Lock, new: Lock) -> dict[str, str]:
    """New page -> the page that is gone and says the same, in most of its sections."""
    gone = [page for id, page in old.items() if id not in new]
    found: dict[str, str] = {}
    for id, page in new.items():
        if id in old:
            continue
        best = max(gone, key=lambda other: likeness(other, page), default=None)
        if best is not None and best.id not in found.values() and best.locale == page.locale and likeness(best, page) >= SAME:
            found[id] = best.id
    return found


def likeness(one: LockedPage, other: LockedPage) -> float:
    """The share of sections that are the same, by digest or by heading."""
    mine, theirs = (Counter(section.sha256 for section in page.sections) for page in (one, other))
    names, others = (Counter(section.heading for section in page.sections) for page in (one, other))
    most = max(len(one.sections), len(other.sections), 1)
    return max((mine & theirs).total(), (names & others).total()) / most


def identified(new: Lock, old: Lock) -> dict[str, str]:
    """For pages known by their file alone: the locked page that has most of their headings."""
    found: dict[str, str] = {}
    for id, page in new.items():
        if id in old or id.partition("/")[0] == page.locale:
            continue
        plain = [other for other in old.values() if other.id.partition("/")[0] != other.locale and other.id not in new]
        best = max(plain, key=lambda other: likeness(other, page), default=None)
        if best is not None and likeness(best, page) >= SAME:
            found[id] = best.id
    return found


Named = tuple[str, LockedSection]
Pair = tuple[str, str, LockedSection, LockedSection]
_SAME_SECTION: tuple[Callable[[LockedSection], str], ...] = (
    lambda section: f"{section.heading} {section.sha256}",
    lambda section: section.sha256,
    lambda section: section.heading,
)


def aligned(old: LockedPage, new: LockedPage) -> tuple[list[Pair], list[Named], list[Named]]:
    """Pairs of sections that are the same one, then what is gone, then what is new."""
    before, after = list(old.named().items()), list(new.named().items())
    pairs = list[Pair]()
    for same in _SAME_SECTION:
        matcher = SequenceMatcher(None, [same(section) for _, section in before], [same(section) for _, section in after], autojunk=False)
        blocks = [(block.a + i, block.b + i) for block in matcher.get_matching_blocks() for i in range(block.size)]
        pairs += [(before[a][0], after[b][0], before[a][1], after[b][1]) for a, b in blocks]
        before = [one for index, one in enumerate(before) if index not in {a for a, _ in blocks}]
        after = [one for index, one in enumerate(after) if index not in {b for _, b in blocks}]
    renamed, before, after = similar(before, after)
    pairs += renamed
    reworded = neighbours(old, new, pairs, before, after)
    taken = {key for was, now, _, _ in reworded for key in (was, now)}
    left = ([one for one in before if one[0] not in taken], [one for one in after if one[0] not in taken])
    return pairs + reworded, *left


def neighbours(old: LockedPage, new: LockedPage, pairs: list[Pair], before: list[Named], after: list[Named]) -> list[Pair]:
    """Sections whose heading changed a little, or that have no facts and another heading: they stand behind the same section."""
    places = {was: key for was, key, _, _ in pairs}
    names, others = list(old.named()), list(new.named())
    behind = {others[index - 1] if index else "": (key, section) for key, section in after for index in (others.index(key),)}
    found = list[Pair]()
    for key, section in before:
        index = names.index(key)
        now = behind.get(places.get(names[index - 1], names[index - 1]) if index else "")
        if now is not None and (not (section.facts or now[1].facts) or alike(section.heading, now[1].heading)):
            found.append((key, now[0], section, now[1]))
            places[key] = now[0]
    return found


def alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= SAME


def similar(before: list[Named], after: list[Named]) -> tuple[list[Pair], list[Named], list[Named]]:
    """Sections whose heading changed: most facts are the same."""
    scores = sorted(
        ((share(one.facts, other.facts), i, j) for i, (_, one) in enumerate(before) for j, (_, other) in enumerate(after)),
        key=lambda score: (-score[0], score[1], score[2]),
    )
    taken: dict[int, int] = {}
    for score, i, j in scores:
        if score >= SAME and i not in taken and j not in taken.values():
            taken[i] = j
    pairs = [(before[i][0], after[j][0], before[i][1], after[j][1]) for i, j in taken.items()]
    left = [one for i, one in enumerate(before) if i not in taken]
    return pairs, left, [one for j, one in enumerate(after) if j not in taken.values()]


def share(one: Facts, other: Facts) -> float:
    most = max(one.total(), other.total())
    return (one & other).total() / most if most else 0.0
