"""`<provider>/validators/`: one module a family, straight-line checks of a request body, and one for the parameters of all operations."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .. import ir, names
from ..code import Code
from ..registry import Registry, RuleRow
from ..render import header, render
from .conditions import Conditions, among
from .constraints import Rules
from .fields import Fields
from .locals import Locals, Tables

PREDICATES = [
    "EMPTY",
    "as_number",
    "count",
    "first",
    "has_media",
    "in_enum",
    "is_file",
    "is_integer",
    "is_address",
    "is_data",
    "is_larger",
    "is_link",
    "is_list",
    "is_multiple",
    "is_object",
    "is_private",
    "is_number",
    "is_type",
    "is_unique",
    "items",
    "last",
    "matches",
    "member",
    "number_or",
    "same",
    "to_integer",
    "to_number",
]


@dataclass(frozen=True, slots=True)
class RuleView:
    """The literals of one row of RULES."""

    id: str
    message: str
    severity: str
    source: str
    certainty: str


@dataclass(frozen=True, slots=True)
class FamilyView:
    header: str
    docstring: str
    up: str
    uses_any: bool
    predicates: list[str]
    tables: list[tuple[str, str]]
    form: list[tuple[str, str]]
    form_names: list[tuple[str, str]]
    lines: list[str]
    rules: list[RuleView]


@dataclass(frozen=True, slots=True)
class FunctionView:
    id: str
    name: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class ParametersView:
    header: str
    up: str
    predicates: list[str]
    tables: list[tuple[str, str]]
    functions: list[FunctionView]
    rules: list[RuleView]


def emit(spec: ir.Spec) -> dict[str, str]:
    files: dict[str, str] = {}
    for provider in spec.providers:
        folder = f"{provider.name}/validators"
        files[f"{folder}/__init__.py"] = '"""Emitted checks: one module a family."""\n'
        files[f"{folder}/parameters.py"] = render("validators/parameters.py.jinja", module=parameters_view(provider))
        for family in provider.families:
            files[f"{folder}/{names.module(family.id)}.py"] = render(
                "validators/family.py.jinja", module=family_view(family, model_in_body(provider, family))
            )
    return files


def model_in_body(provider: ir.Provider, family: ir.Family) -> bool:
    return any(provider.operation(id).dispatch == "body" for id in family.operations)


def family_view(family: ir.Family, model_in_body: bool = True) -> FamilyView:
    registry, tables, code = Registry.of_family(family), Tables(), Code()
    fields = Fields(code, registry, tables)
    _models(family, registry, tables, code)
    fields.body(family.body)
    fields.unknown(family.body, "body", (), "()", ("model",) if family.models and model_in_body else ())
    _rules(family, registry, tables, code)
    registry.check_claimed()
    text = "\n".join(code.lines)
    return FamilyView(
        header=header("codegen/emit/validators.py", family.source.file),
        docstring=f"Checks of {family.title} requests.",
        up=".",
        uses_any=True,
        predicates=_used(text),
        tables=_sorted_tables(tables),
        form=[(repr(field.name), repr(type)) for field in family.body.fields if (type := form_type(field.type))],
        form_names=[(repr(field.name), repr(field.form_name)) for field in family.body.fields if field.form_name],
        lines=code.lines or ["pass"],
        rules=rule_views(registry.rows.values()),
    )


def _models(family: ir.Family, registry: Registry, tables: Tables, code: Code) -> None:
    """Models and routes whose use is doubtful."""
    if family.also:
        id = registry.use(f"{family.id}/model:route")
        with code.block(f"if {among('operation', family.also)}:"):
            code(f"add({id!r}, ('model',), model)")
    deprecated = tuple(model.id for model in family.models if model.deprecated)
    disputed = tuple(model.id for model in family.models if model.source.certainty == "disputed")
    for keyword, models in (("deprecated", deprecated), ("disputed", disputed)):
        if models:
            id = registry.use(f"{family.id}/model:{keyword}")
            with code.block(f"if model in {tables.models(models)}:"):
                code(f"add({id!r}, ('model',), model)")


def _rules(family: ir.Family, registry: Registry, tables: Tables, code: Code) -> None:
    """The rules, and before them the locals that they read beside those of the fields."""
    found = Locals(lambda contains, lookup: Conditions(tables, lookup).text(contains.where))

    def lookup(path: ir.Path) -> str:
        """The model is an argument of the check."""
        return "model" if family.models and path == ("model",) else found.member(path)

    written = Code()
    conditions = Conditions(tables, lookup, found.matching)
    Rules(written, conditions, frozenset(numeric_paths(family.body)), registry).write(family.rules)
    found.write(code)
    for line in written.lines:
        code(line)


def parameters_view(provider: ir.Provider) -> ParametersView:
    tables, functions, rows = Tables(), list[FunctionView](), list[RuleRow]()
    for operation in provider.operations:
        if not operation.parameters:
            continue
        registry, code = Registry.of_parameters(operation), Code()
        fields = tuple(parameter.field for parameter in operation.parameters)
        Fields(code, registry, tables).body(ir.Object(fields=fields))
        registry.check_claimed()
        rows += registry.rows.values()
        functions.append(FunctionView(repr(operation.id), names.snake(operation.id), code.lines))
    text = "\n".join(line for function in functions for line in function.lines)
    return ParametersView(
        header=header("codegen/emit/validators.py", provider.source.file),
        up=".",
        predicates=_used(text),
        tables=_sorted_tables(tables),
        functions=functions,
        rules=rule_views(rows),
    )


def _used(text: str) -> list[str]:
    return [name for name in PREDICATES if re.search(rf"\b{name}\b", text)]


def _sorted_tables(tables: Tables) -> list[tuple[str, str]]:
    return sorted(tables.rows.items())


def rule_views(rows: Iterable[RuleRow]) -> list[RuleView]:
    return [
        RuleView(repr(row.id), repr(row.message), repr(row.severity), repr(source_url(row.source)), repr(row.source.certainty))
        for row in sorted(rows, key=lambda row: row.id)
    ]


def source_url(source: ir.Source) -> str:
    """The first citation as a URL, with the section after `#`."""
    return citation_url(source.citations[0]) if source.citations else ""


def citation_url(citation: ir.Citation) -> str:
    """The URL of a page, with the section after `#`."""
    return f"{citation.url}#{citation.section}" if citation.section else citation.url


def form_type(type: ir.Type) -> str | None:
    """What the text of a form field is converted to, alternatives in their order; None where text is meant.

    `list` is an array and nothing else: in a form a single value stands for a list of one, a file too.
    """
    if isinstance(type, ir.Array):
        return "list"
    if isinstance(type, ir.Union):
        return "|".join(dict.fromkeys(kind for option in type.options if (kind := _form_kind(option)))) or None
    kind = _form_kind(type)
    if kind == "string":
        return None
    return "number" if kind == "integer" else kind  # a fraction is a number too, although the wrong one


def _form_kind(type: ir.Type) -> str | None:
    """The JSON type that a text is read as; None for a file, which no text is."""
    match type:
        case ir.Scalar(kind="integer" | "number" | "boolean"):
            return type.kind
        case ir.Scalar():
            return "string"
        case ir.Object() | ir.Variants():
            return "object"
        case ir.Array():
            return "array"
        case _:
            return None


def numeric_paths(type: ir.Type, path: ir.Path = ()) -> Iterable[ir.Path]:
    """The paths of all fields that also accept a number as a string."""
    match type:
        case ir.Scalar() if type.numeric_string:
            yield path
        case ir.Object():
            for field in type.fields:
                yield from numeric_paths(field.type, (*path, field.name))
        case ir.Array():
            yield from numeric_paths(type.items, (*path, ir.ITEM))
        case ir.Union():
            for option in type.options:
                yield from numeric_paths(option, path)
        case ir.Variants():
            for _, case in type.cases:
                yield from numeric_paths(case, path)
        case _:
            return
