"""Whether paid work is charged: what is left and what was used, before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from . import documented
from .report import Checks, Row
from .sending import Sender

_WORDS = (("quota", -1, "left"), ("used", 1, "used"))  # placeholder, which way it goes, how it is said
_SUBJECT = "account/paid-work-is-charged"
Numbers = Mapping[str, Mapping[str, float]]  # operation -> placeholder -> amount


class Account:
    """The balances of the gateways of a run, as they were when it was made."""

    def __init__(self, senders: Mapping[str, Sender]) -> None:
        self._senders = senders
        self._before = {name: _balance(sender) for name, sender in senders.items() if sender.budget or sender.ledger.paid}

    def rows(self, ended: Set[str], bought: Set[str]) -> Iterator[list[Row]]:
        """Whether paid work was charged. Only what this run bought: others may have used the account since an earlier one was ended.

        Args:
            ended: Keys of what was bought, by any run, and ended well.
            bought: Keys of what this run bought.
        """
        for provider, first in self._before.items():
            ledger, unit = self._senders[provider].ledger, f"{provider}/charged"
            rows = ledger.rows(unit) or []
            own = {key for key in ended if key.startswith(f"{provider}/")}
            if own & bought and not any(row.is_finding for row in rows):
                rows = list(self._compared(provider, first))
                ledger.done(unit, rows)
            elif own and not rows:
                why = "an earlier run bought it, and was ended before it could compare"
                rows = [Row(provider, "", id, _SUBJECT, "account", "not-tried", why) for id in first]
            yield rows

    def _compared(self, provider: str, before: Numbers) -> Iterator[Row]:
        after = _balance(self._senders[provider])
        for id, first in before.items():
            checks, last = Checks(provider, "", id), after.get(id, {})
            for name, sign, word in _WORDS:
                if name in first and name in last:
                    good = (last[name] - first[name]) * sign > 0
                    checks.say("account", _SUBJECT, None if good else f"{first[name]} {word} before, {last[name]} after paid work")
            yield from checks.rows()


def _balance(sender: Sender) -> Numbers:
    found: dict[str, dict[str, float]] = {}
    for id, row in sender.site.tables.operations.items():
        operation = sender.site.provider.operations[id]
        template = row.bodies.get("succeeded")
        if operation.paid or operation.contents or not documented.speaks_of(template, "quota"):
            continue
        answer = sender.site.call(operation)
        for name, _, _ in _WORDS:
            numbers = [value for value in documented.values(template, answer.body, name) if isinstance(value, int | float)]
            if numbers:
                found.setdefault(id, {})[name] = numbers[0]
    return found
