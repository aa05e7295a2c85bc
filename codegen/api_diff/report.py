"""Changes as text, as an entry of a changelog, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from .change import EFFECTS, Change, Effect, breaks

_TITLES: dict[Effect, str] = {
    "breaking": "Breaks callers",
    "look": "Look: cannot be decided",
    "compatible": "Compatible",
    "cosmetic": "Wording",
}


def as_text(changes: Sequence[Change]) -> str:
    if not changes:
        return "nothing changed for callers\n"
    parts: list[str] = []
    for effect, rows in _groups(changes).items():
        lines = [f"  {change.kind:10} {change.subject:9} {_place(change)}: {change.says}" for change in rows]
        parts.append("\n".join([f"{_TITLES[effect]} ({len(rows)})", *lines]))
    return "\n\n".join(parts) + "\n"


def as_markdown(changes: Sequence[Change]) -> str:
    if not changes:
        return "Nothing changed for callers.\n"
    parts: list[str] = []
    for effect, rows in _groups(changes).items():
        lines = [f"- **{change.kind}** {change.subject} `{_place(change)}`: {change.says}" for change in rows]
        parts.append("\n".join([f"### {_TITLES[effect]}", "", *lines]))
    return "\n\n".join(parts) + "\n"


def as_json(changes: Sequence[Change]) -> str:
    rows = [asdict(change) for change in changes]
    return json.dumps({"breaks_callers": breaks(changes), "changes": rows}, ensure_ascii=False, indent=1) + "\n"


def _groups(changes: Sequence[Change]) -> dict[Effect, list[Change]]:
    groups: dict[Effect, list[Change]] = {effect: [change for change in changes if change.effect == effect] for effect in EFFECTS}
    return {effect: rows for effect, rows in groups.items() if rows}


def _place(change: Change) -> str:
    return f"{change.provider} {change.name}" if change.provider and change.provider != change.name else change.name
