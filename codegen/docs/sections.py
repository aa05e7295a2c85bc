"""Names for sections, and which section of another locale says the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

_NUMBERED = re.compile(r"\d+(?:\.\d+)*(?=\.? )")


def keys(page: str, headings: Iterable[str]) -> list[str]:
    """`page#heading` for each section; the second of one heading is `page#heading~2`."""
    seen = Counter[str]()
    found = list[str]()
    for heading in headings:
        seen[heading] += 1
        found.append(f"{page}#{heading}" + (f"~{seen[heading]}" if seen[heading] > 1 else ""))
    return found


def twins(pages: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """For each section the one that is its translation, by key.

    A page is the translation of the page with the same route. Its sections are paired by their place where both pages have equally
    many, else the introductions are paired, and what has the same number in front of its heading (`5.1`) once on each page.
    """
    found: dict[str, str] = {}
    for page, headings in pages.items():
        locale, _, route = page.partition("/")
        other = next((id for id in pages if id != page and id.partition("/")[2] == route and is_locale(id) and is_locale(page)), None)
        if other is not None and locale:
            found.update(pair(keys(page, headings), headings, keys(other, pages[other]), pages[other]))
    return found


def is_locale(page: str) -> bool:
    return bool(re.fullmatch(r"[a-z]{2}(-[A-Z]{2})?", page.partition("/")[0]))


def pair(keys: Sequence[str], headings: Sequence[str], others: Sequence[str], other_headings: Sequence[str]) -> dict[str, str]:
    if len(keys) == len(others):
        return dict(zip(keys, others, strict=True))
    mine, theirs = numbered(keys, headings), numbered(others, other_headings)
    return {keys[0]: others[0], **{mine[number]: theirs[number] for number in mine if number in theirs}}


def numbered(keys: Sequence[str], headings: Sequence[str]) -> dict[str, str]:
    found = [(match[0], key) for key, heading in zip(keys, headings, strict=True) if (match := _NUMBERED.match(heading))]
    times = Counter(number for number, _ in found)
    return {number: key for number, key in found if times[number] == 1}
