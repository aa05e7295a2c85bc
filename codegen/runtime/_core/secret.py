"""API keys that do not show."""

from __future__ import annotations

from collections.abc import Iterable

MASK = "[secret]"


class Secret:
    """A string whose repr, str and pickle do not give it away; `reveal()` does.

    Pickling is refused rather than emptied, so that a key is missed at once and not at the next request.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return MASK

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("an API key is not pickled")


def redact(text: str, secrets: Iterable[Secret]) -> str:
    """The text with every secret masked; gateways repeat keys in their messages."""
    for secret in secrets:
        if value := secret.reveal():
            text = text.replace(value, MASK)
    return text
