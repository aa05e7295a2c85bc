"""`unibind run`: one request, and what comes of it into a file."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import answers, jobs, output, progress, resolve, session, values
from .exits import Failure
from .files import Destination

if TYPE_CHECKING:
    from .resolve import Target

_TIMEOUT = 1800.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(run)


def run(
    provider: session.ProviderName,
    model: session.ModelName,
    fields: Annotated[
        list[str] | None, typer.Argument(metavar="KEY=VALUE...", help="Fields: key=value, key:=JSON, key=@file.", show_default=False)
    ] = None,
    to: session.OutputOption = None,
    overwrite: session.Overwrite = False,
    download: Annotated[
        bool, typer.Option("--download/--no-download", help="Save the outputs, or print their links.", show_default=False)
    ] = True,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait for a task, or only submit it.", show_default=False)] = True,
    save: Annotated[
        str | None,
        typer.Option("--save", help="Keep the task in this JSON file, for `unibind task FILE`.", metavar="FILE", show_default=False),
    ] = None,
    operation: session.OperationOption = None,
    timeout: session.Timeout = _TIMEOUT,
    header: Annotated[
        list[str] | None, typer.Option("--header", help="Header to send besides, name=value.", metavar="NAME=VALUE", show_default=False)
    ] = None,
    validate: Annotated[
        str, typer.Option("--validate", help="What happens to a request that breaks rules: strict, warn or off.")
    ] = "strict",
    api_key: session.ApiKey = None,
    base_url: session.BaseUrl = None,
    as_json: session.AsJson = False,
) -> None:
    """Run a model and save what it makes.

    Values are read as the type of their field: duration=5 is a number, images=URL,URL a list, extra_body.seed=7 a member of an object.
    key:=JSON sends JSON as it is; key=@file sends a text file, or the file itself where uploads are documented.

    Example: unibind run uniall veo3.1-video-720p prompt="A paper boat" duration=8 -o boat.mp4
    """
    found = resolve.target(provider, model, operation)
    entry = resolve.entry(found)
    asked = values.request(found, entry, fields or [])
    destination = Destination(to or ".", overwrite)
    if download:
        destination.check()
    headers = session.pairs("--header", header or [])
    kind = entry["output"] if entry else ""
    with session.client(provider, api_key=api_key, base_url=base_url, validate=validate) as client:
        if found.operation.task:
            job = jobs.Job(provider, destination if download else None, kind, base_url, save)
            _task(client, found, asked, job, timeout, wait=wait, headers=headers)
        elif save:
            raise Failure(f"{found.operation.id} answers in one call, there is no task to save")
        else:
            wanted = answers.Wanted(destination if download else None, kind, timeout if timeout != _TIMEOUT else None)
            answers.run(client, found, asked, wanted, headers=headers)


def _task(client: Any, found: Target, asked: values.Request, job: jobs.Job, timeout: float, *, wait: bool, headers: dict[str, str]) -> None:
    end = time.monotonic() + timeout
    options = session.options(operation=found.operation.id, timeout=min(60.0, timeout), headers=headers)
    with progress.holding_interrupts() as held:
        task = client.submit(found.operation.id, asked.body, path=asked.path, query=asked.query, options=options)
        output.note(f"task {task.id}; to take it up again: {job.command(task)}")
        job.keep(task)
    with job.resumable(task):
        held.release()
        if wait:
            job.wait(task, max(0.0, end - time.monotonic()))
        files = job.download(task) if wait else []
    jobs.report(task, files)
