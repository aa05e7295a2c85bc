"""What the documentation names and the spec does not, and the other way round."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from .. import ir
from .citations import sources
from .endpoints import Catalogue, catalogue
from .facts import Fact
from .lock import Lock
from .sections import is_locale
from .tokens import tokens

_NAME = re.compile(r"[A-Za-z_][\w-]*(?:\[\])?")
_SEPARATORS = re.compile(r"[./\[\]\s]+")
_DIGITS = re.compile(r"(?<!\d)-?\d+(?:\.\d+)?")
_NO_SHARED: Any = {"operations": (), "schemas": (), "tasks": (), "refusals": ()}  # what is not a family
_PLACEHOLDER = re.compile(r"^\W|^\d{4}-\d\d-|x{3,}|\*\*\*|YOUR|^your_|your-|^https?://|\{|\$", re.ASCII)


@dataclass(frozen=True, order=True, slots=True)
class Loose:
    """A name that only one side has; `places` are sections of the documentation, or lines of the spec."""

    kind: str
    name: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """What rows name: fields at any depth, and every literal."""

    fields: frozenset[str]
    words: frozenset[str]

    def has_field(self, name: str) -> bool:
        parts = [part for part in _SEPARATORS.split(name) if part]
        return bool(parts) and all(part in self.fields or part in self.words for part in parts)

    def has_number(self, text: str) -> bool:
        return all(f"{float(digits):g}" in self.words or digits in self.words for digits in _DIGITS.findall(text))


class Known:
    """All names of one provider, and those that a page is about."""

    def __init__(self, provider: ir.Provider) -> None:
        self.provider = provider
        self.catalogue: Catalogue = catalogue(provider)
        self.models = {model.id for family in provider.families for model in family.models}
        self.pages = {family.id: routes(replace(provider, families=(family,), **_NO_SHARED)) for family in provider.families}
        self.names: dict[frozenset[str], Names] = {}

    def of(self, page: str) -> Names:
        """The names of the families that cite the page, or its translation, and of what families share; of all where none does."""
        citing = frozenset(id for id, pages in self.pages.items() if route_of(page) in pages)
        if citing not in self.names:
            families = tuple(family for family in self.provider.families if not citing or family.id in citing)
            self.names[citing] = names_of(replace(self.provider, families=families))
        return self.names[citing]

    def has(self, fact: Fact, page: str) -> bool:
        match fact.kind:
            case "operation":
                return self.has_operation(fact.value)
            case "model":
                return fact.value in self.models or fact.value in self.of(page).words
            case "field":
                return self.of(page).has_field(fact.value)
            case "number":
                return self.of(page).has_number(fact.value)
            case "value":
                names = self.of(page)
                return fact.value in names.words or fact.value in self.models or names.has_field(fact.value)
            case _:
                return True

    def has_operation(self, text: str) -> bool:
        method, _, path = text.partition(" ")
        path = path.split("?")[0].replace("${", "{")
        return self.catalogue.find(method, path) is not None


def names_of(provider: ir.Provider) -> Names:
    fields = {part for id, _ in sources(provider) for part in _SEPARATORS.split(id) if part}
    fields |= {parameter.name for operation in provider.operations for parameter in operation.parameters}
    fields |= {security.header for security in provider.security}
    return Names(frozenset(fields), frozenset(words(replace(provider, conflicts=()))))


def routes(provider: ir.Provider) -> set[str]:
    return {route_of(citation.page) for _, source in sources(provider) for citation in source.citations}


def route_of(page: str) -> str:
    """The page without its locale, which is what translations share."""
    first, _, rest = page.partition("/")
    return rest if is_locale(first) else page


def words(value: Any) -> Iterator[str]:
    """Every literal that the rows hold, and every name in their texts."""
    match value:
        case str():
            yield value
            yield from _NAME.findall(value) if " " not in value else (token for _, token in tokens(value))
        case bool():
            yield str(value).lower()
        case int() | float():
            yield f"{value:g}" if abs(value) < 1e6 else str(value)
        case dict():
            for key, child in value.items():  # pyright: ignore[reportUnknownVariableType]
                yield from words(key)
                yield from words(child)
        case list() | tuple():
            for child in value:  # pyright: ignore[reportUnknownVariableType]
                yield from words(child)
        case ir.Source() | ir.Excepted() | ir.Irrelevant():
            return
        case _ if is_dataclass(value):
            for part in fields(value):
                yield from words(getattr(value, part.name))
        case _:
            return


def without_row(knowns: Sequence[Known], content: Mapping[str, Lock]) -> list[Loose]:
    """Names of the pages that the rows of their providers do not have: a model, an operation, a field of a table, or a value of one."""
    found: dict[tuple[str, str], list[str]] = {}
    for page in {id: page for pages in content.values() for id, page in pages.items()}.values():
        owners = [known for known in knowns if page.id in content[known.provider.name]]
        for key, section in page.named().items():
            rows = {fact.value for fact in section.facts if fact.kind == "field"}
            for fact in section.facts:
                if is_name(fact, rows) and not any(is_known(known, fact, page.id) for known in owners):
                    found.setdefault((fact.kind, fact.value), []).append(key)
    return sorted(Loose(kind, name, tuple(places)) for (kind, name), places in found.items())


def is_known(known: Known, fact: Fact, page: str) -> bool:
    return known.has(fact, page) or excepted(known.provider.without_row, fact.kind, fact.value, page)


def is_name(fact: Fact, rows: set[str]) -> bool:
    if fact.kind in {"operation", "field"}:
        return True
    if fact.kind == "number":
        return fact.subject in rows
    is_literal = not _PLACEHOLDER.search(fact.value) and " " not in fact.value
    return is_literal and (fact.kind == "model" or (fact.kind == "value" and fact.subject in rows))


def excepted(rows: Iterable[ir.Excepted], kind: str, name: str, page: str = "") -> bool:
    return any(applies(row, kind, name, page) for row in rows)


def applies(row: ir.Excepted, kind: str, name: str, page: str) -> bool:
    on_page = not row.pages or any(fnmatchcase(page, pattern) for pattern in row.pages)
    return row.kind == kind and on_page and any(fnmatchcase(name, pattern) for pattern in row.names)


def without_page(known: Known, texts: Sequence[str]) -> list[Loose]:
    """Models, operations, fields and values of requests in the spec that no page names."""
    text = "\n".join(texts)
    found: dict[tuple[str, str], list[str]] = {}
    for kind, name, source in names(known.provider):
        if not is_in(kind, name, text) and not excepted(known.provider.without_page, kind, name):
            found.setdefault((kind, name), []).append(f"{source.file}:{source.line}")
    return sorted(Loose(kind, name, tuple(dict.fromkeys(places))) for (kind, name), places in found.items())


def is_in(kind: str, name: str, text: str) -> bool:
    sought = re.sub(r"\\\{[^}]*\\\}", r"[^/\\s]+", re.escape(name.partition(" ")[2])) if kind == "operation" else re.escape(name)
    return re.search(rf"(?<![A-Za-z0-9]){sought}(?![A-Za-z0-9])", text) is not None


def names(provider: ir.Provider) -> Iterator[tuple[str, str, ir.Source]]:
    for operation in provider.operations:
        yield "operation", f"{operation.method} {operation.path}", operation.source
        yield from (("field", parameter.name, parameter.field.source) for parameter in operation.parameters)
    for family in provider.families:
        yield from (("model", model.id, model.source) for model in family.models)
        yield from of_type(family.body)


def of_type(type: ir.Type) -> Iterator[tuple[str, str, ir.Source]]:
    match type:
        case ir.Object():
            for field in type.fields:
                yield "field", field.name, field.source
                yield from (("value", value, field.source) for value in values(field.type) if field.name != "model")
                yield from of_type(field.type)
        case ir.Array():
            yield from of_type(type.items)
        case ir.Variants():
            for _, case in type.cases:
                yield from of_type(case)
        case ir.Union():
            for option in type.options:
                yield from of_type(option)
        case _:
            return


def values(type: ir.Type) -> Iterator[str]:
    """The words that an enumeration allows."""
    if isinstance(type, ir.Scalar | ir.Array):
        for bound in type.bounds:
            if bound.keyword in {"enum", "const"} and not isinstance(bound.value, ir.PerModel):
                allowed: Sequence[object] = (bound.value,) if isinstance(bound.value, str | int | float) else bound.value
                yield from (value for value in allowed if isinstance(value, str))


def by_provider(spec: ir.Spec, content: Lock) -> Mapping[str, Lock]:
    """The pages of each provider: those that its rows cite, and those of the same site."""
    found: dict[str, Lock] = {}
    for provider in spec.providers:
        cited = {citation.page for _, source in sources(provider) for citation in source.citations}
        found[provider.name] = {id: page for id, page in content.items() if id in cited or is_of(provider, id, page.url)}
    return found


def is_of(provider: ir.Provider, page: str, url: str) -> bool:
    return page.partition("/")[0] == provider.name or (
        bool(url) and page.partition("/")[0] in {"en", "zh-CN"} and url.startswith(provider.docs)
    )
