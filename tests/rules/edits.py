"""Changes of a request: one place of the body gets another value, or none."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from tests.oracle.values import Node

from .values import candidates, fitting, variant_object

Path = tuple[str | int, ...]
UNKNOWN = "zz_unknown"


class Nothing(Enum):
    """Stands for a value that is taken away."""

    DROP = "drop"


DROP = Nothing.DROP


@dataclass(frozen=True)
class Edit:
    """What stands at a place afterwards; `rule_path` is the place as rule ids write it."""

    path: Path
    value: Any
    rule_path: str = ""


def apply(body: Any, edits: Iterable[Edit]) -> Any:
    """The body after the edits; what is missing on the way to a place is made."""
    result = copy.deepcopy(body)
    for edit in edits:
        result = _set(result, edit.path, copy.deepcopy(edit.value))
    return result


def _set(value: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    step, rest = path[0], path[1:]
    return _set_item(value, step, rest, new) if isinstance(step, int) else _set_member(value, step, rest, new)


def _set_member(value: Any, name: str, rest: Path, new: Any) -> dict[str, Any]:
    members = dict(value) if isinstance(value, dict) and "$file" not in value else {}
    if new is DROP and (not rest or name not in members):
        members.pop(name, None)
    else:
        members[name] = _set(members.get(name), rest, new)
    return members


def _set_item(value: Any, index: int, rest: Path, new: Any) -> list[Any]:
    items = list(value) if isinstance(value, list) else []
    if new is DROP and (not rest or index >= len(items)):
        return items[:index] + items[index + 1 :]
    if index >= len(items):
        return [*items, _set(None, rest, new)]
    items[index] = _set(items[index], rest, new)
    return items


def field_edits(owner: Node, content: str) -> list[Edit]:
    """Everything that can be done to one declared field of the body, at any depth, and one unknown field."""
    return [*_members(owner.get("fields") or {}, (), "", content), Edit((UNKNOWN,), 1)]


def _members(fields: Node, path: Path, rule_path: str, content: str) -> Iterator[Edit]:
    for name, node in fields.items():
        yield from _field(node, (*path, name), f"{rule_path}.{name}" if rule_path else name, content)


def _field(node: Node, path: Path, rule_path: str, content: str) -> Iterator[Edit]:
    yield Edit(path, DROP, rule_path)
    if content == "json":  # a form has no null
        yield Edit(path, None, rule_path)
    yield from (Edit(path, value, rule_path) for value in candidates(node, content))
    yield from _inside(node, path, rule_path, content)


def _inside(node: Node, path: Path, rule_path: str, content: str) -> Iterator[Edit]:
    for branch in node.get("any_of") or ():
        yield from _inside(branch, path, rule_path, content)
    if node.get("fields"):
        yield from _members(node["fields"], path, rule_path, content)
        yield Edit((*path, UNKNOWN), 1, rule_path)
        yield from _whole(node, "", [*_members(node["fields"], (), rule_path, content), Edit((UNKNOWN,), 1, rule_path)], path, content)
    for name, variant in (node.get("variants") or {}).items():
        kind = node["discriminator"]
        members = _members(variant.get("fields") or {}, (), rule_path, content)
        of_kind = (Edit((kind,), value, f"{rule_path}.{kind}") for value in (DROP, None, "zz", 5))
        yield from _whole(node, name, [*members, *of_kind, Edit((UNKNOWN,), 1, rule_path)], path, content)
    if "items" in node:
        yield from _items(node["items"], path, f"{rule_path}[]", content)


def _whole(node: Node, variant: str, edits: Iterable[Edit], path: Path, content: str) -> Iterator[Edit]:
    """The edits of an object that is otherwise complete."""
    start = variant_object(node, variant, content)
    return (Edit(path, apply(start, [edit]), edit.rule_path) for edit in edits)


def _items(node: Node, path: Path, rule_path: str, content: str) -> Iterator[Edit]:
    first, second, another = (*path, 0), (*path, 1), (*path, 99)
    yield from (Edit(first, value, rule_path) for value in candidates(node, content))
    yield from (Edit(second, value, rule_path) for value in (fitting(node, content), 5, ""))
    for place in (another, first):
        yield from _inside(node, place, rule_path, content)
