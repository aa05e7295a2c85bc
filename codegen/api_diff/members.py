"""Changes of operations, methods and answers."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from .change import Change, Difference, Kind, effect
from .schemas import compare

Schema = dict[str, Any]


def operation(provider: str, id: str, old: Schema, new: Schema) -> Iterator[Change]:
    """Route, encodings, parameters and kinds of answers of one operation."""
    if old["route"] != new["route"]:
        yield Change(provider, "operation", id, "changed", "breaking", f"{old['route']} became {new['route']}")
    yield from _sets(provider, id, "encoding", _encodings(old), _encodings(new))
    yield from _sets(provider, id, "answer", set(old["responses"]), set(new["responses"]))
    for found in parameters(old, new):
        yield Change(provider, "parameter", f"{id}/{found.path}", found.kind, effect(found.kind), found.says)


def parameters(old: Schema, new: Schema) -> Iterator[Difference]:
    """The differences of the parameters of one operation."""
    before, after = ({row["name"]: row for row in side.get("parameters", [])} for side in (old, new))
    return compare(_as_members(before), _as_members(after))


def _as_members(rows: dict[str, Schema]) -> Schema:
    """The parameters as the members of one object."""
    members = {name: row["schema"] | {"description": row.get("description")} for name, row in rows.items()}
    return {"properties": members, "required": [name for name, row in rows.items() if row.get("required")]}


def _encodings(operation: Schema) -> set[str]:
    return set(operation.get("requestBody", {}).get("content", {}))


def _sets(provider: str, id: str, what: str, old: set[str], new: set[str]) -> Iterator[Change]:
    for gone in sorted(old - new):
        yield Change(provider, "operation", id, "removed", "breaking", f"the {what} {gone} is gone")
    for come in sorted(new - old):
        yield Change(provider, "operation", id, "added", "compatible", f"a new {what} {come}")


# --- methods ---------------------------------------------------------------------------------------------------------------------


def methods(provider: str, old: Mapping[str, ast.FunctionDef], new: Mapping[str, ast.FunctionDef]) -> Iterator[Change]:
    """Methods of the client and their arguments; those of a family's requests are its fields."""
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield Change(provider, "method", name, "removed", "breaking", "the method is gone")
        elif name not in old:
            yield Change(provider, "method", name, "added", "compatible", "a new method")
        else:
            yield from _arguments(provider, name, old[name], new[name])


def _arguments(provider: str, name: str, old: ast.FunctionDef, new: ast.FunctionDef) -> Iterator[Change]:
    before, after = _named(old), _named(new)
    for argument in sorted(before.keys() - after.keys()):
        yield Change(provider, "method", name, "removed", "breaking", f"the argument {argument} is gone")
    for argument in sorted(after.keys() - before.keys()):
        needed = not after[argument][1]
        yield Change(
            provider, "method", name, "tightened" if needed else "added", "breaking" if needed else "compatible",
            f"a new {'required ' if needed else ''}argument {argument}",
        )  # fmt: skip
    for argument in sorted(before.keys() & after.keys()):
        yield from _argument(provider, name, argument, before[argument], after[argument])
    returned = [ast.unparse(side.returns) if side.returns else "" for side in (old, new)]
    if returned[0] != returned[1]:
        yield Change(provider, "method", name, "changed", "look", f"returns {returned[1]} instead of {returned[0]}")


def _argument(provider: str, name: str, argument: str, old: tuple[str, str, str], new: tuple[str, str, str]) -> Iterator[Change]:
    if old[1] and not new[1]:
        yield Change(provider, "method", name, "tightened", "breaking", f"{argument} has to be given")
    elif new[1] and not old[1]:
        yield Change(provider, "method", name, "loosened", "compatible", f"{argument} may be left out")
    elif old[1] != new[1]:
        yield Change(provider, "method", name, "changed", "look", f"the default of {argument} is {new[1]} instead of {old[1]}")
    if old[0] != new[0] or old[2] != new[2]:
        yield Change(provider, "method", name, "changed", "look", f"{argument} is {new[2]}{new[0]} instead of {old[2]}{old[0]}")


def _named(function: ast.FunctionDef) -> dict[str, tuple[str, str, str]]:
    """Argument -> its type, its default, how it may be passed."""
    rows: dict[str, tuple[str, str, str]] = {}
    placed = [*function.args.posonlyargs, *function.args.args]
    defaults = [None] * (len(placed) - len(function.args.defaults)) + [*function.args.defaults]
    for argument, default in zip(placed, defaults, strict=True):
        if argument.arg != "self":
            rows[argument.arg] = (_type(argument), ast.unparse(default) if default else "", "")
    for argument, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
        rows[argument.arg] = (_type(argument), ast.unparse(default) if default else "", "by name, ")
    if function.args.kwarg:
        rows[f"**{function.args.kwarg.arg}"] = (_type(function.args.kwarg), "{}", "")
    return rows


def _type(argument: ast.arg) -> str:
    return ast.unparse(argument.annotation) if argument.annotation else "Any"


# --- answers ---------------------------------------------------------------------------------------------------------------------


def answers(provider: str, old: Schema, new: Schema) -> Iterator[Change]:
    """Members of answers: one that is gone breaks who reads it, whatever else it accepts."""
    before, after = (_answers(document) for document in (old, new))
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield Change(provider, "answer", name, "removed", "breaking", "the answer is gone")
        elif name not in before:
            yield Change(provider, "answer", name, "added", "compatible", "a new answer")
        else:
            for found in compare(before[name] | {"required": []}, after[name] | {"required": []}):
                where = f"{name}.{found.path}" if found.path else name
                breaking = found.kind == "removed"
                kind: Kind = found.kind if breaking or found.kind in ("added", "reworded", "deprecated") else "changed"
                yield Change(provider, "answer", where, kind, "breaking" if breaking else effect(kind), found.says)


def _answers(document: Schema) -> dict[str, Schema]:
    """Schemas that some answer refers to, directly or through others."""
    schemas = document["components"]["schemas"]
    todo = [name for path in document["paths"].values() for row in path.values() for name in _references(row["responses"])]
    found: dict[str, Schema] = {}
    while todo:
        name = todo.pop()
        if name not in found and name in schemas:
            found[name] = schemas[name]
            todo += _references(schemas[name])
    return found


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"].rpartition("/")[2]] if isinstance(node.get("$ref"), str) else []  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        return [*own, *(name for value in node.values() for name in _references(value))]  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return [name for item in node for name in _references(item)] if isinstance(node, list) else []  # pyright: ignore[reportUnknownVariableType]
