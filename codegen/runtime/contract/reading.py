"""How fields and rules read in a space: where they read the same, a gateway that is right at one place is hardly wrong at the other."""

from __future__ import annotations

from functools import cache
from typing import Any

from .._core.checks import is_list, is_object
from ..testing import edges
from ..testing.binding import BY_MODEL
from ..testing.space import Space


def of_edge(space: Space, edge: str) -> str:
    """What an edge, as `edges.goals` names them, is the edge of."""
    path = tuple(edge.partition("=")[0].removeprefix("no ").split("."))
    return _fields(space).get(path) or repr(space.rules.get(edge.partition(" ")[0], ""))


def by_model(space: Space, edge: str) -> bool:
    """Whether the bound or the rule that the edge is the edge of is another one for other models."""
    path = tuple(edge.partition("=")[0].removeprefix("no ").split("."))
    field = dict(edges.search(space).ways.slots).get(path)
    rule = space.rules.get(edge.partition(" ")[0])
    return any(_depends(node) for node in (field, rule))


def _depends(node: Any) -> bool:
    if is_object(node):
        if node.get("is") == "Constant" or BY_MODEL in node:
            return True
        bounds = node.get("bounds", [])
        return any(row[2] for row in bounds) or any(_depends(value) for name, value in node.items() if name != "bounds")
    return is_list(node) and any(_depends(item) for item in node)


@cache
def _fields(space: Space) -> dict[tuple[str, ...], str]:
    return {path: repr(field) for path, field in edges.search(space).ways.slots}
