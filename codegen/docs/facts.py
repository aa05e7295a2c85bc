"""What a section states, as facts that can be compared and stored: no sentence of the documentation is kept.

A fact is said about a subject: the row of a table, the key of an example, or the prose of the section (no subject).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .pages import Block, Section
from .tables import Table, split_tables
from .tokens import METHODS, tokens

_FIELD_HEADERS = {"field", "fields", "parameter", "parameters", "name", "参数", "字段", "参数名", "字段名"}
_TYPE_HEADERS = {"type", "类型"}
_REQUIRED_HEADERS = {"required", "必填", "是否必填", "必需"}
_MODEL_HEADERS = re.compile(r"\bmodels?\b|模型|example ids|示例 id", re.IGNORECASE)
_MARKS = {"yes": "yes", "是": "yes", "required": "yes", "必填": "yes", "no": "no", "否": "no", "optional": "no", "可选": "no", "": "none"}
_HEADING_NUMBER = re.compile(r"^(?:\d+(?:\.\d+)*\.?\s+)")
_MEMBER = re.compile(
    r"""["']?(?P<key>[A-Za-z_][\w.-]*)["']?\s*:\s*(?P<value>"(?:[^"\\]|\\.)*"|'[^']*'|-?\d[\d.]*|true|false|null|True|False|None|[\[{])"""
)
_CALL = re.compile(rf"\b(?P<method>{METHODS})\b[\s\"',]{{1,9}}(?:https?://[^\s/`]+|[$]?\{{\w+\}})?(?P<path>/[^\s`|,;)\"']*)")
_LITERAL = re.compile(
    r"""(?P<url>(?:https?://|[$]?\{\w+\}/)[^\s"'`,)]+)|"(?P<double>[^"\s]+)"|'(?P<single>[^'\s{]+)'|(?<![\w.-])(?P<number>-?\d+(?:\.\d+)?)(?![\w.-])|(?<![\w-])(?P<option>-F|--form)[ =]+["']?(?P<form>\w+)=(?P<given>[^\s"']*)"""
)
_BARE_NAME = re.compile(r"[A-Za-z_][\w.\[\]-]*", re.ASCII)
LONGEST = 60


@dataclass(frozen=True, order=True, slots=True)
class Fact:
    """One fact.

    Attributes:
        kind: `operation`, `model`, `field`, `required`, `type`, `value`, `number`, `row` or `example`.
        value: What is stated, for example `16:9`.
        subject: What it is said about, for example `aspect_ratio`; empty in prose.
    """

    kind: str
    value: str
    subject: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.value}" + (f" ({self.subject})" if self.subject else "")


Facts = Counter[Fact]


def facts(section: Section) -> Facts:
    """Everything that the section states, each with how often."""
    found: Facts = Counter()
    found.update(prose(_HEADING_NUMBER.sub("", section.line)))
    for part in section.flow:
        if isinstance(part, Block):
            found.update(block(part))
            continue
        rest, tables = split_tables(part)
        found.update(prose(rest))
        for table in tables:
            found.update(rows(table))
    return found


def prose(text: str) -> Iterator[Fact]:
    return (Fact(kind, short(value)) for kind, value in tokens(text))


def short(value: str) -> str:
    """The value as it is kept: what is too long to be a name is kept as a digest."""
    plain = " ".join(value.split()).replace("|", "¦").replace(" *", "*")
    is_name = len(plain) <= LONGEST and plain.count(" ") <= 3
    return plain if is_name else "~" + hashlib.sha256(plain.encode()).hexdigest()[:12]


# --- tables -----------------------------------------------------------------------------------------------------------------


def rows(table: Table) -> Iterator[Fact]:
    header = [cell.lower().strip() for cell in table[0]]
    yield from (Fact(kind, short(value), "header") for cell in table[0] for kind, value in tokens(cell))
    is_fields = header[0] in _FIELD_HEADERS
    for cells in table[1:]:
        subject = short(named(cells[0], is_fields))
        yield Fact("field" if is_fields and subject else "row", subject or "of prose")
        first = 0 if _MODEL_HEADERS.search(header[0]) else 1
        for name, cell in zip(header[first:], cells[first:], strict=False):
            yield from column(name, cell, subject, is_fields)


def named(cell: str, is_fields: bool) -> str:
    """What a row is about, by its first cell; nothing where that is prose."""
    if is_fields and _BARE_NAME.fullmatch(cell):
        return cell
    return " ".join(value for _, value in tokens(cell))


def column(name: str, cell: str, subject: str, is_fields: bool) -> Iterator[Fact]:
    if name in _REQUIRED_HEADERS:
        yield Fact("required", mark(cell), subject)
    elif name in _TYPE_HEADERS and is_fields:
        yield from (Fact("type", word, subject) for word in re.split(r"[/|,、\s`]+|或|or\b", cell.lower()) if word)
    else:
        is_models = bool(_MODEL_HEADERS.search(name)) or subject == "model"
        yield from (Fact("model" if is_models and kind == "value" else kind, short(value), subject) for kind, value in tokens(cell))


def mark(cell: str) -> str:
    """Whether a field is required; words that say when are kept in one order."""
    text = cell.lower().strip(" `*")
    return _MARKS.get(text) or short("when " + " ".join(sorted(re.findall(r"\w+", text))))


# --- examples ---------------------------------------------------------------------------------------------------------------


def block(part: Block) -> Iterator[Fact]:
    """What an example shows; text for people in it (a prompt) is wording, as prose is."""
    yield from (Fact("operation", f"{call['method']} {call['path'].rstrip('.:')}") for call in _CALL.finditer(part.text))
    rest = part.text
    for member in _MEMBER.finditer(part.text):
        yield from shown(member["key"], member["value"])
    rest = _MEMBER.sub(" ", _CALL.sub(" ", rest))
    yield from (literal(found) for found in _LITERAL.finditer(rest))


def shown(key: str, value: str) -> Iterator[Fact]:
    text = value.strip("\"'")
    if value in "[{":
        yield Fact("example", short(key))
    elif value[:1] not in "\"'":
        yield Fact("example", text, short(key))
    elif " " in text or re.search(r"[^\x00-\x7f]", text):
        yield Fact("example", "text", short(key))
        yield from (Fact(kind, short(word), short(key)) for kind, word in tokens(text) if kind == "value")
    else:
        yield Fact("model" if key == "model" else "example", short(text), short(key))


def literal(found: re.Match[str]) -> Fact:
    if found["option"]:
        return Fact("model" if found["form"] == "model" else "example", short(found["given"]), found["form"])
    return Fact("example", short(found["url"] or found["double"] or found["single"] or found["number"]))


# --- text form ----------------------------------------------------------------------------------------------------------------


def to_lines(found: Facts) -> list[str]:
    """The facts as text, a line a subject: `duration | number 5s | required no | type integer`."""
    by_subject: dict[str, list[str]] = {}
    for fact, count in sorted(found.items()):
        times = f" *{count}" if count > 1 else ""
        by_subject.setdefault(fact.subject, []).append(f"{fact.kind} {fact.value}{times}")
    return [" | ".join((subject, *by_subject[subject])) for subject in sorted(by_subject)]


def from_lines(lines: Iterable[str]) -> Facts:
    found: Facts = Counter()
    for line in lines:
        subject, *parts = line.split(" | ")
        for part in parts:
            text, _, times = part.rpartition(" *")
            kind, _, value = (text if text and times.isdigit() else part).partition(" ")
            found[Fact(kind, value, subject)] = int(times) if text and times.isdigit() else 1
    return found
