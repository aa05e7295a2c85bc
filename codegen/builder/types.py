"""Field nodes -> types of the IR."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .. import ir
from ..load import Map
from ..rules import KEYWORDS
from .scope import Scope, freeze, own_source

SCALARS = {"string", "integer", "number", "boolean", "any"}


class TypeBuilder:
    """Field nodes -> `ir.Type`."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def object(self, node: Map, fields: Map, inherited: ir.Source) -> ir.Object:
        built = tuple(self.field(name, value, fields, inherited) for name, value in fields.items())
        return ir.Object(fields=built, closed=bool(node.get("closed")), open=bool(node.get("open")))

    def field(self, name: str, node: Map, parent: Map, inherited: ir.Source) -> ir.Field:
        source = own_source(self.scope.source(node, inherited=inherited), parent, name)
        return ir.Field(
            name=name,
            type=self.type(node, source),
            source=source,
            description=node.get("description", ""),
            required=node.get("required", False),
            default=node.get("default"),
            has_default="default" in node,
            suggested=bounds(node.get("suggested") or {}),
            only=tuple(node.get("only") or ()),
            form_name=node.get("form_name"),
            deprecated=node.get("deprecated", False),
            replaced_by=node.get("replaced_by"),
            severity=node.get("severity", "error"),
        )

    def type(self, node: Map, source: ir.Source) -> ir.Type:
        for key, problem in misplaced(node):
            self.scope.finding(node, key, problem)
        if "ref" in node:
            return ir.Ref(name=node["ref"])
        if "any_of" in node:
            return ir.Union(options=tuple(self.type(option, source) for option in node["any_of"]))
        kind = node.get("type")
        if "variants" in node:
            cases = tuple((value, self.object(case, case.get("fields") or Map(), source)) for value, case in node["variants"].items())
            return ir.Variants(discriminator=node["discriminator"], cases=cases)
        if kind == "object":
            return self.object(node, node["fields"], source) if "fields" in node else ir.Object()
        if kind == "array":
            items = node.get("items")
            return ir.Array(items=self.type(items, source) if items else ir.Scalar(kind="any"), bounds=bounds(node, "array"))
        if kind == "file":
            return ir.File(bounds=bounds(node, "file"))
        if kind in SCALARS:
            return self.scalar(node, kind)
        self.scope.finding(node, "type", "the row needs a type, any_of or ref")
        return ir.Scalar(kind="any")

    def scalar(self, node: Map, kind: ir.Kind) -> ir.Scalar:
        url = node.get("format") == "url"
        limits = bounds(node)
        if url and not any(bound.keyword == "min_length" for bound in limits):
            limits = (*limits, ir.Bound("min_length", 1))
        numeric = node.get("numeric_string", False)
        return ir.Scalar(
            kind=kind, bounds=limits, numeric_string=numeric, url=url, base64=node.get("base64", False), public=node.get("public", False)
        )


def bounds(node: Mapping[str, Any], only: str | None = None) -> ir.Bounds:
    """The bounds among the keys of a node, in the order of the keyword table."""
    rows = (row for row in KEYWORDS.values() if row.name in node and row.name != "type" and (only is None or row.applies in (only, "any")))
    return tuple(ir.Bound(row.name, freeze(node[row.name])) for row in rows)


_OWN = {
    "string": "format base64 public",
    "integer": "numeric_string",
    "number": "numeric_string",
    "object": "fields closed discriminator variants",
    "array": "items",
    "any_of": "any_of",
    "ref": "ref",
}
_APPLIES = {
    "string": "any string",
    "integer": "any number",
    "number": "any number",
    "boolean": "any",
    "any": "any",
    "array": "array",
    "file": "file",
}
_SHAPING = {key for keys in _OWN.values() for key in keys.split()} | KEYWORDS.keys() - {"type"}


def misplaced(node: Map) -> Iterable[tuple[str, str]]:
    """Keys that say nothing about a value of the row's type, and what is said instead: they would get lost."""
    kind = next((kind for kind in ("any_of", "ref") if kind in node), node.get("type"))
    allowed = keys_of(kind or "")
    for key in node:
        if key in _SHAPING and key not in allowed:
            yield key, f"{key!r} says nothing about a row with {kind_in_words(kind)}; what does: {', '.join(sorted(allowed)) or 'nothing'}"
    kinds = [option.get("type") for option in node.get("any_of") or ()] or [kind]
    advised = {key for kind in kinds for key in keys_of(kind or "") & KEYWORDS.keys()}
    for key in node.get("suggested") or ():
        if key not in advised:
            yield "suggested", f"{key!r} under `suggested` says nothing about a row with {kind_in_words(kind)}"


def keys_of(kind: str) -> set[str]:
    """The keys that say something about a type."""
    rows = {row.name for row in KEYWORDS.values() if row.applies in _APPLIES.get(kind, "").split() and row.name != "type"}
    return rows | {*_OWN.get(kind, "").split()}


def kind_in_words(kind: str | None) -> str:
    return kind if kind in ("any_of", "ref") else f"type {kind}" if kind else "no type"
