"""Works through a batch: bounded, paced, and stoppable at any moment."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from .._core import dispatch
from .._core.errors import UnibindError
from . import answers, outcomes, report, routes
from .clients import Clients
from .errors import LedgerError
from .finish import FOLDER, Finisher
from .jobs import Job, Jobs, read_jobs
from .ledger import Ledger, Row, State
from .pace import Pace
from .plan import LEDGER, Event, Plan
from .submit import named, submit

if TYPE_CHECKING:
    from .._async.task import AsyncTask

_Got = TypeVar("_Got")
_CUT_OFF = {"kind": "Interrupted", "message": "the process ended while it was sent"}


class Stopped(Exception):
    """The run was asked to stop. Never leaves this package."""


class Batch:
    """One run of a batch, in one event loop: `report = await Batch(plan).run()`."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._output = Path(plan.output)
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Send nothing more: what is being sent is brought to an end, what was taken is left to the next run."""
        self._stop.set()

    async def run(self) -> report.Report:
        """Work until nothing is left to do, or `stop`.

        Raises:
            JobsInvalid: The job file has errors; nothing was sent.
            LedgerError: The ledger cannot be opened or written.
            ConfigurationError: There is no API key, or a file cannot be read or written.
        """
        jobs = self._plan.jobs
        read = jobs if isinstance(jobs, Jobs) else read_jobs(jobs, provider=self._plan.provider, validate=self._plan.validate)
        used = any((self._output / name).exists() for name in (report.RESULTS, report.FAILURES, FOLDER, answers.FOLDER))
        with Ledger(self._output / LEDGER, used=used) as ledger:
            _recover(ledger, self._output)
            ledger.merge(read.rows)
            clients = Clients(self._plan.clients, ledger)
            try:
                _decide(self._plan, ledger, clients)
                work = _Work(self._plan, self._output, read, ledger, clients, self._stop)
                await work.all()
            finally:
                await clients.close()
            report.write(ledger, self._output)
            return report.report(ledger, self._output, stopped=work.reasons(), interrupted=self._stop.is_set())


def _recover(ledger: Ledger, output: Path) -> None:
    """Submits that nobody wrote down the end of: their answer is on the disk, or it is not known whether they were taken."""
    for written in [row for row in ledger.submits() if row.outcome == "open"]:
        answer = answers.left(output, written.token)
        if answer is not None:
            ledger.settle(written, "taken", answer=answer)
        else:
            ledger.settle(written, "unknown", error=_CUT_OFF)


def _decide(plan: Plan, ledger: Ledger, clients: Clients) -> None:
    """What the user has decided about jobs whose outcome is unknown."""
    for id, task in plan.adopt.items():
        row = ledger.row(id)
        operation = dispatch.provider(row.provider).operations[row.operation]
        if operation.task is None:
            raise LedgerError(f"job {id!r} was answered directly: it has no task to adopt")
        ledger.adopt(id, named(clients.get(row.provider), row.provider, operation, row.model, row.request["path"], task))
    for id in plan.retry_unknown:
        ledger.plan_again(id)


class _Work:
    """The workers of a run, and what they share."""

    def __init__(self, plan: Plan, output: Path, read: Jobs, ledger: Ledger, clients: Clients, stop: asyncio.Event) -> None:
        self._plan = plan
        self._output = output
        self._folder = read.folder
        self._jobs = {job.id: job for job in read.rows}
        self._ledger = ledger
        self._clients = clients
        self._stop = stop
        self._finisher = Finisher(ledger, output)
        self._queue = deque(self._open_rows())
        self._paces = {row.provider: Pace(plan.concurrency) for row in self._queue}
        self._under_way = 0
        self._settled = asyncio.Event()
        self._capped = False
        self._fatal: Exception | None = None

    def _open_rows(self) -> list[Row]:
        """What is paid for already first, then what is to be sent, in the order of the file."""
        planned = [row for row in self._ledger.rows("planned") if row.id in self._jobs]
        return [*self._ledger.rows("succeeded", "taken"), *planned]

    async def all(self) -> None:
        """Work until the queue is empty or the run is stopped; raises what makes going on impossible."""
        for provider in self._paces:
            self._clients.get(provider)  # a missing key is told before anything is sent
        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._plan.concurrency, len(self._queue))):
                group.create_task(self._worker())
        if self._fatal is not None:
            raise self._fatal

    def reasons(self) -> list[str]:
        """Why submits ended early."""
        found = [f"{dispatch.provider(name).title}: {pace.closed}" for name, pace in self._paces.items() if pace.closed]
        if self._capped:
            found.append(f"the cap of {self._plan.max_submits} submits is reached")
        return found

    async def _worker(self) -> None:
        while self._queue and not self._stop.is_set():
            try:
                await self._one(self._queue.popleft())
            except Stopped:
                return
            except Exception as error:  # noqa: BLE001 - the others bring their submits to an end first
                self._fail(error)

    def _fail(self, error: Exception) -> None:
        if isinstance(error, LedgerError) and isinstance(self._fatal, LedgerError):
            self._fatal.unrecorded += error.unrecorded
        self._fatal = self._fatal or error
        self._stop.set()

    async def _one(self, row: Row) -> None:
        state = row.state
        if state == "planned":
            state = await self._send(self._jobs[row.id])
        if state == "taken":
            client = self._clients.get(row.provider)
            await self._until_stopped(self._finisher.wait(client, self._ledger.row(row.id), self._plan.timeout, self._progress(row.id)))
            state = self._tell(row.id)
        if state == "succeeded":
            await self._until_stopped(self._finisher.download(self._clients.get(row.provider), self._ledger.row(row.id)))
            self._tell(row.id)

    # --- submits

    async def _send(self, job: Job) -> State:
        """Send a job when its turn comes, again after refusals for now; the state that it is in then."""
        pace = self._paces[job.provider]
        while not self._capped:
            begun = await self._until_stopped(pace.enter())
            try:
                if pace.closed is not None or self._stop.is_set():
                    break
                settled = self._settled
                state = await self._turn(job, pace, begun)
            finally:
                pace.leave()
            if state is None:
                await self._until_stopped(settled.wait())
            elif state != "planned":
                return state
        return "planned"

    async def _turn(self, job: Job, pace: Pace, begun: float) -> State | None:
        """One submit; None when the cap leaves none for now, since others have not ended."""
        try:
            body = routes.with_files(job.target.body, self._folder)
        except routes.LineError as error:
            raise LedgerError(f"job {job.id!r}: {error}") from None
        client = self._clients.get(job.provider)
        written = self._ledger.begin(job, self._plan.max_submits)
        if written is None:
            self._capped = self._under_way == 0
            return "planned" if self._capped else None
        self._under_way += 1
        try:
            self._emit(Event(job.id, "submitting"))
            state, wrong = await submit(client, self._ledger, job, body, self._output, written)
        finally:
            self._under_way -= 1
            self._settled.set()
            self._settled = asyncio.Event()
        self._judge(pace, begun, wrong)
        self._tell(job.id, "" if wrong is None else str(wrong))
        return state

    def _judge(self, pace: Pace, begun: float, error: UnibindError | None) -> None:
        if error is None:
            pace.taken()
            return
        match outcomes.judge(error).then:
            case "slower":
                pace.busy(begun, outcomes.pressure(error), str(error))
            case "stop":
                pace.close(str(error))
            case "on":
                pass

    # --- what is told

    def _progress(self, id: str) -> Callable[[AsyncTask], None]:
        def tell(task: AsyncTask) -> None:
            self._emit(Event(id, "taken", task.progress))

        return tell

    def _tell(self, id: str, message: str = "") -> State:
        row = self._ledger.row(id)
        self._emit(Event(id, row.state, None, message or str((row.error or {}).get("message", ""))))
        return row.state

    def _emit(self, event: Event) -> None:
        """Call back. What the callback raises ends the run, but in no place where a submit is half done."""
        if self._plan.on_event is None:
            return
        try:
            self._plan.on_event(event)
        except Exception as error:  # noqa: BLE001 - raised at the end of the run
            self._fail(error)

    async def _until_stopped(self, work: Coroutine[Any, Any, _Got]) -> _Got:
        """The result of something that may be broken off; `Stopped` when it was."""
        task = asyncio.ensure_future(work)
        stop = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise Stopped
            return task.result()
        finally:
            stop.cancel()
            if task.cancel():
                await asyncio.wait({task})
