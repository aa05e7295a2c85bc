"""The two functions that run a batch."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from typing import TYPE_CHECKING, Any

from .._core.options import Validate
from .jobs import Jobs
from .plan import Event, Plan
from .report import Report
from .run import Batch

if TYPE_CHECKING:
    from .._async.client import AsyncClient

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


async def run_batch_async(
    jobs: str | PathLike[str] | Jobs,
    output: str | PathLike[str],
    *,
    provider: str | None = None,
    concurrency: int = 8,
    max_submits: int | None = None,
    timeout: float = 3600.0,
    validate: Validate = "strict",
    retry_unknown: Sequence[str] = (),
    adopt: Mapping[str, str] | None = None,
    clients: Mapping[str, AsyncClient] | None = None,
    on_event: Callable[[Event], object] | None = None,
) -> Report:
    """`run_batch` in the running event loop. When it is cancelled, what was being sent at that moment is unknown."""
    plan = Plan(
        jobs,
        output,
        provider,
        concurrency,
        max_submits,
        timeout,
        validate,
        tuple(retry_unknown),
        dict(adopt or {}),
        dict(clients or {}),
        on_event,
    )
    return await Batch(plan).run()


def run_batch(
    jobs: str | PathLike[str] | Jobs,
    output: str | PathLike[str],
    *,
    provider: str | None = None,
    concurrency: int = 8,
    max_submits: int | None = None,
    timeout: float = 3600.0,
    validate: Validate = "strict",
    retry_unknown: Sequence[str] = (),
    adopt: Mapping[str, str] | None = None,
    on_event: Callable[[Event], object] | None = None,
) -> Report:
    """Send the jobs of a file, wait for them and save their files; going on where an earlier run on the same folder ended.

    In the main thread Ctrl-C (and SIGTERM) stops it gently: nothing more is sent, what is being sent is brought to an end, everything
    is written, and the report has `interrupted`. The second one ends it at once.

    Args:
        jobs: The job file, or what `read_jobs` made of it.
        output: Folder of the ledger, the files, `results.jsonl` and `failures.jsonl`.
        provider: Provider of lines that name none.
        concurrency: Jobs under way at once, from submit to download.
        max_submits: Submits that may have been taken, in this run and all before on the same folder; None is no limit.
        timeout: Seconds that one task is waited for in this run; the next run goes on.
        validate: `"strict"` refuses a file with a broken rule, `"warn"` takes it, `"off"` does not look.
        retry_unknown: Ids of jobs whose outcome is unknown and which are to be sent again: they may be paid twice.
        adopt: By id of a job whose outcome is unknown: the id of its task that was found at the gateway.
        on_event: Called at each step of a job, in the thread of the call.

    Raises:
        JobsInvalid: The job file has errors; nothing was sent.
        LedgerError: The ledger cannot be opened or written, or another process works with it.
        ConfigurationError: A setting makes no sense, there is no API key, or a file cannot be read or written.
    """
    plan = Plan(jobs, output, provider, concurrency, max_submits, timeout, validate, tuple(retry_unknown), dict(adopt or {}), {}, on_event)
    return asyncio.run(_guarded(plan))


async def _guarded(plan: Plan) -> Report:
    batch = Batch(plan)
    with _gently(batch):
        return await batch.run()


@contextmanager
def _gently(batch: Batch) -> Generator[None]:
    """The first signal stops the batch, the second ends it at once."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    if threading.current_thread() is not threading.main_thread() or task is None:
        yield
        return
    seen: list[int] = []

    def react(number: int, _: Any) -> None:
        seen.append(number)
        loop.call_soon_threadsafe(batch.stop if len(seen) == 1 else task.cancel)

    before = {number: signal.signal(number, react) for number in _SIGNALS}
    try:
        yield
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
