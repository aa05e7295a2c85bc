"""A family as it reads for one model at one operation in one encoding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.checks import is_list, is_object
from .values import listed

_UNBOUND: Any = object()
_NUMBERS = ("minimum", "maximum")
BY_MODEL = "by_model"  # member of a node whose numbers are looked up by model


def bound(data: Any, model: str, operation: str, content: str) -> Any:
    """The data with every bound that depends on the model resolved, and every condition on the place decided.

    A bound is `[keyword, value, siblings]`; `siblings` are the values that it has for other models, or nothing. Bounds that the model
    does not have are left out.
    """
    if is_list(data):
        return [bound(item, model, operation, content) for item in data]
    if not is_object(data):
        return data
    decided = _decided(data, model, operation, content)
    if decided is not None:
        return {"is": "Constant", "value": decided}
    bound_data = {name: _member(name, value, model, operation, content) for name, value in data.items()}
    found = {name: value for name, value in bound_data.items() if value is not _UNBOUND}
    return {**found, BY_MODEL: True} if any(is_object(data.get(name)) for name in _NUMBERS) else found


def _decided(data: Mapping[str, Any], model: str, operation: str, content: str) -> bool | None:
    match data.get("is"):
        case "ModelIn":
            return model in data["models"]
        case "OperationIn":
            return operation in data["operations"]
        case "ContentIs":
            return bool(data["content"] == content)
        case _:
            return None


def _member(name: str, value: Any, model: str, operation: str, content: str) -> Any:
    if name in ("bounds", "suggested"):
        return [row for keyword, limit in value if (row := _bound(keyword, limit, model)) is not None]
    if name in _NUMBERS and is_object(value):
        return _value(value, model)
    return bound(value, model, operation, content)


def _bound(keyword: str, limit: Any, model: str) -> list[Any] | None:
    if not is_object(limit):
        return [keyword, limit, []]
    own = _value(limit, model)
    others: list[Any] = []
    for value in limit["values"].values():
        others += [item for item in listed(value) if item not in others]
    return None if own is _UNBOUND else [keyword, own, others]


def _value(limit: Mapping[str, Any], model: str) -> Any:
    return limit["values"].get(model, _UNBOUND)
