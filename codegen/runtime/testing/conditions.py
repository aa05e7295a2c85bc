"""Whether a condition of the spec holds for a body: which mode a request is of, which items a list contains."""

from __future__ import annotations

from typing import Any

from .._core.checks import count, is_type, items, to_number
from .edits import Path, at
from .values import keeps, limits, listed

Node = dict[str, Any]


def holds(row: Node, body: Any) -> bool:
    """Whether the condition holds; paths start at `body`."""
    match row["is"]:
        case "Constant":
            return bool(row["value"])
        case "Present":
            return all(_there(body, tuple(path)) for path in row["paths"])
        case "Absent":
            return not any(_there(body, tuple(path)) for path in row["paths"])
        case "Value":
            return any(_within(value, row) for value in at(body, tuple(row["path"])))
        case "Count":
            return _between(count(*(next(at(body, tuple(path)), None) for path in row["paths"])), row)
        case "Contains":
            found = next(at(body, tuple(row["path"])), None)
            return _between(sum(holds(row["where"], item) for item in items(found)), {"minimum": 1, **row})
        case "AllOf":
            return all(holds(part, body) for part in row["conditions"])
        case "AnyOf":
            return any(holds(part, body) for part in row["conditions"])
        case "Not":
            return not holds(row["condition"], body)
        case name:
            raise TypeError(f"no condition: {name}")


def _there(body: Any, path: Path) -> bool:
    return next(at(body, path), None) is not None


def _within(value: Any, row: Node) -> bool:
    rows = limits(row.get("bounds", []))
    kinds: list[str] = listed(rows.pop("type", []))
    if kinds and not any(is_type(value, kind) for kind in kinds):
        return False
    number = to_number(value) if row.get("numeric") else None
    return keeps(value if number is None else number, rows)


def _between(found: float, row: Node) -> bool:
    low, high = row.get("minimum"), row.get("maximum")
    return (low is None or found >= low) and (high is None or found <= high)
