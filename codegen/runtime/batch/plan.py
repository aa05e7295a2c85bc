"""What a run is asked to do, what it tells, and a look ahead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from .._core.errors import ConfigurationError
from .._core.options import Validate
from .jobs import Jobs, read_jobs
from .ledger import Ledger, State

if TYPE_CHECKING:
    from .._async.client import AsyncClient

LEDGER = "ledger.sqlite3"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a job.

    Attributes:
        id: Id of the job.
        state: Its state now.
        progress: From 0 to 1 while its task runs, or None.
        message: What went wrong, or an empty string.
    """

    id: str
    state: State
    progress: float | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """One run of a batch.

    Attributes:
        jobs: The job file, or what `read_jobs` made of it.
        output: Folder of the ledger, the files, `results.jsonl` and `failures.jsonl`; made when it is not there.
        provider: Provider of lines that name none.
        concurrency: Jobs under way at once, from submit to download.
        max_submits: Submits that may have been taken, in this run and all before on the same ledger; None is no limit.
        timeout: Seconds that one task is waited for in this run; the next run goes on.
        validate: `"strict"` refuses a file with a broken rule, `"warn"` takes it, `"off"` does not look.
        retry_unknown: Jobs whose outcome is unknown and which are to be sent again, each by its id: it may be paid twice.
        adopt: Jobs whose outcome is unknown, with the id of the task that was found at the gateway.
        clients: Clients by provider, which stay open; for others clients are made from the environment.
        on_event: Called at each step of a job.

    Raises:
        ConfigurationError: A setting makes no sense.
    """

    jobs: str | PathLike[str] | Jobs
    output: str | PathLike[str]
    provider: str | None = None
    concurrency: int = 8
    max_submits: int | None = None
    timeout: float = 3600.0
    validate: Validate = "strict"
    retry_unknown: Sequence[str] = ()
    adopt: Mapping[str, str] = field(default_factory=dict[str, str])
    clients: Mapping[str, AsyncClient] = field(default_factory=dict[str, "AsyncClient"])
    on_event: Callable[[Event], object] | None = None

    def __post_init__(self) -> None:
        if self.concurrency < 1:
            raise ConfigurationError(f"concurrency must be at least 1, not {self.concurrency}")
        if self.max_submits is not None and self.max_submits < 0:
            raise ConfigurationError(f"max_submits must not be below 0, not {self.max_submits}")
        if not self.timeout > 0:
            raise ConfigurationError(f"timeout must be a number of seconds above 0, not {self.timeout!r}")
        if self.validate not in ("strict", "warn", "off"):
            raise ConfigurationError(f"validate must be one of strict, warn, off, not {self.validate!r}")


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would find: the jobs of the file, all jobs by state, and the submits so far that may have been taken."""

    jobs: Jobs
    counts: Mapping[str, int]
    submits: int


def preview(
    jobs: str | PathLike[str], output: str | PathLike[str], *, provider: str | None = None, validate: Validate = "strict"
) -> Preview:
    """Check a job file against the rules, and against the ledger if there is one; nothing is sent and nothing written down.

    Raises:
        JobsInvalid: With all findings of all lines.
        LedgerError: A run is under way, or the ledger is none.
        ConfigurationError: The file cannot be read.
    """
    read = read_jobs(jobs, provider=provider, validate=validate)
    path = Path(output) / LEDGER
    if not path.exists():
        return Preview(read, {"planned": len(read.rows)}, 0)
    with Ledger(path) as ledger:
        return Preview(read, ledger.foresee(read.rows), ledger.spent())
