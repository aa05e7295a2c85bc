"""From the events of a streamed answer to the answer that would have come in one piece."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from .checks import is_list, is_object

_DELTA = "delta"
_INDEX = "index"


def whole(events: Sequence[Any]) -> dict[str, Any]:
    """The answer that the events add up to.

    Events that carry the finished answer (`response`) win; otherwise the `delta` of every choice is joined: text is appended,
    items with an `index` are put together by it, and anything else is replaced by what came last.
    """
    finished = [event["response"] for event in events if is_object(event) and is_object(event.get("response"))]
    if finished:
        return copy.deepcopy(finished[-1])
    answer: dict[str, Any] = {}
    for event in events:
        if is_object(event):
            _merge(answer, event)
    choices = answer.get("choices")
    for choice in choices if is_list(choices) else ():
        if is_object(choice) and _DELTA in choice:
            choice["message"] = choice.pop(_DELTA)
    if isinstance(answer.get("object"), str):
        answer["object"] = answer["object"].removesuffix(".chunk")
    return answer


def _merge(into: dict[str, Any], event: Mapping[str, Any]) -> None:
    """Adds one event; only the choices of an event add up, the rest says the same every time or comes once."""
    for name, value in event.items():
        if name == "choices" and is_list(value):
            into[name] = _by_index(into.get(name) or [], value, _choice)
        elif value is not None or name not in into:
            into[name] = copy.deepcopy(value)


def _choice(into: dict[str, Any], choice: Mapping[str, Any]) -> None:
    for name, value in choice.items():
        if name == _DELTA and is_object(value):
            _grow(into.setdefault(_DELTA, {}), value)
        elif name == "text" and isinstance(value, str):
            into[name] = (into.get(name) or "") + value
        elif value is not None or name not in into:
            into[name] = copy.deepcopy(value)


def _grow(into: dict[str, Any], delta: Mapping[str, Any]) -> None:
    """Adds what one delta adds."""
    for name, value in delta.items():
        known = into.get(name)
        if isinstance(value, str) and isinstance(known, str) and name not in ("role", "id", "type"):
            into[name] = known + value
        elif is_object(value) and is_object(known):
            _grow(known, value)
        elif is_list(value) and all(is_object(item) and _INDEX in item for item in value):
            into[name] = _by_index(known if is_list(known) else [], value, _grow)
        elif value is not None or name not in into:
            into[name] = copy.deepcopy(value)


def _by_index(known: list[Any], items: Sequence[Any], add: Any) -> list[Any]:
    """Puts items with the same `index` together."""
    for item in items:
        same = next((row for row in known if is_object(row) and row.get(_INDEX) == item.get(_INDEX)), None)
        if same is None:
            same = {}
            known.append(same)
        add(same, item)
    return known
