"""`unibind contract`: a gateway held against the spec."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import output, progress, session
from .exits import Exit, Failure

if TYPE_CHECKING:
    from ..contract import Plan, Report


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(contract)


def contract(
    base_url: Annotated[str, typer.Option("--base-url", help="URL of the gateway; {provider} in it is replaced.", show_default=False)],
    provider: Annotated[list[str] | None, typer.Option("--provider", help="Provider; repeatable. Default: all.")] = None,
    family: Annotated[list[str] | None, typer.Option("--family", help="Family of models, by id; repeatable.")] = None,
    budget: Annotated[int, typer.Option("--budget", min=0, help="Paid submits that may be taken, earlier runs on the state included.")] = 0,
    state: Annotated[Path | None, typer.Option("--state", help="File that a later run goes on with.", dir_okay=False)] = None,
    api_key: Annotated[str | None, typer.Option("--api-key", help="API key; better in PROVIDER_API_KEY.", show_default=False)] = None,
    junit_file: Annotated[Path | None, typer.Option("--junit", help="Write JUnit XML to this file.", dir_okay=False)] = None,
    every: Annotated[bool, typer.Option("--every", help="Show every row: each rule and check at each operation, kept ones too.")] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Show what would be sent, and send nothing.")] = False,
    timeout: Annotated[float, typer.Option("--timeout", min=1, help="Seconds that one bought task is waited for.")] = 1800.0,
    media: Annotated[
        list[str] | None, typer.Option("--media", help="image=URL, video=URL or audio=URL: files that the gateway can load.")
    ] = None,
    as_json: session.AsJson = False,
) -> None:
    """Hold a gateway against the spec: what it refuses, what it accepts, what it answers.

    The free part comes first; with a budget, valid requests are bought, followed to their ends and downloaded. Ends with 0 when everything
    tried was as the spec says and with 13 when something was not.

    Example: unibind contract --base-url http://127.0.0.1:8484/uniall --provider uniall --budget 5 --state contract.db
    """
    from ..contract import LedgerError, make_plan, run_contract
    from ..contract.junit import junit

    chosen = provider or session.providers()
    for name in chosen:
        session.tables(name)
    if junit_file is not None and not plan:
        _write(junit_file, "")  # before anything is paid for
    try:
        if plan:
            _show_plan(make_plan(chosen, families=family, budget=budget), as_json=as_json)
            return
        keys = {name: _key(name, api_key) for name in chosen}
        with progress.checks() as show:
            report = run_contract(
                base_url, keys, chosen, families=family, budget=budget, state=state, timeout=timeout, media=_media(media), on_row=show
            )
    except (LookupError, LedgerError, ValueError) as error:
        raise Failure(str(error.args[0] if error.args else error)) from None
    if junit_file is not None:
        _write(junit_file, junit(report))
    if as_json:
        output.show_json(report.to_dict())
    else:
        _tell(report, every=every)
    if not report.ok:
        raise typer.Exit(Exit.FINDINGS)


def _media(given: list[str] | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given or ():
        kind, equals, url = text.partition("=")
        if not equals:
            raise Failure(f"--media is KIND=URL, such as image=https://host/a.png, not {text!r}")
        found[kind] = url
    return found


def _key(provider: str, given: str | None) -> str:
    name = f"{session.tables(provider).env}_API_KEY"
    key = given or os.environ.get(name)
    if not key:
        raise Failure(f"no API key: set the environment variable {name}, or give --api-key", Exit.CONFIGURATION)
    return key


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}", Exit.FILE) from None


def _show_plan(plans: list[Plan], *, as_json: bool) -> None:
    columns = ("provider", "family", "output", "rules", "invalid", "paid")
    if as_json:
        output.show_json([{name: getattr(row, name) for name in columns} for row in plans])
        return
    output.rows(columns, [tuple(str(getattr(row, name)) for name in columns) for row in plans])


def _tell(report: Report, *, every: bool) -> None:
    """A row a finding, or all of them; then how many there are at each operation."""
    shown = report.rows if every else report.found
    if shown:
        rows = [(row.verdict, f"{row.provider} {row.operation}", row.family, row.subject, row.detail) for row in shown]
        output.rows(("verdict", "operation", "family", "what", "in words"), rows)
    tally: dict[tuple[str, str, str], dict[str, int]] = {}
    for row in report.rows:
        counts = tally.setdefault((row.provider, row.operation, row.family), {})
        counts[row.verdict] = counts.get(row.verdict, 0) + 1
    verdicts = ("kept", "broken", "spec-stricter", "gateway-stricter", "not-tried")
    columns = ("provider", "operation", "family", *verdicts)
    output.rows(columns, [(*place, *(str(counts.get(name, 0)) for name in verdicts)) for place, counts in tally.items()])
    untried = [row for row in report.rows if row.verdict == "not-tried"]
    if untried:
        output.note(f"{len(untried)} not tried, the first because: {untried[0].detail}", "warning")
    output.note(f"{report.requests} requests, {report.paid} of a budget of {report.budget} may have been paid")
