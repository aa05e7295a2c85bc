"""The package itself: public names, loaded when they are first used."""

from __future__ import annotations

from dataclasses import dataclass

from .. import ir
from ..render import header, render


@dataclass(frozen=True, slots=True)
class ProviderView:
    name: str  # ex) uniall
    client: str  # ex) UniAll


@dataclass(frozen=True, slots=True)
class PackageView:
    header: str
    providers: list[ProviderView]


def emit(spec: ir.Spec) -> dict[str, str]:
    view = PackageView(header("codegen/emit/package.py", "spec"), [ProviderView(p.name, p.title) for p in spec.providers])
    files = {"__init__.py": render("__init__.py.jinja", module=view), "py.typed": ""}
    return files | {f"{p.name}/__init__.py": render("provider.py.jinja", module=view, provider=ProviderView(p.name, p.title)) for p in spec.providers}
