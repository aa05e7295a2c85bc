"""Links of the document: from the answer of a submit to what asks about its task."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .. import ir
from .nulls import Schema


def links_of(provider: ir.Provider, operation: ir.Operation) -> Schema:
    """The links of a submit's answer by the id of the operation that they lead to; empty where there is no task."""
    found: Schema = {}
    for task in provider.tasks:
        if operation.id in task.submit:
            found |= {id: _link(provider, task, id) for id in _asking(provider, task, operation)}
    return found


def _link(provider: ir.Provider, task: ir.Task, id: str) -> Schema:
    own = {row.name for row in provider.operation(id).parameters if row.location == "path"}
    carried = {name: f"$request.path.{name}" for name in task.carry if name in own}
    return {"operationId": id, "parameters": {task.parameter: f"$response.body#{_pointer(task)}"} | carried}


def _asking(provider: ir.Provider, task: ir.Task, operation: ir.Operation) -> Iterator[str]:
    """The query of a submit, its content and its result, as far as their paths take the id of the task."""
    for id in dict.fromkeys((dict(task.query)[operation.id], task.content, task.result)):
        if id is not None and any(row.name == task.parameter for row in provider.operation(id).parameters):
            yield id


def _pointer(task: ir.Task) -> str:
    """Where the id stands in the answer; of several places the first that the documented answer has."""
    bodies = dict(task.answers.bodies if task.answers else ())
    place = next((path for path in task.id if _has(bodies.get("submit"), path)), task.id[0])
    return "".join(f"/{'0' if step == ir.ITEM else step}" for step in place)


def _has(body: Any, path: ir.Path) -> bool:
    if not path:
        return True
    return isinstance(body, dict) and path[0] in body and _has(body[path[0]], path[1:])
