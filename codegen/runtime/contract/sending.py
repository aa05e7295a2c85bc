"""Requests that may be billed: each is in the ledger before it is sent, and none is sent that the budget does not allow.

A valid request is sent only while fewer submits than the budget may have been taken. A request that must be refused may be taken all the
same, so with a budget it needs the same room: no run has more taken than its budget. Without a budget one may be taken, and then none is
sent any more: nothing can be learned from a gateway that is never asked, and a correct one takes nothing. In either case a place (a family
at an operation; an operation where no family matters) that took such a request gets no other. One that was on its way when a run was
killed counts as paid; with a budget the place may be asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._core import multipart, tasks
from .._core.tables import Operation
from ..testing.space import Body, Space
from .answers import taken
from .exchange import Answer
from .ledger import Ledger, Outcome
from .site import UNKNOWN_TASK, Key, Site


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that was sent, and what came back."""

    answer: Answer
    outcome: Outcome


class Sender:
    """Sends to one gateway."""

    def __init__(self, site: Site, ledger: Ledger, budget: int) -> None:
        self.site = site
        self.ledger = ledger
        self.budget = budget

    def may_probe(self, spot: str, *, paid: bool = True) -> bool:
        """Whether a request that must be refused may be sent to a place."""
        if not paid:
            return True
        if self.budget == 0:
            return not self.ledger.wrong(spot) and not self.ledger.wrong(surely=True)
        return not self.ledger.wrong(spot, surely=True) and self.ledger.paid < self.budget

    def may_buy(self) -> bool:
        """Whether a valid request may be sent."""
        return self.ledger.paid < self.budget

    def taken(self, name: str) -> Answer | None:
        """The answer to a request that was taken, by this run or by an earlier one on the same state."""
        before = self.ledger.sent(name)
        return Answer.of(before.task["answer"]) if before is not None and before.outcome == "taken" and before.task is not None else None

    def send(
        self,
        operation: Operation,
        body: Any,
        name: str,
        spot: str,
        *,
        valid: bool = False,
        path: Mapping[str, str] | None = None,
        content: str = "json",
        key: Key = "right",
        about: Mapping[str, Any] | None = None,
    ) -> Sent:
        """The answer to a request; `about` is kept in the ledger when it was taken."""
        number = self.ledger.begin(name, spot, valid=valid) if operation.paid else None
        answer = self.site.call(operation, body, path=path, content=content, key=key)
        outcome = self._outcome(operation, answer)
        if number is not None:
            self.ledger.settle(number, outcome, self._kept(operation, about, answer) if outcome == "taken" else None)
        return Sent(answer, outcome)

    def _kept(self, operation: Operation, about: Mapping[str, Any] | None, answer: Answer) -> dict[str, Any] | None:
        if about is None:
            return None
        row = self.site.provider.tasks.get(operation.task or "")
        return {**about, "id": tasks.task_id(row, answer.body) if row is not None else None, "answer": self.site.kept(answer)}

    def _outcome(self, operation: Operation, answer: Answer) -> Outcome:
        if answer.ok and not answer.failure:
            return "taken" if taken(operation, self.site, answer) else "refused"
        return "refused" if self.site.refused(operation, answer) else "unknown"


def path_of(operation: Operation, space: Space | None, ids: Mapping[str, str] | None = None) -> dict[str, str]:
    """Path parameters: the model, values that the pages name, and tasks; one that is not known where nothing else is."""
    known = {**(space.path_params or {} if space is not None else {}), **(ids or {})}
    return {row.name: known.get(row.name) or row.example or UNKNOWN_TASK for row in operation.parameters if row.location == "path"}


def plain(operation: Operation, path: Mapping[str, str], body: Body | None, content: str = "json") -> dict[str, Any]:
    """A request as reports show it."""
    where = operation.path
    for name, value in path.items():
        where = where.replace(f"{{{name}}}", value)
    return {
        "method": operation.method,
        "path": where,
        "content": content if operation.contents else "",
        "body": _plain(multipart.plain(body)),
    }


def _plain(value: Any) -> Any:
    """A body without the content of files."""
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    return value
