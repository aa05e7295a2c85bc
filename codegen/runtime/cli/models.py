"""`unibind models`: what there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from . import output, session


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(models)


def models(
    provider: Annotated[
        str | None,
        typer.Option("--provider", "-p", help="Only of this gateway.", autocompletion=session.complete_provider, show_default=False),
    ] = None,
    capability: Annotated[
        str | None,
        typer.Option("--capability", "-c", help="Only this output: video, image, speech, music, voice or text.", show_default=False),
    ] = None,
    search: Annotated[
        str | None, typer.Option("--search", "-s", help="Only with this text in the name, family or summary.", show_default=False)
    ] = None,
    as_json: session.AsJson = False,
) -> None:
    """List the documented models.

    A family without models of its own takes any name in its request, and stands under its own name.

    Example: unibind models --capability video --search veo
    """
    from .._core import catalogue
    from .exits import Failure

    wanted = [session.tables(provider).name] if provider else session.providers()
    found = [row for name in wanted for row in listed(name, catalogue.index(name))]
    outputs = sorted({row["output"] for row in found})
    if capability is not None and capability not in outputs:
        raise Failure(f"there is no capability {capability!r}", hints=[f"capabilities: {', '.join(outputs)}"])
    found = [row for row in found if capability in (None, row["output"]) and matches(row, search)]
    if as_json:
        output.show_json(found)
        return
    columns = ("model", "provider", "output", "family", "operations", "")
    output.rows(
        columns, [(row["id"], row["provider"], row["output"], row["family"], ", ".join(row["operations"]), _remark(row)) for row in found]
    )
    if not found:
        output.note("no model fits")


def listed(provider: str, index: Any) -> Iterator[dict[str, Any]]:
    """One row a model and family; a family without models is one row."""
    for family, row in index["families"].items():
        facts = {"provider": provider, "family": family, "output": row["output"], "summary": row["summary"]}
        for id, model in row["models"].items():
            operations = model.get("operations", row["operations"])
            yield {"id": id, **facts, "operations": operations, "deprecated": model.get("deprecated", False), "any_model": False}
        if not row["models"]:
            yield {"id": family, **facts, "operations": row["operations"], "deprecated": False, "any_model": True}


def matches(row: dict[str, Any], search: str | None) -> bool:
    """Whether every word of the search is somewhere in the row."""
    text = f"{row['id']} {row['family']} {row['summary']}".lower()
    return all(word in text for word in (search or "").lower().split())


def _remark(row: dict[str, Any]) -> str:
    if row["deprecated"]:
        return "deprecated"
    return "a family" if row["any_model"] else ""
