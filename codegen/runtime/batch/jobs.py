"""Job files: one JSON object a line, all of them checked before anything is sent."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, NoReturn

from .._core import dispatch
from .._core.errors import ConfigurationError
from .._core.options import Validate
from .._core.shape import is_object
from .._core.tables import Provider
from . import routes
from .errors import Finding, JobsInvalid

_LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class Job:
    """One line of a job file.

    Attributes:
        id: The line's own `id`, or one made of its content: lines of the same content are numbered.
        line: Number of the line, from 1.
        digest: SHA-256 of what the line says, its `id` apart.
        provider: Name of the gateway.
        target: Operation, path, query and body.
    """

    id: str
    line: int
    digest: str
    provider: str
    target: routes.Target

    def request(self) -> dict[str, Any]:
        """What would be sent, as plain data."""
        return {"path": dict(self.target.path), "query": dict(self.target.query), "body": dict(self.target.body)}


@dataclass(frozen=True, slots=True)
class Jobs:
    """A job file that may be worked on: its jobs, its warnings, and where relative `$file` paths start."""

    rows: tuple[Job, ...]
    warnings: tuple[Finding, ...]
    folder: Path


def read_jobs(path: str | PathLike[str], *, provider: str | None = None, validate: Validate = "strict") -> Jobs:
    """Read and check a job file.

    A line is `{"id"?, "provider", "model", ...fields}`, or `{"id"?, "provider", "operation", ...fields}`, or, with its parts named,
    `{"id"?, "provider", "operation", "model"?, "path"?, "query"?, "body"}`. A model without an operation goes to the one that is
    documented for it, one that makes a task if there is such. `{"$file": "cat.png"}` stands for an upload. Empty lines are skipped.

    Args:
        path: The file, in UTF-8.
        provider: The provider of lines that name none.
        validate: `"strict"`: a broken rule is an error; `"warn"`: a warning; `"off"`: rules are not looked at.

    Raises:
        JobsInvalid: With all findings of all lines.
        ConfigurationError: The file cannot be read.
    """
    file = Path(path)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"the job file {file} cannot be read: {error.strerror or error}") from None
    reader = _Reader(file.resolve().parent, provider, validate)
    for number, line in _lines(content):
        reader.read(number, line)
    errors = [row for row in reader.findings if row.severity == "error"]
    if not reader.jobs and not errors:
        errors = [Finding(1, "", "there is no job in the file", "error", "job:empty")]
    if errors:
        raise JobsInvalid(errors)
    return Jobs(tuple(reader.jobs), tuple(reader.findings), reader.folder)


def _lines(content: bytes) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if line.strip():
            yield number, line


class _Reader:
    """Collects the jobs and the findings of a file."""

    def __init__(self, folder: Path, provider: str | None, validate: Validate) -> None:
        self.folder = folder
        self.jobs: list[Job] = []
        self.findings: list[Finding] = []
        self._provider = provider
        self._validate = validate
        self._seen: dict[str, int] = {}
        self._same: Counter[str] = Counter()

    def read(self, number: int, line: bytes) -> None:
        """One line; what is wrong with it becomes findings."""
        name = ""
        try:
            row = _decoded(line)
            row = {**row, "provider": row.get("provider") or self._provider}
            name = _given_id(row)
            tables = _tables(row["provider"])
            digest = _digest(row)
            name = name or self._made_id(digest)
            self._unique(name, number)
            job = Job(name, number, digest, tables.name, routes.resolve(tables, row))
        except routes.LineError as error:
            self.findings.append(Finding(number, name, str(error), "error", error.rule))
            return
        self.jobs.append(job)
        if self._validate != "off":
            self._check(job, tables)

    def _check(self, job: Job, tables: Provider) -> None:
        for found in routes.check(tables, job.target, self.folder):
            where = ".".join(map(str, found.loc))
            severity = found.severity if self._validate == "strict" or found.rule.startswith("job:") else "warning"
            self.findings.append(Finding(job.line, job.id, f"{where}: {found.message}" if where else found.message, severity, found.rule))

    def _made_id(self, digest: str) -> str:
        self._same[digest] += 1
        return f"{digest[:16]}-{self._same[digest]}"

    def _unique(self, name: str, number: int) -> None:
        first = self._seen.setdefault(name, number)
        if first != number:
            raise routes.LineError("job:id", f"line {first} has the same id")


def _decoded(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8"), object_pairs_hook=_pairs, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise routes.LineError("job:json", "the line is not UTF-8") from None
    except RecursionError:
        raise routes.LineError("job:json", "the line is nested too deeply") from None
    except ValueError as error:
        raise routes.LineError("job:json", f"the line is not JSON: {error}") from None
    if not is_object(row):
        raise routes.LineError("job:json", "the line must be a JSON object")
    return dict(row)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = Counter(name for name, _ in pairs)
        raise ValueError(f"{names.most_common(1)[0][0]!r} is there twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


def _given_id(row: dict[str, Any]) -> str:
    id = row.get("id")
    if id is None:
        return ""
    if not isinstance(id, str) or not id.strip() or len(id) > _LONGEST_ID or not id.isprintable():
        raise routes.LineError("job:id", f"id must be a text of 1 to {_LONGEST_ID} printable characters")
    return id


def _tables(name: Any) -> Provider:
    if not name:
        raise routes.LineError("job:provider", "the line names no provider, and there is no default")
    try:
        return dispatch.provider(str(name))
    except LookupError:
        raise routes.LineError("job:provider", f"{name!r} is not a provider") from None


def _digest(row: dict[str, Any]) -> str:
    """Of the line and not of what becomes of it: another version may choose another route for the same line."""
    said = {name: value for name, value in row.items() if name != "id"}
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
