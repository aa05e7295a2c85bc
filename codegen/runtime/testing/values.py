"""Values at the edges of a type: such that fit it, and such that miss it by one step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import Any

from .._core.checks import (
    has_media,
    in_enum,
    is_file,
    is_larger,
    is_list,
    is_multiple,
    is_number,
    is_object,
    is_type,
    matches,
    same,
    to_number,
)

Node = dict[str, Any]
Miss = tuple[str, Any]  # keyword that is broken, value
NOWHERE = "https://media.example/"
_MOST = 40  # values of one type that are looked at
_FAR = 1_000_000
_ASTRAL = "\U0001f3ac"  # outside of the basic plane: one character, two units of UTF-16
_TEXTS = (
    "A paper boat on a rainy street", "auto", "1024x1024", "en", "16:9", "data:image/png;base64,iVBORw0KGgo=", "character1 waves",
    "Wait <#1.5#> now", "(laughs) well", "https://media.example/a.png",
)  # fmt: skip
_DATA = "data:image/png;base64," + "iVBORw0KGgo" * 8 + "="


def link(index: int = 0) -> str:
    """A link that nobody serves."""
    return f"{NOWHERE}{index}.png"


def fits(node: Node, content: str = "json") -> list[Any]:
    """Values of the type, edges first, without repeats."""
    key = repr(node), content
    if key not in _known:
        _known[key] = _distinct(islice(_fits(node, content), _MOST))
    return list(_known[key])


_known: dict[tuple[str, str], list[Any]] = {}  # many models have the same types


def is_mere_word(value: Any, node: Node) -> bool:
    """Whether a value of any text stands for a word that some pattern wants: on no edge where there is no pattern."""
    plain = node["is"] == "Scalar" and node["kind"] == "string" and not {"enum", "const", "pattern"} & limits(node.get("bounds", [])).keys()
    return plain and not node.get("url") and isinstance(value, str) and value in _TEXTS[1:]


def misses(node: Node, content: str = "json") -> list[Miss]:
    """Values beside the edges of the type; each breaks the keyword that it comes with."""
    found: dict[Any, Miss] = {}
    for keyword, value in islice(_misses(node, content), 4 * _MOST):
        found.setdefault((keyword, identity(value)), (keyword, value))
    return list(found.values())


def _distinct(values: Iterator[Any]) -> list[Any]:
    found: dict[Any, Any] = {}
    for value in values:
        found.setdefault((type(value), identity(value)), value)
    return list(found.values())


def identity(value: Any) -> Any:
    """What two values have in common that are `same`."""
    if is_list(value):
        return "list", *map(identity, value)
    if is_object(value):
        return "object", frozenset((name, identity(member)) for name, member in value.items())
    return ("boolean", value) if isinstance(value, bool) else value


def limits(bounds: list[list[Any]]) -> dict[str, Any]:
    """The bounds by keyword."""
    return {row[0]: row[1] for row in bounds}


def _fits(node: Node, content: str) -> Iterator[Any]:
    rows = limits(node.get("bounds", []))
    match node["is"]:
        case "Scalar":
            yield from _scalar(node, rows)
        case "File":
            if content == "multipart":
                yield from _files(rows)
        case "Array":
            yield from _arrays(node, rows, content)
        case "Object":
            yield from _objects(node, content, {})
        case "Variants":
            for name, case in node["cases"].items():
                yield from islice(_objects(case, content, {node["discriminator"]: name}), 6)
        case "Union":
            yield from _in_turns([_fits(option, content) for option in node["options"]])
        case _:
            return


def _in_turns(streams: list[Iterator[Any]]) -> Iterator[Any]:
    while streams:
        for stream in list(streams):
            try:
                yield next(stream)
            except StopIteration:
                streams.remove(stream)


def keeps(value: Any, rows: dict[str, Any]) -> bool:
    """Whether a value is within bounds that are meant for its kind."""
    return not any(_breaks(value, keyword, limit) for keyword, limit in rows.items())


def listed(value: Any) -> list[Any]:
    """A list as it is, anything else as its only item."""
    return value if is_list(value) else [value]


def _breaks(value: Any, keyword: str, limit: Any) -> bool:
    check = _BREAKS.get(keyword)
    return check is not None and check(value, limit)


def _number(check: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, limit: is_number(value) and check(value, limit)


def _text(check: Callable[[str, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, limit: isinstance(value, str) and check(value, limit)


def _list(check: Callable[[list[Any], Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, limit: is_list(value) and check(value, limit)


_BREAKS: dict[str, Callable[[Any, Any], bool]] = {
    "enum": lambda value, limit: not in_enum(value, limit),
    "const": lambda value, limit: not same(value, limit),
    "minimum": _number(lambda value, limit: value < limit),
    "maximum": _number(lambda value, limit: value > limit),
    "exclusive_minimum": _number(lambda value, limit: value <= limit),
    "exclusive_maximum": _number(lambda value, limit: value >= limit),
    "multiple_of": _number(lambda value, limit: not is_multiple(value, limit)),
    "min_length": _text(lambda value, limit: len(value) < limit),
    "max_length": _text(lambda value, limit: len(value) > limit),
    "pattern": _text(lambda value, limit: not matches(limit, value)),
    "min_items": _list(lambda value, limit: len(value) < limit),
    "max_items": _list(lambda value, limit: len(value) > limit),
    "media": lambda value, limit: is_file(value) and not has_media(value, limit),
    "max_bytes": lambda value, limit: is_file(value) and is_larger(value, limit),
}


# --- scalars ---------------------------------------------------------------------------------------------------------


def _scalar(node: Node, rows: dict[str, Any]) -> Iterator[Any]:
    kind = node["kind"]
    if "enum" in rows or "const" in rows:
        allowed: list[Any] = rows["enum"] if "enum" in rows else [rows["const"]]
        yield from (value for value in allowed if keeps(value, rows))
    elif kind in ("integer", "number"):
        yield from _numbers(kind, rows)
    elif kind == "boolean":
        yield from (True, False)
    elif kind == "string":
        yield from _strings(node, rows)
    else:
        yield from ("text", 1, True, {"a": 1}, ["a"])
    if node.get("numeric_string"):
        first = next(iter(_scalar({**node, "numeric_string": False}, rows)), None)
        if first is not None:
            yield str(first)


def step(kind: str, rows: dict[str, Any]) -> float:
    """The smallest change of a number that counts."""
    return rows.get("multiple_of") or (1 if kind == "integer" else 0.1)


def _numbers(kind: str, rows: dict[str, Any]) -> Iterator[Any]:
    size = step(kind, rows)
    high: Any = rows.get("maximum", rows.get("exclusive_maximum"))
    low: Any = rows.get("minimum", rows.get("exclusive_minimum", 0 if high is None else high - 1000 * size))
    high = low + _FAR * size if high is None else high
    middle = _whole(low + round((high - low) / size / 2) * size)
    for value in (low, high, middle, low + size, high - size):
        if keeps(_whole(value), rows):
            yield _whole(value)


def _whole(value: Any) -> Any:
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def _strings(node: Node, rows: dict[str, Any]) -> Iterator[str]:
    if node.get("url"):
        yield from (link(), "HTTPS://media.example/a%20b.mp4?sig=x%2Fy#t")
        if node.get("base64"):
            yield _DATA
        return
    least, most = rows.get("min_length", 0), rows.get("max_length")
    words = [text for text in _TEXTS if keeps(text, rows)]
    yield from words[:1]
    if "pattern" not in rows:
        if most is None or most > 1:
            yield "\u6625" * (least - 1 if least > 1 else 1) + _ASTRAL
        yield from ("x" * length for length in (most, max(least, 1)) if length is not None)
    yield from words[1:]
    if "pattern" not in rows and least == 0:
        yield ""


# --- files, lists, objects ---------------------------------------------------------------------------------------------

_MEDIA_NAMES = {"image/*": "image/png", "audio/*": "audio/mpeg", "video/*": "video/mp4"}


class Blob(bytes):
    """Content of a file that prints as its size."""

    def __repr__(self) -> str:
        return f"<{len(self)} bytes>"


@cache
def _content(size: int) -> Blob:
    return Blob(size)


def _files(rows: dict[str, Any]) -> Iterator[Any]:
    allowed = rows.get("media") or ["image/png"]
    for media in allowed:
        name = _MEDIA_NAMES.get(media, media)
        yield (f"a.{name.rpartition('/')[2]}", _content(16), name)
    if "max_bytes" in rows:
        yield ("whole.bin", _content(rows["max_bytes"]), _MEDIA_NAMES.get(allowed[0], allowed[0]))


def some(node: Node, count: int, content: str) -> list[Any] | None:
    """So many different items of an array; None when it has not so many."""
    item = node["items"]
    if item.get("url"):
        return [link(index) for index in range(count)]
    found = fits(item, content)
    if not found:
        return [] if count == 0 else None
    if len(found) < count and "unique_items" in limits(node.get("bounds", [])):
        return None
    return [found[index % len(found)] for index in range(count)]


def _arrays(node: Node, rows: dict[str, Any], content: str) -> Iterator[list[Any]]:
    least, most = rows.get("min_items", 0), rows.get("max_items")
    for count in dict.fromkeys([max(least, 1), *([most] if most is not None else [3]), least, 2]):
        if count >= least and (most is None or count <= most):
            items = some(node, count, content)
            if items is not None:
                yield items
    least = max(least, 1)
    for value in fits(node["items"], content)[1:]:
        rest = some(node, least - 1, content)
        if rest is not None:
            yield [value, *rest] if "unique_items" not in rows else [value, *[item for item in rest if not same(item, value)]]


def _objects(node: Node, content: str, fixed: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The least object, then each member in each way, and at last all members at once."""
    members = {field["name"]: fits(field["type"], content) for field in node.get("fields", ())}
    needed = {field["name"] for field in node.get("fields", ()) if field.get("required")}
    least = {**fixed, **{name: values[0] for name, values in members.items() if name in needed and values}}
    yield least
    yield from ({**least, name: value} for name, values in members.items() for value in values[:6] if name not in needed)
    yield from ({**least, name: value} for name, values in members.items() for value in values[1:6] if name in needed)
    yield {**fixed, **{name: values[0] for name, values in members.items() if values}}


# --- misses ------------------------------------------------------------------------------------------------------------


def _misses(node: Node, content: str) -> Iterator[Miss]:
    rows = node.get("bounds", [])
    match node["is"]:
        case "Scalar":
            yield from _scalar_misses(node, rows)
        case "File":
            yield from _file_misses(limits(rows), content)
        case "Array":
            yield from _array_misses(node, limits(rows), content)
            yield from ((("type"), value) for value in ("text", {"a": 1}, 5))
        case "Object" | "Variants":
            yield from (("type", value) for value in ("text", [1], 5))
        case "Union":
            yield from (miss for option in node["options"] for miss in _misses(option, content))
        case _:
            return


def _scalar_misses(node: Node, rows: list[list[Any]]) -> Iterator[Miss]:
    kind = node["kind"]
    yield from _type_misses(kind, bool(node.get("numeric_string")), limits(rows))
    for keyword, limit, siblings in rows:
        for value in beside(keyword, limit, siblings, kind, limits(rows)):
            yield keyword, value
            if node.get("numeric_string") and is_number(value):
                yield keyword, str(value)
    if node.get("url"):
        yield from (("url", value) for value in ("clip.png", "media/clip.png", "a boat"))
        yield from (("link", value) for value in ("ftp://media.example/a.png", _DATA))
    if node.get("public"):
        yield from (("public", value) for value in ("http://localhost/a.png", "http://192.168.0.4/a.png"))


def _type_misses(kind: str, numeric_string: bool, rows: dict[str, Any]) -> Iterator[Miss]:
    good = next(iter(rows.get("enum") or [rows.get("const", rows.get("minimum", 5))]))
    match kind:
        case "integer" | "number":
            wrong: list[Any] = [
                True,
                [good],
                [good, good],
                *([] if numeric_string else [str(good)]),
                *([good + 0.5, *_halves(rows)] if kind == "integer" else []),
            ]
        case "boolean":
            wrong = ["true", 1, 0]
        case "string":
            wrong = [5, True, ["a", "b"], ["a"]]
        case _:
            wrong = []
    yield from (("type", value) for value in wrong)


def _halves(rows: dict[str, Any]) -> list[float]:
    """A fraction far from both ends, where no other rule speaks."""
    return [(rows["minimum"] + rows["maximum"]) // 2 + 0.5] if {"minimum", "maximum"} <= rows.keys() else []


def beside(keyword: str, limit: Any, siblings: list[Any], kind: str, rows: dict[str, Any]) -> Iterator[Any]:
    """Values one step outside of a bound, and those that are right for other models only."""
    size = step(kind if kind in ("integer", "number") else "integer", rows)
    match keyword:
        case "minimum":
            yield _whole(limit - size)
        case "maximum":
            yield _whole(limit + size)
        case "exclusive_minimum" | "exclusive_maximum":
            yield limit
        case "multiple_of":
            yield from (_whole(limit * 1.5), _whole(rows.get("minimum", limit) + limit / 2))
        case "min_length":
            yield "x" * (limit - 1)
        case "max_length":
            yield from ("x" * (limit + 1), _ASTRAL * (limit + 1))
        case "pattern":
            yield from (text for text in ("", "x", "auto!", "1024 x 1024", "ftp://media.example", *_TEXTS) if not matches(limit, text))
        case "enum" | "const":
            yield from _neighbours(limit if keyword == "enum" else [limit], siblings)
        case "type":
            yield from (value for value in (5, True, "5", {"a": 1}, [1]) if not _is(limit, value))
        case _:
            return


def _is(names: Any, value: Any) -> bool:
    return any(is_type(value, name) for name in listed(names))


def _neighbours(allowed: list[Any], siblings: list[Any]) -> Iterator[Any]:
    near: list[Any] = list(siblings)
    for value in dict.fromkeys([*allowed[-1:], *allowed]):
        if is_number(value):
            near += [value + 1, value - 1]
        elif isinstance(value, str):
            number = to_number(value)
            near += [value + "x", value.swapcase(), *([str(number + 1), str(number - 1)] if number is not None else [])]
        else:
            near.append(not value)
    numbers = [value for value in allowed if is_number(value)]
    near += range(int(min(numbers)), int(max(numbers)) + 1)[:_MOST] if numbers else ["", "auto"]
    yield from (value for value in near if not in_enum(value, allowed))


def _file_misses(rows: dict[str, Any], content: str) -> Iterator[Miss]:
    yield "type", "not a file"
    if content != "multipart":
        return
    allowed = rows.get("media")
    media = _MEDIA_NAMES.get(allowed[0], allowed[0]) if allowed else "image/png"
    if allowed:
        yield "media", ("a.bin", _content(16), "application/x-unknown")
    if "max_bytes" in rows:
        yield "max_bytes", ("a.bin", _content(rows["max_bytes"] + 1), media)


def _array_misses(node: Node, rows: dict[str, Any], content: str) -> Iterator[Miss]:
    for keyword, change in (("min_items", -1), ("max_items", 1)):
        if keyword in rows and rows[keyword] + change >= 0:
            items = some({**node, "bounds": []}, rows[keyword] + change, content)
            if items is not None:
                yield keyword, items
    if "unique_items" in rows and (items := some(node, 1, content)):
        yield "unique_items", items * 2
