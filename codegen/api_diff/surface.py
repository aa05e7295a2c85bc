"""The public surface of one generated state: documents as data, tables and clients as syntax."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import names

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """What users read of a rule."""

    message: str
    severity: str


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider of the package."""

    document: Schema
    rules: dict[str, Rule]
    models: dict[str, dict[str, str]]  # operation -> model -> family
    model_fields: frozenset[str]
    methods: dict[str, ast.FunctionDef]  # ex) videos.create


@dataclass(frozen=True, slots=True)
class Surface:
    """The whole package."""

    names: frozenset[str]
    providers: dict[str, Provider]


def read(package: Path) -> Surface:
    """The surface of the package in a folder."""
    folders = sorted(path.parent for path in package.glob("*/openapi.json"))
    homes = _assigned(_tree(package / "__init__.py"), "_HOMES")
    listed = [key.value for key in homes.keys if isinstance(key, ast.Constant)] if isinstance(homes, ast.Dict) else []
    return Surface(frozenset(map(str, listed)), {folder.name: _provider(folder) for folder in folders})


def families(provider: Provider) -> dict[str, str]:
    """The names of request schemas -> family, for every family with a rule."""
    prefixes = {id.partition("/")[0] for id in provider.rules} | {family for row in provider.models.values() for family in row.values()}
    return {f"{names.klass(prefix)}Request": prefix for prefix in prefixes}


def operations(provider: Provider) -> dict[str, Schema]:
    """Operation id -> its object in the document, with its route."""
    rows = ((f"{method.upper()} {path}", row) for path, methods in provider.document["paths"].items() for method, row in methods.items())
    return {row["operationId"]: {"route": route} | row for route, row in rows}


def _provider(folder: Path) -> Provider:
    operations = _assigned(_tree(folder / "tables.py"), "OPERATIONS")
    rows = dict(zip(operations.keys, operations.values, strict=True)) if isinstance(operations, ast.Dict) else {}
    calls = {key.value: row for key, row in rows.items() if isinstance(key, ast.Constant) and isinstance(row, ast.Call)}
    return Provider(
        json.loads((folder / "openapi.json").read_text("utf-8")),
        {id: rule for path in sorted((folder / "validators").glob("*.py")) for id, rule in _rules(_tree(path))},
        {str(id): _keyword(row, "families") or {} for id, row in calls.items()},
        frozenset(_keyword(row, "model_field") or "model" for row in calls.values()),
        dict(_methods(folder / "_sync")),
    )


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _assigned(tree: ast.Module, name: str) -> ast.expr | None:
    for node in tree.body:
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(target, ast.Name) and target.id == name and isinstance(node, ast.AnnAssign | ast.Assign):
            return node.value
    return None


def _keyword(call: ast.Call, name: str) -> Any:
    found = next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
    return None if found is None else ast.literal_eval(found)


# --- rules -----------------------------------------------------------------------------------------------------------------------


def _rules(tree: ast.Module) -> Iterator[tuple[str, Rule]]:
    table = _assigned(tree, "RULES")
    if not isinstance(table, ast.Dict):
        return
    for key, row in zip(table.keys, table.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(row, ast.Call):
            message, severity = (ast.literal_eval(argument) for argument in row.args[:2])
            yield str(key.value), Rule(message, severity)


# --- methods ---------------------------------------------------------------------------------------------------------------------


def _methods(folder: Path) -> Iterator[tuple[str, ast.FunctionDef]]:
    """The methods of the client by their place: the client's resources, and theirs."""
    classes = {node.name: node for path in sorted(folder.glob("*.py")) for node in _tree(path).body if isinstance(node, ast.ClassDef)}
    client = next((node for node in _tree(folder / "client.py").body if isinstance(node, ast.ClassDef)), None)
    if client is not None:
        yield from _of_class(client, "", classes)


def _of_class(node: ast.ClassDef, place: str, classes: dict[str, ast.ClassDef]) -> Iterator[tuple[str, ast.FunctionDef]]:
    for member in node.body:
        if not isinstance(member, ast.FunctionDef) or member.name.startswith("_"):
            continue
        decorators = {decorator.id for decorator in member.decorator_list if isinstance(decorator, ast.Name)}
        if "cached_property" in decorators and isinstance(member.returns, ast.Name) and member.returns.id in classes:
            yield from _of_class(classes[member.returns.id], f"{place}{member.name}.", classes)
        elif "overload" not in decorators:
            yield f"{place}{member.name}", member
