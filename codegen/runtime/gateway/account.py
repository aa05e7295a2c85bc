"""Who may call the gateway, and what is left to pay with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from .._core.tables import Operation, Provider
from . import tables
from .calls import Call
from .log import is_credential
from .tables import KeyState, Sight

DEFAULT_KEY = "sk-unibind-local"
Problem = Literal["missing_key", "unknown_key", "disabled_key", "expired_key"]
_DAY = 86_400


class Account:
    """Keys, each enabled, disabled or expired, and one balance in the gateway's unit that all of them pay from.

    Attributes:
        keys: May be changed while the gateway runs.
        quota: What is left; may be set.
        used: What was spent.
        price: Of one piece of paid work.
    """

    def __init__(self, row: tables.Account, now: float, keys: Mapping[str, KeyState] | None = None, quota: int | None = None) -> None:
        self.keys: dict[str, KeyState] = dict(keys) if keys is not None else {DEFAULT_KEY: "enabled"}
        self.quota = row.quota if quota is None else quota
        self.used = row.used
        self.price = row.price
        self._row = row
        self._expired = int(now) - _DAY

    @property
    def api_key(self) -> str:
        """An enabled key, or an empty string."""
        return next((key for key, state in self.keys.items() if state == "enabled"), "")

    @property
    def known(self) -> list[str]:
        """Every key that is one: an empty text stands for none."""
        return [key for key in self.keys if key]

    def problem(self, provider: Provider, call: Call) -> Problem | None:
        """Why the key of a call is not taken, or None."""
        given = list(_given(provider, call))
        states = {self.keys[key] for key in given if key in self.keys}
        if "enabled" in states or ("expired" in states and call.operation.id in self._row.expired):
            return None
        if not given:
            return "missing_key"
        if not states:
            return "unknown_key"
        return "disabled_key" if "disabled" in states else "expired_key"

    def sight(self, headers: Mapping[str, str], query: Mapping[str, str]) -> Sight:
        """What the credentials of a request are, in whatever place they stand; a key of the account is one in any other place too."""
        values = [value for place in (headers, query) for name, value in place.items() if is_credential(name)]
        if any(self.keys.get(value.rpartition(" ")[2]) == "enabled" for value in values):
            return "right"
        if values:
            return "wrong"
        return "right" if self.strays(headers, query) else "none"

    def strays(self, headers: Mapping[str, str], query: Mapping[str, str]) -> bool:
        """Whether a key of the account stands anywhere in a request."""
        return any(key in value for key in self.known for place in (headers, query) for value in place.values())

    def can_pay(self) -> bool:
        """Whether there is enough for one piece of paid work."""
        return self.quota >= self.price

    def pay(self) -> None:
        """Take the price of one piece of paid work."""
        self.quota -= self.price
        self.used += self.price

    def values(self, provider: Provider, call: Call | None = None) -> dict[str, Any]:
        """What placeholders say about the account and the key of a call."""
        money = round(self.quota / self._row.unit * self._row.rate, 4)
        expired = call is not None and all(self.keys.get(key) == "expired" for key in _given(provider, call))
        expires = self._expired if expired else -1
        return {"quota": self.quota, "used": self.used, "total": self.quota + self.used, "amount": money, "expires": expires}


def _given(provider: Provider, call: Call) -> Iterator[str]:
    """The keys of a call: in its header, and where its operation has a parameter for one."""
    row = provider.security_of(call.operation)
    value = call.headers.get(row.header.lower())
    if value is not None:  # of another scheme: an empty key, which is unknown
        yield value[len(row.prefix) :] if value.startswith(row.prefix) else ""
    for name, place in _places(call.operation):
        found = (call.headers if place == "header" else call.query).get(name)
        if found is not None:
            yield found


def _places(operation: Operation) -> Iterator[tuple[str, str]]:
    for parameter in operation.parameters:
        if parameter.location != "path" and is_credential(parameter.name):
            yield parameter.name, parameter.location
