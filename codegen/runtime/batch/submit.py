"""One submit: written down, sent, and written down how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._core import dispatch, errors
from .._core.options import Options
from .._core.tables import Operation
from . import answers, outcomes
from .errors import LedgerError
from .jobs import Job
from .ledger import Ledger, State, Submit

if TYPE_CHECKING:
    from .._async.client import AsyncClient

_DIRECT = 900.0  # seconds for a whole direct answer: giving up early loses what was paid


async def submit(
    client: AsyncClient, ledger: Ledger, job: Job, body: Mapping[str, Any], output: Path, written: Submit
) -> tuple[State, errors.UnibindError | None]:
    """Send what was written down as about to be sent; returns the state of the job, and what went wrong.

    Repeats are the caller's: between two of them the ledger says that nothing is under way.
    """
    options = Options(max_retries=0, validate="off")  # all rules were looked at when the file was read
    try:
        kept = await _send(client, job, body, output, written.token, options)
    except asyncio.CancelledError:
        ledger.settle(written, "unknown", error={"kind": "Interrupted", "message": "interrupted while it was sent"})
        raise
    except errors.UnibindError as error:
        return _failed(client, ledger, job, written, error), error
    except Exception as error:
        ledger.settle(written, "unknown", error={"kind": type(error).__name__, "message": str(error)})
        raise
    return _settle(ledger, written, **kept), None


async def _send(client: AsyncClient, job: Job, body: Mapping[str, Any], output: Path, token: str, options: Options) -> dict[str, Any]:
    target = job.target
    if target.operation.task is None:
        return {"answer": await answers.receive(client, job, body, output, token, options, _DIRECT)}
    task = await client.submit(target.operation.id, body, path=target.path, query=target.query, options=options)
    return {"task": task.to_dict()}


def _failed(client: AsyncClient, ledger: Ledger, job: Job, written: Submit, error: errors.UnibindError) -> State:
    verdict = outcomes.judge(error)
    target = job.target
    if verdict.task_id is not None and job.target.operation.task:
        return _settle(ledger, written, task=named(client, job.provider, target.operation, target.model, target.path, verdict.task_id))
    return ledger.settle(written, verdict.outcome, error=outcomes.facts(error))


def _settle(ledger: Ledger, written: Submit, **kept: Any) -> State:
    try:
        return ledger.settle(written, "taken", **kept)
    except LedgerError as error:
        error.unrecorded.append({"job": written.job, **kept})
        raise


def named(client: AsyncClient, provider: str, operation: Operation, model: str, path: Mapping[str, Any], id: str) -> dict[str, Any]:
    """A task of which only the id is known, as plain data."""
    carried = dispatch.provider(provider).tasks[operation.task or ""].carry
    task = client.task(id, operation.id, model=model)
    return {**task.to_dict(), "path": {name: str(path.get(name)) for name in carried}}
