"""`unibind task`: look at a task, wait for it, download it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import jobs, output, resolve, session
from .exits import Exit, Failure
from .files import Destination

if TYPE_CHECKING:
    from .._core.tables import Provider


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(task)


def task(
    id: Annotated[str, typer.Argument(metavar="ID", help="Id of the task, or the file of `run --save`.")],
    provider: session.ProviderOption = None,
    operation: session.OperationOption = None,
    model: Annotated[str, typer.Option("--model", help="Model that it was submitted for.", show_default=False)] = "",
    path: Annotated[list[str] | None, typer.Option("--path", help="Path parameter of its query, name=value.", show_default=False)] = None,
    to: session.OutputOption = None,
    overwrite: session.Overwrite = False,
    wait: Annotated[
        bool | None, typer.Option("--wait/--no-wait", help="Wait until it has ended; with -o that is the default.", show_default=False)
    ] = None,
    timeout: session.Timeout = 1800.0,
    api_key: session.ApiKey = None,
    base_url: session.BaseUrl = None,
    as_json: session.AsJson = False,
) -> None:
    """Look at a task, take it up again and download it.

    Example: unibind task task_123 --provider uniall --operation createVideo -o clip.mp4
    """
    data = _data(id, provider, operation, model, path or [])
    destination = Destination(to, overwrite) if to else None
    if destination is not None:
        destination.check()
    tables = session.tables(str(data["provider"]))
    job = jobs.Job(tables.name, destination, _output(tables, data), base_url)
    with session.client(tables.name, api_key=api_key, base_url=base_url) as client:
        taken = client.task(data)
        with job.resumable(taken):
            taken.refresh()
            if wait or (wait is None and to):
                job.wait(taken, timeout)
            files = job.download(taken) if taken.state == "succeeded" else []
        jobs.report(taken, files)
    if taken.state == "failed":
        raise (
            Failure(f"the task failed: {taken.error or taken.status}", Exit.TASK_FAILED)
            if not output.is_json()
            else typer.Exit(Exit.TASK_FAILED)
        )


def _data(id: str, provider: str | None, operation: str | None, model: str, path: list[str]) -> dict[str, Any]:
    """The task as plain data: from its file, or from the words of the command."""
    if Path(id).is_file():
        return _saved(id)
    if provider is None:
        raise Failure("--provider says whose task it is" if not id.endswith(".json") else f"there is no file {id}")
    tables = session.tables(provider)
    named = resolve.named_operation(tables, operation).id if operation else _by_model(tables, model)
    given = session.pairs("--path", path)
    return {"id": id, "provider": provider, "operation": named, "model": model, "path": given}


def _by_model(tables: Provider, model: str) -> str:
    """The operation that tasks of a model, or all tasks of a provider, are submitted with."""
    if model:
        return resolve.target(tables.name, model).operation.id
    submits = [row.id for row in tables.operations.values() if row.task]
    if len(submits) == 1:
        return submits[0]
    raise Failure("--operation or --model says what the task was submitted with", hints=[f"operations: {', '.join(submits)}"])


def _saved(file: str) -> dict[str, Any]:
    try:
        data = json.loads(Path(file).read_text("utf-8"))
    except OSError as error:
        raise Failure(f"{file}: {error.strerror}") from None
    except ValueError:
        data = None
    if not isinstance(data, dict) or not {"id", "provider", "operation"} <= data.keys():
        raise Failure(f"{file} holds no task, as `unibind run --save` writes it")
    return data  # pyright: ignore[reportUnknownVariableType]


def _output(tables: Provider, data: dict[str, Any]) -> str:
    """What the task makes, as far as its model says."""
    return next((row.output for row in tables.models.get(str(data.get("model")), ())), "")
