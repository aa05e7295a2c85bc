"""Pages that say neither their address nor, in most cases, what a heading is: text copied from a site, or plain Markdown.

A page is known by its folder and file name (`uniapi/reference`). A heading is a Markdown heading, the path under a line that holds an
HTTP method, or a line that stands alone between empty ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from .pages import DEFAULT_LOCALE, Page, Section, squeeze

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_MARKDOWN = re.compile(r"#{1,6}\s+(?P<title>.*)")
_ANCHOR = re.compile(r"\[\]\([^)]*\)")
_ROW = re.compile(r"\|\s*(?P<first>[^|]+?)\s*\|")
_LONGEST = 60


def read_page(path: Path) -> Page:
    """The page of one file."""
    lines = path.read_text("utf-8").splitlines()
    return Page(f"{path.parent.name}/{path.stem}", "", DEFAULT_LOCALE, path.stem, tuple(sections(path.stem, lines)))


def sections(title: str, lines: list[str]) -> Iterator[Section]:
    """The sections in their order; the first one is what stands before any heading."""
    heading, text = title, list[str]()
    for index, line in enumerate(lines):
        found = heading_of(lines, index)
        if found is None:
            text.append(line)
            continue
        yield close(heading, text)
        heading, text = found, []
    yield close(heading, text)


def close(heading: str, text: list[str]) -> Section:
    body = squeeze(" ".join(text))
    return Section(1, heading, (body,) if body else ())


def heading_of(lines: list[str], index: int) -> str | None:
    """The heading that a line is, if it is one."""
    line = lines[index].strip()
    before, after = neighbour(lines, index - 1), neighbour(lines, index + 1)
    if markdown := _MARKDOWN.match(line):
        return _ANCHOR.sub("", markdown["title"]).strip()
    if row := _ROW.match(line):  # a row of a table of facts is what its first cell names
        return None if set(row["first"]) <= set("-: ") else row["first"].replace("`", "")
    if line.startswith("/") and before in _METHODS:
        return line
    alone = not before and not after and 0 < len(line) <= _LONGEST
    return line if alone and line not in _METHODS and not line.startswith(("{", "}", "`", "*")) else None


def neighbour(lines: list[str], index: int) -> str:
    return lines[index].strip() if 0 <= index < len(lines) else ""
