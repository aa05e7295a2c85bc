"""Which words of a text state a fact: numbers with their units, code, identifiers, addresses. All others are wording.

A text may be Chinese or English, with or without its line breaks, so nothing here depends on the language around a fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

Kind = Literal["operation", "number", "value"]
Token = tuple[Kind, str]

METHODS = "GET|POST|PUT|PATCH|DELETE"
_UNITS = {
    "s": "second seconds sec secs s 秒 秒钟",
    "min": "minute minutes min mins 分钟",
    "h": "hour hours h 小时",
    "day": "day days 天 日",
    "chars": "character characters chars char 字符 个字符 字 个字",
    "px": "pixel pixels px 像素",
    "%": "% ％ percent",
    "kb": "kb KB kB",
    "mb": "mb MB Mb 兆",
    "gb": "gb GB",
    "ms": "ms millisecond milliseconds 毫秒",
    "fps": "fps FPS",
    "hz": "hz Hz HZ",
    "khz": "khz kHz KHz",
}
UNITS = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_WORDS = 3  # blanks in the name of a thing
_LINK = re.compile(r"(?<=\])\([^)\s]*\)")
_ENUMERATOR = re.compile(r"(?<!\S)(?P<number>\d{1,2})\. ")
_BORDER = r"(?<![A-Za-z0-9_])"
_TOKEN = re.compile(
    rf"`(?P<code>[^`]+)`"
    rf"|{_BORDER}(?P<method>{METHODS})[\s`|]{{1,9}}(?P<path>/[^\s`|,;)\"',。、]*)"
    rf"|(?P<url>https?://[^\s`|)\"'<>,。、)]+)"
    rf"|\"(?P<quoted>[^\s\"]{{1,60}})\""
    rf"|(?P<route>(?<![\w/.)\]])/[a-z][\w{{}}./-]*/[\w{{}}./-]*\w}}?)"
    rf"|{_BORDER}(?P<date>\d{{4}}-\d\d-\d\d(?:T[\d:.]+Z?)?)"
    rf"|{_BORDER}(?P<size>\d+(?:\s?[x×*:]\s?\d+)+(?![A-Za-z0-9]))"
    rf"|(?<![\w.])(?P<number>[-−]?\d+(?:,\d{{3}})*(?:\.\d+)?)(?!\d*\.?\d*[A-Za-z_]|-[A-Za-z]|\.?\d)"
    rf"(?:(?:\s|-)?(?P<unit>{_UNIT})(?![A-Za-z]))?"
    rf"|(?<![\w.])(?P<glued>\d+(?:\.\d+)?)(?P<glued_unit>{_UNIT})(?![A-Za-z0-9])"
    rf"|{_BORDER}(?P<word>[A-Za-z0-9][\w.\[\]-]*)",
    re.ASCII,
)
_NAME = re.compile(r"(?=.*[\d_])[A-Za-z0-9][\w.\[\]-]*|[A-Z]{4,}", re.ASCII)
_RANGE = re.compile(r"[\d.,]+\s?[-~–—至到]\s?[\d.,]+")
_NUMBER = re.compile(rf"[-−+]?\d[\d,]*(?:\.\d+)?\s?(?P<unit>{_UNIT})?")


def tokens(text: str) -> Iterator[Token]:
    """The facts of a piece of prose or of a cell, in their order."""
    for found in _TOKEN.finditer(_LINK.sub("", without_enumerators(text))):
        yield from _facts_of(found)


def _facts_of(found: re.Match[str]) -> Iterator[Token]:
    if found["code"]:
        yield from code(found["code"])
    elif found["method"]:
        yield "operation", f"{found['method']} {found['path'].rstrip('.:')}"
    elif plain := found["url"] or found["quoted"] or found["route"] or found["date"]:
        yield "value", plain.rstrip(".:")
    elif found["size"]:
        yield "value", re.sub(r"\s", "", found["size"]).replace("×", "x").replace("*", "x")
    elif found["number"] or found["glued"]:
        yield "number", number(found["number"] or found["glued"], found["unit"] or found["glued_unit"])
    elif _NAME.fullmatch(word := found["word"].rstrip(".-")):
        yield "value", word


def number(digits: str, unit: str | None) -> str:
    """One spelling of a number: `1,000 characters`, `1000字符` and `1000 chars` are the same."""
    plain = digits.replace(",", "").replace("−", "-")
    return plain + UNITS[unit] if unit else plain


def code(span: str) -> Iterator[Token]:
    """What a code span states; one that lists several things states each."""
    text = " ".join(span.split())
    if operation := re.fullmatch(rf"({METHODS}) (?:\{{\w+\}}|https?://[^/\s]+)?(/\S*)", text):
        yield "operation", f"{operation[1]} {operation[2]}"
    elif plain := _NUMBER.fullmatch(text):
        unit = plain["unit"]
        yield "number", number(text[: len(text) - len(unit)].strip() if unit else text, unit)
    elif _RANGE.fullmatch(text):
        yield "number", text.replace(" ", "")
    elif "," in text and not text.startswith(("{", "http")):
        for part in re.split(r"\s*,\s*", text.strip("[]")):
            if part.strip(" \"'"):
                yield from code(part.strip(" \"'"))
    elif text.count(" ") > _WORDS:  # a sentence: what is in it
        yield from tokens(text.replace("`", ""))
    elif text.strip("\"'"):
        yield "value", text.strip("\"'")


def without_enumerators(text: str) -> str:
    """The text without the numbers of its numbered lists: 1., 2., 3. ... in a row are layout."""
    expected, spans, run = 1, list[tuple[int, int]](), list[tuple[int, int]]()
    for found in _ENUMERATOR.finditer(text):
        if int(found["number"]) == expected:
            run, expected = [*run, found.span()], expected + 1
        elif found["number"] == "1":
            spans, run, expected = spans + (run if len(run) > 1 else []), [found.span()], 2
    spans += run if len(run) > 1 else []
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    return " ".join(text[start:end] for start, end in list(pairwise(edges))[::2])
