"""What the body of a task says, read by its row of the tables."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from . import tables
from .shape import is_array, is_object

State = Literal["queued", "running", "succeeded", "failed"]
_ITEM = "[]"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Reading:
    """A task as it reads for every provider.

    Attributes:
        id: Id of the task, or None.
        status: The gateway's own word, or an empty string.
        state: `"queued"`, `"running"`, `"succeeded"` or `"failed"`; unknown words read as `"running"`.
        progress: From 0 to 1, or None.
        outputs: URLs of the results, without repeats.
        error: Why it failed, or None.
    """

    id: str | None
    status: str
    state: State
    progress: float | None
    outputs: tuple[str, ...]
    error: str | None


def read(row: tables.Task, body: Any) -> Reading:
    """Everything that a body says about a task."""
    status = _first(_texts(body, row.status)) or ""
    return Reading(
        id=task_id(row, body),
        status=status,
        state=state(row, status) if status else row.initial,
        progress=_first(found for value in _found(body, row.progress) if (found := fraction(value)) is not None),
        outputs=tuple(dict.fromkeys(_texts(body, row.outputs))),
        error=error_text(row, body),
    )


def lean(body: Any) -> Any:
    """The body with its names kept once for all tasks: every answer has the same ones."""
    if not is_object(body) or not all(type(name) is str for name in body):
        return body
    return {sys.intern(name): value for name, value in body.items()}


def refused(row: tables.Task, body: Any) -> bool:
    """Whether the answer of a submit says that it was not taken, although its HTTP status is one of success."""
    for path, values in row.accepted:
        found = [value for value in at(body, path) if value is not None]
        if found and not any(value in values for value in found):
            return True
    return False


def task_id(row: tables.Task, body: Any) -> str | None:
    """Id of the task; whole numbers are taken as text."""
    for value in _found(body, row.id):
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return None


def error_text(row: tables.Task, body: Any) -> str | None:
    """The first error text of the body, or None."""
    return _first(_texts(body, row.error))


def state(row: tables.Task, status: str) -> State:
    """The state that a gateway's word stands for."""
    word = status.strip().lower()
    for known, meaning in row.states.items():
        if known.lower() == word:
            return meaning
    return "running"


def fraction(value: Any) -> float | None:
    """Progress from 0 to 1 of a percentage: `45`, `"45"`, `"45%"`; None for anything else."""
    if isinstance(value, str):
        value = _percent(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    percent = min(max(value, 0), 100)  # before anything else: whole numbers can be too large for a float
    return None if math.isnan(percent) else percent / 100


def _percent(text: str) -> float | None:
    try:
        return float(text.strip().removesuffix("%"))
    except ValueError:
        return None


def _texts(body: Any, paths: Iterable[tables.Path]) -> Iterator[str]:
    return (value for value in _found(body, paths) if isinstance(value, str) and value.strip())


def _found(body: Any, paths: Iterable[tables.Path]) -> Iterator[Any]:
    for path in paths:
        yield from at(body, path)


def at(body: Any, path: tables.Path) -> Iterator[Any]:
    """The values at a path; `[]` stands for every item of a list."""
    if not path:
        yield body
    elif path[0] == _ITEM:
        for item in body if is_array(body) else ():
            yield from at(item, path[1:])
    elif is_object(body):
        yield from at(body.get(path[0]), path[1:])


def _first(values: Iterator[_T]) -> _T | None:
    return next(values, None)
