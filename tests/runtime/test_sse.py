"""Events come out the same however the bytes are cut."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.runtime._core import sse

LINES = st.lists(
    st.sampled_from(
        [
            "data: a",
            "data:  b",
            "data",
            ": comment",
            "event: ping",
            "id: 7",
            "",
            "",
            'data: {"text": "héllo 🚢"}',
            "data: [DONE]",
            "odd",
            "retry: 5",
        ]
    ),
    max_size=20,
)
ENDS = st.sampled_from(["\r\n", "\n", "\r"])


def decoded(chunks: list[bytes]) -> list[sse.Event]:
    decoder = sse.Decoder()
    return [event for chunk in chunks for event in decoder.feed(chunk)] + list(decoder.close())


@given(st.data())
def test_cutting_makes_no_difference(data: st.DataObject) -> None:
    lines = data.draw(LINES)
    text = "".join(line + data.draw(ENDS) for line in lines).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=10)))
    chunks = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert decoded(chunks) == decoded([text])


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=8), min_size=1, max_size=3),
        max_size=5,
    ),
    ENDS,
)
def test_what_is_written_is_read(messages: list[list[str]], end: str) -> None:
    text = "".join("".join(f"data: {line}{end}" for line in lines) + end for lines in messages)
    found = [event.data for event in decoded([bytes([byte]) for byte in text.encode()])]
    assert found == ["\n".join(lines) for lines in messages]


def test_names_ids_and_comments() -> None:
    text = b"\xef\xbb\xbf: hello\nevent: ping\nid: 7\ndata: 1\ndata: 2\n\ndata: 3\n\nevent: lost\n\n"
    assert decoded([text]) == [sse.Event("ping", "1\n2", "7"), sse.Event("message", "3", "7")]


def test_a_missing_last_blank_line_is_forgiven() -> None:
    assert [event.data for event in decoded([b"data: 1\n\ndata: [DONE]"])] == ["1", "[DONE]"]


def test_an_event_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "_LARGEST", 100)
    with pytest.raises(ValueError, match="larger"):
        decoded([b"data: " + b"x" * 60] * 2)
    assert decoded([b"data: " + b"x" * 60 + b"\n\n"] * 5)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"choices": [{"delta": {"content": "a"}}, {"delta": {"content": "b"}}]}, "ab"),
        ({"choices": [{"delta": {"content": None}}]}, ""),
        ({"candidates": [{"content": {"parts": [{"text": "c"}, {"inlineData": {}}]}}]}, "c"),
        ({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "d"}}, "d"),
        ({"type": "response.output_text.delta", "delta": "e"}, "e"),
        ({"choices": []}, ""),
        ([], ""),
    ],
)
def test_texts(body: Any, text: str) -> None:
    assert sse.text_of(body) == text


def test_the_data_of_an_event_is_in_no_traceback() -> None:
    assert "sk-1" not in repr(sse.Event("message", "sk-1", "7"))
