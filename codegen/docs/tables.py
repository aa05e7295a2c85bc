"""Tables that are found in prose, with or without their line breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator

Table = tuple[tuple[str, ...], ...]  # rows of cells, the header first

_RULER = re.compile(r"\|(?:\s*:?-{3,}:?\s*\|)+")
_PIPE = re.compile(r"(?<!\\)\|")


def tables(text: str) -> Iterator[Table]:
    """Every table of the text: `| a | b | | --- | --- | | 1 | 2 |` is a header and one row."""
    rulers = list(_RULER.finditer(text))
    for index, ruler in enumerate(rulers):
        width = len(_PIPE.findall(ruler[0])) - 1
        header = cells(text[: ruler.start()])[-width - 2 : -2] if text[: ruler.start()].rstrip().endswith("|") else ()
        end = rulers[index + 1].start() if index + 1 < len(rulers) else len(text)
        found = list(rows(cells(text[ruler.end() : end]), width))
        last_is_header = index + 1 < len(rulers) and found and text[ruler.end() : end].rstrip().endswith("|")
        yield (tuple(header), *(found[:-1] if last_is_header else found))


def cells(text: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in _PIPE.split(text))


def rows(pieces: tuple[str, ...], width: int) -> Iterator[tuple[str, ...]]:
    """Rows after a ruler: between two rows stands the empty piece that a line break, or a space, leaves between their pipes."""
    for start in range(0, len(pieces), width + 1):
        row = pieces[start + 1 : start + 1 + width]
        if pieces[start] or len(row) < width or start + 1 + width >= len(pieces):
            return
        yield row
