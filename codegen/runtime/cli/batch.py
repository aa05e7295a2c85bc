"""`unibind batch`: many paid requests from a file, none sent twice, none lost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import output, session
from .exits import Exit, Failure

if TYPE_CHECKING:
    from ..batch import Finding, Report, Unknown

_SHOWN = 20  # unknown jobs that are listed in words


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(batch)


def batch(
    jobs: Annotated[
        Path, typer.Argument(metavar="JOBS.jsonl", help="One JSON object a line: id, provider, model, and the fields of the request.")
    ],
    folder: Annotated[Path, typer.Option("--output", "-o", help="Folder of the ledger, the files, results.jsonl and failures.jsonl.")],
    provider: Annotated[str | None, typer.Option("--provider", help="Provider of lines that name none.", show_default=False)] = None,
    concurrency: Annotated[int, typer.Option("--concurrency", "-c", help="Jobs under way at once.", min=1)] = 8,
    max_submits: Annotated[
        int | None,
        typer.Option(
            "--max-submits", help="Submits that may be paid, this run and all before on the folder together.", min=0, show_default=False
        ),
    ] = None,
    timeout: Annotated[float, typer.Option(help="Seconds that one task is waited for; the next run goes on.", min=1)] = 3600.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and print counts; send nothing.")] = False,
    retry_unknown: Annotated[
        list[str] | None,
        typer.Option("--retry-unknown", metavar="ID", help="Send a job again whose outcome is unknown: it may be paid twice. Repeatable."),
    ] = None,
    adopt: Annotated[
        list[str] | None,
        typer.Option(
            "--adopt", metavar="ID=TASK", help="Take up the task that was found at the gateway for a job whose outcome is unknown."
        ),
    ] = None,
    validate: Annotated[str, typer.Option(help="What broken rules do: strict refuses the file, warn tells, off does not look.")] = "strict",
    as_json: session.AsJson = False,
) -> None:
    """Send the jobs of a file, wait for them and save their files; run it again to go on, however it ended.

    Each job is written to a ledger before it is sent. What was being sent when the process was killed is listed as unknown and never
    repeated by itself. Ctrl-C once ends gently, twice at once.

    Example: unibind batch jobs.jsonl -o out/ --max-submits 50
    """
    from ..batch import JobsInvalid, LedgerError

    if validate not in ("strict", "warn", "off"):
        raise Failure(f"--validate must be strict, warn or off, not {validate!r}")
    if provider is not None:
        session.tables(provider)
    settings: dict[str, Any] = {"provider": provider, "validate": validate}
    work = {"concurrency": concurrency, "max_submits": max_submits, "timeout": timeout}
    try:
        if dry_run:
            _look(jobs, folder, settings, as_json=as_json)
        else:
            _work(jobs, folder, {**settings, **work, "retry_unknown": retry_unknown or [], "adopt": _pairs(adopt or [])}, as_json=as_json)
    except JobsInvalid as error:
        data = {"findings": [_finding(row) for row in error.findings]}
        raise Failure(str(error), Exit.RULES, hints=["nothing was sent"], data=data) from None
    except LedgerError as error:
        raise Failure(str(error), Exit.CONFIGURATION, data={"unrecorded": error.unrecorded}) from None


def _look(jobs: Path, folder: Path, settings: dict[str, Any], *, as_json: bool) -> None:
    from collections import Counter

    from ..batch import preview

    found = preview(jobs, folder, **settings)
    _warn(found.jobs.warnings)
    targets = Counter((row.provider, row.target.operation.id, row.target.model) for row in found.jobs.rows)
    if as_json:
        by = [{"provider": name[0], "operation": name[1], "model": name[2], "jobs": count} for name, count in targets.items()]
        warnings = [_finding(row) for row in found.jobs.warnings]
        data = {"jobs": len(found.jobs.rows), "by": by, "counts": dict(found.counts), "submits": found.submits, "warnings": warnings}
        output.show_json(data)
        return
    output.rows(("provider", "operation", "model", "jobs"), [(*name, str(count)) for name, count in targets.items()])
    output.note(f"{len(found.jobs.rows)} jobs are right; {_words(found.counts)}; {found.submits} submits so far. Nothing was sent.")


def _work(jobs: Path, folder: Path, settings: dict[str, Any], *, as_json: bool) -> None:
    from ..batch import read_jobs, run_batch
    from .bars import Bars

    read = read_jobs(jobs, provider=settings["provider"], validate=settings["validate"])
    _warn(read.warnings)
    with Bars(len(read.rows)) as bars:
        report = run_batch(read, folder, **settings, on_event=bars.update)
    if as_json:
        output.show_json(report.to_dict())
    else:
        _tell(report, jobs)
    code = outcome(report)
    if code is not Exit.OK:
        raise typer.Exit(code)


def outcome(report: Report) -> Exit:
    """The exit code of a report: what needs a person most counts."""
    count = report.counts.get
    cases = (
        (report.interrupted, Exit.INTERRUPTED),
        (report.unknown, Exit.UNKNOWN),
        (report.open, Exit.FILE if report.open == count("succeeded", 0) else Exit.INCOMPLETE),
        (count("refused"), Exit.REFUSED),
        (count("failed"), Exit.TASK_FAILED),
    )
    return next((code for holds, code in cases if holds), Exit.OK)


def _tell(report: Report, jobs: Path) -> None:
    output.rows(("state", "jobs"), [(state, str(count)) for state, count in report.counts.items()])
    for reason in report.stopped:
        output.note(f"no more was sent. {reason}", "warning")
    for row in report.unknown[:_SHOWN]:
        output.note(_unknown(row), "warning")
    if report.unknown:
        more = len(report.unknown) - _SHOWN
        listed = f" ({more} more in {report.failures})" if more > 0 else ""
        text = "look at the gateway whether they were taken; then --adopt ID=TASK, or --retry-unknown ID to send one again"
        output.note(f"jobs whose outcome is unknown are not repeated{listed}: {text}", "hint")
    output.note(f"{report.submits} submits may have been paid; see {report.results} and {report.failures}")
    if report.open:
        output.note(f"{report.open} jobs are left; go on with: unibind batch {jobs} -o {report.output}", "hint")


def _unknown(row: Unknown) -> str:
    from ..batch.report import when

    return f"{row.id}: sent {when(row.sent)} to {row.request['operation']}, outcome unknown: {row.cause}"


def _warn(warnings: tuple[Finding, ...]) -> None:
    for row in warnings[:_SHOWN]:
        output.note(str(row), "warning")
    if len(warnings) > _SHOWN:
        output.note(f"and {len(warnings) - _SHOWN} more warnings", "warning")


def _finding(row: Finding) -> dict[str, Any]:
    return {"line": row.line, "id": row.id, "rule": row.rule, "severity": row.severity, "message": row.message}


def _pairs(words: list[str]) -> dict[str, str]:
    pairs = [word.rpartition("=") for word in words]
    wrong = next((word for word, (id, _, task) in zip(words, pairs, strict=True) if not id or not task), None)
    if wrong is not None:
        raise Failure(f"--adopt takes ID=TASK, not {wrong!r}")
    return {id: task for id, _, task in pairs}


def _words(counts: Any) -> str:
    return ", ".join(f"{count} {state}" for state, count in counts.items())
