"""What is said of a recording holds no key, no cookie and no signed link, and does not write to the terminal by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from .._core.secret import MASK

_CREDENTIAL = re.compile(r"auth|key|token|secret|cookie|signature|password", re.IGNORECASE)
_LOOKS_LIKE = re.compile(r"(?i)\b(?:sk|pk|rk)-[\w*.-]{6,}|\b(?:Bearer|Basic)\s+[\w.~+/=*-]{6,}|\beyJ[\w-]{8,}\.[\w.-]+")
_QUERY = re.compile(r"(https?://[^\s\"'<>?#]+)[?#][^\s\"'<>]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
_LEAST = 6  # characters of a value that is taken for a key
_LONGEST = 300
_MOST = 1000  # keys that are remembered


def is_credential(name: str) -> bool:
    """Whether a header or query parameter of that name may hold a key."""
    return _CREDENTIAL.search(name) is not None


class Hider:
    """Knows the keys of a recording, in order to mask them wherever they turn up. They are not kept after the check."""

    def __init__(self) -> None:
        self._secrets: dict[str, None] = {}

    def learn(self, headers: Mapping[str, str], query: Iterable[tuple[str, str]]) -> None:
        """Take in the credentials of a request or an answer."""
        for name, value in [*headers.items(), *query]:
            if is_credential(name):
                self._add(name, value)

    def _add(self, name: str, value: str) -> None:
        parts = re.split(r"[;=\s]+", value) if "cookie" in name.lower() else [value, value.rpartition(" ")[2]]
        for part in parts:
            if len(part) >= _LEAST and part.lower() not in ("bearer", "session") and len(self._secrets) < _MOST:
                self._secrets[part] = None

    def text(self, text: str) -> str:
        """A text as it may be shown: without secrets, on one line, cut."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, MASK)
        text = _CONTROL.sub(" ", _QUERY.sub(r"\1", _LOOKS_LIKE.sub(MASK, text)))
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
