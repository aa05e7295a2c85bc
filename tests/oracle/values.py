"""JSON values and the constraint keywords that judge one value."""

import mimetypes
import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from fractions import Fraction
from math import isfinite
from typing import Any

Node = Mapping[str, Any]
Loc = tuple[str | int, ...]

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
INTEGER = re.compile(r"-?[0-9]+")
BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")
SCHEME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789+.-")
PRIVATE_NETWORKS = (("127",), ("10",), ("192", "168"), ("169", "254"), *(("172", str(second)) for second in range(16, 32)))


class SpecError(Exception):
    """The tables contradict themselves or use a word that the format does not have."""


def is_number(value: object) -> bool:
    """Whether the value is a JSON number; true, false, NaN and infinities are none."""
    if isinstance(value, float):
        return isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def is_file(value: object) -> bool:
    """Whether the value stands for an uploaded file."""
    return isinstance(value, dict) and "$file" in value


def is_object(value: object) -> bool:
    """Whether the value is a JSON object."""
    return isinstance(value, dict) and not is_file(value)


def is_integer(value: Any) -> bool:
    """Whether the value is a number without a fraction."""
    return is_number(value) and value % 1 == 0


def has_type(value: object, name: str, content: str) -> bool:
    """Whether the value has the named type in a body of this content."""
    if is_file(value):
        return content == "multipart" and name in ("file", "any")
    tests: dict[str, Callable[[Any], bool]] = {
        "any": lambda _: True,
        "file": is_file,
        "object": is_object,
        "array": lambda v: isinstance(v, list),
        "string": lambda v: isinstance(v, str),
        "boolean": lambda v: isinstance(v, bool),
        "number": is_number,
        "integer": is_integer,
    }
    return tests[name](value)


def fits(node: Node, value: object, content: str) -> bool:
    """Whether the value has the type that the field declares, numbers in strings included."""
    if "any_of" in node:
        return any(fits(branch, value, content) for branch in node["any_of"])
    name = node["type"]
    if node.get("numeric_string") and isinstance(value, str):
        return bool((INTEGER if name == "integer" else NUMBER).fullmatch(value))
    return has_type(value, name, content)


def number_of(value: Any, numeric: bool) -> Fraction | None:
    """The exact number that a value is, or holds as text where `numeric` says so."""
    if is_number(value) or (numeric and isinstance(value, str) and NUMBER.fullmatch(value)):
        return Fraction(str(value))
    return None


def same(left: Any, right: Any) -> bool:
    """JSON equality: 1 is 1.0 but not true."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def equal(left: Any, right: Any, numeric: bool) -> bool:
    """Equality by number where `numeric` says so and both are numbers, by JSON otherwise."""
    numbers = number_of(left, numeric), number_of(right, numeric)
    return numbers[0] == numbers[1] if None not in numbers else same(left, right)


def link_keyword(value: str, base64: bool, public: bool) -> str | None:
    """What is wrong with a text as a link: `url`, `link`, `public`, or nothing."""
    rest = next((value[len(start) :] for start in ("http://", "https://") if value.lower().startswith(start)), "")
    if rest and rest[0] != "/" and not rest[0].isspace():
        return "public" if public and _is_private(_host(rest)) else None
    if _is_data(value):
        return None if base64 else "link"
    return "link" if _has_scheme(value) else "url"


def _has_scheme(value: str) -> bool:
    """Two characters at least: one letter and a colon are a drive."""
    scheme, colon, _ = value.lower().partition(":")
    return bool(colon) and len(scheme) > 1 and "a" <= scheme[0] <= "z" and SCHEME_CHARACTERS.issuperset(scheme)


def _is_data(value: str) -> bool:
    text = value.removesuffix("=").removesuffix("=")
    return value.lower().startswith("data:") or (len(text) >= 64 and BASE64.issuperset(text))


def _host(rest: str) -> str:
    """The host of a link without its scheme, in lower case."""
    authority = re.split(r"[/?#]", rest)[0].rpartition("@")[2].lower()
    return authority.partition("]")[0] + "]" if authority.startswith("[") else authority.partition(":")[0]


def _is_private(host: str) -> bool:
    """The caller's own machine, or a network behind it."""
    if host.startswith("["):
        return host == "[::1]" or host.startswith(("[fc", "[fd", "[fe80:"))
    parts = host.split(".")
    if host in ("localhost", "0.0.0.0") or (len(parts) > 1 and parts[-1] in ("local", "localhost")):
        return True
    is_address = len(parts) == 4 and all(re.fullmatch("[0-9]{1,3}", part) for part in parts)
    return is_address and any(tuple(parts[: len(network)]) == network for network in PRIVATE_NETWORKS)


def media_of(file: Node) -> str | None:
    """Media type of an upload: the declared one, else the one of its extension."""
    declared = file.get("type") or mimetypes.guess_type(file.get("name") or "")[0]
    return str(declared).split(";")[0].strip().lower() if declared else None


def _number_keyword(keyword: str, value: Fraction, limit: Fraction) -> bool:
    tests = {
        "minimum": value >= limit,
        "maximum": value <= limit,
        "exclusive_minimum": value > limit,
        "exclusive_maximum": value < limit,
    }
    return tests[keyword] if keyword in tests else value % limit == 0


def _text_keyword(keyword: str, value: str, limit: Any) -> bool:
    if keyword == "pattern":
        return re.search(limit, value) is not None
    return bool(len(value) >= limit if keyword == "min_length" else len(value) <= limit)


def _list_keyword(keyword: str, value: list[Any], limit: Any) -> bool:
    if keyword == "unique_items":
        return not limit or not any(same(value[i], value[j]) for i in range(len(value)) for j in range(i))
    return bool(len(value) >= limit if keyword == "min_items" else len(value) <= limit)


def _file_keyword(keyword: str, file: Node, limit: Any) -> bool:
    if keyword == "max_bytes":
        return file.get("size") is None or file["size"] <= limit
    media = media_of(file)
    # an upload of unknown kind is given the benefit of the doubt
    return media is None or any(fnmatchcase(media, allowed.lower()) for allowed in limit)


NUMBER_KEYWORDS = ("minimum", "maximum", "exclusive_minimum", "exclusive_maximum", "multiple_of")
TEXT_KEYWORDS = ("min_length", "max_length", "pattern")
LIST_KEYWORDS = ("min_items", "max_items", "unique_items")
FILE_KEYWORDS = ("media", "max_bytes")
ANY_KEYWORDS = ("enum", "const")
KEYWORDS = NUMBER_KEYWORDS + TEXT_KEYWORDS + LIST_KEYWORDS + FILE_KEYWORDS + ANY_KEYWORDS


def keyword_holds(keyword: str, limit: Any, value: Any, numeric: bool) -> bool:
    """Whether one constraint keyword holds; a value of a type that it does not speak of satisfies it."""
    if keyword in ANY_KEYWORDS:
        return any(equal(value, allowed, numeric) for allowed in (limit if keyword == "enum" else [limit]))
    number = number_of(value, numeric)
    if keyword in NUMBER_KEYWORDS:
        return number is None or _number_keyword(keyword, number, Fraction(str(limit)))
    if keyword in TEXT_KEYWORDS:
        return not isinstance(value, str) or _text_keyword(keyword, value, limit)
    if keyword in LIST_KEYWORDS:
        return not isinstance(value, list) or _list_keyword(keyword, value, limit)
    return not is_file(value) or _file_keyword(keyword, value["$file"], limit)


def broken(constraints: Node, value: Any, numeric: bool) -> Iterator[str]:
    """The keywords among the constraints that the value breaks; other keys are passed over."""
    for keyword in KEYWORDS:
        if keyword in constraints and not keyword_holds(keyword, constraints[keyword], value, numeric):
            yield keyword


def satisfies(constraints: Node, value: Any, numeric: bool, content: str) -> bool:
    """Whether the value satisfies a constraint of a rule, its `type` included."""
    unknown = constraints.keys() - {*KEYWORDS, "type"}
    if unknown:
        raise SpecError(f"not a constraint: {sorted(unknown)}")
    typed = "type" not in constraints or has_type(value, constraints["type"], content)
    return typed and not any(broken(constraints, value, numeric))
