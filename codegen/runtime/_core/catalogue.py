"""The emitted catalogue: what is documented about models, as data. Nothing of it is loaded before it is asked for.

A member that would say nothing (no, none, the default) is left out of the files; the TypedDicts say so with `total=False`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any, NotRequired, Required, TypedDict, cast

from .dispatch import PACKAGE
from .shape import is_object


class Type(TypedDict, total=False):
    """A type of the documentation."""

    type: Required[str]  # string, integer, number, boolean, any, file, array, object or union
    bounds: dict[str, Any]  # keywords of the spec, ex) enum, minimum, max_items; {"by_model": {model: bound}} where models differ
    numeric_string: bool  # a string that holds the number is taken too
    url: bool  # a link
    base64: bool  # inline data is documented besides links
    public: bool  # the link must not lead into a private network
    items: Type  # of an array
    fields: list[Field]  # of an object
    closed: bool  # other members are refused
    open: bool  # other members are nothing to warn about
    discriminator: str  # the member that tells which of `variants` an object is
    variants: dict[str, list[Field]]
    options: list[Type]  # of a union, tried in order


class Field(Type, total=False):
    """A field of a request, or a parameter of an operation."""

    name: Required[str]
    required: bool
    default: Any
    description: str
    suggested: dict[str, Any]  # bounds that are only recommended
    only: list[str]  # operations that take it
    form_name: str  # its name in forms when it holds a list
    deprecated: bool
    replaced_by: str
    severity: str  # warning, where breaking it only warns
    certainty: str  # inferred or disputed; stated when left out
    conflict: str  # id of a row of `conflicts`
    sources: list[str]  # URLs, the section after "#"; left out where they are those of what it belongs to


class Model(TypedDict, total=False):
    """A documented model id."""

    deprecated: bool
    replaced_by: str
    operations: list[str]  # where they are fewer than those of the family
    attributes: dict[str, Any]
    certainty: str
    conflict: str
    sources: list[str]


class Family(TypedDict):
    """A family in the index. One without models is for requests that name no model, or any."""

    title: str
    summary: str
    output: str  # video, image, speech, music, voice or text
    operations: list[str]  # the first is the one that the client uses
    also: NotRequired[list[str]]  # taken with a warning
    models: dict[str, Model]


class Operation(TypedDict, total=False):
    """A documented method and path."""

    method: Required[str]
    path: Required[str]
    call: Required[str]  # the method of the client, ex) videos.create
    answer: Required[str]  # task, json, binary or stream
    summary: str
    streams: bool  # answers with events when the body has `stream: true`
    paid: bool
    experimental: bool
    parameters: list[Any]  # fields, with `in`
    families: list[str]
    sources: list[str]


class Index(TypedDict):
    """`<provider>/catalogue/index.json`."""

    provider: str
    title: str
    description: str
    docs: str
    operations: dict[str, Operation]
    families: dict[str, Family]


class Mode(TypedDict):
    """What some inputs ask for together."""

    name: str
    when: str  # in words
    sources: NotRequired[list[str]]


class Rule(TypedDict, total=False):
    """A named rule. Those of the bounds of a field have ids of the form `family/field:keyword`."""

    id: Required[str]
    message: Required[str]
    severity: Required[str]
    certainty: Required[str]
    when: str  # in words
    fields: list[str]
    models: list[str]  # that it can concern; all when left out
    conflict: str
    sources: list[str]


class Claim(TypedDict):
    """What one page says."""

    source: str
    says: str


class Conflict(TypedDict):
    """Two places of the documentation that cannot both be true."""

    id: str
    subject: str
    claims: list[Claim]
    decision: str
    reason: str


class Entry(Family):
    """`<provider>/catalogue/<family>.json`."""

    family: str
    fields: list[Field]
    modes: list[Mode]
    rules: list[Rule]
    conflicts: list[Conflict]
    sources: list[str]
    closed: NotRequired[bool]
    open: NotRequired[bool]


@cache
def index(provider: str) -> Index:
    """Operations, families and models of a provider; `LookupError` when there is none."""
    return cast(Index, _read(provider, "index"))


@cache
def family(provider: str, name: str) -> Entry:
    """Everything about one family; `LookupError` when there is none."""
    if name not in index(provider)["families"]:
        raise LookupError(f"{provider} has no family {name!r}")
    return cast(Entry, _read(provider, name))


def models(found: Index) -> Iterator[tuple[str, str, Model]]:
    """Every model id of an index with its family, in the order of the families."""
    for name, row in found["families"].items():
        for id, model in row["models"].items():
            yield id, name, model


def bound(value: Any, model: str) -> Any:
    """A bound as it is for a model; None when it does not bind that model."""
    if is_object(value) and "by_model" in value:
        return value["by_model"].get(model)
    return value


def _read(provider: str, name: str) -> Any:
    try:
        if not provider.isidentifier():
            raise FileNotFoundError
        text = (resources.files(f"{PACKAGE}.{provider}") / "catalogue" / f"{name}.json").read_text("utf-8")
    except (FileNotFoundError, ModuleNotFoundError):
        raise LookupError(f"unknown provider {provider!r}") from None
    return json.loads(text)
