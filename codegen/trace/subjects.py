"""What an id stands for: a rule, a field, a mode, a model, a family, an operation or a conflict of the spec."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .. import ir
from ..registry import Registry, RuleRow
from ..walk import dotted


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing of the spec that an id names."""

    id: str  # ex) veo-3.1/duration:enum
    kind: str  # ex) rule
    provider: ir.Provider
    node: Any  # of the IR
    source: ir.Source
    says: str
    family: ir.Family | None = None
    operation: ir.Operation | None = None
    path: ir.Path = ()
    rules: tuple[RuleRow, ...] = ()


class UnknownId(LookupError):
    """The id names nothing; `near` are the most similar ones."""

    def __init__(self, id: str, known: list[str]) -> None:
        self.near = difflib.get_close_matches(id, known, 5, 0.5)
        super().__init__(f"{id} is nothing that the spec knows" + (f"; did you mean {', '.join(self.near)}?" if self.near else ""))


def find(spec: ir.Spec, id: str) -> list[Subject]:
    """Everything that the id names, one a provider and kind; `UnknownId` when there is nothing."""
    known: list[str] = []
    found: list[Subject] = []
    for provider in spec.providers:
        for subject in subjects(provider):
            known.append(subject.id)
            if subject.id == id:
                found.append(subject)
    if not found:
        raise UnknownId(id, known)
    return found


def subjects(provider: ir.Provider) -> Iterator[Subject]:
    """Everything with an id."""
    for operation in provider.operations:
        yield from _of_operation(provider, operation)
    for family in provider.families:
        yield from _of_family(provider, family)
    for conflict in provider.conflicts:
        yield Subject(conflict.id, "conflict", provider, conflict, conflict.source, f"{conflict.subject}: {conflict.decision}")


def _of_operation(provider: ir.Provider, operation: ir.Operation) -> Iterator[Subject]:
    yield Subject(operation.id, "operation", provider, operation, operation.source, operation.summary, operation=operation)
    rows = Registry.of_parameters(operation).rows
    for parameter in operation.parameters:
        path = (parameter.name,)
        own = tuple(row for row in rows.values() if row.path[:1] == path)
        field = parameter.field
        yield Subject(
            f"{operation.id}/{parameter.name}",
            "parameter",
            provider,
            parameter,
            field.source,
            field.description,
            None,
            operation,
            path,
            own,
        )
        for row in own:
            yield Subject(row.id, "rule", provider, field, row.source, row.message, None, operation, row.path, (row,))
    for row in _at_run_time(operation):
        yield Subject(row.id, "rule", provider, operation, row.source, row.message, None, operation, row.path, (row,))


def _at_run_time(operation: ir.Operation) -> Iterator[RuleRow]:
    """The rules that follow from how an operation finds its model and its body."""
    if operation.contents:
        said = f"The body may be encoded as {' or '.join(operation.contents)}."
        yield RuleRow(f"{operation.id}/body:content-type", said, "error", operation.source, (), "content-type")
    if operation.dispatch != "body":
        return
    name = operation.model_field
    for keyword, said in (
        ("required", f"{name} is required: it says which model is asked for."),
        ("type", f"{name} must be a string."),
        ("operation", "The model is documented for other operations only."),
        ("unknown", "The model is not documented."),
    ):
        severity: ir.Severity = "warning" if keyword == "unknown" else "error"
        yield RuleRow(f"{operation.id}/model:{keyword}", said, severity, operation.source, (name,), keyword)


def _of_family(provider: ir.Provider, family: ir.Family) -> Iterator[Subject]:
    rows = Registry.of_family(family).rows
    yield Subject(family.id, "family", provider, family, family.source, family.summary, family, rules=tuple(rows.values()))
    for model in family.models:
        says = f"A model of {family.title}" + (", deprecated." if model.deprecated else ".")
        yield Subject(model.id, "model", provider, model, model.source, says, family)
    for mode in family.modes:
        yield Subject(f"{family.id}/{mode.name}", "mode", provider, mode, mode.source, f"A mode of {family.title}.", family)
    fields = dict(fields_of(family.body))
    for path, field in fields.items():
        own = tuple(row for row in rows.values() if row.keyword and row.path[: len(path)] == path)
        yield Subject(f"{family.id}/{dotted(path)}", "field", provider, field, field.source, field.description, family, None, path, own)
    written = {rule.id: rule for rule in family.rules}
    for row in rows.values():
        node = written.get(row.id) or nearest(fields, row.path) or family
        yield Subject(row.id, "rule", provider, node, row.source, row.message, family, None, row.path, (row,))


def fields_of(type: ir.Type, path: ir.Path = ()) -> Iterator[tuple[ir.Path, ir.Field]]:
    """Every field below a type, with its path."""
    match type:
        case ir.Object():
            for field in type.fields:
                yield (*path, field.name), field
                yield from fields_of(field.type, (*path, field.name))
        case ir.Array():
            yield from fields_of(type.items, (*path, ir.ITEM))
        case ir.Variants():
            for _, case in type.cases:
                yield from fields_of(case, path)
        case ir.Union():
            for option in type.options:
                yield from fields_of(option, path)
        case _:
            return


def nearest(fields: dict[ir.Path, ir.Field], path: ir.Path) -> ir.Field | None:
    """The field at the path, or the one that the path is within."""
    return next((fields[path[:end]] for end in range(len(path), 0, -1) if path[:end] in fields), None)
