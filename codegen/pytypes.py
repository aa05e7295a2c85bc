"""Types of the IR -> Python annotations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from . import ir, names

SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "any": "Any"}


@dataclass(frozen=True, slots=True)
class Member:
    """One key of a TypedDict."""

    name: str
    annotation: str
    doc: list[str]


@dataclass(frozen=True, slots=True)
class Dict:
    """One TypedDict, as its template shows it."""

    name: str
    doc: str
    members: list[Member]


@dataclass(slots=True)
class Annotations:
    """Writes annotations; objects become TypedDicts that are collected on the way, inner ones first."""

    prefix: str
    dicts: list[Dict] = field(default_factory=list[Dict])

    def of(self, type: ir.Type, name: str) -> str:
        match type:
            case ir.Scalar():
                return self._scalar(type)
            case ir.Array():
                return f"list[{self.of(type.items, name)}]"
            case ir.Object():
                return self._object(type, name) if type.fields else "dict[str, Any]"
            case ir.Variants():
                return " | ".join(self._variant(value, case, type.discriminator, name) for value, case in type.cases)
            case ir.Union():
                return " | ".join(dict.fromkeys(self.of(option, name) for option in type.options))
            case ir.File():
                return "FileInput"
            case ir.Ref():
                return type.name
        assert_never(type)

    def _scalar(self, type: ir.Scalar) -> str:
        values = next((bound.value for bound in type.bounds if bound.keyword == "enum"), None)
        if values is not None and not isinstance(values, ir.PerModel):
            return f"Literal[{', '.join(map(repr, values))}]" + (" | str" if type.numeric_string else "")
        return SCALARS[type.kind] + (" | str" if type.numeric_string else "")

    def _object(self, type: ir.Object, name: str) -> str:
        members = [self.member(f, f"{name}-{f.name}") for f in type.fields if f.name.isidentifier()]
        return self._add(name, f"Member {name} of a request.", members)

    def _add(self, name: str, doc: str, members: list[Member]) -> str:
        """The name of the TypedDict; forms of one field that are alike share it, others are numbered."""
        wanted = klass = self.prefix + names.klass(name.replace("_", "-"))
        number = 1
        while (known := next((row for row in self.dicts if row.name == klass), None)) is not None:
            if known.members == members:
                return klass
            number += 1
            klass = f"{wanted}{number}"
        self.dicts.append(Dict(klass, doc, members))
        return klass

    def _variant(self, value: str, case: ir.Object, discriminator: str, name: str) -> str:
        kind = Member(discriminator, f"Required[Literal[{value!r}]]", [])
        return self._add(
            f"{name}-{value}", f"Item {value} of {name}.", [kind, *(self.member(f, f"{name}-{value}-{f.name}") for f in case.fields)]
        )

    def member(self, field: ir.Field, name: str) -> Member:
        annotation = self.of(field.type, name)
        required = field.required and field.severity == "error" and not field.only
        return Member(field.name, f"Required[{annotation}]" if required else annotation, documented(field))


def documented(field: ir.Field) -> list[str]:
    """What a reader wants to know about a field: meaning, bounds, default."""
    from .registry import said

    bounds = [said(bound) for bound in getattr(field.type, "bounds", ()) if bound.keyword not in ("enum", "type")]
    advice = [f"recommended: {said(bound).removeprefix('must ')}" for bound in field.suggested]
    default = [f"default {field.default!r}"] if field.has_default else []
    only = [f"only for {', '.join(field.only)}"] if field.only else []
    facts = "; ".join([*bounds, *advice, *default, *only, *(["deprecated"] if field.deprecated else [])])
    text = field.description or field.name
    return [f"{text.rstrip('.')}." + (f" {facts[0].upper()}{facts[1:]}." if facts else "")]
