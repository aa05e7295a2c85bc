"""Where a row was read: its citations, and what the lock of the documents has of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .. import ir
from ..lint.references import starts
from .subjects import Subject

Row = dict[str, Any]


def citations(subject: Subject, spec: Path) -> list[Row]:
    """Each citation with its URL, and the locked sections that it means."""
    pages = _locked(spec / "docs.lock")
    return [_row(citation, pages.get(citation.page, []), spec.name) for citation in subject.source.citations]


def _row(citation: ir.Citation, sections: list[Row], spec: str) -> Row:
    cited = [section for section in sections if citation.section is None or starts(section["heading"], citation.section)]
    locked = [{"heading": section["heading"], "sha256": section.get("sha256", "")} for section in cited[: 1 if citation.section else None]]
    return {"page": citation.page, "section": citation.section, "url": citation.url, "lock": f"{spec}/docs.lock", "locked": locked}


def _locked(path: Path) -> dict[str, list[Row]]:
    return {page["id"]: page["sections"] for page in json.loads(path.read_text("utf-8"))["pages"]} if path.is_file() else {}


def conflicts(subject: Subject) -> list[Row]:
    """The contradictions of the documentation that the subject is part of."""
    ids = {subject.id, *(row.id for row in subject.rules if subject.kind != "family")}
    ids |= {id.partition(":")[0] for id in ids}
    named = {subject.source.conflict}
    found = (row for row in subject.provider.conflicts if row.id in named or row.id == subject.id or ids & set(row.affects))
    return [
        {
            "id": row.id,
            "subject": row.subject,
            "claims": [{"page": citation.page, "section": citation.section, "says": says} for citation, says in row.claims],
            "decision": row.decision,
            "reason": row.reason,
            "file": row.source.file,
            "line": row.source.line,
        }
        for row in found
    ]
