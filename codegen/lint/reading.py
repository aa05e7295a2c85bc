"""The other direction of citations: no table of the documentation that no row cites, unless a reason says why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from .. import ir
from ..docs.sections import keys, twins
from ..load import Finding
from .references import sources, starts


def covers(reason: ir.Irrelevant, page: str, heading: str) -> bool:
    """Whether the reason is about the section."""
    named = not reason.sections or any(starts(heading, section) for section in reason.sections)
    return named and any(fnmatchcase(page, pattern) for pattern in reason.pages)


def unread_tables(spec: ir.Spec, pages: Mapping[str, Sequence[str]], tables: Mapping[str, int], file: str) -> Iterator[Finding]:
    """A finding a section that has a table with rows; `tables` has the line of the lock for the key of each such section.

    A section counts as cited too where its translation is, and as irrelevant where its translation is; a citation of a page as a whole
    is one of its introduction.
    """
    places = {key: (page, heading) for page, headings in pages.items() for key, heading in zip(keys(page, headings), headings, strict=True)}
    cited = citations_by_page(spec)
    reasons = [reason for provider in spec.providers for reason in provider.irrelevant]

    def is_read(page: str, heading: str) -> bool:
        is_cited = any(starts(heading, pages[page][0] if section is None else section) for section in cited.get(page, ()))
        return is_cited or any(covers(one, page, heading) for one in reasons)

    other = twins(pages)
    for key, line in tables.items():
        if not is_read(*places[key]) and not (key in other and is_read(*places[other[key]])):
            yield Finding(
                file, line, f"{key} has a table that no row cites; cite it, or list it under `irrelevant` of reading.yaml with the reason"
            )


def citations_by_page(spec: ir.Spec) -> dict[str, set[str | None]]:
    found: dict[str, set[str | None]] = {}
    for provider in spec.providers:
        cited = [citation for source in sources(provider) for citation in source.citations]
        cited += [citation for conflict in provider.conflicts for citation, _ in conflict.claims]
        for citation in cited:
            found.setdefault(citation.page, set()).add(citation.section)
    return found
