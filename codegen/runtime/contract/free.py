"""The part of a run that a correct gateway takes no money for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .._core.tables import Operation
from ..gateway.calls import kinds
from ..gateway.tables import Cause
from ..testing.edges import search
from ..testing.space import Space
from . import answers, documented, probes
from .report import Checks, Row
from .sending import Sender, Sent, path_of, plain
from .site import UNKNOWN_TASK, Key

_KEYS: tuple[tuple[Key, Cause, str], ...] = (("none", "missing_key", "auth/missing-key"), ("wrong", "unknown_key", "auth/wrong-key"))
_SPENT = "an invalid request was taken here before, or may have been"


class Free:
    """The free checks of one provider."""

    def __init__(self, sender: Sender, families: Iterable[str]) -> None:
        self.sender = sender
        self.site = sender.site
        self.families = list(families)
        self.kinds = kinds(self.site.provider)

    def units(self) -> Iterator[tuple[str, Any]]:
        """Every part, by name; each is a function that gives its rows."""
        for operation in self.operations():
            yield f"auth/{operation.id}", lambda operation=operation: self._auth(operation)
        for operation in self.operations():
            if not operation.paid and not operation.contents:
                yield f"asked/{operation.id}", lambda operation=operation: self._asked(operation)
        for family in self.families:
            for group in probes.groups(self.site.provider.name, family):
                yield f"rule/{family}/{group.operation}/{group.rule}", lambda family=family, group=group: self._rule(family, group)

    def operations(self) -> list[Operation]:
        """The operations of the chosen families, those that ask about their tasks, and those that belong to no family."""
        chosen = set(self.families)
        own = [row for row in self.site.provider.operations.values() if chosen & set(row.families.values())]
        kinds_of_tasks = {row.task for row in own}
        asked: set[str | None] = set()
        for task in self.site.provider.tasks.values():
            if task.name in kinds_of_tasks:
                asked |= {*task.query.values(), *task.family_query.values(), task.content, task.result, *task.read}
        free = {id for id, kind in self.kinds.items() if kind == "other"}
        return [row for row in self.site.provider.operations.values() if row in own or row.id in asked | free]

    # --- keys

    def _auth(self, operation: Operation) -> list[Row]:
        checks = Checks(self.site.provider.name, "", operation.id)
        for key, cause, subject in _KEYS:
            self._key(checks, operation, key, cause, subject)
        return checks.rows()

    def _key(self, checks: Checks, operation: Operation, key: Key, cause: Cause, subject: str) -> None:
        """A wrong body first, which costs nothing whoever accepts the key; a right one only when the gateway looks at bodies before keys."""
        spot = f"{self.site.provider.name}//{operation.id}"
        space = self._space(operation)
        before = self.sender.taken(f"{spot}/{subject}")
        problems = None if before is None else answers.refusal(self.site, operation, before, cause)
        for body, content in self._bodies(operation, space):
            if not self.sender.may_probe(spot, paid=operation.paid):
                break
            path = path_of(operation, space)
            sent = self.sender.send(operation, body, f"{spot}/{subject}", spot, path=path, content=content, key=key, about={"path": path})
            problems = answers.refusal(self.site, operation, sent.answer, cause)
            if not problems or sent.outcome != "refused":
                break
        if problems is None:
            checks.note("auth", subject, "not-tried", _SPENT)
        else:
            checks.say("auth", subject, problems)

    def _space(self, operation: Operation) -> Space | None:
        rows = probes.by_family(self.site.provider.name)
        chosen = [row for family in self.families for row in rows.get(family, ())]
        return next((row for row in chosen if row.operation is operation), None)

    def _bodies(self, operation: Operation, space: Space | None) -> list[tuple[Any, str]]:
        if space is None:
            return [({}, operation.contents[0])] if operation.contents else [(None, "json")]
        wrong = [
            probe.body
            for group in probes.groups(self.site.provider.name, space.family)
            if group.operation == operation.id
            for probe in group.probes[:1]
            if probe.space is space
        ]
        return [*((body, space.content) for body in wrong[:1]), (search(space).least, space.content)]

    # --- what is asked for nothing

    def _asked(self, operation: Operation) -> list[Row]:
        checks = Checks(self.site.provider.name, "", operation.id)
        if any(row.location == "path" for row in operation.parameters):
            self._unknown_task(checks, operation)
        else:
            self._listed(checks, operation)
        return checks.rows()

    def _unknown_task(self, checks: Checks, operation: Operation) -> None:
        answer = self.site.call(operation, path=path_of(operation, None))
        checks.say("query", "task/unknown-id", answers.refusal(self.site, operation, answer, "not_found"))

    def _listed(self, checks: Checks, operation: Operation) -> None:
        row = self.site.tables.operations.get(operation.id)
        template = row.body("succeeded", None) if row is not None else None
        answer = self.site.call(operation)
        if not checks.say("account", "answer/shape", answers.success(self.site, operation, answer, template)):
            return
        if documented.speaks_of(template, "quota"):
            numbers = list(documented.values(template, answer.body, "quota"))
            good = numbers and all(isinstance(value, int | float) and not isinstance(value, bool) for value in numbers)
            checks.say("account", "account/balance", None if good else f"no number says what is left: {numbers}")
        if documented.speaks_of(template, "model"):
            checks.say("account", "account/models", self._models(documented.values(template, answer.body, "model")))

    def _models(self, listed: Iterable[Any]) -> str:
        wanted = [id for id, rows in self.site.provider.models.items() if not all(row.deprecated for row in rows)]
        found = set(map(str, listed))
        missing = [id for id in wanted if id not in found]
        return f"{len(missing)} of {len(wanted)} documented models are not listed: {', '.join(missing[:5])}" if missing else ""

    # --- rules

    def _rule(self, family: str, group: probes.Group) -> list[Row]:
        provider = self.site.provider
        operation = provider.operations[group.operation]
        spot = f"{provider.name}/{family}/{operation.id}"
        tried = 0
        for probe in group.probes:
            name = f"{spot}/{probe.space.model}/{probe.space.content}/{probe.rule}/{probe.edge}"
            if self.sender.taken(name) is None and not self.sender.may_probe(spot, paid=operation.paid):
                break
            tried += 1
            row = self._probe(probe, name, spot)
            if row is not None:
                return [row]
        if tried < len(group.probes):
            why = _SPENT if self.sender.ledger.wrong(spot) else "no budget is left for the gateway to take it"
            return [
                Row(provider.name, family, operation.id, group.rule, "invalid", "not-tried", f"{why}; {tried} of {len(group.probes)} sent")
            ]
        return [Row(provider.name, family, operation.id, group.rule, "invalid", "kept")]

    def _probe(self, probe: probes.Probe, name: str, spot: str) -> Row | None:
        space = probe.space
        operation = space.operation
        path = path_of(operation, space)
        about = {"space": [operation.id, space.model, space.content], "path": path, "family": space.family}
        before = self.sender.taken(name)
        sent = (
            Sent(before, "taken")
            if before is not None
            else self.sender.send(operation, probe.body, name, spot, path=path, content=space.content, about=about)
        )
        free: tuple[Cause, ...] = ("not_found",) if UNKNOWN_TASK in path.values() else ()
        problems = answers.refusal(self.site, operation, sent.answer, "invalid", *free)
        if not problems:
            return None
        accepted = sent.outcome == "taken" if operation.paid else sent.answer.ok
        where = f"{space.model or space.family}, {probe.edge}"
        detail = f"accepted ({where})" if accepted else f"{where}: {'; '.join(problems)}"
        return Row(
            self.site.provider.name, space.family, operation.id, probe.rule, "invalid", "spec-stricter" if accepted else "broken", detail,
            _request(operation, path, probe), operation.paid and sent.outcome != "refused",
        )  # fmt: skip


def _request(operation: Operation, path: Mapping[str, str], probe: probes.Probe) -> dict[str, Any]:
    return plain(operation, path, probe.body, probe.space.content)
