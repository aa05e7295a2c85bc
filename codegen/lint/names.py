"""What a spec must obey so that no two of its rows get one name in the output: the second would take the place of the first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from keyword import iskeyword

from .. import ir, names
from ..load import Finding
from .finding import at

Row = tuple[str, ir.Source, str]  # name in the output, where the row stands, what it is called in the spec


def collisions(provider: ir.Provider) -> Iterator[Finding]:
    """Every finding."""
    operations = provider.operations
    yield from same("route", ((f"{o.method} {o.path}", o.source, o.id) for o in operations))
    yield from same("method of the client", ((".".join((*o.resource, o.verb)), o.source, o.id) for o in operations))
    yield from same("module", ((names.module(f.id), f.source, f.id) for f in unique(provider.families)))
    yield from same("class", ((names.klass(f.id), f.source, f.id) for f in unique(provider.families)))
    for family in provider.families:
        yield from same("variable", ((names.local((f.name,)), f.source, f.name) for f in family.body.fields))
        yield from (
            at(f.source, f"the field {f.name!r} is a word of Python, so it cannot be a keyword argument")
            for f in family.body.fields
            if iskeyword(f.name)
        )
        yield from model_fields(provider, family)


def unique(families: Iterable[ir.Family]) -> Iterable[ir.Family]:
    """The families, without those whose id is there already, which is a finding of its own."""
    return {family.id: family for family in families}.values()


def same(what: str, rows: Iterable[Row]) -> Iterator[Finding]:
    taken: dict[str, str] = {}
    for name, source, spelled in rows:
        if name in taken:
            yield at(source, f"{spelled!r} gets the same {what} as {taken[name]!r}: {name}")
        taken.setdefault(name, spelled)


def model_fields(provider: ir.Provider, family: ir.Family) -> Iterator[Finding]:
    """The model is there by itself; a field of its name would be there twice."""
    fields = {
        operation.model_field for operation in provider.operations if operation.id in family.operations and operation.dispatch == "body"
    }
    for field in family.body.fields:
        if family.models and field.name in fields:
            yield at(field.source, f"the field {field.name!r} is the model, which is there by itself")
