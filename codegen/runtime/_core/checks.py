"""The small predicates that emitted checks are made of.

JSON semantics throughout: `5.0` is an integer, `true` is no number, and a bound says nothing about values of another kind.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeGuard

from .files import describe, is_file
from .violations import Loc

if TYPE_CHECKING:
    from typing_extensions import TypeIs

EMPTY: dict[str, Any] = {}
# Patterns that many programs never need are compiled when they are.
_NUMBER = r"-?[0-9]{1,300}(\.[0-9]+)?\Z"  # more digits are no number that a machine holds
_LINK = re.compile(r"https?://[^\s/]", re.IGNORECASE).match
_SCHEME = r"(?i)[a-z][a-z0-9+.-]+:"
_BASE64 = r"[A-Za-z0-9+/_-]{64,}={0,2}\Z"
_PRIVATE = (
    r"(?i)https?://([^/?#]*@)?(localhost|[^/?#:@\[]*\.local(host)?|0\.0\.0\.0|(127|10)(\.[0-9]{1,3}){3}"
    r"|(192\.168|169\.254|172\.(1[6-9]|2[0-9]|3[01]))(\.[0-9]{1,3}){2}|\[(::1|(f[cd]|fe80:)[^/?#\]]*)\])([:/?#]|\Z)"
)

__all__ = [
    "EMPTY",
    "as_number",
    "count",
    "first",
    "has_media",
    "in_enum",
    "is_address",
    "is_data",
    "is_file",
    "is_integer",
    "is_larger",
    "is_link",
    "is_list",
    "is_multiple",
    "is_number",
    "is_object",
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


def is_integer(value: Any) -> TypeGuard[float]:
    return type(value) is int or (type(value) is float and value.is_integer())


def is_list(value: Any) -> TypeIs[list[Any]]:
    return isinstance(value, list)


def is_object(value: Any) -> TypeIs[dict[str, Any]]:
    return isinstance(value, dict)


def is_number(value: Any) -> TypeGuard[float]:
    return type(value) is int or (type(value) is float and math.isfinite(value))


def to_number(value: Any) -> int | float | None:
    """The number that a value is or, as a string, holds."""
    if type(value) is int:
        return value
    if type(value) is float:
        return value if math.isfinite(value) else None
    if isinstance(value, str) and _pattern(_NUMBER).match(value):
        return float(value) if "." in value else int(value)
    return None


def to_integer(value: Any) -> int | float | None:
    """The whole number that a value is or, as a string, holds."""
    if type(value) is int:
        return value
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


def is_type(value: Any, name: str) -> bool:
    """Whether a value has a JSON type, or is a file."""
    match name:
        case "string":
            return isinstance(value, str)
        case "integer":
            return is_integer(value)
        case "number":
            return is_number(value)
        case "boolean":
            return isinstance(value, bool)
        case "object":
            return isinstance(value, dict)
        case "array":
            return isinstance(value, list)
        case _:
            return is_file(value)


def in_enum(value: Any, allowed: Iterable[Any]) -> bool:
    """Membership by JSON equality, where `true` is not `1`."""
    return any(same(value, item) for item in allowed)


def same(left: Any, right: Any) -> bool:
    """JSON equality at any depth."""
    if is_list(left) and is_list(right):
        return len(left) == len(right) and all(map(same, left, right))
    if is_object(left) and is_object(right):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
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
    return _LINK(value) is not None


def is_address(value: str) -> bool:
    """A link of any scheme, or data in the text itself; not a file name or plain words."""
    return _pattern(_SCHEME).match(value) is not None or is_data(value)


def is_data(value: str) -> bool:
    """A `data:` URL, or base64 long enough to be a file."""
    return value[:5].lower() == "data:" or _pattern(_BASE64).match(value) is not None


def is_private(value: str) -> bool:
    """A link into the caller's own machine or network, which no gateway can reach."""
    return _pattern(_PRIVATE).match(value) is not None


def has_media(value: Any, media: Sequence[str]) -> bool:
    """Whether a file has one of the media types; one whose type cannot be told passes."""
    found = describe(value).media
    return found is None or any(fnmatchcase(found.partition(";")[0].strip().lower(), allowed) for allowed in media)


def is_larger(value: Any, size: int) -> bool:
    """Whether a file has more bytes; one whose size cannot be told passes."""
    found = describe(value).size
    return found is not None and found > size


def count(*values: Any) -> int:
    """Items given: nothing 0, a list its length, anything else 1."""
    return sum(0 if value is None else len(value) if is_list(value) else 1 for value in values)


def items(value: Any) -> Sequence[Any]:
    return value if is_list(value) else ()


def member(value: Any, *path: str) -> Any:
    for name in path:
        value = value.get(name) if is_object(value) else None
    return value


def first(*found: tuple[Loc, Any]) -> Loc:
    """The location of the first value that is there, else of the first."""
    return next((loc for loc, value in found if value is not None), found[0][0])


def last(*found: tuple[Loc, Any]) -> Loc:
    """The location of the last value that is there, else of the first."""
    return next((loc for loc, value in reversed(found) if value is not None), found[0][0])
