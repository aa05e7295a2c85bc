"""Changes of what requests may hold: the fields of each family, and its rules."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, cast

from ..emit.sharing import apart
from ..rules import KEYWORDS
from .change import Change, Difference, Effect, Kind, effect
from .members import parameters
from .schemas import compare, options, verdict
from .surface import Provider, Rule, families, operations

Schema = dict[str, Any]
_SAID: dict[str, tuple[str, ...]] = {
    **{name: (row.schema,) for name, row in KEYWORDS.items() if row.schema},
    "required": ("required",),
    "const": ("enum",),
    "url": ("pattern",),
    "public": ("not",),
    "variant": ("anyOf",),
    "unknown-field": ("additionalProperties",),
}


def fields_and_rules(provider: str, old: Provider, new: Provider) -> Iterator[Change]:
    """What the schemas say, then what only the checks say."""
    found = list(_fields(old, new))
    for family, difference in found:
        name = f"{family}/{difference.path}" if difference.path else family
        yield Change(provider, "field", name, difference.kind, _effect(difference), difference.says)
    found += _of_parameters(old, new)
    for id in sorted(old.rules.keys() | new.rules.keys()):
        if not _told(id, found):
            yield from _rule(provider, id, old, new)


def _effect(difference: Difference) -> Effect:
    return "look" if difference.keyword == "default" else effect(difference.kind)


def _fields(old: Provider, new: Provider) -> Iterator[tuple[str, Difference]]:
    before, after = _schemas(old), _schemas(new)
    for name in sorted(before.keys() | after.keys()):
        family = families(old).get(name) or families(new).get(name) or name
        if name not in before or name not in after:
            kind: Kind = "removed" if name in before else "added"
            yield family, Difference("", "", kind, "the family is gone" if name in before else "a new family")
            continue
        for key in sorted(before[name].keys() | after[name].keys()):
            if key in before[name] and key in after[name]:
                yield from ((family, row) for row in compare(before[name][key], after[name][key]))


def _of_parameters(old: Provider, new: Provider) -> Iterator[tuple[str, Difference]]:
    before, after = operations(old), operations(new)
    for id in before.keys() | after.keys():
        if id in before and id in after:
            yield from ((id, row) for row in parameters(before[id], after[id]))
        else:
            yield id, Difference("", "", "removed" if id in before else "added", "")


def _schemas(provider: Provider) -> dict[str, dict[str, Schema]]:
    """Request schemas by family and variant, without the model, whose values are models."""
    rows: dict[str, dict[str, Schema]] = {}
    known = families(provider)
    for name, schema in provider.document["components"]["schemas"].items():
        base, _, variant = name.partition(".")
        if base in known:
            members = {key: row for key, row in schema.get("properties", {}).items() if key not in provider.model_fields}
            required = [key for key in schema.get("required", []) if key not in provider.model_fields]
            rows.setdefault(base, {})[variant] = schema | {"properties": members, "required": required}
    return rows


def _told(id: str, found: list[tuple[str, Difference]]) -> bool:
    """Whether a change of the field that the rule belongs to says it already."""
    family, _, rest = id.partition("/")
    path, _, keyword = rest.rpartition(":")
    if not path:
        return False
    for owner, row in found:
        if owner != family:
            continue
        whole = row.keyword == "" and (row.path in ("", path) or path.startswith((f"{row.path}.", f"{row.path}[")))
        if whole or (row.path == path and row.keyword in (*_SAID.get(keyword, ()), keyword)):
            return True
    return False


def _rule(provider: str, id: str, old: Provider, new: Provider) -> Iterator[Change]:
    before, after = old.rules.get(id), new.rules.get(id)
    if before is None or after is None:
        row = after or before
        assert row is not None
        error = row.severity == "error"
        kind: Kind = ("tightened" if error else "added") if before is None else ("loosened" if error else "removed")
        word = "a new" if before is None else "no longer a"
        breaking = effect("tightened") if before is None and error else "compatible"
        yield Change(provider, "rule", id, kind, breaking, f"{word} {row.severity}: {row.message}")
        return
    if before.severity != after.severity:
        kind = "tightened" if after.severity == "error" else "loosened"
        yield Change(provider, "rule", id, kind, effect(kind), f"{before.severity} became {after.severity}")
    yield from _condition(provider, id, old, new, before, after)


def _condition(provider: str, id: str, old: Provider, new: Provider, before: Rule, after: Rule) -> Iterator[Change]:
    """When a rule applies and what it wants."""
    error = "error" == after.severity == before.severity
    kind = _of_field(id, before, after) if ":" in id else _of_schemas(*_both(old, new, id)) or _of_data(old, new, id)
    if kind is not None:
        says = f"{after.message} (was: {before.message})" if before.message != after.message else after.message
        yield Change(provider, "rule", id, kind, effect(kind, error=error), says)
    elif before.message != after.message:
        yield Change(provider, "rule", id, "reworded", "cosmetic", f"{after.message} (was: {before.message})")


def _of_field(id: str, before: Rule, after: Rule) -> Kind | None:
    """The message of a field's rule holds its bounds; what a schema states has been compared there."""
    stated = after.severity == "error" and id.rpartition(":")[2] in (*_SAID, "type")
    return "changed" if before.message != after.message and not stated else None


def _of_data(old: Provider, new: Provider, id: str) -> Kind | None:
    """Rules that no schema states are there as data: whether it is the same for the models of both states."""
    rows = [_row(provider, id) for provider in (old, new)]
    if not all("then" in row for row in rows):
        same = old.rules[id].severity == new.rules[id].severity and rows[0].get("enforced") != rows[1].get("enforced")
        return "changed" if same else None
    before, after = (_models(provider, id.partition("/")[0]) for provider in (old, new))
    first, second = (_without([row["if"], row["then"]], before ^ after) for row in rows)
    return None if first == second else "changed"


def _row(provider: Provider, id: str) -> Schema:
    schemas: dict[str, Schema] = provider.document["components"]["schemas"]
    found: list[Schema] = [row for schema in schemas.values() for row in schema.get("x-rules", []) if row["id"] == id]
    return found[0] if found else {}


def _without(node: object, models: set[str]) -> Any:
    """The data of a rule without these models, alone or with a value."""
    if isinstance(node, list):
        items = cast(list[object], node)
        kept = (item for item in items if not (isinstance(item, str) and item in models) and not _of_model(item, models))
        return [_without(item, models) for item in kept]
    return {key: _without(value, models) for key, value in cast(Schema, node).items()} if isinstance(node, dict) else node


def _of_model(item: object, models: set[str]) -> bool:
    """Whether it is a model with its value."""
    pair = cast(list[object], item) if isinstance(item, list) else []
    return len(pair) == 2 and isinstance(pair[0], str) and pair[0] in models


def _said(provider: Provider, id: str) -> list[Schema]:
    """The conditionals that state the rule, each once."""
    schemas = provider.document["components"]["schemas"].values()
    rows = [row for schema in schemas for _, row in apart(schema) if row["x-rule"] == id]
    texts = dict.fromkeys(json.dumps(row, sort_keys=True) for row in rows)
    return [json.loads(text) for text in texts]


def _both(old: Provider, new: Provider, id: str) -> tuple[list[Schema], list[Schema]]:
    """The conditionals of both states, as far as they are about models that both have: a new model comes with its rules."""
    before, after = (_models(provider, id.partition("/")[0]) for provider in (old, new))
    common, fields = before & after, old.model_fields | new.model_fields
    pair = ([_limited(row, common, fields) for row in _said(provider, id)] for provider in (old, new))
    first, second = ([_plain(row) for row in side if row is not None] for side in pair)
    return first, second


def _models(provider: Provider, family: str) -> set[str]:
    return {model for row in provider.models.values() for model, owner in row.items() if owner == family}


def _limited(row: Schema, common: set[str], fields: frozenset[str]) -> Schema | None:
    """The conditional for these models; None when it is about others only, without the condition when it is about all."""
    when = row.get("if")
    named = [name for name in fields if when and "enum" in when.get("properties", {}).get(name, {})]
    if not when or not named or not common:
        return row
    left: list[str] = [model for model in when["properties"][named[0]]["enum"] if model in common]
    if not left:
        return None
    if set(left) == common and when.keys() == {"properties", "required"} and list(when["properties"]) == named == when["required"]:
        return Schema(row["then"], **{"x-rule": row["x-rule"]})
    return row | {"if": when | {"properties": when["properties"] | {named[0]: {"enum": left}}}}


def _plain(node: object) -> Any:
    """A schema without what only follows from the rest: the texts that hold numbers."""
    if isinstance(node, list):
        return [_plain(item) for item in cast(list[object], node)]
    if isinstance(node, dict):
        schema = cast(Schema, node)
        return {key: _plain(options(schema) if key == "anyOf" else value) for key, value in schema.items()}
    return node


def _of_schemas(old: Sequence[Schema], new: Sequence[Schema]) -> Kind | None:
    """None: the same, or nothing that a schema says. A condition that holds more often makes the rule tighter."""
    gone, come = [row for row in old if row not in new], [row for row in new if row not in old]
    if not old or not new or (not gone and not come):
        return None
    if len(gone) != len(come):
        return "changed"
    kinds: list[Kind] = [_pair(*pair) for pair in zip(gone, come, strict=True)]
    return kinds[0] if len(set(kinds)) == 1 else "changed"


def _pair(old: Schema, new: Schema) -> Kind:
    if ("if" in old) != ("if" in new):
        same = old.get("then", _bare(old)) == new.get("then", _bare(new))
        return "changed" if not same else "loosened" if "if" in new else "tightened"
    if "if" not in old:
        return verdict(list(compare(old, new))) or "changed"
    if old["if"] == new["if"]:
        return verdict(list(compare(old["then"], new["then"]))) or "changed"
    if old["then"] != new["then"]:
        return "changed"
    when = verdict(list(compare(old["if"], new["if"])))
    return "tightened" if when == "loosened" else "loosened" if when == "tightened" else "changed"


def _bare(row: Schema) -> Schema:
    return {key: value for key, value in row.items() if key != "x-rule"}
