"""`<provider>/gateway.py`: what the fake gateway answers and how it refuses."""

from __future__ import annotations

from dataclasses import dataclass

from .. import ir
from ..render import header, render


@dataclass(frozen=True, slots=True)
class GatewayView:
    """Finished literals of one provider."""

    header: str
    title: str
    account: str
    operations: list[tuple[str, list[str]]]  # id, arguments
    tasks: list[tuple[str, list[str]]]
    refusals: list[tuple[str, list[tuple[str, str]]]]  # operation, rows of (cause, refusal)
    outputs: list[tuple[str, str]]


def emit(spec: ir.Spec) -> dict[str, str]:
    return {f"{p.name}/gateway.py": render("gateway.py.jinja", module=view(p, p.account)) for p in spec.providers if p.account is not None}


def view(provider: ir.Provider, account: ir.Account) -> GatewayView:
    operations = [(o.id, r.answers) for o in provider.operations for r in o.responses if r.answers is not None]
    refusals = {"": provider.refusals, **{o.id: o.refusals for o in provider.operations if o.refusals}}
    return GatewayView(
        header=header("codegen/emit/gateway.py", f"{provider.source.file} and tasks.yaml"),
        title=provider.title,
        account=f"Account(quota={account.quota}, used={account.used}, price={account.price}, unit={account.unit}, rate={account.rate!r}, expired={account.expired!r})",
        operations=[(repr(id), arguments(answers)) for id, answers in operations],
        tasks=[(repr(task.name), arguments(task.answers)) for task in provider.tasks if task.answers is not None],
        refusals=[(repr(id), [(repr(row.cause), f"Refusal({row.status}, {row.body!r})") for row in rows]) for id, rows in refusals.items()],
        outputs=[(repr(family.id), repr(family.output)) for family in provider.families],
    )


def arguments(answers: ir.Answers) -> list[str]:
    rows: list[tuple[str, object]] = [
        ("families", {family: dict(bodies) for family, bodies in answers.families if bodies}),
        ("prefixes", dict(answers.prefixes)),
        ("words", {family: dict(words) for family, words in answers.words}),
        ("count", answers.count),
        ("keep", dict(answers.keep)),
        ("inputs", answers.inputs),
        ("about", answers.about),
        ("ids", answers.ids),
    ]
    variants = [variant(row) for row in answers.variants]
    return [
        f"bodies={dict(answers.bodies)!r}",
        *([f"variants=({', '.join(variants)},)"] if variants else []),
        *(f"{name}={value!r}" for name, value in rows if value),
        *([f"stream={stream(answers.stream)}"] if answers.stream else []),
    ]


def variant(row: ir.Variant) -> str:
    return f"Variant({row.body!r}, {row.present!r}, {row.any_present!r}, {dict(row.where)!r}, {row.media!r})"


def stream(row: ir.Streamed) -> str:
    events = [f"Event({event.data!r}, {event.each!r}, {dict(event.where)!r})" for event in row.events]
    return f"Stream(({', '.join(events)},), {row.name!r}, {row.done!r})"
