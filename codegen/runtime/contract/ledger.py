"""What a run has sent and found, on the disk before anything is paid for: a run that was killed goes on, and never pays twice."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from .report import Row

_VERSION = 1
_APPLICATION = 0x756E6963  # "unic"
_TABLES = (
    "CREATE TABLE submits (number INTEGER PRIMARY KEY, key TEXT NOT NULL, spot TEXT NOT NULL, valid INTEGER NOT NULL,"
    " outcome TEXT NOT NULL DEFAULT 'open', task TEXT)",
    "CREATE INDEX submits_of_key ON submits (key)",
    "CREATE TABLE units (key TEXT PRIMARY KEY, rows TEXT NOT NULL)",
    "CREATE TABLE sites (provider TEXT PRIMARY KEY, base_url TEXT NOT NULL)",
)
Outcome = Literal["open", "refused", "taken", "unknown"]


class LedgerError(Exception):
    """The state of a run cannot be used."""


@dataclass(frozen=True, slots=True)
class Submit:
    """A request that may be billed. `key` names it, `task` is what is needed to ask about it."""

    number: int
    key: str
    outcome: Outcome
    task: Mapping[str, Any] | None


class Ledger:
    """The ledger of a run, for one process at a time; in memory without a path.

    Raises:
        LedgerError: It is in use, is no ledger of a run, or the disk fails.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path or ":memory:", isolation_level=None, timeout=0)
        except (sqlite3.Error, OSError) as error:
            raise LedgerError(f"the state {path} cannot be opened: {error}") from None
        try:
            self._prepare()
        except sqlite3.Error as error:
            self._db.close()
            raise LedgerError(_reason(path, error)) from None
        except LedgerError:
            self._db.close()
            raise
        self._paid = int(self._all("SELECT count(*) FROM submits WHERE outcome != 'refused'")[0][0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._db.close()

    @property
    def paid(self) -> int:
        """Submits that may have been taken: everything that was sent and not surely refused."""
        return self._paid

    def bind(self, provider: str, base_url: str) -> None:
        """Note which gateway the run is about; `LedgerError` when it was about another."""
        found = self._all("SELECT base_url FROM sites WHERE provider = ?", provider)
        if found and found[0][0] != base_url:
            raise LedgerError(f"{self.path} is the state of a run on {found[0][0]}, not on {base_url}: name another file")
        with self._write(durable=True):
            self._db.execute("INSERT OR REPLACE INTO sites VALUES (?, ?)", (provider, base_url))

    def begin(self, key: str, spot: str, *, valid: bool) -> int:
        """Write down that something is about to be sent that may be billed."""
        with self._write(durable=valid):
            number = self._db.execute("INSERT INTO submits (key, spot, valid) VALUES (?, ?, ?)", (key, spot, valid)).lastrowid
        self._paid += 1
        assert number is not None
        return number

    def settle(self, number: int, outcome: Outcome, task: Mapping[str, Any] | None = None) -> None:
        """Write down how it ended."""
        with self._write(durable=outcome != "refused"):
            self._db.execute("UPDATE submits SET outcome = ?, task = ? WHERE number = ?", (outcome, _dump(task), number))
        self._paid -= outcome == "refused"

    def submits(self, *, valid: bool | None = None) -> list[Submit]:
        """Everything that was sent and not surely refused."""
        found = self._all("SELECT number, key, outcome, task, valid FROM submits WHERE outcome != 'refused' ORDER BY number")
        return [Submit(row[0], row[1], row[2], json.loads(row[3]) if row[3] else None) for row in found if valid in (None, bool(row[4]))]

    def told(self) -> str:
        """What may have been paid for, in words, with the ids of the tasks."""
        named = [
            f"{row.key.partition('/valid/')[0]} {row.task['id']}" for row in self.submits() if row.task is not None and row.task.get("id")
        ]
        state = f"; a run on {self.path} goes on with them" if self.path is not None else ""
        count = "1 submit" if self.paid == 1 else f"{self.paid} submits"
        return f"{count} may have been paid{': ' if named else ''}{', '.join(named)}{state}"

    def purchases(self) -> set[str]:
        """The keys of all valid requests that were sent."""
        return {str(row[0]) for row in self._all("SELECT DISTINCT key FROM submits WHERE valid")}

    def sent(self, key: str) -> Submit | None:
        """The last time that a request was sent, whatever became of it."""
        found = self._all("SELECT number, key, outcome, task FROM submits WHERE key = ? ORDER BY number DESC LIMIT 1", key)
        return next((Submit(row[0], row[1], row[2], json.loads(row[3]) if row[3] else None) for row in found), None)

    def wrong(self, spot: str | None = None, *, surely: bool = False) -> bool:
        """Whether a request that should have been refused may have been taken.

        Args:
            spot: At this place; anywhere when it is None.
            surely: By what came back, not because a run ended before anything did.
        """
        fine = ("refused", "open" if surely else "refused")
        return bool(
            self._all("SELECT 1 FROM submits WHERE spot = ifnull(?, spot) AND NOT valid AND outcome NOT IN (?, ?) LIMIT 1", spot, *fine)
        )

    def rows(self, unit: str) -> list[Row] | None:
        """What was found by a part of the run that is done; None when it is not."""
        found = self._all("SELECT rows FROM units WHERE key = ?", unit)
        return [Row(**row) for row in json.loads(found[0][0])] if found else None

    def done(self, unit: str, rows: list[Row]) -> None:
        """Write down that a part of the run is done."""
        if self.path is not None:
            with self._write(durable=False):
                self._db.execute(
                    "INSERT OR REPLACE INTO units VALUES (?, ?)", (unit, json.dumps([asdict(row) for row in rows], default=repr))
                )

    def _prepare(self) -> None:
        # EXCLUSIVE keeps others out for as long as the process lives; see `_write` for what is on the disk when.
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("BEGIN EXCLUSIVE")
        found, version = (int(self._db.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("application_id", "user_version"))
        if self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0 and found == 0:
            for statement in (*_TABLES, f"PRAGMA application_id = {_APPLICATION}", f"PRAGMA user_version = {_VERSION}"):
                self._db.execute(statement)
        elif found != _APPLICATION:
            raise LedgerError(f"{self.path} is not the state of a contract run")
        elif version != _VERSION:
            raise LedgerError(f"{self.path} was written by another version of unibind")
        self._db.execute("COMMIT")

    def _all(self, statement: str, *fields: Any) -> list[Any]:
        try:
            return self._db.execute(statement, fields).fetchall()
        except sqlite3.Error as error:
            raise LedgerError(f"the state {self.path} cannot be read: {error}") from None

    @contextmanager
    def _write(self, *, durable: bool) -> Generator[None]:
        """One transaction. It outlives the process; a durable one also the machine, which takes a write to the disk."""
        try:
            self._db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise LedgerError(f"the state {self.path} cannot be written: {error}") from None


def _dump(value: Any) -> str | None:
    return None if value is None else json.dumps(value, default=repr)


def _reason(path: Path | None, error: sqlite3.Error) -> str:
    if "locked" in str(error):
        return f"another process is working with {path}; wait for it, or stop it"
    return f"{path} is not the state of a contract run, or it is damaged: {error}"
