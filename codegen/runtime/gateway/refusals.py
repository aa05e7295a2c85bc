"""How the gateway says no: the documented status and body of a cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from .._core.violations import Violation
from .calls import RULES, Call, Reply, rule_ids
from .placeholders import Scope, fill
from .tables import Cause, Tables

_LIKE: dict[str, Cause] = {"expired_key": "unknown_key"}  # causes that no page shows a body of its own for


class Refusals:
    """The refusals of one provider."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def body(self, cause: Cause, operation: str = "", **values: Any) -> tuple[int, Any]:
        """Status and body; `values` are those of placeholders."""
        row = self._tables.refusal(cause, operation)
        return row.status, fill(row.body, Scope({"message": "", "param": None, "error": "", **values}))

    def reply(self, call: Call, cause: Cause, **values: Any) -> Reply:
        """The refusal of a call."""
        status, body = self.body(cause, call.operation.id, **values)
        return Reply(status, cause, body)

    def key(self, call: Call, problem: str) -> Reply:
        """The refusal of a key."""
        cause = _LIKE.get(problem)
        return replace(self.reply(call, cause or problem), verdict=problem)  # type: ignore[arg-type]

    def invalid(self, call: Call, errors: Sequence[Violation]) -> Reply:
        """The refusal of a call that breaks rules: the first in words, all of them in a header."""
        first = errors[0]
        reply = self.reply(call, "invalid", message=first.message, param=".".join(map(str, first.loc)) or None)
        return replace(reply, headers={RULES: rule_ids(errors)}, rules=tuple(row.rule for row in errors))
