"""`<provider>/models/responses/`: one module a response model, with the models that only it uses, and a package that loads them late.

Making a pydantic model costs more than most calls do, so a program pays only for the answers that it gets.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Set
from dataclasses import dataclass

from .. import names
from ..render import header, render


@dataclass(frozen=True, slots=True)
class Home:
    """Where a model is."""

    name: str
    module: str


@dataclass(frozen=True, slots=True)
class ModuleView:
    header: str
    name: str
    imports: list[str]
    models: list[str]  # source of the classes, in an order that runs


@dataclass(frozen=True, slots=True)
class PackageView:
    header: str
    homes: list[Home]


def split(text: str, source: str, answers: Set[str] = frozenset()) -> dict[str, str]:
    """The modules of a package, from one module with all models; those that are answers by themselves have their own."""
    tree = ast.parse(text)
    models = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    imports = [ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom) and not _is_future(node)]
    uses = {name: [other for other in _names(node) if other in models and other != name] for name, node in models.items()}
    homes = _homes(uses, answers)
    head = header("codegen/emit/answers.py", source)
    files: dict[str, str] = {}
    for module in sorted(set(homes.values())):
        members = [name for name in models if homes[name] == module]
        others = sorted({other for name in members for other in uses[name]} - set(members))
        view = ModuleView(
            header=head,
            name=next(name for name in members if names.snake(name) == module),
            imports=[*imports, *(f"from .{homes[other]} import {other}" for other in others)],
            models=[ast.get_source_segment(text, models[name]) or "" for name in members],
        )
        files[f"{module}.py"] = render("responses/module.py.jinja", module=view)
    shown = PackageView(head, [Home(name, homes[name]) for name in sorted(models)])
    return files | {"__init__.py": render("responses/__init__.py.jinja", module=shown)}


def _homes(uses: dict[str, list[str]], answers: Set[str]) -> dict[str, str]:
    """The module of each model: its own for an answer, else that of the only model that uses it, else its own too."""
    users: dict[str, list[str]] = {}
    for name, others in uses.items():
        for other in others:
            users.setdefault(other, []).append(name)

    def home(name: str, *inside: str) -> str:
        if name in inside:
            raise ValueError(f"response models that hold each other: {', '.join(inside)}")
        using = users.get(name, []) if name not in answers else []
        return home(using[0], *inside, name) if len(using) == 1 else names.snake(name)

    return {name: home(name) for name in uses}


def _names(node: ast.AST) -> Iterable[str]:
    return dict.fromkeys(part.id for part in ast.walk(node) if isinstance(part, ast.Name))


def _is_future(node: ast.Import | ast.ImportFrom) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"
