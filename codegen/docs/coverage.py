"""How every section that was read is covered: by a citation, by its translation, by the run of its examples, or by a reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from .. import ir
from ..lint.reading import covers
from ..lint.references import starts
from ..load import Finding
from .citations import Row
from .pages import Block, Page, Section
from .sections import keys, twins
from .tables import split_tables

_NUMBER = re.compile(r"^\d+(?:\.\d+)*\.?\s")
_SENTENCE = re.compile(r"[。;,,?!?!;`]|[::](?!\d)|\.(?:\s|$)")
_NO_EXAMPLE = {"http", "text"}  # languages of blocks that name a route or a header
_NOTHING = re.compile(r"[-|\s]*")


class Cover(StrEnum):
    """Why a section counts as read."""

    CITED = "cited"
    TRANSLATION = "translation of a cited one"
    EXAMPLES = "examples only"
    HEADING = "heading only"
    IRRELEVANT = "irrelevant"
    UNREAD = "UNREAD"


@dataclass(frozen=True, slots=True)
class Covered:
    """A section and how it is covered; `by` is the ids of rows, the key of the translation, or the reason."""

    page: str
    key: str
    cover: Cover
    by: str = ""


def coverage(pages: Sequence[Page], rows: Iterable[Row], known: Sequence[ir.Irrelevant]) -> list[Covered]:
    """Every section of the pages, in their order."""
    headings = {page.id: [section.heading for section in page.sections] for page in pages}
    other = twins(headings)
    by_page: dict[str, list[tuple[Row, str | None]]] = {}
    for row in rows:
        for citation in row.citations if row.own else ():
            by_page.setdefault(citation.page, []).append((row, citation.section))
    places = {key: (page, section, index) for page in pages for index, (key, section) in enumerate(named(page))}
    cited = {key: citing(by_page.get(page.id, []), section, index) for key, (page, section, index) in places.items()}
    return [judge(key, page.id, section, cited, other.get(key), known, places) for key, (page, section, _) in places.items()]


def named(page: Page) -> Iterator[tuple[str, Section]]:
    return iter(zip(keys(page.id, (section.heading for section in page.sections)), page.sections, strict=True))


def citing(rows: Sequence[tuple[Row, str | None]], section: Section, index: int) -> list[str]:
    """The rows that cite the section; a citation of the page as a whole is one of its introduction."""
    return sorted({row.id for row, cited in rows if (index == 0 if cited is None else starts(section.heading, cited))})


def judge(
    key: str,
    page: str,
    section: Section,
    cited: Mapping[str, list[str]],
    twin: str | None,
    known: Sequence[ir.Irrelevant],
    places: Mapping[str, tuple[Page, Section, int]],
) -> Covered:
    if cited[key]:
        return Covered(page, key, Cover.CITED, ", ".join(cited[key]))
    if twin and cited.get(twin):
        return Covered(page, key, Cover.TRANSLATION, twin)
    if is_empty(section):
        return Covered(page, key, Cover.HEADING)
    if only_examples(section):
        return Covered(page, key, Cover.EXAMPLES)
    why = next((reason for reason in known if covers(reason, page, section.heading)), None)
    if why is None and twin is not None:
        other = places[twin]
        why = next((reason for reason in known if covers(reason, other[0].id, other[1].heading)), None)
    return Covered(page, key, Cover.IRRELEVANT, why.reason) if why else Covered(page, key, Cover.UNREAD)


def is_empty(section: Section) -> bool:
    """Whether there is nothing but the heading, or the head of a table without rows."""
    return (
        is_title(section.line)
        and all(isinstance(part, str) and not says(part) for part in section.flow)
        and not any(len(t) > 1 for t in section.tables)
    )


def is_title(line: str) -> bool:
    """Whether the line of the heading is no more than that: prose that is glued to it has code or the marks of a sentence."""
    return not _SENTENCE.search(_NUMBER.sub("", line))


def says(text: str) -> bool:
    return not _NOTHING.fullmatch(split_tables(text)[0])


def only_examples(section: Section) -> bool:
    """Whether there is nothing but examples, which `make examples` runs, and rulers between them."""
    return is_title(section.line) and all(
        part.language not in _NO_EXAMPLE if isinstance(part, Block) else _NOTHING.fullmatch(part) for part in section.flow
    )


def stale(known: Sequence[ir.Irrelevant], found: Sequence[Covered], pages: Sequence[Page]) -> Iterator[Finding]:
    """Reasons that no section of the pages needs."""
    headings = {key: (page.id, section.heading) for page in pages for key, section in named(page)}
    needed = [headings[one.key] for one in found if one.cover is Cover.IRRELEVANT]
    for reason in known:
        for section in reason.sections or ("",):
            alone = replace(reason, sections=(section,) if section else ())
            if not any(covers(alone, *place) for place in needed):
                text = f"no section needs this reason{f': {section!r}' if section else ''}"
                yield Finding(reason.source.file, reason.source.line, text)


def table(found: Sequence[Covered], locales: Mapping[str, str]) -> Iterator[str]:
    """A row a documentation and locale, a column a kind of cover, and what is unread."""
    groups: dict[str, Counter[Cover]] = {}
    for one in found:
        groups.setdefault(locales[one.page], Counter())[one.cover] += 1
    total = Counter(one.cover for one in found)
    width = max(map(len, groups), default=0)
    yield f"{'Documentation':{width}}  sections  " + "  ".join(cover.value for cover in Cover)
    for name, counts in [*sorted(groups.items()), ("all", total)]:
        numbers = "  ".join(f"{counts[cover] or '-':>{len(cover.value)}}" for cover in Cover)
        yield f"{name:{width}}  {counts.total():>8}  {numbers}"
    yield from (f"unread: {one.key}" for one in found if one.cover is Cover.UNREAD)
