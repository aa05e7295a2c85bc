"""Pages that do not name their address: text copied from a site, or plain Markdown, told apart by what is in them.

- A one-page reference of operations: each path under a line that holds an HTTP method is a section, with all that follows it.
- Markdown: headings and fences; a row of a table is a section of its own, named by its first cell.
- Text without any marks: a line that stands alone between empty ones is a heading.

A page is known by its folder and file name (`uniapi/reference`); `lock.identified` finds it again under another name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from .pages import DEFAULT_LOCALE, Block, Page, Section, squeeze
from .tokens import METHODS

_METHODS = frozenset(METHODS.split("|"))
_MARKDOWN = re.compile(r"(?P<level>#{1,6})\s+(?P<title>.*)")
_ANCHOR = re.compile(r"\[\]\([^)]*\)")
_SOURCE = re.compile(r"^\S{1,10}: (?P<url>https?://\S+)$", re.MULTILINE)
_ROW = re.compile(r"\|\s*(?P<first>[^|]+?)\s*\|")
_RULER = re.compile(r"[|:\s-]+")
_ESCAPE = re.compile(r"\\([_\[\]*~-])")
_FENCE = re.compile(r"```(?P<language>[\w+-]*)\s*")
_TYPES = frozenset({"string", "integer", "number", "boolean", "object", "array", "file"})
_LONGEST = 60

Lines = Sequence[str]
Flow = tuple[str | Block, ...]


def read_page(path: Path) -> Page:
    """The page of one file."""
    text = path.read_text("utf-8")
    lines = text.splitlines()
    source = _SOURCE.search(text)
    sections = (one_page if is_one_page(lines) else markdown if is_markdown(lines) else unmarked)(path.stem, lines)
    return Page(f"{path.parent.name}/{path.stem}", source["url"] if source else "", DEFAULT_LOCALE, path.stem, tuple(sections))


def is_one_page(lines: Lines) -> bool:
    return "Authorizations" in lines and sum(is_operation(lines, index) for index in range(len(lines))) > 1


def is_markdown(lines: Lines) -> bool:
    return sum(bool(_MARKDOWN.match(line)) for line in lines) > 1


def is_operation(lines: Lines, index: int) -> bool:
    return lines[index].startswith("/") and neighbour(lines, index - 1) in _METHODS


def neighbour(lines: Lines, index: int) -> str:
    return lines[index].strip() if 0 <= index < len(lines) else ""


# --- a one-page reference ---------------------------------------------------------------------------------------------------


def one_page(title: str, lines: Lines) -> Iterator[Section]:
    """What stands before the first operation, then each operation, which begins with the line of its title."""
    starts = [before(lines, index - 1) for index in range(len(lines)) if is_operation(lines, index)]
    yield Section(1, "Servers" if "Servers" in lines[: starts[0]] else title, flow(lines[: starts[0]]))
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        part = lines[start:end]
        path = next(line for index, line in enumerate(part) if is_operation(part, index))
        yield Section(2, path.strip(), flow(part))


def before(lines: Lines, method: int) -> int:
    """The line of the title above a method."""
    return next(index for index in range(method - 1, -2, -1) if index < 0 or lines[index].strip())


def flow(lines: Lines) -> Flow:
    """Prose, and each sample: from a line that opens a bracket to the line that closes it."""
    parts, text, depth = list[str | Block](), list[str](), 0
    for line in lines:
        bracket = depth or line.strip() in {"{", "["}
        if bracket and not depth:
            parts, text = [*parts, *prose(text)], []
        text.append(line)
        depth += line.count("{") + line.count("[") - line.count("}") - line.count("]") if bracket else 0
        if bracket and depth <= 0:
            parts, text, depth = [*parts, Block("json", "\n".join(text))], [], 0
    return (*parts, *prose(text))


def prose(lines: Lines) -> list[str]:
    return [text] if (text := squeeze(" ".join(lines))) else []


# --- Markdown -----------------------------------------------------------------------------------------------------------------


def markdown(title: str, lines: Lines) -> Iterator[Section]:
    level, heading, parts, text = 1, title, list[str | Block](), list[str]()
    fence: str | None = None
    for index, line in enumerate(lines):
        if mark := _FENCE.fullmatch(line.strip()):
            parts += [Block(fence or "", "\n".join(text).strip())] if fence is not None else prose(cells(text))
            fence, text = (None if fence is not None else mark["language"].lower()), []
        elif fence is None and (found := heading_of(lines, index)):
            yield Section(level, heading, (*parts, *prose(cells(text))))
            level, heading, parts, text = found[0], found[1], [], list(found[2])
        else:
            text.append(line if fence is not None else _ESCAPE.sub(r"\1", line))
    yield Section(level, heading, (*parts, *prose(cells(text))))


def heading_of(lines: Lines, index: int) -> tuple[int, str, Lines] | None:
    """Level, title and first text of the section that a line begins."""
    line = lines[index].strip()
    if found := _MARKDOWN.match(line):
        return len(found["level"]), _ANCHOR.sub("", found["title"]).strip(), ()
    row = _ROW.match(line)
    if row is None or _RULER.fullmatch(line) or _RULER.fullmatch(neighbour(lines, index + 1) or "."):
        return None
    return 7, row["first"].replace("`", ""), (line,)


def cells(lines: Lines) -> list[str]:
    """The lines, with a table whose cells became paragraphs put together again: a row begins with a name that a type follows."""
    words = [line.strip() for line in lines if line.strip()]
    if "Parameter" not in words or "Type" not in words:
        return list(lines)
    start = words.index("Parameter")
    begins = [index for index in range(start, len(words) - 1) if words[index + 1] in _TYPES]
    if not begins:
        return list(lines)
    marked = "Required" in words[start : begins[0]]
    header = ["Parameter", "Type", *(["Required"] if marked else []), "Description"]
    rows = [row(words[begin:end], len(header)) for begin, end in zip(begins, [*begins[1:], len(words)], strict=True)]
    return [*words[:start], f"| {' | '.join(header)} | {'| --- ' * len(header)}|", *rows]


def row(words: Lines, width: int) -> str:
    kept = [*words[: width - 1], " ; ".join(words[width - 1 :])]
    return f"| {' | '.join(word.replace('|', '/') for word in kept)} |"


# --- text without marks -------------------------------------------------------------------------------------------------------


def unmarked(title: str, lines: Lines) -> Iterator[Section]:
    heading, text = title, list[str]()
    for index, line in enumerate(lines):
        if not stands_alone(lines, index):
            text.append(line)
            continue
        yield Section(1, heading, flow(text))
        heading, text = line.strip(), []
    yield Section(1, heading, flow(text))


def stands_alone(lines: Lines, index: int) -> bool:
    """Whether the line is a heading: alone between empty ones, or the path under a method."""
    line = lines[index].strip()
    if is_operation(lines, index):
        return True
    alone = not neighbour(lines, index - 1) and not neighbour(lines, index + 1) and 0 < len(line) <= _LONGEST
    return alone and line not in _METHODS and not line.startswith(("{", "}", "`", "*"))
