"""`unibind traffic`: recorded requests and answers against the spec."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from . import output, session
from .exits import Exit, Failure

if TYPE_CHECKING:
    from ..traffic import Finding, Report


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(traffic)


def traffic(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="HAR 1.2 or JSON lines, gzip or not, in the order of recording; - is stdin.")
    ],
    provider: Annotated[
        str | None,
        typer.Option("--provider", help="Look at this provider only; it also has the URLs that are only a path.", show_default=False),
    ] = None,
    base_url: Annotated[
        list[str] | None,
        typer.Option("--base-url", metavar="[PROVIDER=]URL", help="A gateway elsewhere; the provider may be --provider. Repeatable."),
    ] = None,
    as_json: session.AsJson = False,
) -> None:
    """Hold recorded requests and answers against the documented rules and shapes; nothing is sent.

    Ends with 0 when the spec explains everything and with 13 when there are findings. A line of JSON lines is an object with method, url,
    status, request, response, and if there are any headers, response_headers, content_type, provider.

    Example: unibind traffic session.har
    """
    from ..traffic import TrafficError, check_traffic

    for name in filter(None, [provider]):
        session.tables(name)
    try:
        report = check_traffic(files, provider=provider, base_urls=_servers(base_url or [], provider))
    except TrafficError as error:
        raise Failure(str(error)) from None
    if as_json:
        output.show_json(report.to_dict())
    else:
        _tell(report)
    if not report.ok:
        raise typer.Exit(Exit.FINDINGS)


def _servers(words: list[str], provider: str | None) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in words:
        name, equals, url = word.partition("=")
        if not equals or "/" in name:
            name, url = provider or "", word
        if not name:
            raise Failure(f"whose base URL is {url}? Write --base-url PROVIDER={url}, or add --provider")
        session.tables(name)
        found.setdefault(name, []).append(url)
    return found


def _tell(report: Report) -> None:
    from ..traffic import KINDS

    if report.findings:
        _table(report.findings)
    for kind in dict.fromkeys(row.kind for row in report.findings):
        output.note(f"{kind}: {KINDS[kind]}")
    for row in [row for row in report.notes if row.kind == "warning"]:
        output.note(f"{row.subject} ({row.count} taken, first at {row.first}): {row.message}", "warning")
    never = sum(row.kind == "never-seen" for row in report.notes)
    if never:
        output.note(f"{never} documented members were in no answer; --json lists them", "hint")
    _count(report)


def _count(report: Report) -> None:
    from ..traffic.report import summary

    for name, rows in (
        ("status, says nothing about rules", report.counts.apart),
        ("elsewhere", report.counts.elsewhere),
        ("body", report.bodies),
    ):
        if rows:
            output.note(f"{name}: {', '.join(f'{key} {count}' for key, count in list(rows.items())[:10])}")
    if report.more:
        output.note(f"{report.more} more findings were counted only", "warning")
    output.note(summary(report))


def _table(findings: Sequence[Finding]) -> None:
    """Few wide columns for eyes, all of them for `cut`."""
    if output.is_terminal():
        rows = [(row.kind, f"{row.provider} {row.operation}", row.subject, str(row.count), _words(row)) for row in findings]
        output.rows(("finding", "operation", "what", "count", "first seen"), rows)
        return
    columns = ("finding", "provider", "operation", "what", "count", "first", "in words", "source")
    output.rows(columns, [tuple(str(getattr(row, name) or "") for name in _PLAIN) for row in findings])


_PLAIN = ("kind", "provider", "operation", "subject", "count", "first", "message", "source")


def _words(row: Finding) -> str:
    return "\n".join(filter(None, (row.message, str(row.first or ""), row.source)))
