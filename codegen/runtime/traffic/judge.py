"""A request and its answer together: who is stricter, the spec or the gateway."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from .._core import responses, tasks
from .._core.doors import check_request
from .._core.shape import is_object
from .._core.tables import Operation
from .._core.violations import Violation
from . import answers, bodies, places
from .bodies import Body
from .exchange import Exchange, Message, Unreadable
from .following import Following, is_query
from .report import Collector, Report
from .shapes import Difference, Members

_APART = frozenset({401, 402, 403, 408, 429, 499})
_VARYING = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`|\b[\w-]*\d[\w-]*\b")


class Judge:
    """Takes the exchanges of recordings one by one."""

    def __init__(self, where: places.Places) -> None:
        self._places = where
        self._found = Collector()
        self._members = Members()
        self._tasks = Following()

    def report(self) -> Report:
        """What all of them say."""
        for provider, operation, path in self._members.never():
            self._found.add("never-seen", None, provider, operation, path, "documented, and in none of the answers", count=0)
        return self._found.report(len(self._tasks))

    def take(self, exchange: Exchange | Unreadable) -> None:
        """The next of a recording."""
        if isinstance(exchange, Unreadable):
            self._found.add("unreadable", exchange.position, "", "", str(exchange.position), exchange.reason)
            return
        try:
            place = self._places.find(exchange.method, exchange.url, exchange.provider)
            other = places.host_shown(exchange.url) if place is None else ""
        except ValueError:
            self._found.add("unreadable", exchange.position, "", "", str(exchange.position), "the URL makes no sense")
            return
        if place is None:
            self._found.elsewhere[other] += 1
            return
        self._found.hider.learn(exchange.request.headers, place.query)
        self._found.hider.learn(exchange.response.headers, ())
        if exchange.method == "OPTIONS" and place.operation is None:
            self._found.seen["preflights"] += 1
        elif place.operation is None:
            self._undocumented(exchange, place)
        else:
            _Pair(exchange, place, place.operation, self._found, self._members, self._tasks).judge()

    def _undocumented(self, exchange: Exchange, place: places.Place) -> None:
        """What the gateway does not know either is no finding."""
        if exchange.status is None:
            self._found.seen["no_answer"] += 1
        elif is_apart(exchange.status):
            self._found.apart[str(exchange.status)] += 1
        elif exchange.status in (404, 405):
            self._found.seen["unjudged"] += 1
        else:
            self._found.seen["undocumented"] += 1
            methods = places.other_methods(place.tables, place.path)
            kind = "undocumented-method" if methods else "undocumented-operation"
            known = f"; documented are {', '.join(methods)}" if methods else ""
            subject = f"{exchange.method} {places.shape_of(place.path)}"
            self._found.add(kind, exchange.position, place.tables.name, "", subject, f"answered with status {exchange.status}{known}")


def is_apart(status: int) -> bool:
    """Whether a status says nothing about rules: keys, balance, rates, and trouble inside the gateway."""
    return status in _APART or status >= 500


class _Pair:
    """One exchange of a documented operation."""

    def __init__(
        self, exchange: Exchange, place: places.Place, operation: Operation, found: Collector, members: Members, following: Following
    ) -> None:
        self._exchange = exchange
        self._place = place
        self._tables = place.tables
        self._operation = operation
        self._found = found
        self._members = members
        self._tasks = following
        self._task = answers.task_of(place.tables, operation)
        self._request = bodies.of_request(exchange.request)
        self._blind = bool(operation.contents) and self._request.problem in ("cut", "missing", "encoded")

    def judge(self) -> None:
        """Say what the exchange says."""
        status = self._exchange.status
        if status is None:
            self._found.seen["no_answer"] += 1
            return
        body = bodies.of_answer(self._exchange.response)
        if body.problem not in ("", "json"):
            self._found.bodies[body.problem] += 1
        if is_apart(status):
            self._found.apart[str(status)] += 1
            if status < 500 and is_object(body.value) and answers.is_documented(self._operation, status):
                self._add_all(answers.differences(self._tables, self._operation, status, "", body, self._members))
            return
        if not answers.is_documented(self._operation, status):
            self._found.seen["undocumented"] += 1
            self._add("undocumented-status", str(status), f"documented are {', '.join(self._operation.responses)}")
            return
        self._add_all(answers.differences(self._tables, self._operation, status, self._exchange.response.media, body, self._members))
        refused = status >= 400 or (self._task is not None and self._operation.task is not None and tasks.refused(self._task, body.value))
        self._follow(status, body.value, refused=refused)
        self._rules(status, body.value, refused=refused)

    def _follow(self, status: int, body: Any, *, refused: bool) -> None:
        row = self._task
        if row is None:
            return
        if is_query(self._operation, row):
            asked = self._place.path_params.get(row.parameter, "")
            if status == 404:
                self._add_all(self._tasks.missing(self._tables, row, asked))
            elif status < 300 and is_object(body):
                self._add_all(self._tasks.queried(self._tables, row, asked, body))
        elif self._operation.task and not refused and is_object(body):
            self._tasks.submitted(self._tables, row, body)

    def _rules(self, status: int, answer: Any, *, refused: bool) -> None:
        violations = self._violations(self._request)
        errors = [row for row in violations if row.severity == "error"]
        if not refused:
            self._found.seen["contradicted" if errors else "unjudged" if self._blind else "taken"] += 1
            self._taken(violations)
        elif errors:
            self._found.seen["refused"] += 1
        elif status == 404 and not self._operation.paid:
            self._found.seen["not_found"] += 1
        elif self._blind or any(row.rule.endswith("/model:unknown") for row in violations):
            self._found.seen["unjudged"] += 1
        else:
            self._found.seen["contradicted"] += 1
            self._stricter(status, answer, violations)

    def _taken(self, violations: Iterable[Violation]) -> None:
        for name, value in self._place.query:
            if name not in {row.name for row in self._operation.parameters if row.location == "query"}:
                self._add("unknown-parameter", name, f"the query parameter {name}={_short(value)} is not documented")
        for row in violations:
            where = ".".join("[]" if isinstance(part, int) else str(part) for part in row.loc).replace(".[]", "[]")
            if row.rule.endswith("/model:unknown"):
                model = self._model()
                self._add("unknown-model", str(model), row.message, row.source)
            elif row.rule.endswith(":unknown-field"):
                self._add("unknown-field", where, f"{row.message} [{row.rule}]", row.source)
            elif row.severity == "error":
                self._add("spec-stricter", row.rule, f"{where or 'body'}: {row.message}", row.source)
            else:
                self._add("warning", row.rule, f"{where or 'body'}: {row.message}", row.source)

    def _model(self) -> Any:
        if self._operation.dispatch == "path":
            return self._place.path_params.get(self._operation.model_field)
        body = self._request.value
        return body.get(self._operation.model_field) if is_object(body) else None

    def _stricter(self, status: int, answer: Any, warnings: list[Violation]) -> None:
        said = responses.said(answer) or "no message"
        hint = f" (rules that warn: {', '.join(sorted({row.rule for row in warnings}))})" if warnings else ""
        subject = _VARYING.sub("*", self._found.hider.text(said))
        self._add("gateway-stricter", subject, f"{status}: {said}{hint}")

    def _violations(self, request: Body) -> list[Violation]:
        message: Message = self._exchange.request
        found = check_request(
            self._tables.name,
            self._exchange.method,
            self._operation.path,
            None if self._blind else request.value,
            path_params=self._place.path_params,
            query=dict(self._place.query),
            headers={name: value for name, value in message.headers.items() if name not in _CREDENTIALS},
            content_type=request.kind,
        )
        if not self._blind:
            return found
        parameters = {row.name for row in self._operation.parameters}
        return [row for row in found if row.loc[:1] and row.loc[0] in parameters]

    def _add_all(self, rows: Iterable[Difference]) -> None:
        for row in rows:
            self._add(row.kind, row.path, row.message, self._operation.source)

    def _add(self, kind: str, subject: str, message: str, source: str = "") -> None:
        self._found.add(kind, self._exchange.position, self._tables.name, self._operation.id, subject, message, source)


_CREDENTIALS = frozenset({"authorization", "api-key", "cookie", "proxy-authorization"})  # recorders mask them, so they are not judged


def _short(value: str) -> str:
    return value if len(value) <= 40 else f"{value[:37]}..."
