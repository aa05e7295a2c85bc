"""What is known about each job, on the disk before anything is sent and as soon as anything is known."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections import Counter
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, get_args

from . import schema
from .errors import Finding, JobsInvalid, LedgerError
from .jobs import Job

State = Literal["planned", "submitting", "taken", "succeeded", "downloaded", "failed", "refused", "unknown"]
Outcome = Literal["taken", "refused", "unsent", "unknown"]


@dataclass(frozen=True, slots=True)
class Row:
    """A job as the ledger has it.

    Attributes:
        line: Its line in the job file, or None when it is not there any more.
        task: The task as plain data, as `to_dict()` gives it.
        answer: Name of the file below the output folder that holds a direct answer.
        error: Why it is not done: `message`, and what else is known.
        finished: Unix time at which it ended at the gateway.
    """

    id: str
    line: int | None
    provider: str
    operation: str
    model: str
    request: dict[str, Any]
    state: State
    task: dict[str, Any] | None
    answer: str | None
    error: dict[str, Any] | None
    finished: float | None


@dataclass(frozen=True, slots=True)
class Submit:
    """One time that a job was sent. `token` names the file of a direct answer; `sent` and `settled` are Unix times."""

    number: int
    job: str
    token: str
    sent: float
    settled: float | None
    outcome: str
    detail: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class File:
    """An output that is whole on the disk; `name` is its path below the output folder."""

    number: int
    name: str
    bytes: int


_ROW = "SELECT id, line, provider, operation, model, request, state, task, answer, error, finished FROM jobs WHERE id = ?"
_ROWS = _ROW.replace("id = ?", "state IN (SELECT value FROM json_each(?)) ORDER BY position, rowid")


class Ledger:
    """The ledger of one batch, for one process at a time.

    Args:
        path: Its file; made when it is not there.
        used: Whether there are results of an earlier run, so that a new ledger would forget what was paid.

    Raises:
        LedgerError: It cannot be opened, or is in use. Every method raises it when the disk fails.
    """

    def __init__(self, path: Path, *, used: bool = False) -> None:
        self.path = path
        self._db = schema.connect(path, used=used)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close it and let others work with it."""
        self._db.close()

    # --- what is in it

    def rows(self, *states: State) -> list[Row]:
        """The jobs in these states, or all, in the order of the job file."""
        return [_row(found) for found in self._all(_ROWS, (json.dumps(states or get_args(State)),))]

    def row(self, id: str) -> Row:
        """One job; `LedgerError` when there is none of that id."""
        found = self._all(_ROW, (id,))
        if not found:
            raise LedgerError(f"there is no job {id!r} in {self.path}")
        return _row(found[0])

    def counts(self) -> dict[str, int]:
        """How many jobs are in each state; one that left the file before it was sent is `dropped`."""
        statement = "SELECT CASE WHEN state = 'planned' AND line IS NULL THEN 'dropped' ELSE state END AS shown, count(*) FROM jobs GROUP BY shown ORDER BY shown"
        return dict(self._all(statement))

    def submits(self, job: str | None = None) -> list[Submit]:
        """Every time that something was sent, for one job or for all."""
        statement = "SELECT number, job, token, sent, settled, outcome, detail FROM submits WHERE ?1 IS NULL OR job = ?1 ORDER BY number"
        return [_submit(fields) for fields in self._all(statement, (job,))]

    def spent(self) -> int:
        """How many submits may have been taken: everything that was sent and not surely refused."""
        return int(self._all("SELECT count(*) FROM submits WHERE outcome NOT IN ('refused', 'unsent')")[0][0])

    def files(self, job: str) -> list[File]:
        """The outputs of a job that are on the disk."""
        return [File(*fields) for fields in self._all("SELECT number, name, bytes FROM files WHERE job = ? ORDER BY number", (job,))]

    def base_url(self, provider: str) -> str | None:
        """Where the jobs of a provider were sent, or None."""
        found = self._all("SELECT base_url FROM gateways WHERE provider = ?", (provider,))
        return str(found[0][0]) if found else None

    # --- before anything is sent

    def merge(self, jobs: Iterable[Job]) -> None:
        """Take up the jobs of a file: known ones stay as they are, others are new; what left the file is kept, and no longer sent.

        Raises:
            JobsInvalid: A line says something else than it did under the same id.
        """
        rows = list(jobs)
        known = self._known(rows)
        with self._write("merge"):
            self._db.execute("UPDATE jobs SET line = NULL, position = position + ?", (len(rows),))
            for position, job in enumerate(rows):
                if job.id in known:
                    self._db.execute("UPDATE jobs SET line = ?, position = ? WHERE id = ?", (job.line, position, job.id))
                else:
                    fields = (job.id, position, job.line, job.digest, job.provider, job.target.operation.id, job.target.model)
                    self._db.execute(
                        "INSERT INTO jobs (id, position, line, digest, provider, operation, model, request) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                        (*fields, _dump(job.request())),
                    )

    def foresee(self, jobs: Iterable[Job]) -> dict[str, int]:
        """The counts that `merge` would lead to, with what is under way as the unknown that it would become."""
        rows = list(jobs)
        self._known(rows)
        states = {id: _foreseen(state) for id, state in self._all("SELECT id, state FROM jobs")}
        planned = {job.id: "planned" for job in rows if states.get(job.id, "dropped") == "dropped"}
        return dict(sorted(Counter((states | planned).values()).items()))

    def _known(self, jobs: Iterable[Job]) -> dict[str, str]:
        """Ids and digests of all jobs so far."""
        known: dict[str, str] = dict(self._all("SELECT id, digest FROM jobs"))
        changed = [_changed(job) for job in jobs if known.get(job.id, job.digest) != job.digest]
        if changed:
            raise JobsInvalid(changed)
        return known

    def bind(self, provider: str, base_url: str) -> None:
        """Note where the jobs of a provider go: its tasks are known there and nowhere else."""
        with self._write("bind"):
            self._db.execute("INSERT OR REPLACE INTO gateways VALUES (?, ?)", (provider, base_url))

    def plan_again(self, job: str) -> None:
        """Let a job be sent once more whose outcome is unknown, or whose task the gateway does not know; the submit before still counts."""
        row = self.row(job)
        if row.state != "taken" or (row.error or {}).get("kind") != "NotFound":
            self._expect(job, "unknown")
        with self._write("plan_again"):
            self._update(job, "planned")

    def adopt(self, job: str, task: Mapping[str, Any]) -> None:
        """Take up a task that was found at the gateway for a job whose outcome is unknown, or in place of a task that was not."""
        self._expect(job, "unknown", "taken")
        with self._write("adopt"):
            self._db.execute(
                "UPDATE submits SET outcome = 'taken' WHERE number = (SELECT max(number) FROM submits WHERE job = ? AND outcome = 'unknown')",
                (job,),
            )
            self._update(job, "taken", task=task)

    def begin(self, job: Job, most: int | None) -> Submit | None:
        """Write down that a job is about to be sent; None, and nothing written, when `most` submits may have been taken already."""
        self._expect(job.id, "planned")
        token = uuid.uuid4().hex
        with self._write("submitting"):
            if most is not None and self.spent() >= most:
                return None
            self._update(job.id, "submitting")
            self._db.execute("UPDATE jobs SET operation = ? WHERE id = ?", (job.target.operation.id, job.id))
            self._db.execute("INSERT INTO submits (job, token, sent) VALUES (?, ?, ?)", (job.id, token, time.time()))
        return self.submits(job.id)[-1]

    # --- as soon as it is known

    def settle(
        self, submit: Submit, outcome: Outcome, *, task: Mapping[str, Any] | None = None, answer: str | None = None, error: Any = None
    ) -> State:
        """Write down how a submit ended; returns the state of its job."""
        state: State = {"unsent": "planned", "refused": "refused", "unknown": "unknown"}.get(outcome, "taken")  # type: ignore[assignment]
        if answer is not None:
            state = "succeeded"
        ended = time.time() if state in ("succeeded", "refused") else None
        with self._write(f"settle-{outcome}"):
            self._db.execute(
                "UPDATE submits SET outcome = ?, settled = ?, detail = ? WHERE number = ?",
                (outcome, time.time(), _dump(error), submit.number),
            )
            shown = None if outcome == "unsent" else error
            self._update(submit.job, state, task=task, answer=answer, error=shown, finished=ended)
        return state

    def finish(self, job: str, state: Literal["succeeded", "failed"], *, task: Mapping[str, Any] | None = None, error: Any = None) -> None:
        """Write down how a task ended, or that the answer of a direct call is a failure."""
        with self._write(f"finish-{state}"):
            self._update(job, state, task=task, error=error, finished=time.time())

    def note(self, job: str, error: Mapping[str, Any] | None) -> None:
        """Write down why a job does not go on for now; its state stays."""
        with self._write("note"):
            self._db.execute("UPDATE jobs SET error = ? WHERE id = ?", (_dump(error), job))

    def add_file(self, job: str, file: File, *, is_answer: bool = False) -> None:
        """Write down that an output is whole on the disk; it may be the direct answer itself, which then has moved there."""
        with self._write("file"):
            self._db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", (job, file.number, file.name, file.bytes))
            if is_answer:
                self._db.execute("UPDATE jobs SET answer = ? WHERE id = ?", (file.name, job))

    def downloaded(self, job: str) -> None:
        """Write down that all outputs of a job are on the disk."""
        with self._write("downloaded"):
            self._update(job, "downloaded")

    # --- how

    def _expect(self, job: str, *states: State) -> None:
        found = self.row(job).state
        if found not in states:
            raise LedgerError(f"job {job!r} is {found}, not {' or '.join(states)}")

    def _update(
        self,
        job: str,
        state: State,
        *,
        task: Mapping[str, Any] | None = None,
        answer: str | None = None,
        error: Any = None,
        finished: float | None = None,
    ) -> None:
        """Put a job in a state; a task, an answer and a time that are known stay when there is nothing new."""
        self._db.execute(
            "UPDATE jobs SET state = ?, error = ?, task = coalesce(?, task), answer = coalesce(?, answer), finished = coalesce(?, finished)"
            " WHERE id = ?",
            (state, _dump(error), _dump(task), answer, finished, job),
        )

    def _all(self, statement: str, values: Iterable[Any] = ()) -> list[Any]:
        try:
            return self._db.execute(statement, tuple(values)).fetchall()
        except sqlite3.Error as error:
            raise LedgerError(f"the ledger {self.path} cannot be read: {error}") from None

    @contextmanager
    def _write(self, what: str) -> Generator[None]:
        """One transaction: all of it is on the disk afterwards, or nothing."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._commit(what)
        except sqlite3.Error as error:
            self._undo()
            raise LedgerError(f"the ledger {self.path} cannot be written: {error}") from None
        except BaseException:
            self._undo()
            raise

    def _commit(self, what: str) -> None:
        self._db.execute("COMMIT")

    def _undo(self) -> None:
        if self._db.in_transaction:
            with suppress(sqlite3.Error):  # the next open does it; the first error is the one that says what happened
                self._db.execute("ROLLBACK")


def _row(fields: Any) -> Row:
    id, line, provider, operation, model, request, state, task, answer, error, finished = fields
    return Row(id, line, provider, operation, model, _load(request), state, _load(task), answer, _load(error), finished)


def _submit(fields: Any) -> Submit:
    number, job, token, sent, settled, outcome, detail = fields
    return Submit(number, job, token, sent, settled, outcome, _load(detail))


def _foreseen(state: str) -> str:
    return {"submitting": "unknown", "planned": "dropped"}.get(state, state)


def _changed(job: Job) -> Finding:
    message = "the line says something else than when this id was first used; give it another id, or put it back as it was"
    return Finding(job.line, job.id, message, "error", "job:changed")


def _dump(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=True, default=str)


def _load(text: str | None) -> Any:
    return None if text is None else json.loads(text)
