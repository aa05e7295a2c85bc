"""Compares two JSON Schemas of a request: what is accepted now and was not, and the other way round, as far as it can be told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from ..emit.nulls import NULL
from .change import Difference, Kind

Schema = dict[str, Any]
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_NOTHING: Schema = {"not": {}}  # fits no value
_WORDS = ("description", "title", "externalDocs", "x-rules", "x-rule", "allOf", "format", "examples")  # say nothing, or are read elsewhere
_OWN = ("type", "enum", "const", "properties", "required", "items", "anyOf", "default", "deprecated", *_WORDS, *LOWER, *UPPER)


def compare(old: Schema, new: Schema, path: str = "") -> Iterator[Difference]:
    """Every difference, at the member that it is about."""
    yield from _types(old, new, path)
    yield from _values(old, new, path)
    yield from _bounds(old, new, path)
    yield from _members(old, new, path)
    yield from _items(old, new, path)
    yield from _options(old, new, path)
    yield from _about(old, new, path)
    if _further(old) != _further(new):
        yield Difference(path, "allOf", "changed", "other conditions")
    for keyword in sorted((old.keys() | new.keys()) - set(_OWN)):
        yield from _other(old, new, path, keyword)


def verdict(differences: Sequence[Difference]) -> Kind | None:
    """One word for all of them: None when they say nothing, `changed` when they do not agree. A member with bounds of its own narrows."""
    kinds = {difference.kind for difference in differences if difference.kind not in ("reworded", "deprecated")}
    narrow, wide = kinds & {"tightened", "added"}, kinds & {"loosened", "removed"}
    if not kinds:
        return None
    return "changed" if "changed" in kinds or (narrow and wide) else "tightened" if narrow else "loosened"


def _types(old: Schema, new: Schema, path: str) -> Iterator[Difference]:
    before, after = _named(old), _named(new)
    if before == after or "const" in old or "const" in new:
        return
    if before is None or after is None:
        kind: Kind = "tightened" if before is None else "loosened"
    else:
        wide_before, wide_after = _with_integers(before), _with_integers(after)
        kind = "loosened" if wide_before <= wide_after else "tightened" if wide_after <= wide_before else "changed"
    yield Difference(path, "type", kind, f"type: {_listed(before)} became {_listed(after)}")


def _named(schema: Schema) -> set[str] | None:
    found = schema.get("type")
    return None if found is None else {found} if isinstance(found, str) else set(found)


def _with_integers(types: set[str]) -> set[str]:
    return types | {"integer"} if "number" in types else types


def _listed(types: set[str] | None) -> str:
    return "anything" if types is None else " or ".join(sorted(types))


def _values(old: Schema, new: Schema, path: str) -> Iterator[Difference]:
    before, after = _allowed(old), _allowed(new)
    if before is None and after is None:
        return
    if before is None or after is None:
        kind: Kind = "tightened" if before is None else "loosened"
        shown = ", ".join(map(_text, before or after or []))
        yield Difference(path, "enum", kind, f"enum: {'only' if before is None else 'no longer only'} {shown}")
        return
    gone, come = ([value for value in one if value not in other] for one, other in ((before, after), (after, before)))
    if gone:
        yield Difference(path, "enum", "tightened", f"enum: {', '.join(map(_text, gone))} removed")
    if come:
        yield Difference(path, "enum", "loosened", f"enum: {', '.join(map(_text, come))} added")


def _allowed(schema: Schema) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _bounds(old: Schema, new: Schema, path: str) -> Iterator[Difference]:
    for keyword in (*LOWER, *UPPER):
        before, after = old.get(keyword), new.get(keyword)
        if before == after:
            continue
        if before is None or after is None:
            kind: Kind = "tightened" if before is None else "loosened"
        else:
            kind = "tightened" if (after > before) == (keyword in LOWER) else "loosened"
        yield Difference(path, keyword, kind, f"{keyword}: {_shown(before)} became {_shown(after)}")


def _members(old: Schema, new: Schema, path: str) -> Iterator[Difference]:
    before, after = old.get("properties", {}), new.get("properties", {})
    needed_before, needed_after = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(before.keys() | after.keys() | needed_before | needed_after):
        inner = f"{path}.{name}" if path else name
        if name in after and name not in before:
            must = name in needed_after
            yield Difference(inner, "", "tightened" if must else "added", "a new required field" if must else "a new field")
        elif name in before and name not in after:
            yield Difference(inner, "", "removed", "the field is gone")
        else:
            pair = before.get(name, {}), after.get(name, {})
            if (name in needed_before) != (name in needed_after):
                must = name in needed_after
                yield Difference(
                    inner, "required", "tightened" if must else "loosened", f"is {'required now' if must else 'no longer required'}"
                )
                pair = without_null(pair[0]), without_null(pair[1])
            yield from compare(*pair, inner)


def without_null(schema: Schema) -> Schema:
    """The schema of a member apart from null, which stands for a member that is not there."""
    kept = {key: value for key, value in schema.items() if (key, value) != ("not", NULL)}
    types = [type for type in schema["type"] if type != "null"] if isinstance(schema.get("type"), list) else []
    if types:
        kept["type"] = types if len(types) > 1 else types[0]
    for key, null in (("enum", None), ("anyOf", NULL)):
        if key in schema:
            kept[key] = [value for value in schema[key] if value != null]
    return kept


def _items(old: Schema, new: Schema, path: str) -> Iterator[Difference]:
    if "items" in old or "items" in new:
        yield from compare(old.get("items", {}), new.get("items", {}), f"{path}[]")


def _options(old: Schema, new: Schema, path: str) -> Iterator[Difference]:
    """Alternatives that are the same fall away; of the rest those of one type, or of one discriminator, are compared."""
    before = [option for option in options(old) if option not in options(new)]
    after = [option for option in options(new) if option not in options(old)]
    if "anyOf" not in old or "anyOf" not in new:
        if before or after:
            yield Difference(path, "anyOf", "tightened" if after else "loosened", f"alternatives: {len(before)} became {len(after)}")
        return
    for option in before:
        match = next((other for other in after if _key(other) == _key(option)), None)
        if match is None:
            yield Difference(path, "anyOf", "tightened", f"the alternative {_key(option)} is gone")
        else:
            after.remove(match)
            yield from compare(option, match, path)
    for option in after:
        yield Difference(path, "anyOf", "loosened", f"a new alternative {_key(option)}")


def options(schema: Schema) -> list[Schema]:
    """The alternatives; the text that holds the number of the alternative before it follows from that one."""
    found: list[Schema] = schema.get("anyOf", [])
    numeric = any(option.get("type") in ("integer", "number") for option in found)
    return [option for option in found if option != _NOTHING and not (numeric and option.keys() == {"type", "pattern"})]


def _further(schema: Schema) -> list[Schema]:
    """What must hold as well, rules apart."""
    return [row for row in schema.get("allOf", []) if "x-rule" not in row and "if" not in row]


def _key(option: Schema) -> str:
    """What tells an alternative from its neighbours: its type, and the constants of its members."""
    constants = [f"{name}={row['const']}" for name, row in option.get("properties", {}).items() if "const" in row]
    return " ".join([_listed(_named(option)), *constants])


def _about(old: Schema, new: Schema, path: str) -> Iterator[Difference]:
    if old.get("default") != new.get("default"):
        yield Difference(path, "default", "changed", f"default: {_shown(old.get('default'))} became {_shown(new.get('default'))}")
    if new.get("deprecated") and not old.get("deprecated"):
        yield Difference(path, "deprecated", "deprecated", "is deprecated now")
    if old.get("description") != new.get("description"):
        yield Difference(path, "description", "reworded", "another description")


def _other(old: Schema, new: Schema, path: str, keyword: str) -> Iterator[Difference]:
    before, after = old.get(keyword), new.get(keyword)
    if before == after:
        return
    if keyword == "multipleOf" and before and after:
        kind: Kind = "tightened" if after % before == 0 else "loosened" if before % after == 0 else "changed"
    else:
        kind = "tightened" if before is None else "loosened" if after is None else "changed"
    yield Difference(path, keyword, kind, f"{keyword}: {_shown(before)} became {_shown(after)}")


def _shown(value: Any) -> str:
    return "none" if value is None else _text(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
