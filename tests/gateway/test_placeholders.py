"""Filling in answers."""

from __future__ import annotations

from typing import Any

import pytest
from unibind.gateway.placeholders import Scope, fill, used

OUTPUTS = [{"url": "u1"}, {"url": "u2"}]
SCOPE = Scope(
    {"id": "t1", "progress": 45, "amount": 1.5, "param": None, "urls": ["u1", "u2"], "data": lambda: "late"},
    {"size": "720p", "duration": 6},
    {"model": "m"},
    {"outputs": OUTPUTS, "voices": [{"id": "v"}], "words": [{"word": "a"}, {"word": " b"}]},
)


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("$progress", 45),
        ("$progress%", "45%"),
        ("at $amount", "at 1.50"),
        ("$data", "late"),
        ({"a": "$param", "b": None, "c": "$body.size"}, {"a": None, "b": None, "c": "720p"}),
        (
            {"a": "$body.gone", "b": "$text.duration", "c": "$query.model", "d": "$body.duration", "e": "x$query.gone"},
            {"b": "6", "c": "m", "d": 6},
        ),
        ({"a": "$urls"}, {"a": ["u1", "u2"]}),
        (["a", "$urls", "$body.gone"], ["a", "u1", "u2"]),
        ([{"$outputs": {"link": "$url", "id": "$id"}}], [{"link": "u1", "id": "t1"}, {"link": "u2", "id": "t1"}]),
        ([{"$words": {"w": "$word"}}], [{"w": "a"}, {"w": " b"}]),
        ({"ids": "$voices.id"}, {"ids": ["v"]}),
        ([{"id": "w"}, "$voices"], [{"id": "w"}, {"id": "v"}]),
        ([1, True, None, {}], [1, True, None, {}]),
    ],
)
def test_fill(template: Any, filled: Any) -> None:
    assert fill(template, SCOPE) == filled


def test_used_finds_all() -> None:
    assert sorted(used({"a": "$id of $model", "b": [{"$outputs": {"u": "$url"}}, "$voices"]})) == [
        "*outputs",
        "id",
        "model",
        "url",
        "voices",
    ]
