"""What a spec must obey beyond its schema: names that exist, ids that are unique, citations that can be followed.

Works on the IR, so it sees what the emitters will see. Every finding has file and line; nothing is generated while there is one.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from . import ir
from .load import Finding, near

RESERVED_FIELDS = {"options", "on_progress", "timeout"}  # keyword arguments of the generated methods


def lint(spec: ir.Spec, root: Path) -> Iterator[Finding]:
    """Every finding."""
    pages: dict[str, list[str]] = {}
    try:
        pages = read_pages(root / "docs.lock")
    except (OSError, ValueError, LookupError, TypeError) as error:
        yield Finding(
            f"{root.name}/docs.lock", 1, f"not to be read, so no citation was checked; `python -m codegen.docs lock` writes it: {error}"
        )
    for provider in spec.providers:
        yield from lint_provider(provider, pages, root.name)


def read_pages(path: Path) -> dict[str, list[str]]:
    """The sections of each page that was read."""
    lock = json.loads(path.read_text("utf-8"))
    return {page["id"]: [section["heading"] for section in page["sections"]] for page in lock["pages"]}


def lint_provider(provider: ir.Provider, pages: dict[str, list[str]], root: str) -> Iterator[Finding]:
    from .lint_gateway import gateway  # these need what is defined here
    from .lint_names import collisions

    if provider.source.file != f"{root}/{provider.name}/api.yaml":
        yield at(provider.source, f"the provider {provider.name!r} must be in a folder of its name")
    yield from collisions(provider)
    yield from operations(provider)
    yield from tasks(provider)
    yield from duplicates(provider)
    for family in provider.families:
        yield from Family(provider, family).lint()
    yield from references(provider)
    yield from gateway(provider)
    yield from conflict_links(provider)
    if pages:
        yield from citations(provider, pages)


def at(source: ir.Source, message: str) -> Finding:
    return Finding(source.file, source.line, message)


# --- operations and tasks ------------------------------------------------------------------------------------------------


def operations(provider: ir.Provider) -> Iterator[Finding]:
    known = {operation.id for operation in provider.operations}
    names = {named.name for named in provider.schemas}
    for operation in provider.operations:
        yield from path_parameters(operation)
        for route in operation.routes:
            if route not in known:
                yield at(operation.source, f"routes names an unknown operation {route!r}{near(route, known)}")
        for response in operation.responses:
            for name in (*response.schemas, *response.stream):
                if name not in names:
                    yield at(operation.source, f"the response {response.status} names an unknown schema {name!r}{near(name, names)}")
        if operation.security is not None and operation.security not in {row.name for row in provider.security}:
            yield at(operation.source, f"unknown security {operation.security!r}")
        if operation.task is not None and operation.task not in {task.name for task in provider.tasks}:
            yield at(
                operation.source,
                f"the task {operation.task!r} is not in tasks.yaml{near(operation.task, (task.name for task in provider.tasks))}",
            )
        if operation.contents and not provider.families_of(operation.id):
            yield at(operation.source, f"{operation.id} takes a body, but no family has it among its operations")
        if operation.dispatch == "path" and operation.model_field not in {p.name for p in operation.parameters if p.location == "path"}:
            yield at(operation.source, f"{operation.id}: the path has no parameter {operation.model_field!r} for the model")


def path_parameters(operation: ir.Operation) -> Iterator[Finding]:
    in_path = set(re.findall(r"\{([^}]*)\}", operation.path))
    declared = {parameter.name for parameter in operation.parameters if parameter.location == "path"}
    for name in sorted(in_path - declared):
        yield at(operation.source, f"{operation.id}: the path has {{{name}}}, which is not among the parameters{near(name, declared)}")
    for name in sorted(declared - in_path):
        yield at(operation.source, f"{operation.id}: the path parameter {name!r} is not in the path {operation.path}")


def tasks(provider: ir.Provider) -> Iterator[Finding]:
    known = {operation.id for operation in provider.operations}
    for task in provider.tasks:
        named = [*task.submit, *(name for pair in task.query for name in pair), *(name for name in (task.content, task.result) if name)]
        for name in named:
            if name not in known:
                yield at(task.source, f"the task {task.name!r} names an unknown operation {name!r}{near(name, known)}")


def duplicates(provider: ir.Provider) -> Iterator[Finding]:
    families = Counter(family.id for family in provider.families)
    for family in provider.families:
        if families[family.id] > 1:
            yield at(family.source, f"the family {family.id!r} is there more than once")
    for operation in provider.operations:
        taken: dict[str, str] = {}
        for family in provider.families_of(operation.id):
            for model in family.models or (None,):
                id = model.id if model else ""
                if model and model.operations and operation.id not in (*model.operations, *family.also):
                    continue
                if id in taken:
                    yield at(
                        model.source if model else family.source,
                        f"{operation.id} has {id or 'a family without models'!r} already in {taken[id]!r}",
                    )
                taken[id] = family.id
    yield from (at(c.source, f"the conflict {c.id!r} is there more than once") for c in repeated(provider.conflicts))


def repeated(conflicts: tuple[ir.Conflict, ...]) -> list[ir.Conflict]:
    counts = Counter(conflict.id for conflict in conflicts)
    return [conflict for conflict in conflicts if counts[conflict.id] > 1]


# --- families --------------------------------------------------------------------------------------------------------------


class Family:
    """The checks of one family."""

    def __init__(self, provider: ir.Provider, family: ir.Family) -> None:
        self.provider, self.family = provider, family
        self.known_operations = {operation.id for operation in provider.operations}

    def lint(self) -> Iterator[Finding]:
        family = self.family
        for name in (*family.operations, *family.also, *((family.query,) if family.query else ())):
            if name not in self.known_operations:
                yield at(family.source, f"{family.id}: unknown operation {name!r}{near(name, self.known_operations)}")
        for operation in self.provider.operations:
            if operation.id in (*family.operations, *family.also) and not operation.contents:
                yield at(family.source, f"{family.id}: {operation.id} takes no body, so no request of the family can go there")
        yield from self.models()
        yield from self.fields(family.body, "")
        yield from self.rules()
        for mode in family.modes:
            yield from self.condition(mode.condition, family.body, mode.source, f"mode {mode.name}")

    def models(self) -> Iterator[Finding]:
        shapes = [tuple(sorted(key for key, _ in model.attributes)) for model in self.family.models]
        for model, shape in zip(self.family.models, shapes, strict=True):
            if shape != shapes[0]:
                yield at(
                    model.source,
                    f"{model.id} has the attributes {', '.join(shape) or 'none'}, the first model {', '.join(shapes[0]) or 'none'}",
                )
            known = {m.id for f in self.provider.families for m in f.models}
            if model.replaced_by and model.replaced_by not in known:
                yield at(model.source, f"replaced_by names an unknown model {model.replaced_by!r}{near(model.replaced_by, known)}")
            for name in model.operations:
                if name not in self.family.operations:
                    yield at(model.source, f"{model.id}: {name!r} is not an operation of the family")

    def fields(self, body: ir.Object, prefix: str) -> Iterator[Finding]:
        for field in body.fields:
            path = f"{prefix}{field.name}"
            if not prefix and field.name in RESERVED_FIELDS:
                yield at(field.source, f"the field {field.name!r} has the name of a keyword argument of the client")
            if not field.source.citations:
                yield at(field.source, f"the field {path!r} has no citation")
            for name in field.only:
                if name not in self.family.operations:
                    yield at(field.source, f"{path}: `only` names {name!r}, which is not an operation of the family")
            yield from self.type(field.type, path, field.source)

    def type(self, type: ir.Type, path: str, source: ir.Source) -> Iterator[Finding]:
        match type:
            case ir.Object():
                yield from self.fields(type, f"{path}.")
            case ir.Array():
                yield from impossible(type.bounds, path, source)
                yield from self.type(type.items, f"{path}[]", source)
            case ir.Variants():
                for _, case in type.cases:
                    yield from self.fields(case, f"{path}.")
            case ir.Union():
                yield from self.union(type, path, source)
            case ir.Ref():
                yield at(source, f"{path}: ref is for responses")
            case ir.Scalar():
                yield from impossible(type.bounds, path, source)
                yield from (
                    at(source, f"{path}: {value!r} is no {type.kind}")
                    for value in listed_values(type.bounds)
                    if not of_kind(value, type.kind)
                )
            case ir.File():
                yield from impossible(type.bounds, path, source)

    def union(self, union: ir.Union, path: str, source: ir.Source) -> Iterator[Finding]:
        kinds = Counter(kind for option in union.options for kind in json_kinds(option))
        for kind, count in kinds.items():
            if count > 1:
                yield at(source, f"{path}: two alternatives of any_of are a JSON {kind}; the value would not tell which is meant")
        for option in union.options:
            yield from self.type(option, path, source)

    def rules(self) -> Iterator[Finding]:
        ids = Counter(rule.id for rule in self.family.rules)
        for rule in self.family.rules:
            if ids[rule.id] > 1:
                yield at(rule.source, f"the rule id {rule.id!r} is there more than once")
            if not rule.source.citations:
                yield at(rule.source, f"the rule {rule.id!r} has no citation")
            if isinstance(rule.constraint, ir.Never) and rule.at is None:
                yield at(rule.source, f"the rule {rule.id!r} needs `at`: never names no field")
            if rule.condition is not None:
                yield from self.condition(rule.condition, self.family.body, rule.source, rule.id)
            for path in (*constraint_paths(rule.constraint), *((rule.at,) if rule.at and rule.at != ("model",) else ())):
                yield from self.path(path, self.family.body, rule.source, rule.id)
            if isinstance(rule.constraint, ir.Contains):
                yield from self.items(rule.constraint, self.family.body, rule.source, rule.id)
            for bounds in constraint_bounds(rule.constraint):
                yield from impossible(bounds, rule.id, rule.source)

    def condition(self, condition: ir.Condition, body: ir.Type, source: ir.Source, where: str) -> Iterator[Finding]:
        match condition:
            case ir.AllOf() | ir.AnyOf():
                for part in condition.conditions:
                    yield from self.condition(part, body, source, where)
            case ir.Not():
                yield from self.condition(condition.condition, body, source, where)
            case ir.OperationIn():
                for name in condition.operations:
                    if name not in (*self.family.operations, *self.family.also):
                        yield at(source, f"{where}: {name!r} is not an operation of the family")
            case ir.Contains():
                yield from self.items(condition, body, source, where)
            case ir.Present() | ir.Absent() | ir.Count():
                for path in condition.paths:
                    yield from self.path(path, body, source, where)
            case ir.Value():
                if ir.ITEM in condition.path:
                    yield at(source, f"{where}: a condition cannot look at every item; use contains")
                yield from self.path(condition.path, body, source, where)
            case ir.ModelIn() | ir.ContentIs():
                return

    def items(self, contains: ir.Contains, body: ir.Type, source: ir.Source, where: str) -> Iterator[Finding]:
        yield from self.path(contains.path, body, source, where)
        for item in types_at(body, (*contains.path, ir.ITEM)):
            if isinstance(item, ir.Object | ir.Variants):
                yield from self.condition(contains.where, item, source, where)

    def path(self, path: ir.Path, body: ir.Type, source: ir.Source, where: str) -> Iterator[Finding]:
        if not any(True for _ in types_at(body, path)):
            known = sorted(field_paths(body))
            yield at(source, f"{where}: there is no field {dotted(path)!r}{near(dotted(path), known)}")


def impossible(bounds: ir.Bounds, path: str, source: ir.Source) -> Iterator[Finding]:
    values = {bound.keyword: bound.value for bound in bounds}
    per_model = {name for name, value in values.items() if isinstance(value, ir.PerModel)}
    for low, high in (("minimum", "maximum"), ("min_length", "max_length"), ("min_items", "max_items")):
        if low in values and high in values and not per_model & {low, high} and values[low] > values[high]:
            yield at(source, f"{path}: {low} {values[low]} is above {high} {values[high]}")
    if "pattern" in values and "pattern" not in per_model:
        try:
            re.compile(values["pattern"])
        except re.error as error:
            yield at(source, f"{path}: the pattern {values['pattern']!r} is no regular expression: {error}")


def listed_values(bounds: ir.Bounds) -> tuple[object, ...]:
    """The values of `enum` and `const`."""
    found = ((bound.value if bound.keyword == "enum" else (bound.value,)) for bound in bounds if bound.keyword in ("enum", "const"))
    return tuple(value for values in found for value in values)


def of_kind(value: object, kind: ir.Kind) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer" | "number":
            return isinstance(value, int if kind == "integer" else int | float) and not isinstance(value, bool)
        case "any":
            return True


def dotted(path: ir.Path) -> str:
    return ".".join(path).replace(f".{ir.ITEM}", ir.ITEM)


def json_kinds(type: ir.Type) -> tuple[str, ...]:
    """The JSON types that a value of the type can have."""
    match type:
        case ir.Scalar(kind="integer" | "number"):
            return ("number", "string") if type.numeric_string else ("number",)
        case ir.Scalar(kind="any"):
            return ("string", "number", "boolean", "object", "array")
        case ir.Scalar():
            return (type.kind,)
        case ir.Array():
            return ("array",)
        case ir.File():
            return ("file",)
        case ir.Union():
            return tuple(kind for option in type.options for kind in json_kinds(option))
        case ir.Object() | ir.Variants() | ir.Ref():
            return ("object",)


def types_at(type: ir.Type, path: ir.Path) -> Iterator[ir.Type]:
    """All types that a value at the path can have."""
    if isinstance(type, ir.Union):
        for option in type.options:
            yield from types_at(option, path)
        return
    if not path:
        yield type
        return
    head, *rest = path
    match type:
        case ir.Object() if head != ir.ITEM:
            for field in type.fields:
                if field.name == head:
                    yield from types_at(field.type, tuple(rest))
        case ir.Variants() if head == type.discriminator:
            yield ir.Scalar(kind="string")
        case ir.Variants() if head != ir.ITEM:
            for _, case in type.cases:
                yield from types_at(case, path)
        case ir.Array() if head == ir.ITEM:
            yield from types_at(type.items, tuple(rest))
        case _:
            return


def field_paths(type: ir.Type, prefix: ir.Path = ()) -> Iterator[str]:
    match type:
        case ir.Object():
            for field in type.fields:
                yield dotted((*prefix, field.name))
                yield from field_paths(field.type, (*prefix, field.name))
        case ir.Array():
            yield from field_paths(type.items, (*prefix, ir.ITEM))
        case ir.Union():
            for option in type.options:
                yield from field_paths(option, prefix)
        case ir.Variants():
            for _, case in type.cases:
                yield from field_paths(case, prefix)
        case _:
            return


def constraint_paths(constraint: ir.Constraint) -> tuple[ir.Path, ...]:
    match constraint:
        case ir.Values():
            return tuple(check.path for check in constraint.checks)
        case ir.Contains():
            return (constraint.path,)
        case ir.Sum():
            return tuple(path for term in constraint.terms for path in (*term.count, *((term.value,) if term.value else ())))
        case ir.Never():
            return ()
        case _:
            return constraint.paths


def constraint_bounds(constraint: ir.Constraint) -> tuple[ir.Bounds, ...]:
    """What the parts of a rule compare with."""
    match constraint:
        case ir.Values():
            return tuple(check.bounds for check in constraint.checks)
        case ir.Contains() | ir.Count() | ir.Sum() | ir.Product():
            sides = (("minimum", constraint.minimum), ("maximum", constraint.maximum))
            return (tuple(ir.Bound(side, value) for side, value in sides if value is not None),)
        case _:
            return ()


# --- references ----------------------------------------------------------------------------------------------------------------


def references(provider: ir.Provider) -> Iterator[Finding]:
    names = {named.name for named in provider.schemas}

    def walk(type: ir.Type, source: ir.Source) -> Iterator[Finding]:
        match type:
            case ir.Ref() if type.name not in names:
                yield at(source, f"unknown schema {type.name!r}{near(type.name, names)}")
            case ir.Object():
                for field in type.fields:
                    yield from walk(field.type, field.source)
            case ir.Array():
                yield from walk(type.items, source)
            case ir.Union():
                for option in type.options:
                    yield from walk(option, source)
            case _:
                return

    for named in provider.schemas:
        yield from walk(named.type, named.source)


def sources(provider: ir.Provider) -> Iterator[ir.Source]:
    """Every source of the provider, conflicts apart."""
    yield provider.source
    for operation in provider.operations:
        yield operation.source
        yield from (field.source for parameter in operation.parameters for field in (parameter.field, *fields_of(parameter.field.type)))
    yield from (refusal.source for refusal in provider.refusals)
    yield from (refusal.source for operation in provider.operations for refusal in operation.refusals)
    yield from (task.source for task in provider.tasks)
    for named in provider.schemas:
        yield from (named.source, *(field.source for field in fields_of(named.type)))
    for family in provider.families:
        yield family.source
        yield from (model.source for model in family.models)
        yield from (rule.source for rule in family.rules)
        yield from (field.source for field in fields_of(family.body))


def fields_of(type: ir.Type) -> Iterator[ir.Field]:
    """All fields at any depth."""
    match type:
        case ir.Object():
            for field in type.fields:
                yield field
                yield from fields_of(field.type)
        case ir.Array():
            yield from fields_of(type.items)
        case ir.Variants():
            for _, case in type.cases:
                yield from fields_of(case)
        case ir.Union():
            for option in type.options:
                yield from fields_of(option)
        case ir.Scalar() | ir.File() | ir.Ref():
            return


def conflict_links(provider: ir.Provider) -> Iterator[Finding]:
    known = {conflict.id for conflict in provider.conflicts}
    for source in sources(provider):
        if source.conflict is not None and source.conflict not in known:
            yield at(source, f"unknown conflict {source.conflict!r}{near(source.conflict, known)}")
        if source.certainty == "disputed" and source.conflict is None:
            yield at(source, "the row is disputed, but names no `conflict`")
    yield from affected(provider)


def affected(provider: ir.Provider) -> Iterator[Finding]:
    known = (
        {operation.id for operation in provider.operations}
        | {named.name for named in provider.schemas}
        | {task.name for task in provider.tasks}
    )
    for family in provider.families:
        known |= {family.id, *(rule.id for rule in family.rules), *(f"{family.id}/{path}" for path in field_paths(family.body))}
        known |= {f"{family.id}/model", *(f"{family.id}/{model.id}" for model in family.models)}
    for conflict in provider.conflicts:
        for name in conflict.affects:
            if name not in known:
                yield at(conflict.source, f"{conflict.id}: affects names {name!r}, which is not in the spec{near(name, known)}")


def citations(provider: ir.Provider, pages: dict[str, list[str]]) -> Iterator[Finding]:
    seen: set[int] = set()  # rows below inherit the very citation, and it is wrong once
    for source in sources(provider):
        for citation in source.citations:
            if citation.url and id(citation) not in seen:
                yield from (at(source, problem) for problem in citation_problems(citation, pages))
            seen.add(id(citation))
    for conflict in provider.conflicts:
        for citation, _ in conflict.claims:
            yield from (at(conflict.source, f"{conflict.id}: {problem}") for problem in citation_problems(citation, pages))


def citation_problems(citation: ir.Citation, pages: dict[str, list[str]]) -> Iterator[str]:
    if citation.page not in pages:
        yield f"the citation names the page {citation.page!r}, which is not in docs.lock{near(citation.page, pages)}"
    elif citation.section is not None and not any(starts(heading, citation.section) for heading in pages[citation.page]):
        yield f"{citation.page} has no section {citation.section!r}{near(citation.section, pages[citation.page])}"


def starts(heading: str, section: str) -> bool:
    """Whether the section is the beginning of the heading, up to the border of a word."""
    rest = heading[len(section) :]
    return heading.startswith(section) and not (rest and rest[0].isascii() and rest[0].isalnum() and section[-1].isalnum())
