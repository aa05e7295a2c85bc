"""Changes to documentation at random places: of one fact, or of anything but a fact. Shares no code with what is tested."""

from __future__ import annotations

import random
import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

HEADER = re.compile(r"---\s+# (?:(?!\s---\s).){1,200}?\s+Locale: (?P<locale>\S+)\s+URL: (?P<url>\S+)", re.DOTALL)
FENCE = re.compile(r"```.*?```", re.DOTALL)
HEADING = re.compile(r"(?<!\S)#{2,6} (?=[^\s#])")
RULER = re.compile(r"\|(?:\s*:?-{3,}:?\s*\|)+")
SPAN = re.compile(r"`([^`]*)`")
UNIT = r"seconds?|characters?|px|MB|days?|minutes?|hours?|fps|秒|个?字符|像素|天|分钟|小时"
NUMBER = rf"[\w.]*\d[\w.,:×~-]*(?:\s?(?:{UNIT}))?"


@dataclass
class Page:
    """A piece of a dump that is one page."""

    id: str
    text: str

    @cached_property
    def fences(self) -> list[tuple[int, int]]:
        return [found.span() for found in FENCE.finditer(self.text)]

    @cached_property
    def headings(self) -> list[int]:
        return [found.start() for found in HEADING.finditer(self.text) if not self.in_fence(found.start())]

    @cached_property
    def cells(self) -> list[Cell]:
        return cells(self.text)

    @cached_property
    def ticks(self) -> list[int]:
        """Where code that is no fence begins and ends."""
        return [found.start() for found in re.finditer("`", self.text) if not self.in_fence(found.start())]

    def in_fence(self, place: int) -> bool:
        return any(start <= place < end for start, end in self.fences)

    def section(self, place: int) -> int:
        """The number of the section that the place is in, 0 for the introduction."""
        return bisect_right(self.headings, place)


@dataclass(frozen=True)
class Mutation:
    """A changed page.

    Attributes:
        what: number, value, model, required or row; or the name of a harmless change.
        section: Number of the section that changed.
        gone: Text that is not there any more.
        come: Text that was put there.
    """

    page: Page
    what: str
    text: str
    section: int
    gone: str = ""
    come: str = ""


def pages(dump: str) -> list[Page]:
    headers = list(HEADER.finditer(dump))
    ends = [header.start() for header in headers[1:]] + [len(dump)]
    return [Page(page_id(header), dump[header.start() : end]) for header, end in zip(headers, ends, strict=True)]


def page_id(header: re.Match[str]) -> str:
    parts = [part for part in header["url"].split("://")[1].split("/")[1:] if part]
    return "/".join([header["locale"], *(parts[1:] if parts[:1] == [header["locale"]] else parts)])


# --- tables -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """A cell below the head of a table."""

    start: int
    end: int
    column: str
    row: tuple[int, int]
    first: bool


def cells(text: str) -> list[Cell]:
    """Every cell of every table, found by counting the pipes of its ruler."""
    found: list[Cell] = []
    for ruler in RULER.finditer(text):
        width = ruler[0].count("|") - 1
        head = text[: ruler.start()].rstrip().rsplit("|", width + 1)[-width - 1 : -1]
        place = ruler.end()
        while match := re.compile(r"\s*\|" + r"((?:\\\||[^|])*)\|" * width).match(text, place):
            if RULER.match(text, match.start() + 1) or RULER.match(text, match.end() + 1):
                break  # the head of another table
            row = (match.start(), match.end())
            found += [Cell(*match.span(i + 1), head[i].strip(), row, i == 0) for i in range(width)]
            place = match.end()
    return found


# --- one fact ---------------------------------------------------------------------------------------------------------------


def number(page: Page, rng: random.Random) -> Mutation | None:
    """Another number, in prose, in a table or in an example."""
    spots = [found for found in re.finditer(r"(?<![\w.:/#*~@-])\d{1,5}(?![\w.:/*~-]| ?[x×])", page.text) if is_fact(page, found)]
    if not spots:
        return None
    spot = rng.choice(spots)
    return put(page, "number", spot.span(), str(int(spot[0]) + rng.randint(1, 9)))


def is_fact(page: Page, found: re.Match[str]) -> bool:
    """No number of a heading or of a list, none of the head, none inside of a text for people."""
    before, after = page.text[: found.start()], page.text[found.end() :]
    is_numbering = re.search(r"#{2,6} (\d+\.)*$", before) or re.match(r"\.\s", after)
    in_text = page.in_fence(found.start()) and not re.search(r"\"\s*:\s*$", before)
    is_open = before.count('"', before.rfind("\n") + 1) % 2 == 1 if "\n" in before else False
    return not is_numbering and not in_text and not is_open and page.section(found.start()) > 0


def value(page: Page, rng: random.Random) -> Mutation | None:
    """Another word among the code of a table's cell."""
    spots = [
        (cell.start + found.start(1), cell.start + found.end(1))
        for cell in page.cells
        if not cell.first
        for found in SPAN.finditer(page.text[cell.start : cell.end])
        if re.fullmatch(r"[a-z][a-z_]+", found[1])
    ]
    if not spots:
        return None
    return put(page, "value", rng.choice(spots), f"{rng.choice(['amber', 'birch', 'cedar'])}_{rng.randint(10, 99)}")


def model(page: Page, rng: random.Random, models: Sequence[str]) -> Mutation | None:
    """Another id of a model: in a table, or in an example."""
    spots = [
        found.span(1) for found in re.finditer(r"[`\"]([\w.-]+)[`\"]", page.text) if found[1] in models and page.section(found.start()) > 0
    ]
    return put(page, "model", spot, page.text[slice(*spot)] + "-next") if spots and (spot := rng.choice(spots)) else None


def required(page: Page, rng: random.Random) -> Mutation | None:
    """The other mark in a column that says what is required."""
    other = {"Yes": "No", "No": "Yes", "是": "否", "否": "是"}
    spots = [cell for cell in page.cells if cell.column in {"Required", "必填", "是否必填"}]
    spots = [cell for cell in spots if page.text[cell.start : cell.end].strip() in other]
    if not spots:
        return None
    cell = rng.choice(spots)
    return put(page, "required", (cell.start, cell.end), f" {other[page.text[cell.start : cell.end].strip()]} ")


def row(page: Page, rng: random.Random) -> Mutation | None:
    """A row less."""
    rows = sorted({cell.row for cell in page.cells})
    return put(page, "row", rng.choice(rows), "") if rows else None


def put(page: Page, what: str, span: tuple[int, int], come: str) -> Mutation:
    start, end = span
    gone = page.text[start:end]
    return Mutation(page, what, page.text[:start] + come + page.text[end:], page.section(start), gone.strip(), come.strip())


def one_fact(dump: Sequence[Page], models: Sequence[str], rng: random.Random) -> Mutation:
    """A change of one fact on some page."""
    makers: list[Callable[[Page], Mutation | None]] = [
        lambda page: number(page, rng),
        lambda page: value(page, rng),
        lambda page: model(page, rng, models),
        lambda page: required(page, rng),
        lambda page: row(page, rng),
    ]
    return drawn(dump, rng.choice(makers), rng)


def drawn(dump: Sequence[Page], make: Callable[[Page], Mutation | None], rng: random.Random) -> Mutation:
    while (made := make(rng.choice(dump))) is None or made.text == made.page.text:
        continue
    return made


# --- no fact ----------------------------------------------------------------------------------------------------------------


def white_space(page: Page, rng: random.Random) -> Mutation:
    """Line breaks and blanks between words, outside of examples."""
    return rewritten(page, "white space", lambda text: re.sub(r" (?=\w)", lambda _: rng.choice([" ", "  ", "\n", " \n "]), text))


def reflow(page: Page, rng: random.Random) -> Mutation:
    """A line for each heading, row and item of a list, as it was before the breaks were lost."""
    return rewritten(page, "reflow", lambda text: re.sub(r"(?<=\|) (?=\|)|(?<=[^\s|]) (?=- |#{2,6} |\d\. )", "\n", text))


def typo(page: Page, rng: random.Random) -> Mutation | None:
    """A letter twice, in a word of prose."""
    pattern = rf"(?<![\w`/.\"-])(?<!\d )(?!(?:{UNIT})\b)[a-z]{{5,}}(?=[ ,])"  # a unit behind its number is part of a fact
    spots = [found for found in re.finditer(pattern, page.text) if is_prose(page, found.start())]
    if not spots:
        return None
    spot = rng.choice(spots)
    return put(page, "typo", (spot.start() + 2, spot.start() + 3), page.text[spot.start() + 2] * 2)


def is_prose(page: Page, place: int) -> bool:
    """Whether a sentence for people stands there: no example, no code, no column of marks or types, no head of a table or of the page."""
    marks = {"Required", "必填", "是否必填", "Type", "类型"}
    in_marks = any(cell.start <= place < cell.end and (cell.column in marks or cell.first) for cell in page.cells)
    in_code = bisect_right(page.ticks, place) % 2 == 1
    in_head = re.match(r"[^|]*\|(?:[^|`]*\|)*?\s*:?-{3,}", page.text[place:]) is not None
    return not page.in_fence(place) and not in_marks and not in_head and not in_code and page.section(place) > 0


def order(page: Page, rng: random.Random) -> Mutation | None:
    """The words of one cell in another order; a number stays with its unit."""
    piece = rf"`[^`]*`|\[[^\]]*\]\([^)]*\)|{NUMBER}|[^\s`]+"
    spots = [cell for cell in page.cells if len(re.findall(piece, page.text[cell.start : cell.end])) > 2 and is_prose(page, cell.start)]
    if not spots:
        return None
    cell = rng.choice(spots)
    words = re.findall(piece, page.text[cell.start : cell.end])
    rng.shuffle(words)
    made = f" {' '.join(words)} "
    measures = [sorted(re.findall(NUMBER, text)) for text in (page.text[cell.start : cell.end], made)]
    return put(page, "order", (cell.start, cell.end), made) if measures[0] == measures[1] else None  # no new pair of number and unit


def translation(page: Page, rng: random.Random) -> Mutation | None:
    """Other words for a cell of prose, in another language; code, numbers with their units and names stay."""
    spots = [cell for cell in page.cells if is_prose(page, cell.start) and len(page.text[cell.start : cell.end]) > 20]
    if not spots:
        return None
    cell = rng.choice(spots)
    kept = rf"""(`[^`]*`|"[^"]*"|“[^”]*”|\[[^\]]*\]\([^)]*\)|https?://\S+|[A-Za-z-]*[\d_/][\w./:~-]*\s?(?:{UNIT})?|[A-Z]{{4,}}\w*)"""
    parts = re.split(kept, page.text[cell.start : cell.end])
    words = rng.choice(["mots", "palabras", "文字"])
    come = "".join(part if index % 2 else re.sub(r"[A-Za-z一-鿿]+", f" {words} ", part) for index, part in enumerate(parts))
    return put(page, "translation", (cell.start, cell.end), come)


def rewritten(page: Page, what: str, change: Callable[[str], str]) -> Mutation:
    start = HEADER.match(page.text).end() if HEADER.match(page.text) else 0  # type: ignore[union-attr]
    edges = [start, *(edge for span in page.fences for edge in span), len(page.text)]
    parts = [page.text[a:b] for a, b in pairwise(edges)]
    text = page.text[:start] + "".join(part if index % 2 else change(part) for index, part in enumerate(parts))
    return Mutation(page, what, text, -1)


def no_fact(dump: Sequence[Page], rng: random.Random) -> Mutation:
    """A change of anything but a fact, on some page."""
    makers: list[Callable[[Page], Mutation | None]] = [
        lambda page: white_space(page, rng),
        lambda page: reflow(page, rng),
        lambda page: typo(page, rng),
        lambda page: order(page, rng),
        lambda page: translation(page, rng),
    ]
    return drawn(dump, rng.choice(makers), rng)
