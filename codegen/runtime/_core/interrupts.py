"""What an exception says about work at the gateway, also when it is somebody else's: Ctrl-C, a cancellation, an error of a callback.

Such an exception passes through unchanged, with a note for people and plain data for programs: `task_of` and `request_of` find it,
also where asyncio has put another exception around it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any

from .errors import SubmitOutcomeUnknown, UnibindError

_log = logging.getLogger("unibind")
_TASK, _REQUEST = "unibind_task", "unibind_request"


class About:
    """A block about a task; `task` gives it as plain data. An exception of somebody else that leaves the block says which it was."""

    __slots__ = ("_task",)

    def __init__(self, task: Callable[[], dict[str, Any]]) -> None:
        self._task = task

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        if error is not None and not isinstance(error, UnibindError) and _TASK not in error.__dict__:
            task = self._task()
            error.__dict__[_TASK] = task
            _log.warning("waiting was interrupted; %s goes on as task %s", task["operation"], task["id"])
            error.add_note(f"The work goes on at the gateway: client.task({task['id']!r}, {task['operation']!r}) takes it up again")


def sent(error: BaseException, request: Mapping[str, Any]) -> None:
    """Let an exception say that a paid request had been sent when it came."""
    if _REQUEST not in error.__dict__:
        error.__dict__[_REQUEST] = dict(request)
        error.add_note(f"{request['operation']} was interrupted after it was sent; it may have been taken and billed: look at the gateway")


def task_of(error: BaseException) -> dict[str, Any] | None:
    """The task that an exception is about, as plain data for `client.task(...)`; None when it is about none.

    Takes exceptions of this package, and those that interrupted it: `KeyboardInterrupt`, `asyncio.CancelledError`, or what asyncio
    made of one (`TimeoutError`, exception groups).
    """
    for one in _chain(error, set()):
        found = one.__dict__.get(_TASK) or one.__dict__.get("task")
        if isinstance(found, dict):
            return dict(found)  # pyright: ignore[reportUnknownArgumentType,reportUnknownVariableType]
    return None


def request_of(error: BaseException) -> dict[str, Any] | None:
    """The paid request, as plain data, whose outcome is not known after an exception; None when there is no such doubt."""
    for one in _chain(error, set()):
        found = one.__dict__.get(_REQUEST) or (one.request if isinstance(one, SubmitOutcomeUnknown) else None)
        if found:
            return dict(found)
    return None


def _chain(error: BaseException | None, seen: set[int]) -> Iterator[BaseException]:
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    yield error
    found: Any = getattr(error, "exceptions", ())
    members: Iterable[BaseException] = found if isinstance(error, BaseExceptionGroup) else ()
    for inner in (*members, error.__cause__, error.__context__):
        yield from _chain(inner, seen)
