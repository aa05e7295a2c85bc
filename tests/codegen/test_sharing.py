"""Conditions that several rules have are stated once, and every rule is still found whole."""

from __future__ import annotations

import json
from typing import Any

from codegen.emit.logic import absent, all_of, as_schema, present
from codegen.emit.sharing import apart, shared, when

Json = dict[str, Any]
A, B, C = present(("a",)), absent(("b",)), present(("c",))


def row(rule: str, said: Json, *conditions: Json) -> Json:
    return {"x-rule": rule} | (when(list(conditions), said) if conditions else said)


ROWS = [
    row("f/needed", {"required": ["x"]}),
    row("f/first", present(("d",)), A, B),
    row("f/alone", present(("e",)), C),
    row("f/second", {"properties": {"d": {"enum": ["y", None]}}}, A, B),
    row("f/third", absent(("e",)), B),
]


def test_a_common_condition_is_stated_once() -> None:
    found = shared(ROWS)
    assert [entry.get("x-rule") for entry in found] == ["f/needed", "f/alone", None]
    assert found[-1]["if"] == B
    inner = found[-1]["then"]["allOf"]
    assert [entry.get("x-rule") for entry in inner] == ["f/third", None]
    assert inner[-1] == when([A], {"allOf": [{"x-rule": "f/first"} | present(("d",)), {"x-rule": "f/second"} | ROWS[3]["then"]]})
    assert json.dumps(found).count(json.dumps(B)) == 1


def test_each_rule_is_found_whole_again() -> None:
    found = {entry["x-rule"]: (pointer, entry) for pointer, entry in apart({"allOf": shared(ROWS)}, "#")}
    assert found.keys() == {entry["x-rule"] for entry in ROWS}
    assert found["f/first"][0] == "#/allOf/2/then/allOf/1/then/allOf/0"
    for entry in ROWS:
        pointer, whole = found[entry["x-rule"]]
        assert pointer.startswith("#/allOf/")
        assert whole in (entry, entry | {"if": as_schema(all_of(entry.get("if", {}).get("allOf", [])[::-1]))})


def test_rows_of_one_rule_stay_where_they_are() -> None:
    rows = [row("f/one", {"required": ["x"]}, A), row("f/one", {"required": ["y"]}, A), row("f/other", {"required": ["z"]}, C)]
    assert [entry["if"] for entry in shared(rows)] == [A, C]
