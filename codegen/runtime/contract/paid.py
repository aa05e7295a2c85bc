"""What is bought: valid requests in the order of their worth, all tasks to their ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from ..testing.space import space as space_of
from . import answers, direct, probes, shapes
from .following import Bought, Follow
from .ledger import Ledger
from .probes import Purchase
from .report import Checks, Row
from .sending import Sender, Sent, path_of, plain
from .site import UNKNOWN_TASK, Answer
from .waiting import Wait

_REFUSALS = 3  # of valid requests in one family, after which it is left alone
_CHARGED = "account/paid-work-is-charged"
_BUSY = (401, 402, 403, 429, 503)  # says nothing about the request


class Paid:
    """The paid part of a run."""

    def __init__(self, senders: Mapping[str, Sender], chosen: Mapping[str, list[str]], ledger: Ledger, wait: Wait, timeout: float) -> None:
        self.senders = senders
        self.ledger = ledger
        self.wait = wait
        self.timeout = timeout
        places = [(provider, family) for provider, families in chosen.items() for family in families]
        self.places = sorted(places, key=lambda place: probes.rank(*place))
        self.refused: dict[tuple[str, str], int] = {}
        self.ids: dict[tuple[str, str], str] = {}  # provider and task table -> id of a task, for requests that go on from one
        self.follows: list[tuple[str, Checks, Follow | None]] = []

    def go(self) -> Iterator[list[Row]]:
        """The rows of everything that is bought, or was taken although it was wrong."""
        before = {name: self._balance(sender) for name, sender in self.senders.items()}
        bought = set[str]()
        yield from self._again()
        for provider, family, index, purchase in self._order():
            yield from self._buy(provider, family, index, purchase, bought)
        self._follow()
        for key, checks, _ in self.follows:
            rows = checks.rows()
            self.ledger.done(key, rows)
            yield rows
        yield from self._balances(before, bought)

    # --- buying

    def _order(self) -> Iterator[tuple[str, str, int, Purchase]]:
        """Each family once before any twice; only as far as the budget goes."""
        for index in count():
            some = False
            for provider, family in self.places:
                if not self.senders[provider].may_buy() and self.ledger.sent(f"{provider}/{family}/valid/{index}") is None:
                    continue
                purchase = probes.purchases(provider, family).get(index)
                if purchase is not None:
                    some = True
                    yield provider, family, index, purchase
            if not some:
                return

    def _buy(self, provider: str, family: str, index: int, purchase: Purchase, bought: set[str]) -> Iterator[list[Row]]:
        key = f"{provider}/{family}/valid/{index}"
        known = self.ledger.rows(key)
        if known is not None:
            yield known
            return
        sender, operation = self.senders[provider], purchase.space.operation
        before = self.ledger.sent(key)
        path = path_of(operation, purchase.space, self._tasks(provider, purchase))
        checks = Checks(provider, family, operation.id, plain(operation, path, purchase.body, purchase.space.content), paid=True)
        if before is not None and before.outcome != "refused":
            self._resume(key, checks, sender, purchase, before.task)
            return
        if self.refused.get((provider, family), 0) >= _REFUSALS or not sender.may_buy():
            return
        if UNKNOWN_TASK in path.values():
            why = "it goes on from a task of another request, and none was bought"
            yield [Row(provider, family, operation.id, "request/accepted", "valid", "not-tried", why)]
            return
        about = {"space": [operation.id, purchase.space.model, purchase.space.content], "path": path, "family": family}
        sent = sender.send(
            operation, purchase.body, key, f"{provider}/{family}/{operation.id}", valid=True, path=path, content=purchase.space.content, about=about
        )  # fmt: skip
        yield from self._sent(key, checks, sender, purchase, path, sent, bought)

    def _sent(
        self, key: str, checks: Checks, sender: Sender, purchase: Purchase, path: Mapping[str, str], sent: Sent, bought: set[str]
    ) -> Iterator[list[Row]]:
        site, space = sender.site, purchase.space
        place = f"{space.model or space.family}, {', '.join(purchase.edges)}"
        if sent.outcome == "taken":
            bought.add(key)
            checks.say("valid", "request/accepted")
            self._start(key, checks, sender, purchase, path, sent.answer)
            return
        row = Checks(site.provider.name, space.family, space.operation.id, plain(space.operation, path, purchase.body, space.content), paid=sent.outcome != "refused")  # fmt: skip
        text = f"{answers.said(site, sent.answer)} ({place})"
        if sent.outcome == "unknown":
            bought.add(key)
            row.say("valid", "request/accepted", f"nobody knows whether it was taken: {text}")
        elif sent.answer.status in _BUSY or not sent.answer.reached:
            self.refused[site.provider.name, space.family] = _REFUSALS
            row.note("valid", "request/accepted", "not-tried", text)
            yield row.rows()
            return
        else:
            refused = self.refused.get((site.provider.name, space.family), 0)
            self.refused[site.provider.name, space.family] = refused + 1
            row.note("valid", "request/accepted", "gateway-stricter", f"refused: {text}")
        self.ledger.done(key, row.rows())
        yield row.rows()

    def _start(self, key: str, checks: Checks, sender: Sender, purchase: Purchase, path: Mapping[str, str], answer: Answer) -> None:
        site, space = sender.site, purchase.space
        output = site.tables.outputs.get(space.family, "text")
        follow = None
        if space.operation.task:
            template = site.tables.tasks[space.operation.task].body("submit", space.family)
            checks.say("answer", "answer/shape", answers.success(site, space.operation, answer, template))
            follow = self._followed(sender, Bought(space, path, answer.body, output), checks)
        else:
            direct.check(site, purchase, answer, output, checks)
            self.ledger.done(key, checks.rows())
        self.follows.append((key, checks, follow))

    def _followed(self, sender: Sender, bought: Bought, checks: Checks) -> Follow:
        follow = Follow(sender.site, bought, checks, self.wait, self.timeout)
        follow.start()
        if follow.id:
            self.ids[sender.site.provider.name, follow.row.name] = follow.id
        return follow

    def _tasks(self, provider: str, purchase: Purchase) -> dict[str, str]:
        """Tasks that were bought before, for path parameters that want one."""
        operation = purchase.space.operation
        id = self.ids.get((provider, operation.task or ""))
        row = self.senders[provider].site.provider.tasks.get(operation.task or "")
        return {row.parameter: id} if id and row is not None else {}

    # --- what an earlier run bought, and what was taken although it was wrong

    def _resume(self, key: str, checks: Checks, sender: Sender, purchase: Purchase, task: Mapping[str, Any] | None) -> None:
        if task is None:
            checks.note("valid", "request/accepted", "not-tried", "an earlier run was ended while this was sent; it counts as paid")
            self.follows.append((key, checks, None))
            return
        checks.say("valid", "request/accepted")
        self._start(key, checks, sender, purchase, task["path"], Answer.of(task["answer"]))

    def _again(self) -> Iterator[list[Row]]:
        """Tasks of requests that should have been refused: they are there, and asking about them is free."""
        for submit in self.ledger.submits(valid=False):
            provider = submit.key.partition("/")[0]
            if provider not in self.senders:
                continue
            key = f"taken/{submit.number}"
            known = self.ledger.rows(key)
            if known is not None:
                yield known
            elif submit.task is not None and "space" in submit.task:
                self._taken(key, provider, submit.task)

    def _taken(self, key: str, provider: str, task: Mapping[str, Any]) -> None:
        sender = self.senders[provider]
        operation, model, content = task["space"]
        space = space_of(provider, operation, model, content)
        if space.operation.task:
            answer = Answer.of(task["answer"]).body
            checks = Checks(provider, space.family, operation, {"task": answer}, paid=True)
            output = sender.site.tables.outputs.get(space.family, "text")
            self.follows.append((key, checks, self._followed(sender, Bought(space, task["path"], answer, output), checks)))

    # --- following

    def _follow(self) -> None:
        running = [follow for _, _, follow in self.follows if follow is not None and not follow.ended]
        while running:
            follow = min(running, key=lambda row: row.due)
            pause = follow.due - self.wait.now()
            if pause > 0:
                self.wait.sleep(pause)
            follow.ask()
            if follow.ended:
                running.remove(follow)

    # --- money

    def _balance(self, sender: Sender) -> dict[str, dict[str, float]]:
        """Numbers that say what is left and what was used, by operation."""
        found: dict[str, dict[str, float]] = {}
        if not (sender.budget or self.ledger.paid):
            return found
        for id, row in sender.site.tables.operations.items():
            operation = sender.site.provider.operations[id]
            template = row.bodies.get("succeeded")
            if operation.paid or operation.contents or not shapes.speaks_of(template, "quota"):
                continue
            answer = sender.site.call(operation)
            for name in ("quota", "used"):
                numbers = [value for value in shapes.values(template, answer.body, name) if isinstance(value, int | float)]
                if numbers:
                    found.setdefault(id, {})[name] = numbers[0]
        return found

    def _balances(self, before: Mapping[str, Mapping[str, Mapping[str, float]]], bought: set[str]) -> Iterator[list[Row]]:
        """Whether paid work was charged. Only what this run bought: others may have used the account since an earlier one was ended."""
        ended = {key for key, _, follow in self.follows if follow is None or follow.succeeded}
        for provider, first in before.items():
            unit = f"{provider}/charged"
            rows = self.ledger.rows(unit) or []
            own = {key for key in ended if key.startswith(f"{provider}/")}
            if own & bought and not any(row.is_finding for row in rows):
                rows = list(self._charged(provider, first))
                self.ledger.done(unit, rows)
            elif own and not rows:
                why = "an earlier run bought it, and was ended before it could compare"
                rows = [Row(provider, "", id, _CHARGED, "account", "not-tried", why) for id in first]
            yield rows

    def _charged(self, provider: str, before: Mapping[str, Mapping[str, float]]) -> Iterator[Row]:
        after = self._balance(self.senders[provider])
        for id, first in before.items():
            checks = Checks(provider, "", id)
            last = after.get(id, {})
            for name, sign, word in (("quota", -1, "left"), ("used", 1, "used")):
                if name in first and name in last:
                    change = last[name] - first[name]
                    text = None if change * sign > 0 else f"{first[name]} {word} before, {last[name]} after paid work"
                    checks.say("account", _CHARGED, text)
            yield from checks.rows()
