"""What emitted checks read once, and where they may compare plainly."""

from __future__ import annotations

from typing import Any

import pytest

from codegen import ir
from codegen.code import Code
from codegen.emit.conditions import Conditions
from codegen.emit.locals import Locals, Tables
from codegen.runtime._core import checks


def holds(keyword: str, allowed: Any, value: Any) -> bool:
    condition = ir.Value(("size",), (ir.Bound(keyword, allowed),))
    return bool(eval(Conditions(Tables(), lambda path: "v").text(condition), {**vars(checks), "v": value}))


@pytest.mark.parametrize(
    ("keyword", "allowed", "value", "expected"),
    [
        ("enum", ("a", "b"), "a", True),
        ("enum", ("a", "b"), None, False),
        ("enum", ("a", "b"), ["a"], False),
        ("enum", (4, 6), 4.0, True),
        ("enum", (0, 1), True, False),
        ("enum", (0, 1), 1, True),
        ("enum", (True, "auto"), 1, False),
        ("enum", (True, "auto"), True, True),
        ("const", 1, True, False),
        ("const", 0, False, False),
        ("const", False, 0, False),
        ("const", False, False, True),
        ("const", "a", "a", True),
    ],
)
def test_equality_is_that_of_json(keyword: str, allowed: Any, value: Any, expected: bool) -> None:
    assert holds(keyword, allowed, value) is expected


def written(found: Locals, body: dict[str, Any]) -> dict[str, Any]:
    """The locals after the emitted assignments, for a body."""
    code = Code()
    found.write(code)
    values = {**vars(checks), "v_extra": body.get("extra"), "v_content": body.get("content")}
    exec("\n".join(code.lines), values)
    return values


def test_members_of_members_are_read_once_and_missed_quietly() -> None:
    found = Locals(lambda contains, lookup: "")
    names = [found.member(("extra", "image", "size")), found.member(("extra", "seed")), found.member(("extra", "seed"))]
    assert names == ["v_extra__image__size", "v_extra__seed", "v_extra__seed"]
    got = written(found, {"extra": {"image": {"size": 3}, "seed": 7}})
    assert [got[name] for name in names] == [3, 7, 7]
    for odd in (None, [], "text", {"image": "text"}):
        got = written(found, {"extra": odd})
        assert [got[name] for name in names] == [None, None, None]


def test_items_are_counted_in_one_loop() -> None:
    found = Locals(lambda contains, lookup: Conditions(Tables(), lookup).text(contains.where))
    texts = ir.Contains(("content",), ir.Value(("type",), (ir.Bound("const", "text"),)))
    bare = ir.Contains(("content",), ir.Absent((("role",),)))
    one, two = found.matching(texts), found.matching(bare)
    assert found.matching(texts) == one != two
    items = [{"type": "text"}, {"type": "text", "role": "x"}, "no object", {"type": ["text"], "role": 1}]
    got = written(found, {"content": items})
    assert (got[one], got[two]) == (2, 2)
    got = written(found, {"content": "no list"})
    assert (got[one], got[two]) == (0, 0)
