"""Paths and conditions: what `if`, `modes` and `where` ask of a request."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .fields import Request
from .values import Loc, Node, SpecError, is_object, number_of, same, satisfies


class Unbound(Exception):
    """A constraint asks for an attribute that the model does not have."""


@dataclass(frozen=True)
class Scope:
    """Where paths start: the body, or one item of a list, with the fields declared for it."""

    request: Request
    root: Any
    owners: tuple[Node, ...]

    @staticmethod
    def of_body(request: Request) -> "Scope":
        """The scope of rules and modes."""
        return Scope(request, request.body, (request.family,))


def listed(names: Any) -> list[Any]:
    """One name or several, as a list."""
    return names if isinstance(names, list) else [names]


def _steps(path: str) -> Iterator[tuple[str, int]]:
    for step in path.split("."):
        yield step.replace("[]", ""), step.count("[]")


def places(scope: Scope, path: str) -> list[tuple[Loc, Any]]:
    """Every location that the path names, with its value or None; a list step names each item that is there."""
    found: list[tuple[Loc, Any]] = [((), scope.root)]
    for name, depth in _steps(path):
        found = [((*loc, name), value.get(name) if is_object(value) else None) for loc, value in found]
        for _ in range(depth):
            found = [((*loc, index), item) for loc, value in found if isinstance(value, list) for index, item in enumerate(value)]
    return found


def spot(scope: Scope, path: str) -> Loc:
    """The location to report for a path: where a value is, else where one would be."""
    bare = tuple(name for name, _ in _steps(path))
    return next((loc for loc, value in places(scope, path) if value is not None), bare)


def _shapes(node: Node) -> list[Node]:
    return [node, *(shape for branch in node.get("any_of", ()) for shape in _shapes(branch))]


def _declared_members(node: Node, name: str) -> Iterator[Node]:
    for holder in (node, *(node.get("variants") or {}).values()):
        if name in (holder.get("fields") or {}):
            yield from _shapes(holder["fields"][name])


def declared(scope: Scope, path: str) -> tuple[Node, ...]:
    """The declarations of a path: several where unions or variants have it."""
    nodes = list(scope.owners)
    for name, depth in _steps(path):
        nodes = [member for node in nodes for member in _declared_members(node, name)]
        for _ in range(depth):
            nodes = [shape for node in nodes if "items" in node for shape in _shapes(node["items"])]
    return tuple(nodes)


def is_numeric(scope: Scope, path: str) -> bool:
    """Whether text in this field may stand for a number."""
    return any(node.get("numeric_string") for node in declared(scope, path))


def bind(node: Any, attributes: Node) -> Any:
    """The node with each `$attribute` value replaced by the model's."""
    if isinstance(node, str) and node.startswith("$"):
        if attributes.get(node[1:]) is None:
            raise Unbound(node)
        return attributes[node[1:]]
    if isinstance(node, dict):
        return {key: bind(value, attributes) for key, value in node.items()}
    if isinstance(node, list):  # conditions in `all` and `any`, terms of a sum; texts in a list are meant literally
        return [item if isinstance(item, str) else bind(item, attributes) for item in node]
    return node


def given(scope: Scope, path: str) -> bool:
    """Whether the field is present; through a list, in one item at least."""
    return any(value is not None for _, value in places(scope, path))


def meets(scope: Scope, path: str, constraints: Node, value: Any) -> bool:
    """Whether a value found at the path satisfies the constraints."""
    return satisfies(constraints, value, is_numeric(scope, path), scope.request.content)


def amount(scope: Scope, names: Any) -> int:
    """Number of items given in the fields together."""
    values = [value for name in listed(names) for _, value in places(scope, name) if value is not None]
    return sum(len(value) if isinstance(value, list) else 1 for value in values)


def within(number: int | Fraction, limits: Node) -> bool:
    """Whether a number lies between the limits that are given."""
    low, high = (number_of(limits.get(key), numeric=False) for key in ("minimum", "maximum"))
    return (low is None or number >= low) and (high is None or number <= high)


def holds(scope: Scope, condition: Node) -> bool:
    """Whether every part of the condition holds."""
    return all(_part_holds(scope, key, wanted) for key, wanted in condition.items())


def _part_holds(scope: Scope, key: str, wanted: Any) -> bool:
    if key.startswith("$"):
        attribute = scope.request.attributes.get(key[1:])
        return any(same(attribute, value) for value in listed(wanted))
    if key not in CONDITIONS:
        raise SpecError(f"not a condition: {key}")
    return CONDITIONS[key](scope, wanted)


def _value(scope: Scope, wanted: Node) -> bool:
    return all(
        any(value is not None and meets(scope, path, constraints, value) for _, value in places(scope, path))
        for path, constraints in wanted.items()
    )


def items_where(scope: Scope, wanted: Node) -> list[int]:
    """For each list at the path, how many of its items meet the condition."""
    owners = declared(scope, wanted["of"] + "[]")
    lists = [value for _, value in places(scope, wanted["of"]) if isinstance(value, list)]
    return [sum(holds(Scope(scope.request, item, owners), wanted["where"]) for item in value) for value in lists]


def at_least_one(wanted: Node) -> Node:
    """The limits of a `contains`: at least one item unless a maximum stands alone."""
    return wanted if "maximum" in wanted else {"minimum": 1, **wanted}


def _contains(scope: Scope, wanted: Node) -> bool:
    return within(sum(items_where(scope, wanted)), at_least_one(wanted))


def _in_mode(scope: Scope, name: str) -> bool:
    mode = scope.request.family["modes"][name]
    try:
        return holds(Scope.of_body(scope.request), bind(mode, scope.request.attributes))
    except Unbound:
        return False


CONDITIONS: dict[str, Callable[[Scope, Any], bool]] = {
    "present": lambda scope, names: all(given(scope, name) for name in listed(names)),
    "absent": lambda scope, names: not any(given(scope, name) for name in listed(names)),
    "any_present": lambda scope, names: any(given(scope, name) for name in listed(names)),
    "model": lambda scope, models: scope.request.model in listed(models),
    "operation": lambda scope, operations: scope.request.operation in listed(operations),
    "content": lambda scope, contents: scope.request.content in listed(contents),
    "mode": lambda scope, modes: any(_in_mode(scope, mode) for mode in listed(modes)),
    "value": _value,
    "count": lambda scope, wanted: within(amount(scope, wanted["of"]), wanted),
    "contains": _contains,
    "all": lambda scope, parts: all(holds(scope, part) for part in parts),
    "any": lambda scope, parts: any(holds(scope, part) for part in parts),
    "not": lambda scope, part: not holds(scope, part),
}
