"""The work list that `drift` prints: each change with its facts, the rows that cite it, and the words around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import ir
from ..lint.reading import covers
from .citations import Row
from .drift import Change, Kind
from .facts import Fact, Facts
from .known import Known, Loose, is_known, is_name
from .words import diff

_ORDER = ("operation", "model", "field", "required", "type", "value", "number", "row", "example")


@dataclass(frozen=True, slots=True)
class Cited:
    """A row that a change touches; `named` when one of the changed facts is about it."""

    row: Row
    named: bool
    translation: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One change with everything that a person needs to deal with it."""

    change: Change
    rows: tuple[Cited, ...]
    unknown: frozenset[Fact]  # facts that appeared and that no row has
    words: str  # word diff, where the older text is there
    reason: str  # why the section has no rows, where a person said so

    def data(self) -> dict[str, Any]:
        change = self.change
        return {
            "kind": change.kind.value,
            "factual": change.factual,
            "section": change.key,
            "was": change.was or None,
            "appeared": [fact_data(fact, count, self.unknown) for fact, count in ordered(change.appeared)],
            "vanished": [fact_data(fact, count, frozenset()) for fact, count in ordered(change.vanished)],
            "rows": [
                {"id": cited.row.id, "place": cited.row.place, "named": cited.named, "translation": cited.translation}
                for cited in self.rows
            ],
            "diff": self.words or None,
            "irrelevant": self.reason or None,
        }

    def lines(self) -> Iterator[str]:
        change = self.change
        yield f"{change.kind.value:8} {change.key}" + (f"  (was {change.was})" if change.was else "")
        yield from (
            f"    + {told(fact, count)}" + ("  not in the spec" if fact in self.unknown else "") for fact, count in ordered(change.appeared)
        )
        yield from (f"    - {told(fact, count)}" for fact, count in ordered(change.vanished))
        if self.words:
            yield f"    ~ {self.words}"
        width = max((len(cited.row.place) for cited in self.rows), default=0)
        for cited in self.rows:
            yield f"    {'>' if cited.named else ' '} {cited.row.place:{width}}  {cited.row.id}" + (
                "  (cites the translation)" if cited.translation else ""
            )
        if not self.rows:
            yield f"      no row cites it{f': {self.reason}' if self.reason else ''}"


def told(fact: Fact, count: int) -> str:
    return f"{fact}" + (f" x{count}" if count > 1 else "")


def fact_data(fact: Fact, count: int, unknown: frozenset[Fact]) -> dict[str, Any]:
    return {"kind": fact.kind, "value": fact.value, "subject": fact.subject or None, "count": count, "in_spec": fact not in unknown}


def ordered(facts: Facts) -> list[tuple[Fact, int]]:
    return sorted(facts.items(), key=lambda item: (_ORDER.index(item[0].kind), item[0]))


class Worklist:
    """Puts the work list together."""

    def __init__(
        self,
        rows: Sequence[Row],
        known: Sequence[Known],
        irrelevant: Sequence[ir.Irrelevant],
        twins: Mapping[str, str],
        old: Mapping[str, str],
        new: Mapping[str, str],
    ) -> None:
        self.known, self.irrelevant, self.twins, self.old, self.new = known, irrelevant, twins, old, new
        self.models = {model for one in known for model in one.models}
        self.by_page: dict[str, list[Row]] = {}
        for row in rows:
            for page in {citation.page for citation in row.citations}:
                self.by_page.setdefault(page, []).append(row)

    def item(self, change: Change) -> Item:
        labelled = Change(change.kind, change.page, change.key, change.was, self.labelled(change.appeared), self.labelled(change.vanished))
        return Item(labelled, tuple(self.rows(labelled)), self.unknown(labelled), self.words(change), self.reason(change))

    def labelled(self, facts: Facts) -> Facts:
        """The facts with every name of a model marked as that."""
        found: Facts = Counter()
        for fact, count in facts.items():
            is_model = fact.kind in {"value", "example"} and fact.value in self.models
            found[Fact("model", fact.value, fact.subject) if is_model else fact] += count
        return found

    def rows(self, change: Change) -> list[Cited]:
        """The rows of the section, those that a changed fact is about first; rows that only inherit the citation, where it is about them."""
        found: dict[str, Cited] = {}
        for key, is_twin in ((change.locked, False), (change.key, False), (self.twins.get(change.locked, ""), True)):
            page, _, heading = key.partition("#")
            for row in self.by_page.get(page, ()):
                is_named = about(row, change.subjects)
                if (row.own or is_named) and row.cites(page, heading) and row.id not in found:
                    found[row.id] = Cited(row, is_named, is_twin)
        return sorted(found.values(), key=lambda cited: (not cited.named, cited.translation, cited.row.file, cited.row.line))

    def unknown(self, change: Change) -> frozenset[Fact]:
        fields = {fact.value for fact in change.appeared if fact.kind == "field"} | change.subjects
        names = (fact for fact in change.appeared if is_name(fact, fields))
        return frozenset(fact for fact in names if not any(is_known(known, fact, change.page) for known in self.known))

    def words(self, change: Change) -> str:
        old, new = self.old.get(change.locked), self.new.get(change.key)
        return diff(old, new) if old and new and change.kind in {Kind.CHANGED, Kind.WORDING} else ""

    def reason(self, change: Change) -> str:
        places = [key.partition("#") for key in (change.locked, self.twins.get(change.locked, "")) if key]
        return next((one.reason for page, _, heading in places for one in self.irrelevant if covers(one, page, heading)), "")


def about(row: Row, subjects: set[str]) -> bool:
    names = {part for subject in subjects for part in (subject, subject.rpartition(".")[2]) if part}
    return row.name in names or row.id.rpartition(".")[2] in names or row.name.rpartition(".")[2] in names


def summary(items: Sequence[Item]) -> str:
    counts = Counter(item.change.kind.value for item in items)
    told = ", ".join(f"{counts[kind.value]} {kind.value}" for kind in Kind if counts[kind.value]) or "nothing changed"
    return f"{told}; {sum(item.change.factual for item in items)} to deal with"


def loose_lines(rows: Sequence[Loose], pages: Sequence[Loose]) -> Iterator[str]:
    """Names that only one side has."""
    for title, names in (("in the documentation, without a row", rows), ("in the spec, on no page", pages)):
        if names:
            yield f"{title}:"
        for name in names:
            yield f"    {name.kind} {name.name}  {', '.join(name.places[:1])}" + (
                f" and {more} more" if (more := len(name.places) - 1) else ""
            )


def loose_data(names: Sequence[Loose]) -> list[dict[str, Any]]:
    return [{"kind": name.kind, "name": name.name, "places": list(name.places)} for name in names]
