"""`<provider>/tables.py`: operations, tasks and models as rows for the runtime."""

from __future__ import annotations

from dataclasses import dataclass

from .. import ir
from ..render import header, render
from .validators import source_url


@dataclass(frozen=True, slots=True)
class OperationView:
    """Finished literals of one operation."""

    id: str
    arguments: list[str]


@dataclass(frozen=True, slots=True)
class ProviderView:
    header: str
    title: str
    arguments: list[str]
    operations: list[OperationView]
    tasks: list[OperationView]
    models: list[tuple[str, list[str]]]


def emit(spec: ir.Spec) -> dict[str, str]:
    return {f"{provider.name}/tables.py": render("tables.py.jinja", module=view(provider)) for provider in spec.providers}


def view(provider: ir.Provider) -> ProviderView:
    return ProviderView(
        header=header("codegen/emit/tables.py", provider.source.file),
        title=provider.title,
        arguments=[
            f"name={provider.name!r}",
            f"title={provider.title!r}",
            f"env={provider.name.upper()!r}",
            f"servers={tuple(server.url for server in provider.servers)!r}",
            f"matches={ {named.name: named.match for named in provider.schemas if named.match}!r}",
            f"security=({', '.join(f'Security({row.name!r}, {row.header!r}, {row.prefix!r})' for row in provider.security)},)",
        ],
        operations=[OperationView(repr(operation.id), operation_arguments(provider, operation)) for operation in provider.operations],
        tasks=[OperationView(repr(task.name), task_arguments(provider, task)) for task in provider.tasks],
        models=models(provider),
    )


def operation_arguments(provider: ir.Provider, operation: ir.Operation) -> list[str]:
    parameters = [
        f"Parameter({p.name!r}, {p.location!r}, {p.field.required!r}, {p.slashes!r}{f', {p.example!r}' if p.example else ''})"
        for p in operation.parameters
    ]
    responses = [f"{r.status!r}: Response({r.kind!r}, {r.schemas!r}, {r.media!r}, {r.stream!r}, {r.text!r})" for r in operation.responses]
    rows: list[tuple[str, object, object]] = [
        ("contents", operation.contents, ()),
        ("dispatch", operation.dispatch, "none"),
        ("model_field", operation.model_field, "model"),
        ("routes", operation.routes, ()),
        ("task", operation.task, None),
        ("paid", operation.paid, False),
        ("security", operation.security, None),
    ]
    return [
        f"id={operation.id!r}",
        f"method={operation.method!r}",
        f"path={operation.path!r}",
        *([f"parameters=({', '.join(parameters)},)"] if parameters else []),
        *(f"{name}={value!r}" for name, value, default in rows if value != default),
        f"responses={{{', '.join(responses)}}}",
        f"families={families(provider, operation)!r}",
        f"source={source_url(operation.source)!r}",
    ]


def families(provider: ir.Provider, operation: ir.Operation) -> dict[str, str]:
    """Model id -> family; "" for a family without models."""
    found: dict[str, str] = {}
    for family in provider.families_of(operation.id):
        if not family.models:
            found[""] = family.id
        found |= {
            model.id: family.id for model in family.models if not model.operations or operation.id in (*model.operations, *family.also)
        }
    return found


def task_arguments(provider: ir.Provider, task: ir.Task) -> list[str]:
    family_query = {family.id: family.query for family in provider.families if family.query and set(family.operations) & set(task.submit)}
    return [
        f"name={task.name!r}",
        f"query={dict(task.query)!r}",
        f"family_query={family_query!r}",
        f"parameter={task.parameter!r}",
        f"id={task.id!r}",
        f"status={task.status!r}",
        f"states={dict(task.states)!r}",
        f"progress={task.progress!r}",
        f"outputs={task.outputs!r}",
        f"error={task.error!r}",
        f"content={task.content!r}",
        f"initial={task.initial!r}",
        f"accepted={task.accepted!r}",
        f"carry={task.carry!r}",
        f"read={task.read!r}",
        f"result={task.result!r}",
        f"poll={task.poll!r}",
    ]


def models(provider: ir.Provider) -> list[tuple[str, list[str]]]:
    """Rows of each model id: one for each family that has it."""
    found: dict[str, list[str]] = {}
    for family in provider.families:
        for model in family.models:
            operations = model.operations or family.operations
            row = f"Model({model.id!r}, {family.id!r}, {family.output!r}, {operations!r}, {model.deprecated!r})"
            found.setdefault(repr(model.id), []).append(row)
    return sorted(found.items())
