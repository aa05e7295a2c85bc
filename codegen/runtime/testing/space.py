"""A request space: one model at one operation in one encoding, with the rules that hold there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Any

from .._core import dispatch
from .._core.checks import is_file, is_list, is_object
from .._core.tables import Model, Operation, Provider, RuleInfo
from .._core.violations import Report
from .binding import bound

Node = dict[str, Any]  # an object of the IR as data: `is` names its class
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Ids of the rules that a body breaks."""

    errors: frozenset[str]
    warnings: frozenset[str]


@cache
def family_data(provider: str, family: str) -> Node:
    """The emitted space of a family."""
    return _read(provider, family)


@cache
def response_data(provider: str) -> dict[str, Node]:
    """The emitted shapes of a provider's answers, by name."""
    return _read(provider, "responses")


def _read(provider: str, name: str) -> dict[str, Any]:
    file = resources.files(f"{dispatch.PACKAGE}.{provider}") / "spaces" / f"{name}.json"
    data: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return data


class Space:
    """What may be asked of one model at one operation.

    Attributes:
        provider: Name of the provider.
        operation: Row of the operation.
        model: Model id, or an empty string where requests name no model of the tables.
        content: `"json"` or `"multipart"`.
        family: Id of the family.
    """

    def __init__(self, provider: str, operation: str, model: str, content: str = "json") -> None:
        self.provider = provider
        self.tables: Provider = dispatch.provider(provider)
        self.operation: Operation = self.tables.operations[operation]
        self.model = model
        self.content = content
        self.family = self.operation.families[model]
        self._module = dispatch.family_module(provider, self.family)

    def __repr__(self) -> str:
        return f"Space({self.provider!r}, {self.operation.id!r}, {self.model!r}, {self.content!r})"

    @cached_property
    def data(self) -> Node:
        """The family with all bounds of this model, and conditions on model, operation and encoding decided."""
        found: Node = bound(family_data(self.provider, self.family), self.model, self.operation.id, self.content)
        return found

    @property
    def body(self) -> Node:
        """The type of the body."""
        node: Node = self.data["body"]
        return node

    @cached_property
    def rules(self) -> dict[str, Node]:
        """The named rules by id."""
        return {row["id"]: row for row in self.data.get("rules", ())}

    @cached_property
    def modes(self) -> dict[str, Node]:
        """The conditions of the modes by name."""
        return {row["name"]: row["condition"] for row in self.data.get("modes", ())}

    @property
    def infos(self) -> dict[str, RuleInfo]:
        """What is said about each rule of the family."""
        return dict(self._module.RULES)

    @cached_property
    def empty(self) -> Body:
        """A body with nothing but the model."""
        return {self.operation.model_field: self.model} if self.operation.dispatch == "body" and self.model else {}

    @property
    def path_params(self) -> dict[str, str] | None:
        """The model, where the path names it."""
        return {self.operation.model_field: self.model} if self.operation.dispatch == "path" and self.model else None

    def sent(self, body: Body) -> Body:
        """A body as it arrives: in a form everything but files is text, and an empty list is nothing."""
        if self.content == "json":
            return body
        return {name: as_sent(value) for name, value in body.items() if value != []}

    def judge(self, body: Body) -> Verdict:
        """Which rules a body breaks."""
        report = Report()
        if self.content == "multipart":
            body = dict(dispatch.from_form(self.tables, self.operation, self.sent(body)))
        self._module.check(body, self.model, self.operation.id, self.content, report)
        if not report:
            return _CLEAN
        found = {row.rule for row in report}
        errors = frozenset(id for id in found if self._module.RULES[id].severity == "error")
        return Verdict(errors, frozenset(found - errors))


def as_sent(value: Any) -> Any:
    """A value of a form as it arrives: everything but a file is text, and a list of one is that one."""
    if is_list(value):
        sent: list[Any] = [json.dumps(item) if is_list(item) else as_sent(item) for item in value]
        alone: Any = sent[0] if len(sent) == 1 else None
        return alone if isinstance(alone, str) or is_file(alone) else sent
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return json.dumps(value) if is_object(value) else value


_CLEAN = Verdict(frozenset(), frozenset())


def spaces(provider: str, model: str | None = None, operation: str | None = None, *, also: bool = False) -> Iterator[Space]:
    """The spaces of a provider, a model or an operation: those that the pages of the family name.

    With `also`, those too that only other pages name, which are taken with a warning.
    """
    tables = dispatch.provider(provider)
    for row in tables.operations.values():
        if operation not in (None, row.id):
            continue
        for name in row.families:
            if model not in (None, name) or (name and not also and not _documented(tables, name, row.id)):
                continue
            yield from (space(provider, row.id, name, content) for content in row.contents)


def _documented(tables: Provider, model: str, operation: str) -> bool:
    rows: tuple[Model, ...] = tables.models.get(model, ())
    return any(operation in row.operations for row in rows)


@cache
def space(provider: str, operation: str, model: str, content: str = "json") -> Space:
    """The one space of a model at an operation; made once."""
    return Space(provider, operation, model, content)
