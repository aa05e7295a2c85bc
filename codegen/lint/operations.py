"""Operations and tasks: what they name must exist, and nothing may be there twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from .. import ir
from ..load import Finding, near
from .finding import at


def operations(provider: ir.Provider) -> Iterator[Finding]:
    known = {operation.id for operation in provider.operations}
    names = {named.name for named in provider.schemas}
    for operation in provider.operations:
        yield from path_parameters(operation)
        for route in operation.routes:
            if route not in known:
                yield at(operation.source, f"routes names an unknown operation {route!r}{near(route, known)}")
        for response in operation.responses:
            for name in (*response.schemas, *response.stream):
                if name not in names:
                    yield at(operation.source, f"the response {response.status} names an unknown schema {name!r}{near(name, names)}")
        if operation.security is not None and operation.security not in {row.name for row in provider.security}:
            yield at(operation.source, f"unknown security {operation.security!r}")
        if operation.task is not None and operation.task not in {task.name for task in provider.tasks}:
            yield at(
                operation.source,
                f"the task {operation.task!r} is not in tasks.yaml{near(operation.task, (task.name for task in provider.tasks))}",
            )
        if operation.contents and not provider.families_of(operation.id):
            yield at(operation.source, f"{operation.id} takes a body, but no family has it among its operations")
        if operation.dispatch == "path" and operation.model_field not in {p.name for p in operation.parameters if p.location == "path"}:
            yield at(operation.source, f"{operation.id}: the path has no parameter {operation.model_field!r} for the model")


def path_parameters(operation: ir.Operation) -> Iterator[Finding]:
    in_path = set(re.findall(r"\{([^}]*)\}", operation.path))
    declared = {parameter.name for parameter in operation.parameters if parameter.location == "path"}
    for name in sorted(in_path - declared):
        yield at(operation.source, f"{operation.id}: the path has {{{name}}}, which is not among the parameters{near(name, declared)}")
    for name in sorted(declared - in_path):
        yield at(operation.source, f"{operation.id}: the path parameter {name!r} is not in the path {operation.path}")


def tasks(provider: ir.Provider) -> Iterator[Finding]:
    known = {operation.id for operation in provider.operations}
    for task in provider.tasks:
        named = [
            *task.submit,
            *(name for pair in task.query for name in pair),
            *task.read,
            *(name for name in (task.content, task.result) if name),
        ]
        for name in named:
            if name not in known:
                yield at(task.source, f"the task {task.name!r} names an unknown operation {name!r}{near(name, known)}")


def duplicates(provider: ir.Provider) -> Iterator[Finding]:
    families = Counter(family.id for family in provider.families)
    for family in provider.families:
        if families[family.id] > 1:
            yield at(family.source, f"the family {family.id!r} is there more than once")
    for operation in provider.operations:
        taken: dict[str, str] = {}
        for family in provider.families_of(operation.id):
            for model in family.models or (None,):
                id = model.id if model else ""
                if model and model.operations and operation.id not in (*model.operations, *family.also):
                    continue
                if id in taken:
                    yield at(
                        model.source if model else family.source,
                        f"{operation.id} has {id or 'a family without models'!r} already in {taken[id]!r}",
                    )
                taken[id] = family.id
    yield from (at(c.source, f"the conflict {c.id!r} is there more than once") for c in repeated(provider.conflicts))


def repeated(conflicts: tuple[ir.Conflict, ...]) -> list[ir.Conflict]:
    counts = Counter(conflict.id for conflict in conflicts)
    return [conflict for conflict in conflicts if counts[conflict.id] > 1]
