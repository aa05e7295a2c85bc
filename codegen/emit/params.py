"""`<provider>/params/`: TypedDicts of request bodies, one module a family, for editors and type checkers. Nothing imports them at run time."""

from __future__ import annotations

from dataclasses import dataclass

from .. import ir, names
from ..pytypes import Annotations, Dict, Member
from ..render import header, render
from .models import forbidden


@dataclass(frozen=True, slots=True)
class ParamsView:
    header: str
    title: str
    aliases: list[str]  # statements: type checkers show the name of an alias in place of a long list
    dicts: list[Dict]


def emit(spec: ir.Spec) -> dict[str, str]:
    files: dict[str, str] = {}
    for provider in spec.providers:
        folder = f"{provider.name}/params"
        files[f"{folder}/__init__.py"] = '"""Emitted TypedDicts of request bodies: one module a family."""\n'
        for family in provider.families:
            files[f"{folder}/{names.module(family.id)}.py"] = render("params.py.jinja", module=view(provider, family))
    return files


def params_name(family: ir.Family) -> str:
    return f"{names.klass(family.id)}Params"


def view(provider: ir.Provider, family: ir.Family) -> ParamsView:
    annotations = Annotations(names.klass(family.id))
    hidden = forbidden(family)
    fields = [field for field in family.body.fields if field.name.isidentifier() and field.name not in hidden]
    members = [annotations.member(field, field.name) for field in fields]
    aliases: list[str] = []
    if family.models:
        ids = ", ".join(repr(model.id) for model in family.models)
        aliases.append(f"{names.klass(family.id)}Model = Literal[{ids}]")
        members.insert(0, Member("model", f"Required[{names.klass(family.id)}Model]", ["Model id."]))
    body = Dict(params_name(family), family.summary, members)
    return ParamsView(header("codegen/emit/params.py", family.source.file), family.title, aliases, [*annotations.dicts, body])
