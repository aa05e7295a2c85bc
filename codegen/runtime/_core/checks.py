"""The small predicates that emitted checks are made of.

JSON semantics throughout: `5.0` is an integer, `true` is no number, and a bound says nothing about values of another kind.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from .files import describe, is_file
from .violations import Loc

EMPTY: dict[str, Any] = {}
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")
_LINK = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{64,}={0,2}\Z")
_PRIVATE = re.compile(
    r"https?://(localhost|127\.|10\.|192\.168\.|169\.254\.|0\.0\.0\.0|172\.(1[6-9]|2[0-9]|3[01])\.|\[::1\]|[^/]*\.local(host)?[:/])", re.IGNORECASE
)

__all__ = [
    "EMPTY",
    "as_number",
    "count",
    "has_media",
    "in_enum",
    "is_address",
    "is_data",
    "is_file",
    "is_integer",
    "is_larger",
    "is_link",
    "is_multiple",
    "is_number",
    "is_private",
    "is_type",
    "is_unique",
    "items",
    "last",
    "matches",
    "member",
    "number_or",
    "same",
    "to_integer",
    "to_number",
]


def is_integer(value: Any) -> bool:
    kind = type(value)
    return kind is int or (kind is float and value.is_integer())


def is_number(value: Any) -> bool:
    kind = type(value)
    return kind is int or (kind is float and math.isfinite(value))


def to_number(value: Any) -> int | float | None:
    """The number that a value is or, as a string, holds."""
    if is_number(value):
        return value  # type: ignore[no-any-return]
    if isinstance(value, str) and _NUMBER.match(value):
        return float(value) if "." in value else int(value)
    return None


def to_integer(value: Any) -> int | float | None:
    """The whole number that a value is or, as a string, holds."""
    if isinstance(value, str) and "." in value:
        return None
    number = to_number(value)
    return number if number is not None and is_integer(number) else None


def as_number(value: Any) -> Any:
    """The number in a numeric string, anything else as it is."""
    number = to_number(value)
    return value if number is None else number


def number_or(value: Any, default: float) -> float:
    number = to_number(value)
    return default if number is None else number


_TYPES = {
    "string": lambda value: isinstance(value, str),
    "integer": is_integer,
    "number": is_number,
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list | tuple),
    "file": is_file,
}


def is_type(value: Any, name: str) -> bool:
    return bool(_TYPES[name](value))


def in_enum(value: Any, allowed: Iterable[Any]) -> bool:
    """Membership by JSON equality, where `true` is not `1`."""
    return any(value == item and isinstance(value, bool) is isinstance(item, bool) for item in allowed)


def same(left: Any, right: Any) -> bool:
    return bool(left == right and isinstance(left, bool) is isinstance(right, bool))


def is_multiple(value: float, of: float) -> bool:
    quotient = value / of
    return abs(quotient - round(quotient)) < 1e-9


@lru_cache(maxsize=256)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def matches(pattern: str, value: str) -> bool:
    return _pattern(pattern).search(value) is not None


def is_unique(values: Sequence[Any]) -> bool:
    return all(not same(left, right) for index, left in enumerate(values) for right in values[:index])


def is_link(value: str) -> bool:
    return _LINK.match(value) is not None


def is_address(value: str) -> bool:
    """A link of any scheme, or data in the text itself; not a file name or plain words."""
    return _SCHEME.match(value) is not None or is_data(value)


def is_data(value: str) -> bool:
    """A `data:` URL, or base64 long enough to be a file."""
    return value[:5].lower() == "data:" or _BASE64.match(value) is not None


def is_private(value: str) -> bool:
    """A link into the caller's own machine or network, which no gateway can reach."""
    return _PRIVATE.match(value) is not None


def has_media(value: Any, media: Sequence[str]) -> bool:
    """Whether a file has one of the media types; one whose type cannot be told passes."""
    found = describe(value).media
    return found is None or found in media


def is_larger(value: Any, size: int) -> bool:
    """Whether a file has more bytes; one whose size cannot be told passes."""
    found = describe(value).size
    return found is not None and found > size


def count(*values: Any) -> int:
    """Items given: nothing 0, a list its length, anything else 1."""
    return sum(0 if value is None else len(value) if isinstance(value, list) else 1 for value in values)


def items(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def member(value: Any, *path: str) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def last(*found: tuple[Loc, Any]) -> Loc:
    """The location of the last value that is there, else of the first."""
    return next((loc for loc, value in reversed(found) if value is not None), found[0][0])

