"""`unibind check`: a request body against the documented rules, without a network."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import output, resolve, session
from .exits import Exit, Failure

if TYPE_CHECKING:
    from .resolve import Target


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(check)


def check(
    words: Annotated[
        list[str], typer.Argument(metavar="[PROVIDER] [MODEL] FILE", help="The last word is a file with the JSON body, - is stdin.")
    ],
    provider: session.ProviderOption = None,
    operation: session.OperationOption = None,
    as_json: session.AsJson = False,
) -> None:
    """Check a JSON body against the documented rules; nothing is sent.

    The body's own model says where it would go; MODEL or --operation say it otherwise, the latter also as "POST /v1/videos".

    Example: unibind check body.json

    Example: unibind check uniall --operation createVideo - < body.json
    """
    *named, file = words
    if named and named[0] in session.providers():
        provider, *named = named
    if len(named) > 1:
        raise Failure(f"too many words: {' '.join(words)!r}", hints=["unibind check [PROVIDER] [MODEL] FILE"])
    body = _body(file)
    found = _target(body, named[0] if named else None, provider, operation)
    report = judged(found, body)
    if as_json:
        output.show_json(report)
    else:
        _print(report)
    if not report["ok"]:
        raise typer.Exit(Exit.RULES)


def judged(found: Target, body: Any) -> dict[str, Any]:
    """The report as plain data."""
    from .._core.doors import check_request

    row = found.operation
    path = {row.model_field: found.model} if found.place() == "path" else None
    content = "application/json" if "json" in row.contents else "multipart/form-data"
    violations = check_request(found.provider.name, row.method, row.path, body, path_params=path, content_type=content)
    return {
        "ok": not any(violation.severity == "error" for violation in violations),
        "provider": found.provider.name,
        "model": found.model or None,
        "family": found.family or None,
        "operation": row.id,
        "method": row.method,
        "path": row.path,
        "violations": [output.violation(violation) for violation in violations],
    }


def _print(report: dict[str, Any]) -> None:
    for row in sorted(report["violations"], key=lambda row: row["severity"] != "error"):
        output.judgement(row)
    errors = sum(row["severity"] == "error" for row in report["violations"])
    warnings = len(report["violations"]) - errors
    where = f"{report['method']} {report['path']} ({', '.join(filter(None, (report['provider'], report['family'])))})"
    verdict = "may be sent" if report["ok"] else "would be refused"
    output.line(f"{verdict}: {errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}, {where}")


def _target(body: Any, name: str | None, provider: str | None, operation: str | None) -> Target:
    inside = body.get("model") if isinstance(body, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    model = name or (inside if isinstance(inside, str) else "")
    if provider is None:
        if operation is not None:
            raise Failure("--operation needs a provider")
        if not model:
            raise Failure("the body names no model", hints=["unibind check PROVIDER MODEL FILE, or --operation"])
        return resolve.one(model, None, None)
    if not model and operation is None:
        raise Failure("the body names no model: name one, or an --operation")
    return resolve.target(provider, model, operation)


def _body(file: str) -> Any:
    try:
        return json.loads(sys.stdin.read() if file == "-" else Path(file).read_text("utf-8"))
    except OSError as error:
        raise Failure(f"{file}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise Failure(f"{'stdin' if file == '-' else file} is not JSON: {error}") from None
