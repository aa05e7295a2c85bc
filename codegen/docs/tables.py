"""Tables that are found in prose, with or without their line breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator

Table = tuple[tuple[str, ...], ...]  # rows of cells, the header first

_RULER = re.compile(r"\|(?:\s*:?-{3,}:?\s*\|)+")
_PIPE = re.compile(r"(?<!\\)\|")


def tables(text: str) -> Iterator[Table]:
    """Every table of the text: `| a | b | | --- | --- | | 1 | 2 |` is a header and one row."""
    yield from split_tables(text)[1]


def split_tables(text: str) -> tuple[str, list[Table]]:
    """The text without its tables, and the tables."""
    rulers = list(_RULER.finditer(text))
    widths = [len(_PIPE.findall(ruler[0])) - 1 for ruler in rulers]
    starts = [0, *(ruler.end() for ruler in rulers)]
    ends = [*(ruler.start() for ruler in rulers), len(text)]
    pieces = [cells(text[start:end]) for start, end in zip(starts, ends, strict=True)]
    headers = [before[-width - 1 : -1] for before, width in zip(pieces, widths, strict=False)]
    bodies = [piece[: -width - 1] for piece, width in zip(pieces, widths, strict=False)] + pieces[-1:]
    grids = [tuple(rows(body, width)) for body, width in zip(bodies[1:], widths, strict=True)]
    used = [0, *(len(grid) * (width + 1) for grid, width in zip(grids, widths, strict=True))]
    rest = " ".join(" | ".join(piece for piece in body[start:] if piece) for body, start in zip(bodies, used, strict=True))
    return rest, [(header, *grid) for header, grid in zip(headers, grids, strict=True)]


def cells(text: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in _PIPE.split(text))


def rows(pieces: tuple[str, ...], width: int) -> Iterator[tuple[str, ...]]:
    """Rows after a ruler: between two rows stands the empty piece that a line break, or a space, leaves between their pipes."""
    for start in range(0, len(pieces), width + 1):
        row = pieces[start + 1 : start + 1 + width]
        if pieces[start] or len(row) < width or start + 1 + width >= len(pieces):
            return
        yield row
