"""The tables of a ledger, and how its file is opened."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from . import names
from .errors import LedgerError

VERSION = 1
_APPLICATION = 0x756E6962  # "unib", so that no other SQLite file is taken for a ledger
_TABLES = """
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    line INTEGER,
    digest TEXT NOT NULL,
    provider TEXT NOT NULL,
    operation TEXT NOT NULL,
    model TEXT NOT NULL,
    request TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'planned'
        CHECK (state IN ('planned', 'submitting', 'taken', 'succeeded', 'downloaded', 'failed', 'refused', 'unknown')),
    task TEXT,
    answer TEXT,
    error TEXT,
    finished REAL
);
CREATE TABLE submits (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    job TEXT NOT NULL REFERENCES jobs (id),
    token TEXT NOT NULL UNIQUE,
    sent REAL NOT NULL,
    settled REAL,
    outcome TEXT NOT NULL DEFAULT 'open' CHECK (outcome IN ('open', 'taken', 'refused', 'unsent', 'unknown')),
    detail TEXT
);
CREATE INDEX submits_of_job ON submits (job);
CREATE TABLE files (job TEXT NOT NULL REFERENCES jobs (id), number INTEGER NOT NULL, name TEXT NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY (job, number));
CREATE TABLE gateways (provider TEXT PRIMARY KEY, base_url TEXT NOT NULL);
"""


def connect(path: Path, *, used: bool) -> sqlite3.Connection:
    """The open ledger, locked for this process until it is closed or the process ends; made when it is not there.

    Args:
        path: Its file.
        used: Whether there are files of an earlier run, which a new ledger must not forget.

    Raises:
        LedgerError: Another process works with it, it is no ledger or one of another version, or the disk does not do.
    """
    opened = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        opened = sqlite3.connect(path, isolation_level=None, timeout=0)
        _prepare(opened, path, used=used)
    except (sqlite3.Error, OSError) as error:
        if opened is not None:
            opened.close()
        raise LedgerError(_reason(path, error)) from None
    except LedgerError:
        if opened is not None:
            opened.close()
        raise
    return opened


def _prepare(opened: sqlite3.Connection, path: Path, *, used: bool) -> None:
    # EXCLUSIVE: the lock is kept between transactions, so that there is one writer, and the system gives it back when a process is killed.
    # WAL: one write to the disk a transaction, and a kill in the middle of it leaves the transaction before.
    # FULL: a commit returns when the disk has it. With NORMAL, a power cut could forget that something was sent.
    opened.execute("PRAGMA locking_mode = EXCLUSIVE")
    opened.execute("PRAGMA journal_mode = WAL")
    opened.execute("PRAGMA synchronous = FULL")
    opened.execute("PRAGMA fullfsync = ON")
    opened.execute("PRAGMA foreign_keys = ON")
    opened.execute("BEGIN EXCLUSIVE")
    found, version = (int(opened.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("application_id", "user_version"))
    empty = opened.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if empty and found == 0:
        if used:
            raise LedgerError(
                f"{path.parent} holds results of an earlier batch, but its ledger {path.name} is gone: "
                "without it everything would be paid for again. Bring it back, or take another folder"
            )
        _make(opened)
    elif found != _APPLICATION:
        raise LedgerError(f"{path} is not the ledger of a batch")
    elif version != VERSION:
        raise LedgerError(f"{path} was written by another version of unibind (ledger version {version}, this one reads {VERSION})")
    opened.execute("COMMIT")
    names.secure_folder(path.parent)


def _make(opened: sqlite3.Connection) -> None:
    for statement in _TABLES.split(";"):
        if statement.strip():
            opened.execute(statement)
    opened.execute(f"PRAGMA application_id = {_APPLICATION}")
    opened.execute(f"PRAGMA user_version = {VERSION}")


def _reason(path: Path, error: sqlite3.Error | OSError) -> str:
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return f"another process is working with {path}; wait for it, or stop it"
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
        return f"{path} is not a ledger, or it is damaged: {error}"
    return f"the ledger {path} cannot be opened: {error}"
