"""Rows of rules in JSON Schema: a condition that several of them have is stated once, around them.

Tools that work a schema out multiply the alternatives of its conditions, and give up beyond some number of them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from .logic import all_of, as_schema, flat
from .nulls import Schema


@dataclass(frozen=True, slots=True)
class Row:
    """A rule's schema apart from its conditions, all of which have to hold."""

    conditions: tuple[Schema, ...]
    said: Schema

    def written(self) -> Schema:
        if not self.conditions:
            return self.said
        label = {"x-rule": self.said["x-rule"]}
        return label | when(list(self.conditions), {key: value for key, value in self.said.items() if key not in label})


def shared(rows: list[Schema]) -> list[Schema]:
    """The rows with each common condition stated once: the rows of one rule where they were, those of several rules at the end."""
    return _shared([_taken_apart(row) for row in rows])


def apart(schema: Schema, pointer: str = "", conditions: tuple[Schema, ...] = ()) -> Iterator[tuple[str, Schema]]:
    """Each rule that the schema states as one row with all its conditions, in one order, and the pointer to where it is stated."""
    for index, row in enumerate(schema.get("allOf", ())):
        where = f"{pointer}/allOf/{index}"
        if "x-rule" in row:
            found = _taken_apart(row)
            yield where, Row(tuple(sorted((*conditions, *found.conditions), key=json.dumps)), found.said).written()
        elif "if" in row:
            yield from apart(row["then"], f"{where}/then", (*conditions, *flat(row["if"])))


def when(conditions: list[Schema], then: Schema) -> Schema:
    return {"if": as_schema(all_of([*conditions])), "then": then}


def _taken_apart(row: Schema) -> Row:
    if "if" not in row:
        return Row((), row)
    return Row(tuple(flat(row["if"])), {"x-rule": row["x-rule"]} | row["then"])


def _shared(rows: list[Row]) -> list[Schema]:
    found = _most_common(rows)
    if found is None:
        return [row.written() for row in rows]
    inside = [row for row in rows if found in row.conditions]
    group = when([found], {"allOf": _shared([_without(row, found) for row in inside])})
    rest = [row for row in rows if found not in row.conditions]
    if len({row.said["x-rule"] for row in inside}) > 1:
        return [*_shared(rest), group]
    place = rows.index(inside[0])
    return [*_shared(rest[:place]), group, *_shared(rest[place:])]


def _most_common(rows: list[Row]) -> Schema | None:
    """The condition that most of the rows have, when it is more than one of them."""
    count = Counter(text for row in rows for text in {json.dumps(condition) for condition in row.conditions})
    most = max(count.values(), default=0)
    texts = (json.dumps(condition) for row in rows for condition in row.conditions)
    return json.loads(next(text for text in texts if count[text] == most)) if most > 1 else None


def _without(row: Row, condition: Schema) -> Row:
    return Row(tuple(other for other in row.conditions if other != condition), row.said)
