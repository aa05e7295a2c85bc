"""Which words of the documentation are facts, and that they come back from the lock as they went in."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.docs.facts import Fact, facts, from_lines, to_lines
from codegen.docs.pages import parse
from codegen.docs.tokens import tokens

HEAD = "--- # T Locale: en URL: https://docs.example.com/t Description: D. ## S - "


def of(text: str) -> list[str]:
    section = parse(HEAD + text)[0].sections[1]
    return sorted(str(fact) for fact, count in facts(section).items() for _ in range(count))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at most 1,000 characters", ["number 1000chars"]),
        ("最多 1000 字符", ["number 1000chars"]),
        ("between 5 and 15 seconds", ["number 5", "number 15s"]),
        ("5 到 15 秒", ["number 5", "number 15s"]),
        ("`5`-`15` s", ["number 5", "number 15"]),
        ("小于25MB的", ["number 25mb"]),
        ("from −1 to 3.5", ["number -1", "number 3.5"]),
        ("16:9 or 1024 x 768", ["value 16:9", "value 1024x768"]),
        ("`16:9`, `a`", ["value 16:9", "value a"]),
        ("`1K, 2K`", ["value 1K", "value 2K"]),
        ("POST /v1/things, then", ["operation POST /v1/things"]),
        ("`GET /v1/things/{id}`", ["operation GET /v1/things/{id}"]),
        ("gpt-image-2 and snake_case", ["value gpt-image-2", "value snake_case"]),
        ("1. First 2. Second 3. Third", []),
        ("[Next page 7](/models/video-2)", ["number 7"]),
        ("text-to-video, well done", []),
        ("2023-04-01T12:34:56.789Z", ["value 2023-04-01T12:34:56.789Z"]),
        ("a sentence `that is as long as this one is 5 s` here", ["number 5s"]),
    ],
)
def test_the_facts_of_prose(text: str, expected: list[str]) -> None:
    assert [f"{kind} {value}" for kind, value in tokens(text)] == expected


def test_the_facts_of_a_table() -> None:
    text = "| Field | Type | Required | Notes | | --- | --- | --- | --- | | `size` | string/array | Yes | `a` of 5 | | `n` | integer | when editing | |"
    assert of(text) == sorted(
        [
            *("field n", "field size", "required yes (size)", "required when editing when (n)"),
            *("type array (size)", "type string (size)", "type integer (n)", "value a (size)", "number 5 (size)"),
        ]
    )


def test_the_facts_of_a_table_of_models() -> None:
    assert of("| Model | Notes | | --- | --- | | `m-1` | Up to 5 s. | | plain | words |") == [
        *("model m-1 (m-1)", "number 5s (m-1)", "row m-1", "row of prose"),
    ]


def test_the_facts_of_an_example() -> None:
    text = '```json {"model": "m-1", "prompt": "a red boat 5", "n": 2, "on": true, "list": ["a", "b"], "deep": {"x": "y"}} ```'
    assert of(text) == sorted(
        [
            *("model m-1 (model)", "example text (prompt)", "example 2 (n)", "example true (on)", "example list", "example a"),
            *("example b", "example deep", "example y (x)"),
        ]
    )
    assert of("```bash curl -X POST {BASE_URL}/v1/things -F model=m-1 -F size=large ```") == [
        *("example large (size)", "model m-1 (model)", "operation POST /v1/things"),
    ]


VALUES = (
    st.text("ab 1|*~:中", min_size=1, max_size=12)
    .map(lambda text: " ".join(text.split()).replace("|", "¦").replace(" *", "*"))
    .filter(bool)
)


@given(
    st.dictionaries(
        st.builds(Fact, st.sampled_from(["value", "number", "row"]), VALUES, st.just("") | VALUES), st.integers(1, 9), max_size=8
    )
)
def test_facts_come_back_from_their_text(found: dict[Fact, int]) -> None:
    assert from_lines(to_lines(Counter(found))) == found
