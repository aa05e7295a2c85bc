"""The tables that `examples` prints: per page, what was found and what became of it; nothing is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from .endpoints import Catalogue, for_page
from .examples import Kind
from .pages import Page
from .snippets import snippets
from .verdicts import Judged, Judgement, Verdict

_KINDS: tuple[tuple[Kind, str], ...] = (("request", "Requests"), ("response", "Responses"))


def tables(judged: Sequence[Judged]) -> Iterator[str]:
    """A table of requests and one of responses, each with a row a page and a sum."""
    for kind, title in _KINDS:
        yield from table(title, [one for one in judged if one.example.kind == kind])
        yield ""
    forms = Counter(one.example.snippet.form for one in judged)
    yield f"{len(judged)} examples: " + ", ".join(f"{count} {form}" for form, count in sorted(forms.items()))


def unread(pages: Sequence[Page], catalogues: Sequence[Catalogue]) -> Iterator[str]:
    """What no example was looked for in: blocks that hold none, and pages of no provider."""
    blocks = Counter(block.language or "plain" for page in pages for s in page.sections for block in s.blocks if not snippets(block))
    if blocks:
        yield "blocks without an example: " + ", ".join(f"{count} {language}" for language, count in sorted(blocks.items()))
    yield from (f"of no provider in the spec, not read: {page.id}" for page in pages if for_page(catalogues, page.url) is None)


def table(title: str, judged: Sequence[Judged]) -> Iterator[str]:
    pages = sorted({one.example.page for one in judged})
    width = max((len(page) for page in pages), default=0)
    columns = ["found", *(verdict.value for verdict in Verdict)]
    yield f"{title:{width}}  " + "  ".join(columns)
    for page in pages:
        mine = [one for one in judged if one.example.page == page]
        yield row(page, mine, width, columns) + "".join(f"  {rule}" for rule in refusals(mine))
    yield row("all pages", judged, width, columns)


def row(name: str, judged: Sequence[Judged], width: int, columns: Sequence[str]) -> str:
    counts = Counter(one.verdict.value for one in judged)
    numbers = [len(judged), *(counts[column] for column in columns[1:])]
    return f"{name:{width}}  " + "  ".join(f"{number or '-':>{len(column)}}" for number, column in zip(numbers, columns, strict=True))


def refusals(judged: Sequence[Judged]) -> list[str]:
    return sorted({note for one in judged if one.verdict is Verdict.REFUSED for note in one.notes})


def listing(judged: Sequence[Judged]) -> Iterator[str]:
    """One line an example."""
    for one in judged:
        example = one.example
        where = f"{example.page}#{example.section} [{example.number}]"
        notes = "; ".join((*one.notes, *((one.judgement.reason,) if one.judgement else ())))
        what = f"{example.kind} {example.snippet.form} {example.endpoint or 'no operation'}"
        status = f" {example.status}" if example.kind == "response" else ""
        yield f"{one.verdict:14}  {where}  {what}{status}" + (f"  {notes}" if notes else "")


def stale(judged: Sequence[Judged], judgements: Sequence[Judgement]) -> list[Judgement]:
    """Judgements on nothing: the example is gone, or it is accepted now."""
    used = [one.judgement for one in judged]
    return [judgement for judgement in judgements if judgement not in used]
