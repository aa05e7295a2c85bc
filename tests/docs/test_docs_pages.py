"""Pages, sections and tables: a dump without line breaks, one with them, and a folder are the same documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.docs.pages import HEADING_LENGTH, DocumentationError, Page, parse, read, squeeze
from codegen.docs.snippets import Snippet, snippets

DATA = Path(__file__).parent / "data"
SOURCES = [DATA / "dump.txt", DATA / "dump-lines.txt", DATA / "pages"]


def outline(pages: list[Page]) -> list[object]:
    """Everything that is read, with the line breaks of blocks left out."""
    return [
        (
            page.id,
            page.url,
            page.locale,
            page.title,
            [(s.level, s.heading, s.text, s.tables, [(b.language, squeeze(b.text)) for b in s.blocks]) for s in page.sections],
        )
        for page in pages
    ]


def bodies(pages: list[Page]) -> list[Snippet]:
    return [snippet for page in pages for section in page.sections for block in section.blocks for snippet in snippets(block)]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_every_form_of_the_source_gives_the_same_pages(source: Path) -> None:
    assert outline(read(source)) == outline(read(DATA / "pages"))
    assert bodies(read(source)) == bodies(read(DATA / "pages"))


def test_pages_are_named_by_locale_and_route() -> None:
    assert [page.id for page in read(DATA / "dump.txt")] == ["en", "en/models/pictures", "zh-CN/models/songs"]
    assert read(DATA / "dump.txt")[0].url == "https://docs.example.com/"


@pytest.mark.parametrize(
    ("url", "id"),
    [
        ("https://docs.example.com/", "en"),
        ("https://docs.example.com/zh-CN", "zh-CN"),
        ("https://docs.example.com/zh-CN/", "zh-CN"),
        ("https://docs.example.com/a/b-1/", "en/a/b-1"),
        ("https://docs.example.com/zh-CN/a", "zh-CN/a"),
    ],
)
def test_the_locale_comes_first_even_where_the_url_has_none(url: str, id: str) -> None:
    assert parse(f"<!-- url: {url} -->\n# Title\n")[0].id == id


def test_headings_end_where_a_table_a_list_or_a_block_begins() -> None:
    pictures = read(DATA / "dump.txt")[1]
    headings = [(section.level, section.heading) for section in pictures.sections]
    assert headings[:5] == [(1, "Pictures"), (2, "Endpoint"), (2, "1. Request Examples"), (3, "1.1 Smallest"), (3, "1.2 With remarks")]
    assert "4.1 Two prompts Do not send this:" in [heading for _, heading in headings]
    assert read(DATA / "dump.txt")[0].sections[2].heading == "Next"


def test_prose_that_is_glued_to_a_heading_is_cut_but_not_lost() -> None:
    words = "Title " + "and more prose " * 10
    section = parse(f"--- # T Locale: en URL: https://d.example/ Description: Intro. ## {words}")[0].sections[1]
    assert section.heading == words[:HEADING_LENGTH].strip()
    assert section.text == words.strip()


def test_tables_keep_their_empty_cells() -> None:
    index, pictures, _ = read(DATA / "dump.txt")
    assert index.sections[1].tables == ((("Thing", "Rule"), ("Base URL", "`{BASE_URL}` stands for the host."), ("Key", "")),)
    assert pictures.sections[1].tables == ((("Field", "Type", "Required"), ("`model`", "string", "Yes"), ("`size`", "string", "")),)


@pytest.mark.parametrize(("header", "ruler"), [("| c |", "| --- |"), ("| c | d |", "| --- | --- |")])
def test_two_tables_in_a_row_stay_two(header: str, ruler: str) -> None:
    text = f"## S | a | b | | --- | --- | | 1 | 2 | {header} {ruler} | 3 |{' 4 |' if '|' in ruler[1:-1] else ''}"
    tables = parse(f"--- # T Locale: en URL: https://d.example/ Description: D. {text}")[0].sections[1].tables
    assert tables[0] == (("a", "b"), ("1", "2"))
    assert tables[1] in ((("c",), ("3",)), (("c", "d"), ("3", "4")))


def test_marks_inside_a_block_are_no_headings() -> None:
    (page,) = parse("<!-- url: https://d.example/x -->\n# T\n\n```bash\n# a remark ## another\ncurl /v1/x\n```\n")
    assert [section.heading for section in page.sections] == ["T"]
    assert page.sections[0].blocks[0].language == "bash"


@pytest.mark.parametrize("text", ["", "no documentation at all", "# Title\n\n## Section\n"])
def test_a_source_that_is_no_documentation_is_refused(text: str, tmp_path: Path) -> None:
    source = tmp_path / "source.txt"
    source.write_text(text)
    with pytest.raises(DocumentationError):
        read(source)


def test_a_folder_without_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentationError):
        read(tmp_path)


# --- joining lines changes nothing ------------------------------------------------------------------------------------------

WORDS = st.text("abc xyz 中文,.:-'`", min_size=1, max_size=30).map(squeeze).filter(lambda text: text and not text.startswith("-"))
REMARK = st.text("abc xyz 中文,.:/-", max_size=20).map(lambda text: f"// {squeeze(text)}\n")
JSON_TEXT = st.text("abc /中文:{}[],#-|'", max_size=12)


@st.composite
def objects(draw: st.DrawFn) -> str:
    """A JSON object over several lines, with a remark here and there."""
    members = draw(st.lists(st.tuples(JSON_TEXT, JSON_TEXT | st.integers() | st.booleans()), min_size=1, max_size=4))
    lines: list[str] = []
    for index, (name, value) in enumerate(members):
        comma = "," if index + 1 < len(members) else ""
        shown = f'"{value}"' if isinstance(value, str) else str(value).lower()
        lines.append(f'  "{name}": {shown}{comma} ' + draw(st.just("\n") | REMARK))
    return draw(st.just("") | REMARK) + "{\n" + "".join(lines) + "}"


BLOCKS = st.one_of(
    objects().map(lambda text: f"\n```json\n{text}\n```\n"),
    st.lists(objects(), min_size=2, max_size=3).map(lambda texts: "\n```json\n" + "\n".join(texts) + "\n```\n"),
    st.just('\n```bash\ncurl -X POST "{BASE_URL}/v1/x" \\\n  -H "A: b" \\\n  -d \'{\n  "a": 1\n}\'\n```\n'),
)
TABLES = st.lists(st.tuples(WORDS, WORDS), max_size=3).map(
    lambda rows: "\n| x | y |\n| --- | --- |\n" + "".join(f"| {left.replace('-', '')} | {right} |\n" for left, right in rows) + "\n"
)
SECTIONS = st.lists(
    st.tuples(st.sampled_from(["##", "###"]), WORDS, st.lists(WORDS.map(lambda text: f"\n{text}\n") | BLOCKS | TABLES, max_size=4)),
    min_size=1,
    max_size=4,
).map(lambda sections: "".join(f"\n{mark} {title}\n{''.join(parts)}" for mark, title, parts in sections))


@given(SECTIONS)
def test_joining_lines_changes_nothing(body: str) -> None:
    text = f"# Docs\n\n---\n\n# Toy\n\nLocale: en\nURL: https://docs.example.com/toy\nDescription: Toys.\n{body}"
    joined = re.sub(r"\s*\n\s*", " ", text)
    assert outline(parse(joined)) == outline(parse(text))
    assert bodies(parse(joined)) == bodies(parse(text))
    assert [snippet for snippet in bodies(parse(text)) if snippet.problem] == []
