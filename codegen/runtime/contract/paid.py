"""What is bought: valid requests in the order of their worth, all tasks to their ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from ..testing.space import Body
from ..testing.space import space as space_of
from . import answers, direct, media, probes
from .account import Account
from .exchange import Answer
from .following import Bought, Follow
from .ledger import Ledger
from .purchases import Purchase, purchases
from .report import Checks, Row
from .sending import Sender, Sent, path_of, plain
from .site import UNKNOWN_TASK
from .waiting import Wait

_REFUSALS = 3  # of valid requests in one family, after which it is left alone
_BUSY = (401, 402, 403, 429, 503)  # says nothing about the request


@dataclass(frozen=True, slots=True)
class Order:
    """A purchase at its gateway.

    Attributes:
        key: Name in the ledger.
        body: Body of the purchase, with the caller's files.
    """

    sender: Sender
    purchase: Purchase
    key: str
    body: Body
    path: Mapping[str, str]

    @property
    def provider(self) -> str:
        return self.sender.site.provider.name

    @property
    def family(self) -> str:
        return self.purchase.space.family

    @property
    def output(self) -> str:
        return self.sender.site.tables.outputs.get(self.family, "text")

    def checks(self, *, paid: bool = True) -> Checks:
        """Verdicts about this request."""
        space = self.purchase.space
        request = plain(space.operation, self.path, self.body, space.content)
        return Checks(self.provider, self.family, space.operation.id, request, paid=paid)

    def send(self) -> Sent:
        """Send it; that it was is in the ledger before."""
        space = self.purchase.space
        about = {"space": [space.operation.id, space.model, space.content], "path": self.path, "family": self.family}
        spot = f"{self.provider}/{self.family}/{space.operation.id}"
        return self.sender.send(space.operation, self.body, self.key, spot, valid=True, path=self.path, content=space.content, about=about)

    def bought(self, path: Mapping[str, str], answer: Any) -> Bought:
        """The task that it became."""
        return Bought(self.purchase.space, path, answer, self.output, self.body, _hint(self))


class Paid:
    """The paid part of a run."""

    def __init__(
        self, senders: Mapping[str, Sender], chosen: Mapping[str, list[str]], ledger: Ledger, wait: Wait, timeout: float, files: Mapping[str, str]
    ) -> None:  # fmt: skip
        self.senders = senders
        self.ledger = ledger
        self.wait = wait
        self.timeout = timeout
        self.files = files
        places = [(provider, family) for provider, families in chosen.items() for family in families]
        self.places = sorted(places, key=lambda place: probes.rank(*place))
        self.refused: dict[tuple[str, str], int] = {}
        self.ids: dict[tuple[str, str], str] = {}  # provider and task table -> id of a task, for requests that go on from one
        self.follows: list[tuple[str, Checks, Follow | None]] = []
        self.made = ledger.purchases()  # keys of those of earlier runs that are not looked at yet
        self.billed: set[str] = set()  # keys of what is paid for, bought by any run
        self.bought: set[str] = set()  # keys of what this run bought

    def go(self) -> Iterator[list[Row]]:
        """The rows of everything that is bought, or was taken although it was wrong."""
        account = Account(self.senders)
        yield from self._again()
        for order in self._orders():
            yield from self._buy(order)
            order.sender.site.stays()
        self._follow()
        for key, checks, follow in self.follows:
            if follow is not None:
                follow.stays()
            rows = checks.rows()
            self.ledger.done(key, rows)
            yield rows
        ended = {key for key, _, follow in self.follows if follow is None or follow.succeeded}
        yield from account.rows(ended & self.billed, self.bought)

    # --- buying

    def _orders(self) -> Iterator[Order]:
        """Each family once before any twice; only as far as the budget goes."""
        for index in count():
            some = False
            for provider, family in self.places:
                order = self._order(provider, family, index)
                if order is not None:
                    some = True
                    yield order
            if not some:
                return

    def _order(self, provider: str, family: str, index: int) -> Order | None:
        """A purchase that was made before or can be paid for."""
        sender, prefix = self.senders[provider], f"{provider}/{family}/valid/"
        if not sender.may_buy() and not any(key.startswith(prefix) for key in self.made):
            return None
        purchase = purchases(provider, family).get(index)
        if purchase is None:
            return None
        key = prefix + purchase.id
        if not sender.may_buy() and key not in self.made:
            return None
        self.made.discard(key)
        path = path_of(purchase.space.operation, purchase.space, self._tasks(sender, purchase))
        return Order(sender, purchase, key, media.put(purchase.body, self.files), path)

    def _buy(self, order: Order) -> Iterator[list[Row]]:
        known, before = self.ledger.rows(order.key), self.ledger.sent(order.key)
        if known is not None:
            yield known
        elif before is not None and before.outcome != "refused":
            self._resume(order, before.task)
        elif self.refused.get((order.provider, order.family), 0) >= _REFUSALS or not order.sender.may_buy():
            return
        elif UNKNOWN_TASK in order.path.values():
            why = "it goes on from a task of another request, and none was bought"
            checks = order.checks(paid=False)
            checks.note("valid", "request/accepted", "not-tried", why)
            yield checks.rows()
        else:
            yield from self._sent(order, order.send())

    def _sent(self, order: Order, sent: Sent) -> Iterator[list[Row]]:
        if sent.outcome == "taken":
            self.bought.add(order.key)
            self._start(order, order.path, sent.answer)
            return
        checks = order.checks(paid=sent.outcome != "refused")
        place = f"{order.purchase.space.model or order.family}, {', '.join(order.purchase.edges)}"
        text = f"{answers.said(order.sender.site, sent.answer)} ({place})"
        left_alone = (order.provider, order.family)
        if sent.outcome == "unknown":
            self.bought.add(order.key)
            checks.say("valid", "request/accepted", f"nobody knows whether it was taken: {text}")
        elif sent.answer.status in _BUSY or not sent.answer.reached:
            self.refused[left_alone] = _REFUSALS
            checks.note("valid", "request/accepted", "not-tried", text)
            yield checks.rows()
            return
        else:
            self.refused[left_alone] = self.refused.get(left_alone, 0) + 1
            checks.note("valid", "request/accepted", "gateway-stricter", f"refused: {text}{_hint(order)}")
        self.ledger.done(order.key, checks.rows())
        yield checks.rows()

    def _start(self, order: Order, path: Mapping[str, str], answer: Answer) -> None:
        site, space, checks = order.sender.site, order.purchase.space, order.checks()
        checks.say("valid", "request/accepted")
        if space.operation.paid:
            self.billed.add(order.key)
        follow = None
        if space.operation.task:
            template = site.tables.tasks[space.operation.task].body("submit", space.family)
            checks.say("answer", "answer/shape", answers.success(site, space.operation, answer, template, order.body))
            follow = self._followed(order.sender, order.bought(path, answer.body), checks)
        else:
            direct.check(site, space, order.body, answer, order.output, checks)
            self.ledger.done(order.key, checks.rows())
        self.follows.append((order.key, checks, follow))

    def _followed(self, sender: Sender, bought: Bought, checks: Checks) -> Follow:
        follow = Follow(sender.site, bought, checks, self.wait, self.timeout)
        follow.start()
        if follow.id:
            self.ids[sender.site.provider.name, follow.row.name] = follow.id
        return follow

    def _tasks(self, sender: Sender, purchase: Purchase) -> dict[str, str]:
        """Tasks that were bought before, for path parameters that want one."""
        task = purchase.space.operation.task or ""
        id = self.ids.get((sender.site.provider.name, task))
        row = sender.site.provider.tasks.get(task)
        return {row.parameter: id} if id and row is not None else {}

    # --- what an earlier run bought, and what was taken although it was wrong

    def _resume(self, order: Order, task: Mapping[str, Any] | None) -> None:
        if task is not None:
            self._start(order, task["path"], Answer.of(task["answer"]))
            return
        checks = order.checks()
        checks.note("valid", "request/accepted", "not-tried", "an earlier run was ended while this was sent; it counts as paid")
        self.follows.append((order.key, checks, None))

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
                self._wrongly_taken(key, self.senders[provider], submit.task)

    def _wrongly_taken(self, key: str, sender: Sender, task: Mapping[str, Any]) -> None:
        operation, model, content = task["space"]
        space = space_of(sender.site.provider.name, operation, model, content)
        if space.operation.task:
            answer = Answer.of(task["answer"]).body
            checks = Checks(sender.site.provider.name, space.family, operation, {"task": answer}, paid=True)
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
            follow.site.stays()
            if follow.ended:
                running.remove(follow)


def _hint(order: Order) -> str:
    """Why a gateway may refuse a valid request with some right, or its task fail."""
    warned = f"; the documents warn of it: {', '.join(order.purchase.warnings)}" if order.purchase.warnings else ""
    return warned + ("; its links lead nowhere, name files that the gateway can load" if media.links(order.body) else "")
