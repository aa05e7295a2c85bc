"""What a check returns, and the list that emitted checks write into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
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

    def unknown(self, rule: str, parent: Loc, given: Mapping[str, Any], known: Set[str]) -> None:
        """The members given that the documentation does not have, each with the nearest one that it has."""
        for name, value in given.items():
            if name not in known and value is not None:
                near = nearest(str(name), sorted(known))
                self.add(rule, (*parent, name), note=f"Did you mean {near!r}?" if near else "")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like another."""
    from difflib import get_close_matches  # only for those who mistype

    return next(iter(get_close_matches(name, known, 1)), None)


def shown(value: Any) -> str:
    """A value as messages show it: short, and without the content of files."""
    if is_file(value):
        found = describe(value)
        size = "" if found.size is None else f" of {found.size} bytes"
        return f"the file {found.name!r}{size}" if found.name else f"a file{size}"
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
