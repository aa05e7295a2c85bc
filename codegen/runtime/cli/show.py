"""`unibind show`: everything that is documented about a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from . import describe, output, resolve, session
from .exits import Failure

if TYPE_CHECKING:
    from .resolve import Target


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(show)


def show(
    model: session.ModelName,
    provider: session.ProviderOption = None,
    operation: session.OperationOption = None,
    as_json: session.AsJson = False,
) -> None:
    """Show the fields, modes and rules of a model, with their sources.

    Example: unibind show veo3.1-video-720p
    """
    found = resolve.one(model, provider, operation)
    entry = resolve.entry(found)
    if entry is None:
        raise Failure(f"{model!r} is not documented", hints=[f"unibind models --provider {found.provider.name}"])
    report = data(found, entry)
    if as_json:
        output.show_json(report)
    else:
        _print(found, report)


def data(found: Target, entry: Any) -> dict[str, Any]:
    """The report as plain data: the entry of the catalogue, as far as it concerns the model."""
    concerns = [row for row in entry["rules"] if not found.model or found.model in row.get("models", (found.model,))]
    named = entry["models"].get(found.model, {})
    return {
        "id": found.model or found.family,
        "provider": found.provider.name,
        "family": found.family,
        "title": entry["title"],
        "summary": entry["summary"],
        "output": entry["output"],
        "deprecated": named.get("deprecated", False),
        "replaced_by": named.get("replaced_by"),
        "attributes": named.get("attributes", {}),
        "operation": found.operation.id,
        "method": found.operation.method,
        "path": found.operation.path,
        "operations": [{"family": family, "operation": operation} for family, operation in found.others]
        + [{"family": found.family, "operation": id} for id in entry["operations"] if id != found.operation.id],
        "fields": describe.for_model(entry["fields"], found.model),
        "modes": entry["modes"],
        "rules": concerns,
        "conflicts": entry["conflicts"],
        "sources": list(dict.fromkeys([*named.get("sources", []), *entry["sources"]])),
    }


def _print(found: Target, report: dict[str, Any]) -> None:
    output.heading(f"{report['id']} · {report['title']} · {found.provider.title}", report["summary"])
    if report["deprecated"]:
        output.text(f"Deprecated{'; use ' + report['replaced_by'] if report['replaced_by'] else ''}.")
    output.text(f"{report['method']} {report['path']} ({report['operation']})")
    for row in report["operations"]:
        output.text(f"also {row['operation']} ({row['family']}): --operation {row['operation']}")
    output.section("Fields")
    flat = list(describe.flat(report["fields"]))
    output.rows(
        ("field", "type", "default", "allowed", "meaning"),
        [(f"{row.path}{' *' if row.required else ''}", row.type, row.default, row.allowed, row.meaning) for row in flat],
    )
    if any(row.required for row in flat):
        output.text("* required")
    if report["modes"]:
        output.section("Modes")
        output.rows(("mode", "when"), [(row["name"], row["when"]) for row in report["modes"]])
    sources = list(dict.fromkeys([*report["sources"], *(_first(row) for row in report["rules"] if _first(row))]))
    if report["rules"]:
        output.section("Rules")
        output.rows(("rule", "", "says"), [(row["id"].partition("/")[2], _strength(row), _says(row, sources)) for row in report["rules"]])
    if report["conflicts"]:
        output.section("Where the documentation contradicts itself")
        output.rows(("conflict", "decision"), [(row["id"], f"{row['subject']}: {row['decision']}") for row in report["conflicts"]])
    output.section("Sources")
    for number, source in enumerate(sources, 1):
        output.line(f"[{number}] {source}")


def _strength(rule: dict[str, Any]) -> str:
    return rule["severity"] if rule["certainty"] == "stated" else f"{rule['severity']}, {rule['certainty']}"


def _says(rule: dict[str, Any], sources: list[str]) -> str:
    """The message, with the number of its source."""
    source = _first(rule)
    return f"{rule['message']} [{sources.index(source) + 1}]" if source else rule["message"]


def _first(rule: dict[str, Any]) -> str:
    return next(iter(rule.get("sources", ())), "")
