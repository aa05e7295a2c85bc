"""One trace as data, and as text."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import code, documents, requests, schema
from .printed import printed
from .subjects import Subject

Row = dict[str, Any]
_WIDTH = 140
_ROWS = 12  # of one section in text; the JSON has all


def traced(subject: Subject, root: Path, check: requests.Check) -> Row:
    """Everything about the subject. `root` is the project."""
    package, tests = root / "generated" / "unibind", root / "tests"
    return {
        "id": subject.id,
        "kind": subject.kind,
        "provider": subject.provider.name,
        "says": subject.says,
        "rules": [{"id": row.id, "severity": row.severity, "message": row.message} for row in subject.rules],
        "documentation": documents.citations(subject, root / "spec"),
        "certainty": subject.source.certainty,
        "conflicts": documents.conflicts(subject),
        "spec": _row_of_spec(subject, root),
        "ir": printed(subject.node),
        "checks": code.checks(subject, package),
        "schema": schema.places(subject, package),
        "tests": mentions(subject, tests),
        "requests": requests.examples(subject, tests / "data", check),
    }


def _row_of_spec(subject: Subject, root: Path) -> Row:
    """The lines of the row: down to the next one that is not indented deeper."""
    file, line = subject.source.file, subject.source.line
    lines = (root / file).read_text("utf-8").splitlines()[line - 1 :]
    depth = len(lines[0]) - len(lines[0].lstrip())
    end = next((n for n, text in enumerate(lines[1:], 1) if text.strip() and len(text) - len(text.lstrip()) <= depth), len(lines))
    return {"file": file, "line": line, "text": textwrap.dedent("\n".join(lines[:end])).strip()}


def mentions(subject: Subject, tests: Path) -> list[Row]:
    """Lines of the tests that name the id or one of its rules."""
    ids = [subject.id] if subject.kind == "family" else [subject.id, *(row.id for row in subject.rules)]
    found: list[Row] = []
    for path in sorted((*tests.rglob("*.py"), *tests.rglob("data/**/*.yaml"))):
        for number, text in enumerate(path.read_text("utf-8").splitlines(), 1):
            if any(id in text for id in ids):
                found.append({"file": f"tests/{path.relative_to(tests).as_posix()}", "line": number, "text": text.strip()})
    return found


def as_text(trace: Row) -> str:
    parts = [f"{trace['id']}   {trace['kind']} of {trace['provider']}\n  {trace['says']}"]
    sections = {
        "documentation": list(_documentation(trace)),
        "conflicts": list(_conflicts(trace)),
        "spec": [f"{trace['spec']['file']}:{trace['spec']['line']}", *_indented(trace["spec"]["text"])],
        "IR": _indented(trace["ir"]),
        "checks": [line for row in trace["checks"] for line in (f"{row['file']}:{row['line']}", *_indented(row["code"]))],
        "schema": [f"{row['file']}#{row['pointer']}\n      {_short(row['schema'])}" for row in trace["schema"]],
        "tests": [f"{row['file']}:{row['line']}  {row['text']}" for row in trace["tests"]],
        "requests": [line for row in trace["requests"] for line in _request(row)],
    }
    for name, lines in sections.items():
        shown = lines if name in ("requests", "spec", "IR", "documentation") else lines[: _ROWS * 3]
        more = len(lines) - len(shown)
        parts.append(f"{name}\n" + "\n".join(f"  {line}" for line in [*(shown or ["-"]), *([f"... {more} more lines"] if more else [])]))
    return "\n\n".join(parts) + "\n"


def _documentation(trace: Row) -> Iterator[str]:
    for row in trace["documentation"]:
        yield f"{row['url']}  ({trace['certainty']})"
        for section in row["locked"][:_ROWS]:
            yield f"    {row['lock']}: {section['heading']}  sha256 {section['sha256'][:12]}"


def _conflicts(trace: Row) -> Iterator[str]:
    for row in trace["conflicts"]:
        yield f"{row['id']}  {row['file']}:{row['line']}"
        yield f"    {row['subject']}: {row['decision']}"
        yield from (f"    - {claim['page']}#{claim['section'] or ''} says: {claim['says']}" for claim in row["claims"])


def _request(row: Row) -> Iterator[str]:
    yield f"{row['verdict'].upper():8}  {row['operation']}  {row['file']}:{row['line']} ({row['name']})"
    yield f"    {_short(row['body'])}"
    yield from (f"    {said['severity']}: {said['message']} [{said['rule']}]" for said in row["violations"])


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in textwrap.dedent(text).splitlines()]


def _short(value: Any) -> str:
    return textwrap.shorten(json.dumps(value, ensure_ascii=False, default=str), _WIDTH, placeholder=" ...")
