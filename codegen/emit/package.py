"""The package itself: public names, loaded when they are first used."""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass
from pathlib import Path

from .. import ir
from ..render import header, render
from .runtime import RUNTIME

_DOORS = {
    "check_request": "._core.doors",
    "parse_response": "._core.doors",
    "request_of": "._core.interrupts",
    "task_of": "._core.interrupts",
}
_TYPES = {
    "Violation": "._core.violations",
    "Options": "._core.options",
    "Task": "._sync.task",
    "AsyncTask": "._async.task",
    "ResponseModel": "._core.model",
    "RequestModel": "._core.model",
    "RawResponse": "._core.exchange",
    "RequestInfo": "._core.exchange",
    "ResponseInfo": "._core.exchange",
}
_PYPROJECT = Path(__file__).resolve().parent.parent.parent / "pyproject.toml"


@dataclass(frozen=True, slots=True)
class PackageView:
    header: str
    version: str
    names: list[tuple[str, str]]  # public name, module


@dataclass(frozen=True, slots=True)
class ProviderView:
    header: str
    client: str  # ex) UniAll


def emit(spec: ir.Spec) -> dict[str, str]:
    names = dict(_DOORS) | _TYPES | dict.fromkeys(errors(), "._core.errors")
    for provider in spec.providers:
        names |= {provider.title: f".{provider.name}._sync.client", f"Async{provider.title}": f".{provider.name}._async.client"}
    view = PackageView(header("codegen/emit/package.py", "spec"), repr(version()), sorted(names.items()))
    files = {"__init__.py": render("__init__.py.jinja", module=view), "py.typed": ""}
    for provider in spec.providers:
        shown = ProviderView(header("codegen/emit/package.py", provider.source.file), provider.title)
        files[f"{provider.name}/__init__.py"] = render("provider.py.jinja", module=shown)
    return files


def errors() -> list[str]:
    """The exception classes of the runtime."""
    tree = ast.parse((RUNTIME / "_core" / "errors.py").read_text("utf-8"))
    return [node.name for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]


def version() -> str:
    project = tomllib.loads(_PYPROJECT.read_text("utf-8"))["project"]
    return str(project["version"])
