"""Reads a documentation source into pages, sections, tables and fenced blocks.

A published dump may have lost its line breaks, so line breaks in prose mean nothing here: the same page gives the same sections with
and without them. What marks the structure is what survives: `## `, `| a | b |`, ```` ``` ````, `- ` and the header of a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from unicodedata import east_asian_width
from urllib.parse import urlsplit

from .tables import Table, tables

HEADING_LENGTH = 48  # columns; a heading's end is not marked: prose that follows it is cut off here, or after a sentence
DEFAULT_LOCALE = "en"

_DUMP_HEADER = re.compile(
    r"(?:^|\s)---\s+#\s+(?P<title>(?:(?!\s---\s).){1,200}?)\s+Locale:\s+(?P<locale>\S+)\s+URL:\s+(?P<url>\S+)", re.DOTALL
)
_DUMP_EXTRA = re.compile(r"\s+(?:Source:\s+\S+\s+)?(?:Description:\s)?")
_FOLDER_HEADER = re.compile(r"<!-- url: (?P<url>\S+) -->\s*# (?P<title>[^\n]*)\n?")
_LOCALE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_FENCE = re.compile(r"```(?P<language>[\w+-]*)(?:\s(?P<text>.*?))?\s*```", re.DOTALL)
_MARK = re.compile(rf"(?P<fence>{_FENCE.pattern})|(?<!\S)(?P<level>#{{1,6}})\s+(?=[^\s#])", re.DOTALL)
_SENTENCE_END = re.compile(r"(?<=[。;])")
_LINE_END = re.compile(r"(?:^|\s)(?=\| |\|-|- |---(\s|$))")  # a table, a list or a ruler ends the line of a heading


class DocumentationError(Exception):
    """The source is no documentation that can be read."""


def squeeze(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; `text` keeps its line breaks where the source has them."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it, up to the next heading of any level.

    Attributes:
        level: 1 for the title of the page, 2 for `##` ...
        line: The line of the heading, with the prose that is glued to it.
        flow: Prose and blocks in their order.
    """

    level: int
    line: str
    flow: tuple[str | Block, ...] = ()

    @property
    def heading(self) -> str:
        widths = accumulate(2 if east_asian_width(character) in "WF" else 1 for character in self.line)
        end = sum(width <= HEADING_LENGTH for width in widths)
        return _SENTENCE_END.split(self.line[:end], maxsplit=1)[0].strip()

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(part for part in self.flow if isinstance(part, Block))

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(table for part in self.flow if isinstance(part, str) for table in tables(part))

    @property
    def text(self) -> str:
        """All of the section, its blocks as they are written, with white space normalised."""
        parts = (part if isinstance(part, str) else f"```{part.language} {part.text} ```" for part in self.flow)
        return squeeze(" ".join((self.line, *parts)))


@dataclass(frozen=True, slots=True)
class Page:
    """One page in one locale; `id` is its route with the locale first, for example `zh-CN/models/video/veo-3-1`."""

    id: str
    url: str
    locale: str
    title: str
    sections: tuple[Section, ...]

    @property
    def text(self) -> str:
        return " ".join(section.text for section in self.sections)


def read(path: Path) -> list[Page]:
    """The pages of a dump, of one page file, or of all page files below a folder, sorted by id."""
    if not path.is_dir():
        return sorted(read_file(path), key=lambda page: page.id)
    files = sorted(file for suffix in ("*.md", "*.txt") for file in path.rglob(suffix))
    pages = [page for file in files for page in read_file(file)]
    if not pages:
        raise DocumentationError(f"{path}: no pages below this folder")
    return sorted(pages, key=lambda page: page.id)


def read_file(path: Path) -> list[Page]:
    """The pages of one file; a file that names no address is one plain page."""
    from .plain import read_page

    text = path.read_text("utf-8")
    if _FOLDER_HEADER.match(text) or _DUMP_HEADER.search(text):
        return parse(text, str(path))
    page = read_page(path)
    if not any(section.flow for section in page.sections):
        raise DocumentationError(f"{path}: no headings with text below them")
    return [page]


def parse(text: str, name: str = "text") -> list[Page]:
    """The pages of a text: a page of a folder, or a dump of many pages."""
    single = _FOLDER_HEADER.match(text)
    if single:
        return [make_page(single["url"], locale_of(single["url"]), single["title"], text[single.end() :])]
    headers = list(_DUMP_HEADER.finditer(text))
    if not headers:
        raise DocumentationError(f"{name}: neither a page (its first line names its url) nor a dump of pages")
    ends = [header.start() for header in headers[1:]] + [len(text)]
    return [dumped(header, text[header.end() : end]) for header, end in zip(headers, ends, strict=True)]


def dumped(header: re.Match[str], rest: str) -> Page:
    extra = _DUMP_EXTRA.match(rest)
    return make_page(header["url"], header["locale"], header["title"], rest[extra.end() if extra else 0 :])


def make_page(url: str, locale: str, title: str, body: str) -> Page:
    return Page(page_id(url, locale), url, locale, squeeze(title), tuple(split(squeeze(title), body)))


def route(url: str) -> list[str]:
    return [part for part in urlsplit(url).path.split("/") if part]


def locale_of(url: str) -> str:
    first = (route(url) or [""])[0]
    return first if _LOCALE.fullmatch(first) else DEFAULT_LOCALE


def page_id(url: str, locale: str) -> str:
    """The route with the locale first; the default locale has none in its url."""
    parts = route(url)
    return "/".join([locale, *(parts[1:] if parts[:1] == [locale] else parts)])


def split(title: str, body: str) -> Iterator[Section]:
    """The sections of a page; the first one is its title with the introduction."""
    level, line, flow, position = 1, title, list[str | Block](), 0
    for mark in _MARK.finditer(body):
        flow += prose(body[position : mark.start()])
        position = mark.end()
        if mark["fence"]:
            flow.append(Block(mark["language"].lower(), (mark["text"] or "").strip()))
            continue
        yield close(level, line, flow)
        level, line, flow = len(mark["level"]), "", []
    yield close(level, line, [*flow, *prose(body[position:])])


def prose(text: str) -> list[str]:
    return [squeezed] if (squeezed := squeeze(text)) else []


def close(level: int, line: str, flow: list[str | Block]) -> Section:
    """A section whose line, unless it is known, is found at the beginning of its prose."""
    if line or not flow or isinstance(flow[0], Block):
        return Section(level, line, tuple(flow))
    end = _LINE_END.search(flow[0])
    cut = end.start() if end else len(flow[0])
    rest = prose(flow[0][cut:])
    return Section(level, flow[0][:cut], (*rest, *flow[1:]))
