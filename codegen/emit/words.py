"""Conditions in words, for people who look a rule or a mode up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from .. import ir
from ..registry import said
from ..walk import dotted

_INDICATIVE = (
    ("must not be", "is not"),
    ("must not repeat", "does not repeat"),
    ("must be", "is"),
    ("must have", "has"),
    ("must match", "matches"),
)


def when(condition: ir.Condition) -> str:
    """`image and last_image are given`."""
    match condition:
        case ir.Present():
            return f"{_are(condition.paths)} given"
        case ir.Absent():
            return f"{_are(condition.paths)} not given"
        case ir.ModelIn():
            return f"the model is {_or(condition.models)}"
        case ir.OperationIn():
            return f"the operation is {_or(condition.operations)}"
        case ir.ContentIs():
            return f"the body is {condition.content}"
        case ir.Value():
            return " and ".join(f"{dotted(condition.path)} {indicative(said(bound))}" for bound in condition.bounds)
        case ir.Count():
            return (
                f"{' and '.join(map(dotted, condition.paths))} {'together have' if len(condition.paths) > 1 else 'has'} {_span(condition)}"
            )
        case ir.Contains():
            return f"{dotted(condition.path)} has {_span(condition)} where {_inner(condition.where)}"
        case ir.AllOf():
            return " and ".join(map(_inner, condition.conditions))
        case ir.AnyOf():
            return " or ".join(map(_inner, condition.conditions))
        case ir.Not():
            return f"not ({when(condition.condition)})"
    assert_never(condition)


def indicative(requirement: str) -> str:
    """`must be at least 3` -> `is at least 3`."""
    return next((told + requirement.removeprefix(must) for must, told in _INDICATIVE if requirement.startswith(must)), requirement)


def _inner(condition: ir.Condition) -> str:
    text = when(condition)
    return f"({text})" if isinstance(condition, ir.AllOf | ir.AnyOf) and len(condition.conditions) > 1 else text


def _are(paths: tuple[ir.Path, ...]) -> str:
    return f"{' and '.join(map(dotted, paths))} {'is' if len(paths) == 1 else 'are'}"


def _or(names: Iterable[str]) -> str:
    return " or ".join(names)


def _span(row: ir.Count | ir.Contains) -> str:
    low, high = row.minimum, row.maximum
    if low is None:
        return "items" if high is None else f"at most {_items(high)}"
    if high is None:
        return f"at least {_items(low)}"
    return _items(high) if low == high else f"{low} to {_items(high)}"


def _items(count: int) -> str:
    return f"{count} item{'s' * (count != 1)}"
