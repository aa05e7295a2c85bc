"""What the word MODEL of a command means: a documented model, a family that has none, an operation, or any name with `--operation`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import session
from .exits import Failure

if TYPE_CHECKING:
    from .._core.tables import Operation, Provider


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes, and whose rules it has."""

    provider: Provider
    operation: Operation
    family: str = ""  # empty when the model is not documented
    model: str = ""
    others: tuple[tuple[str, str], ...] = field(default=())  # (family, operation) that the model is also documented for

    def place(self) -> str:
        """Where the name of the model stands: `body`, `path`, or nowhere."""
        return self.operation.dispatch if self.model and self.operation.dispatch != "none" else ""


def target(provider: str, name: str, operation: str | None = None) -> Target:
    """What a name of a provider means; `Failure` with the nearest names when it means nothing."""
    tables = session.tables(provider)
    if operation is not None:
        return _forced(tables, name, named_operation(tables, operation))
    found = _documented(tables, name)
    if not found:
        near = nearest(name, names(tables))
        hints = [f"nearest: {', '.join(near)}"] if near else []
        hints.append(f"unibind models --provider {provider}")
        raise Failure(f"{tables.title} has no model {name!r}; with --operation any name can be sent", hints=hints)
    return found[0]


def everywhere(name: str) -> list[Target]:
    """What a name means at each provider that has it."""
    return [found[0] for provider in session.providers() if (found := _documented(session.tables(provider), name))]


def one(model: str, provider: str | None, operation: str | None) -> Target:
    """The one thing that a name means."""
    if provider is not None:
        return target(provider, model, operation)
    if operation is not None:
        raise Failure("--operation needs --provider")
    found = everywhere(model)
    if len(found) == 1:
        return found[0]
    if found:
        raise Failure(f"{model} is at {' and '.join(row.provider.name for row in found)}: choose one with --provider")
    near = nearest(model, {name for row in session.providers() for name in names(session.tables(row))})
    raise Failure(f"there is no model {model!r}", hints=[f"nearest: {', '.join(near)}" if near else "unibind models"])


def names(tables: Provider) -> list[str]:
    """Everything that MODEL may be."""
    lone = {row.families[""] for row in tables.operations.values() if "" in row.families}
    return sorted({*tables.models, *lone, *(row.id for row in tables.operations.values() if "" in row.families)})


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Names that may have been meant, the likeliest first."""
    by_lower = {row.lower(): row for row in known}
    near = difflib.get_close_matches(name.lower(), by_lower, 3, 0.5)
    return [by_lower[row] for row in near] or [row for lower, row in by_lower.items() if name.lower() in lower][:3]


def named_operation(tables: Provider, name: str) -> Operation:
    """The operation of an id, or of a method and path such as `POST /v1/videos`."""
    from .._core.doors import find_operation

    if name in tables.operations:
        return tables.operations[name]
    method, _, path = name.rpartition(" ")
    found = find_operation(tables, method or "POST", path)[0] if path.startswith("/") else None
    if found is None:
        near = nearest(name, tables.operations)
        raise Failure(f"{tables.title} has no operation {name!r}", hints=[f"nearest: {', '.join(near)}"] if near else [])
    return found


def _documented(tables: Provider, name: str) -> list[Target]:
    """The places of a name, tasks before answers in one call."""
    if name in tables.models:
        rows = [(row.family, tables.operations[row.operations[0]]) for row in tables.models[name]]
        rows.sort(key=lambda row: row[1].task is None)
        others = tuple((family, operation.id) for family, operation in rows)
        return [Target(tables, operation, family, name, tuple(row for row in others if row[0] != family)) for family, operation in rows]
    lone = [row for row in tables.operations.values() if "" in row.families]
    return [Target(tables, row, row.families[""]) for row in lone if name in (row.id, row.families[""])]


def _forced(tables: Provider, name: str, operation: Operation) -> Target:
    """The given operation with a name for its model, documented or not."""
    if not operation.contents:
        raise Failure(f"{operation.id} takes no request body: {operation.method} {operation.path} is a query")
    if "" in operation.families:
        family = operation.families[""]
        return Target(tables, operation, family, "" if name in (family, operation.id) else name)
    return Target(tables, operation, operation.families.get(name, ""), name)


def entry(found: Target) -> Any:
    """What the catalogue says about the family of a target; None for a model that is not documented."""
    from .._core import catalogue

    return catalogue.family(found.provider.name, found.family) if found.family else None
