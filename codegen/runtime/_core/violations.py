"""What a check returns, and the list that emitted checks write into."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, NamedTuple

from .files import describe, is_file
from .tables import Severity

Loc = tuple[str | int, ...]
MISSING: Any = object()
_SHOWN = 80  # characters of a value that a message repeats


class Violation(NamedTuple):
    """One broken rule of one request.

    Attributes:
        rule: Id of the rule, for example `veo-3.1/duration:enum`.
        loc: Where it is broken, for example `("extra_body", "seed")`.
        message: What is wrong, and what would be right.
        severity: `"error"`: the gateway refuses this or bills it wrongly; `"warning"`: doubtful, it may be sent.
        source: URL of the documentation page, with the section after `#`.
    """

    rule: str
    loc: Loc
    message: str
    severity: Severity
    source: str

    def __str__(self) -> str:
        where = ".".join(map(str, self.loc)) or "body"
        return f"{where}: {self.message} [{self.rule}] {self.source}"


class Finding(NamedTuple):
    """A broken rule before it is put into words."""

    rule: str
    loc: Loc
    value: Any
    note: str


class Report(list[Finding]):
    """Collects findings; emitted checks call `add` and nothing else."""

    __slots__ = ()

    def add(self, rule: str, loc: Loc, value: Any = MISSING, note: str = "") -> None:
        self.append(Finding(rule, loc, value, note))

    def unknown(self, rule: str, parent: Loc, name: str, known: Iterable[str]) -> None:
        """A member that the documentation does not have, with the nearest one that it has."""
        near = difflib.get_close_matches(name, sorted(known), 1)
        self.add(rule, (*parent, name), note=f"Did you mean {near[0]!r}?" if near else "")


def shown(value: Any) -> str:
    """A value as messages show it: short, and without the content of files."""
    if is_file(value):
        found = describe(value)
        size = "" if found.size is None else f" of {found.size} bytes"
        return f"the file {found.name!r}{size}" if found.name else f"a file{size}"
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
