"""Where a rule is checked in the emitted package, and what that code is."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from .. import names
from .subjects import Subject

Row = dict[str, Any]
_DISPATCH = "_core/dispatch.py"
_NEAR = 8  # lines


def checks(subject: Subject, package: Path) -> list[Row]:
    """File, line and code of every check that reports one of the subject's rules."""
    if subject.kind == "family":
        return [{"file": _shown(package, path), "line": 1, "code": ""} for path in _files(subject, package)[:1]]
    found: list[Row] = []
    for path in _files(subject, package):
        for id in (row.id for row in subject.rules):
            found += [{"file": _shown(package, path), "line": line, "code": code} for line, code in _reports(path, id)]
    return [row for index, row in enumerate(found) if row not in found[:index]]


def _files(subject: Subject, package: Path) -> list[Path]:
    folder = package / subject.provider.name / "validators"
    own = f"{names.module(subject.family.id)}.py" if subject.family else "parameters.py"
    return [path for path in (folder / own, package / _DISPATCH) if path.is_file()]


def _shown(package: Path, path: Path) -> str:
    return f"generated/{package.name}/{path.relative_to(package).as_posix()}"


def _reports(path: Path, id: str) -> Iterator[tuple[int, str]]:
    lines, calls, parents = _parsed(path)
    for call in calls:
        if _is_id(call.args[0], id):
            first, last = _branch(call, parents)
            yield call.lineno, textwrap.dedent("\n".join(lines[first - 1 : last]))


@cache
def _parsed(path: Path) -> tuple[list[str], list[ast.Call], dict[ast.AST, ast.AST]]:
    """The lines, the calls that have arguments, and the parent of each node of the tree."""
    text = path.read_text("utf-8")
    parents = {child: parent for parent in ast.walk(ast.parse(text)) for child in ast.iter_child_nodes(parent)}
    return text.splitlines(), [node for node in parents if isinstance(node, ast.Call) and node.args], parents


def _is_id(argument: ast.expr, id: str) -> bool:
    if isinstance(argument, ast.Constant):
        return argument.value == id
    if isinstance(argument, ast.JoinedStr) and isinstance(argument.values[-1], ast.Constant):  # f"{operation.id}/model:required"
        tail = argument.values[-1].value
        return isinstance(tail, str) and tail.startswith("/") and id.endswith(tail)
    return False


def _branch(call: ast.Call, parents: dict[ast.AST, ast.AST]) -> tuple[int, int]:
    """The lines from the conditions that lead to the call, as far as they are near, to its end."""
    last = call.end_lineno or call.lineno
    first, node = call.lineno, parents[call]
    while node in parents and not isinstance(node, ast.FunctionDef):
        if isinstance(node, ast.If | ast.For):
            if last - node.lineno > _NEAR:
                break
            first = node.lineno
        node = parents[node]
    return first, last
