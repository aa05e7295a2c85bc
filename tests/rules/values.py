"""Values for a declared field: some that fit it, and the near misses around every bound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from tests.oracle.values import Node

LINK = "https://example.com/a.png"
LINKS = [
    LINK,
    "HTTP://Example.com",
    "https://172.32.0.1/a.png",
    "https://10.example.com/a.png",
    "",
    "a.png",
    "C:/a.png",
    "a fox runs",
    "https://",
    "http:///a",
    "ftp://example.com/a.png",
    "asset:12",
    "data:image/png;base64,iVBORw0KGgo=",
    "A" * 63,
    "A" * 64 + "==",
    "A" * 64 + "===",
    "http://localhost:8080/a.png",
    "https://127.0.0.1/a.png",
    "http://172.16.0.9",
    "http://me@192.168.1.1?a=b",
    "http://nas.local/a",
    "http://[::1]/a.png",
    "http://[fd00::1]/",
]
FILES = [
    {"$file": {"name": "a.png", "type": "image/png", "size": 10}},
    {"$file": {"name": "a.txt", "type": "text/plain", "size": 10}},
    {"$file": {"name": "a", "size": 10}},
]
WRONG = [True, False, 0, 1, -1, 5.5, "5", "true", "text", "", [], ["text"], {}, {"zz": 1}]
LONGEST = 40_000  # characters of a text that is still drawn


def fitting(node: Node, content: str = "json") -> Any:
    """One value that keeps every constraint that the field has by itself."""
    if "any_of" in node:
        branch = next(branch for branch in node["any_of"] if content == "multipart" or branch.get("type") != "file")
        return fitting({**branch, **{key: node[key] for key in ("enum", "const", "suggested") if key in node}}, content)
    node = {**node, **node.get("suggested", {})}
    if "const" in node:
        return node["const"]
    if "enum" in node:
        return node["enum"][0]
    return MAKERS[node["type"]](node, content)


def _true(*_: Any) -> bool:
    return True


def _any(*_: Any) -> str:
    return "anything"


def _file(node: Node, _: str) -> Any:
    """A small file of a type that is taken."""
    media = str(node["media"][0]).replace("*", "png") if "media" in node else "image/png"
    return {"$file": {"name": f"a.{media.partition('/')[2]}", "type": media, "size": 10}}


def _string(node: Node, _: str) -> str:
    if node.get("format") == "url":
        return LINK
    return ("a fox runs" * 1000)[: node.get("max_length", 10)].ljust(node.get("min_length", 0), "x")


def _number(node: Node, _: str) -> int | float:
    low, high = node.get("minimum", node.get("exclusive_minimum")), node.get("maximum", node.get("exclusive_maximum"))
    if low is None and high is None:
        return 1
    if low is not None and high is not None:
        middle = (Fraction(str(low)) + Fraction(str(high))) / 2
        return int(middle) if middle >= low + 1 or node["type"] == "integer" else float(middle)
    found: int | float = low + 1 if low is not None else high - 1
    return found


def _array(node: Node, content: str) -> list[Any]:
    return [fitting(node["items"], content)] * max(node.get("min_items", 1), 1) if "items" in node else ["anything"]


def _object(node: Node, content: str) -> dict[str, Any]:
    variant = next(iter((node.get("variants") or {"": {}}).items()))
    return variant_object(node, variant[0], content)


MAKERS: dict[str, Callable[[Node, str], Any]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _number,
    "number": _number,
    "boolean": _true,
    "file": _file,
    "any": _any,
}


def variant_object(node: Node, name: str, content: str = "json") -> dict[str, Any]:
    """An object with its required members, of the named variant where there are variants."""
    variants = node.get("variants") or {}
    fields = {**(node.get("fields") or {}), **(variants.get(name, {}).get("fields") or {})}
    members = {key: fitting(member, content) for key, member in fields.items() if member.get("required")}
    return ({node["discriminator"]: name} if variants else {}) | members


def candidates(node: Node, content: str = "json") -> list[Any]:
    """Values just inside and just outside of everything that the field says, and values of other types."""
    return [fitting(node, content), *_around(node, content), *WRONG]


def _around(node: Node, content: str) -> Iterator[Any]:
    for branch in node.get("any_of") or ():
        if content == "multipart" or branch.get("type") != "file":
            yield fitting(branch, content)
        yield from _around(branch, content)
    for part in (node, node.get("suggested") or {}):
        yield from (value for value in around_bounds(part, node.get("type")) if content == "multipart" or not _is_file(value))
    match node.get("type"):
        case "string" if node.get("format") == "url":
            yield from LINKS
        case "string":
            yield "新しい😀"
        case "integer" | "number":
            yield from (0, 1, -1, 5.0, 2.5, "5", "5.0", "05", "-1", "1e3")
        case "boolean":
            yield from (True, False)
        case "file" if content == "multipart":
            yield from FILES
        case "array":
            yield from _lists(node, content)
        case "object":
            yield from _objects(node, content)


def around_bounds(constraints: Node, type: str | None = None) -> Iterator[Any]:
    """Values at, just inside and just outside of each bound; zero is a bound like any other."""
    for key in ("minimum", "maximum", "exclusive_minimum", "exclusive_maximum", "multiple_of"):
        if key in constraints:
            limit = constraints[key]
            yield from (limit - 1, limit, limit + 1, str(limit), str(limit + 1), str(limit - 1), float(limit))
            if type != "integer":
                yield from (limit - 0.25, limit + 0.25)
    if "max_bytes" in constraints:
        small = _file(constraints, "")["$file"]
        yield from ({"$file": {**small, "size": constraints["max_bytes"] + step}} for step in (-1, 0, 1))
    for value in [*constraints.get("enum", ()), *([constraints["const"]] if "const" in constraints else ())]:
        yield from _near(value)
    for key in ("min_length", "max_length"):
        if constraints.get(key, LONGEST) < LONGEST:
            yield from ("é" * max(constraints[key] + step, 0) for step in (-1, 0, 1))
    for key in ("min_items", "max_items"):
        if key in constraints:
            yield from ([LINK] * max(constraints[key] + step, 0) for step in (-1, 0, 1))


def _is_file(value: Any) -> bool:
    return isinstance(value, dict) and "$file" in value


def _near(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, str):
        yield from (value + " ", value.upper(), value.lower(), value[:-1], value + "x")
    elif not isinstance(value, bool) and isinstance(value, int | float):
        yield from (value + 1, value - 1, str(value), float(value))


def _lists(node: Node, content: str) -> Iterator[list[Any]]:
    items = node.get("items", {"type": "any"})
    item = fitting(items, content)
    counts = {0, 1, 2, *(max(node[key] + step, 0) for key in ("min_items", "max_items") if key in node for step in (-1, 0, 1))}
    yield from ([item] * count for count in sorted(counts))
    if items.get("type") == "string":
        yield [f"{item}?{index}" for index in range(node.get("max_items", 2))]
    for name in items.get("variants") or ():
        yield [variant_object(items, name, content)]


def _objects(node: Node, content: str) -> Iterator[dict[str, Any]]:
    for name in node.get("variants") or ("",):
        yield variant_object(node, name, content)
    if node.get("variants"):
        yield {node["discriminator"]: "zz"}
        yield {node["discriminator"]: 5}
        yield {}
