"""API keys that do not show."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from .shape import is_array, is_object

MASK = "[secret]"
_LONG = 12  # characters from which a key is looked for in data too: a shorter one may be part of an id by chance


def is_key(text: str) -> bool:
    """Whether a text can be an API key: printable ASCII without spaces, as headers take it."""
    return re.fullmatch(r"[\x21-\x7e]+", text) is not None


class Secret:
    """A string whose repr, str and pickle do not give it away; `reveal()` does.

    Pickling is refused rather than emptied, so that a key is missed at once and not at the next request.
    """

    __slots__ = ("_bytes", "_forms", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        self._forms: tuple[str, ...] | None = None
        self._bytes: tuple[bytes, ...] | None = None

    def reveal(self) -> str:
        return self._value

    @property
    def forms(self) -> tuple[str, ...]:
        """The texts that give it away: itself, and as URLs, JSON and base64 have it; the longest first."""
        if self._forms is None:
            self._forms = tuple(sorted(set(_forms(self._value)), key=len, reverse=True)) if self._value else ()
        return self._forms

    def may_be_in(self, content: bytes) -> bool:
        """Whether JSON may hold it: quick, for every answer."""
        if len(self._value) < _LONG:
            return False
        if self._bytes is None:
            self._bytes = (b"\\", *(form.encode("utf-8", "replace") for form in self.forms))
        return any(form in content for form in self._bytes)

    def __repr__(self) -> str:
        return MASK

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("an API key is not pickled")


def _forms(value: str) -> Iterator[str]:
    yield value
    for safe in ("", "/"):
        quoted = quote(value, safe=safe, errors="replace")
        yield quoted
        yield _lowered(quoted)
    escaped = json.dumps(value)[1:-1]
    yield escaped
    yield escaped.replace("/", "\\/")
    if len(value) >= _LONG:
        for offset in range(3):  # where it begins in a group of three bytes decides how it looks
            content = bytes(offset) + value.encode("utf-8", "replace")
            core = slice((offset * 8 + 5) // 6, len(content) * 8 // 6)
            yield base64.b64encode(content).decode()[core]
            yield base64.urlsafe_b64encode(content).decode()[core]


def _lowered(quoted: str) -> str:
    """With small letters in `%2f`."""
    first, *rest = quoted.split("%")
    return "%".join([first, *(f"{part[:2].lower()}{part[2:]}" for part in rest)])


def redact(text: str, secrets: Iterable[Secret]) -> str:
    """The text with every secret masked; gateways repeat keys in their messages."""
    for secret in secrets:
        for form in secret.forms:
            text = text.replace(form, MASK)
    return text


def redacted(value: Any, content: bytes, secrets: Iterable[Secret]) -> Any:
    """What a JSON text says, with secrets masked: they must not get into stored tasks or along with URLs."""
    found = [secret for secret in secrets if secret.may_be_in(content)]
    return _masked(value, found) if found else value


def _masked(value: Any, secrets: list[Secret]) -> Any:
    if isinstance(value, str):
        return redact(value, secrets)
    if is_array(value):
        return [_masked(item, secrets) for item in value]
    if is_object(value):
        return {redact(name, secrets): _masked(item, secrets) for name, item in value.items()}
    return value
