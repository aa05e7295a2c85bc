"""Streamed answers add up to the answer in one piece."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from codegen.runtime._core.accumulate import whole


def chunk(delta: dict[str, Any], index: int = 0, finish: str | None = None) -> dict[str, Any]:
    choice = {"index": index, "delta": delta, "finish_reason": finish}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


@given(st.lists(st.text(), min_size=1))
def test_text_is_joined_however_it_was_cut(pieces: list[str]) -> None:
    events = [chunk({"role": "assistant", "content": pieces[0]}), *(chunk({"content": piece}) for piece in pieces[1:])]
    message = whole([*events, chunk({}, finish="stop")])["choices"][0]
    assert message["message"] == {"role": "assistant", "content": "".join(pieces)}
    assert message["finish_reason"] == "stop"


def test_choices_are_kept_apart() -> None:
    answer = whole([chunk({"content": "a"}), chunk({"content": "x"}, index=1), chunk({"content": "b"}), chunk({"content": "y"}, index=1)])
    assert [choice["message"]["content"] for choice in answer["choices"]] == ["ab", "xy"]
    assert answer["object"] == "chat.completion"


def test_tool_calls_are_put_together_by_index() -> None:
    first = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "look", "arguments": '{"a"'}}
    second = {"index": 1, "id": "call_2", "type": "function", "function": {"name": "see", "arguments": "{}"}}
    rest = {"index": 0, "function": {"arguments": ":1}"}}
    calls = whole([chunk({"tool_calls": [first]}), chunk({"tool_calls": [second]}), chunk({"tool_calls": [rest]})])["choices"][0][
        "message"
    ]["tool_calls"]
    assert [(call["id"], call["function"]["name"], call["function"]["arguments"]) for call in calls] == [
        ("call_1", "look", '{"a":1}'),
        ("call_2", "see", "{}"),
    ]


def test_usage_comes_last_and_is_kept() -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    answer = whole([chunk({"content": "a"}), {"object": "chat.completion.chunk", "choices": [], "usage": usage}])
    assert answer["usage"] == usage
    assert answer["choices"][0]["message"]["content"] == "a"


def test_text_completions_are_joined() -> None:
    events = [{"object": "text_completion", "choices": [{"index": 0, "text": text, "finish_reason": None}]} for text in ("one ", "two")]
    assert whole(events)["choices"][0]["text"] == "one two"


def test_a_finished_response_wins() -> None:
    events = [
        {"type": "response.created", "response": {"id": "r", "status": "in_progress", "output": []}},
        {"type": "response.output_text.delta", "delta": "hi"},
        {"type": "response.completed", "response": {"id": "r", "status": "completed", "output": [{"type": "message"}]}},
    ]
    assert whole(events) == {"id": "r", "status": "completed", "output": [{"type": "message"}]}


def test_the_events_themselves_stay_as_they_were() -> None:
    events = [chunk({"content": "a"}), chunk({"content": "b"})]
    whole(events)
    assert [event["choices"][0]["delta"]["content"] for event in events] == ["a", "b"]


def test_no_events_are_no_answer() -> None:
    assert whole([]) == {}
