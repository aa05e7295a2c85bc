"""What the fake gateway answers -> IR."""

from __future__ import annotations

from typing import Any

from .. import ir
from ..load import List, Map
from .scope import Scope, own_source

STATES = ("submit", "queued", "running", "succeeded", "failed")


def answers(node: Map, inherited: ir.Source) -> ir.Answers | None:
    """What the fake gateway answers, where the row says it."""
    if "answers" not in node:
        return None
    table: Map = node["answers"]
    families: Map = table.get("families") or Map()
    prefixes = {"": table.get("prefix"), **{family: row.get("prefix") for family, row in families.items()}}
    return ir.Answers(
        bodies=bodies(table),
        families=tuple((family, bodies(row)) for family, row in families.items()),
        variants=tuple(variant(row) for row in table.get("variants") or ()),
        prefixes=tuple((family, prefix) for family, prefix in prefixes.items() if prefix is not None),
        words=tuple((family, tuple(row["words"].items())) for family, row in families.items() if "words" in row),
        count=tuple(fields(table, "count")),
        keep=tuple((table.get("keep") or Map()).items()),
        inputs=table.get("inputs", ""),
        about=table.get("about", ""),
        ids=table.get("ids", ""),
        stream=streamed(table["stream"]) if "stream" in table else None,
        source=own_source(inherited, node, "answers"),
    )


def account(node: Map) -> ir.Account:
    """The account at the fake gateway."""
    return ir.Account(
        quota=node["quota"],
        used=node["used"],
        price=node["price"],
        unit=node["unit"],
        rate=node["rate"],
        expired=tuple(fields(node, "expired")),
    )


def fields(node: Map, key: str) -> list[str]:
    """One name, or several in a list."""
    value: Any = node.get(key) or []
    return [value] if isinstance(value, str) else list(value)


def bodies(table: Map) -> tuple[tuple[str, Any], ...]:
    return tuple((state, plain(table[state])) for state in STATES if state in table)


def variant(node: Map) -> ir.Variant:
    return ir.Variant(
        body=plain(node["body"]),
        present=tuple(node.get("present") or ()),
        any_present=tuple(node.get("any_present") or ()),
        where=where(node),
        media=node.get("media", ""),
    )


def where(node: Map) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    return tuple((field, tuple(values)) for field, values in (node.get("where") or Map()).items())


def streamed(node: Map) -> ir.Streamed:
    events = tuple(ir.Event(data=plain(row["data"]), each=row.get("each", ""), where=where(row)) for row in node["events"])
    return ir.Streamed(events=events, name=node.get("name", ""), done=node.get("done", True))


def refusals(scope: Scope, table: Map, inherited: ir.Source) -> tuple[ir.Refusal, ...]:
    def refusal(cause: str, node: Map) -> ir.Refusal:
        source = own_source(scope.source(node, inherited=inherited), table, cause)
        return ir.Refusal(cause=cause, status=node["status"], body=plain(node["body"]), source=source)

    return tuple(refusal(cause, node) for cause, node in table.items())


def plain(node: Any) -> Any:
    """JSON without lines and files."""
    if isinstance(node, Map):
        return {name: plain(value) for name, value in node.items()}
    if isinstance(node, List):
        return [plain(item) for item in node]
    return node
