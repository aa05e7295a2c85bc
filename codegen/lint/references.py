"""References: schemas, conflicts and citations that rows name."""

from __future__ import annotations

from collections.abc import Iterator

from .. import ir
from ..load import Finding, near
from ..walk import field_paths, fields_of
from .finding import at


def references(provider: ir.Provider) -> Iterator[Finding]:
    names = {named.name for named in provider.schemas}

    def walk(type: ir.Type, source: ir.Source) -> Iterator[Finding]:
        match type:
            case ir.Ref() if type.name not in names:
                yield at(source, f"unknown schema {type.name!r}{near(type.name, names)}")
            case ir.Object():
                for field in type.fields:
                    yield from walk(field.type, field.source)
            case ir.Array():
                yield from walk(type.items, source)
            case ir.Union():
                for option in type.options:
                    yield from walk(option, source)
            case _:
                return

    for named in provider.schemas:
        yield from walk(named.type, named.source)


def sources(provider: ir.Provider) -> Iterator[ir.Source]:
    """Every source of the provider, conflicts apart."""
    yield provider.source
    for operation in provider.operations:
        yield operation.source
        yield from (field.source for parameter in operation.parameters for field in (parameter.field, *fields_of(parameter.field.type)))
    yield from (refusal.source for refusal in provider.refusals)
    yield from (refusal.source for operation in provider.operations for refusal in operation.refusals)
    yield from (task.source for task in provider.tasks)
    for named in provider.schemas:
        yield from (named.source, *(field.source for field in fields_of(named.type)))
    for family in provider.families:
        yield family.source
        yield from (model.source for model in family.models)
        yield from (rule.source for rule in family.rules)
        yield from (field.source for field in fields_of(family.body))


def conflict_links(provider: ir.Provider) -> Iterator[Finding]:
    known = {conflict.id for conflict in provider.conflicts}
    for source in sources(provider):
        if source.conflict is not None and source.conflict not in known:
            yield at(source, f"unknown conflict {source.conflict!r}{near(source.conflict, known)}")
        if source.certainty == "disputed" and source.conflict is None:
            yield at(source, "the row is disputed, but names no `conflict`")
    yield from affected(provider)


def affected(provider: ir.Provider) -> Iterator[Finding]:
    known = (
        {operation.id for operation in provider.operations}
        | {named.name for named in provider.schemas}
        | {task.name for task in provider.tasks}
    )
    for family in provider.families:
        known |= {family.id, *(rule.id for rule in family.rules), *(f"{family.id}/{path}" for path in field_paths(family.body))}
        known |= {f"{family.id}/model", *(f"{family.id}/{model.id}" for model in family.models)}
    for conflict in provider.conflicts:
        for name in conflict.affects:
            if name not in known:
                yield at(conflict.source, f"{conflict.id}: affects names {name!r}, which is not in the spec{near(name, known)}")


def citations(provider: ir.Provider, pages: dict[str, list[str]]) -> Iterator[Finding]:
    seen: set[int] = set()  # rows below inherit the very citation, and it is wrong once
    for source in sources(provider):
        for citation in source.citations:
            if citation.url and id(citation) not in seen:
                yield from (at(source, problem) for problem in citation_problems(citation, pages))
            seen.add(id(citation))
    for conflict in provider.conflicts:
        for citation, _ in conflict.claims:
            yield from (at(conflict.source, f"{conflict.id}: {problem}") for problem in citation_problems(citation, pages))


def citation_problems(citation: ir.Citation, pages: dict[str, list[str]]) -> Iterator[str]:
    if citation.page not in pages:
        yield f"the citation names the page {citation.page!r}, which is not in docs.lock{near(citation.page, pages)}"
    elif citation.section is not None and not any(starts(heading, citation.section) for heading in pages[citation.page]):
        yield f"{citation.page} has no section {citation.section!r}{near(citation.section, pages[citation.page])}"


def starts(heading: str, section: str) -> bool:
    """Whether the section is the beginning of the heading, up to the border of a word."""
    rest = heading[len(section) :]
    return heading.startswith(section) and not (section and rest and rest[0].isascii() and rest[0].isalnum() and section[-1].isalnum())
