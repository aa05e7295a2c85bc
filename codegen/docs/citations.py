"""The rows of the spec with what each cites: from a section of the documentation to the lines that depend on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .. import ir
from ..lint.references import starts


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the spec.

    Attributes:
        id: `veo-3.1/duration`, `createVideo`, `Balance.data`, or the id of a rule or a conflict.
        citations: What it cites, its own or by inheritance.
        own: Whether the citation is written on the row itself.
    """

    id: str
    file: str
    line: int
    citations: tuple[ir.Citation, ...]
    own: bool

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"

    @property
    def name(self) -> str:
        """The field or value that it is about."""
        return self.id.rpartition("/")[2].partition(":")[0]

    def cites(self, page: str, heading: str, first: str = "") -> bool:
        """Whether it cites the section; a citation of a page as a whole is one of its first section, where that is named."""
        return any(cites(citation, page, heading, first) for citation in self.citations)


def cites(citation: ir.Citation, page: str, heading: str, first: str = "") -> bool:
    return citation.page == page and starts(heading, citation.section or first)


def rows(spec: ir.Spec) -> list[Row]:
    """Every row of the spec that has a citation."""
    found = list[Row]()
    for provider in spec.providers:
        seen = set[int]()
        for id, source in sources(provider):
            fresh = [citation for citation in source.citations if id_of(citation) not in seen]
            seen.update(id_of(citation) for citation in source.citations)
            found.append(Row(id, source.file, source.line, source.citations, bool(fresh)))
        found += (conflict_row(conflict) for conflict in provider.conflicts)
    return [row for row in found if row.citations]


def id_of(citation: ir.Citation) -> int:
    """Rows below inherit the very object."""
    return id(citation)


def conflict_row(conflict: ir.Conflict) -> Row:
    return Row(conflict.id, conflict.source.file, conflict.source.line, tuple(citation for citation, _ in conflict.claims), True)


def sources(provider: ir.Provider) -> Iterator[tuple[str, ir.Source]]:
    yield provider.name, provider.source
    for operation in provider.operations:
        yield operation.id, operation.source
        for parameter in operation.parameters:
            yield from of_fields(operation.id, "/", (parameter.field,))
        yield from ((f"{operation.id}/{refusal.cause}", refusal.source) for refusal in operation.refusals)
    yield from ((f"{provider.name}/{refusal.cause}", refusal.source) for refusal in provider.refusals)
    yield from ((task.name, task.source) for task in provider.tasks)
    for named in provider.schemas:
        yield named.name, named.source
        yield from of_type(named.name, ".", named.type)
    for family in provider.families:
        yield family.id, family.source
        yield from ((f"{family.id}/{model.id}", model.source) for model in family.models)
        yield from ((rule.id, rule.source) for rule in family.rules)
        yield from of_type(family.id, "/", family.body)


def of_fields(prefix: str, mark: str, fields: Iterable[ir.Field]) -> Iterator[tuple[str, ir.Source]]:
    for field in fields:
        yield f"{prefix}{mark}{field.name}", field.source
        yield from of_type(f"{prefix}{mark}{field.name}", ".", field.type)


def of_type(prefix: str, mark: str, type: ir.Type) -> Iterator[tuple[str, ir.Source]]:
    match type:
        case ir.Object():
            yield from of_fields(prefix, mark, type.fields)
        case ir.Array():
            yield from of_type(prefix, mark, type.items)
        case ir.Variants():
            for _, case in type.cases:
                yield from of_type(prefix, mark, case)
        case ir.Union():
            for option in type.options:
                yield from of_type(prefix, mark, option)
        case ir.Scalar() | ir.File() | ir.Ref():
            return
