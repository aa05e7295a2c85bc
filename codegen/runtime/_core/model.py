"""Bases of the emitted pydantic models."""

from __future__ import annotations

import copy
import json
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self, cast

from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError, model_validator

from . import dispatch, tasks
from .errors import RequestInvalid, ResponseInvalid
from .tables import Operation, Provider, Response, Task

if TYPE_CHECKING:
    from collections.abc import Mapping


class NestedModel(BaseModel):
    """An object inside a request."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)


class RequestModel(BaseModel):
    """A request of one model family; making one checks every rule of the family.

    Raises:
        RequestInvalid: The request breaks rules; `violations` has all of them.
        pydantic.ValidationError: A value has a type that the fields do not take.
    """

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    def to_body(self) -> dict[str, Any]:
        """The JSON body, with the fields that were given."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)

    @model_validator(mode="before")
    @classmethod
    def _rules(cls, data: Any) -> Any:
        if isinstance(data, dict):
            body = _by_alias(cls, cast("dict[str, Any]", data))
            provider, operation = _place(cls)
            violations = dispatch.check(provider, operation, body)
            if any(violation.severity == "error" for violation in violations):
                raise RequestInvalid(violations, operation=operation.id)
        return cast(Any, data)


@cache
def _place(cls: type[RequestModel]) -> tuple[Provider, Operation]:
    """The provider of an emitted request class, and the operation that its family is made for: both follow from its module."""
    *_, provider, _models, _requests, module = cls.__module__.split(".")
    tables = dispatch.provider(provider)
    families = {row.family: row.operations[0] for rows in tables.models.values() for row in rows}
    families |= {operation.families[""]: operation.id for operation in tables.operations.values() if "" in operation.families}
    operation = next(id for family, id in families.items() if dispatch.module_name(family) == module)
    return tables, tables.operations[operation]


def _by_alias(cls: type[BaseModel], data: dict[str, Any]) -> dict[str, Any]:
    aliases = {name: field.alias for name, field in cls.model_fields.items() if field.alias}
    return {aliases.get(name, name): value for name, value in data.items()} if aliases else data


class ResponseModel(BaseModel):
    """An answer. Members may be missing, and unknown ones are kept."""

    model_config = ConfigDict(extra="allow", populate_by_name=True, protected_namespaces=())
    _body: Any = PrivateAttr(default=None)

    def to_dict(self) -> dict[str, Any]:
        """The body as it was received, no key lost."""
        if self._body is None:
            return self.model_dump(mode="json", by_alias=True, exclude_unset=True)
        body: dict[str, Any] = copy.deepcopy(self._body)
        return body

    @classmethod
    def from_body(cls, body: dict[str, Any]) -> Self:
        """The model of a body; members that are not of the documented type are kept as they came."""
        try:
            model = cls.model_validate(body)
        except ValidationError as error:
            model = cls._leniently(body, {str(row["loc"][0]) for row in error.errors() if row["loc"]})
        model._body = body
        return model

    @classmethod
    def _leniently(cls, body: dict[str, Any], wrong: set[str]) -> Self:
        model = cls.model_validate({name: value for name, value in body.items() if name not in wrong})
        for name in wrong & body.keys():
            object.__setattr__(model, name, body[name])
            model.__pydantic_fields_set__.add(name)
        return model


class TaskModel(ResponseModel):
    """An answer about a task."""

    _row: Task | None = PrivateAttr(default=None)

    def about(self, row: Task | None) -> None:
        """Says how the body is to be read as a task."""
        self._row = row

    @property
    def state(self) -> tasks.State:
        """`queued`, `running`, `succeeded` or `failed`."""
        return self._reading().state

    @property
    def outputs(self) -> list[str]:
        """Links to the results, without repeats."""
        return list(self._reading().outputs)

    def _reading(self) -> tasks.Reading:
        if self._row is None:
            raise AttributeError("this model was not read from an answer about a task")
        return tasks.read(self._row, self._body)


class AnyResponse(ResponseModel):
    """An answer whose shape is not documented."""


@cache
def _responses(provider: str) -> Any:
    return import_module(f"{dispatch.PACKAGE}.{provider}.models.responses")


def read(provider: Provider, operation: Operation, status: int, body: Any) -> ResponseModel:
    """The model of one answer; the first documented shape that fits."""
    body = _decoded(operation, status, body)
    row = response_row(operation, status)
    cls = _fitting(provider, row, body)
    model = cls.from_body(body)
    if isinstance(model, TaskModel):
        model.about(_task_row(provider, operation))
    return model


def response_row(operation: Operation, status: int) -> Response | None:
    """What the operation documents for a status: the status itself, its class, or any other failure."""
    rows: Mapping[str, Response] = operation.responses
    exact = rows.get(str(status)) or rows.get(f"{status // 100}XX")
    if exact is not None:
        return exact
    wanted = "2" if status < 400 else "4"
    return next((row for key, row in rows.items() if key.startswith(wanted)), None)


def _decoded(operation: Operation, status: int, body: Any) -> dict[str, Any]:
    start = body[:500] if isinstance(body, str) else body[:500].decode("utf-8", "replace") if isinstance(body, bytes) else repr(body)[:500]
    if isinstance(body, str | bytes):
        try:
            body = json.loads(body)
        except ValueError:
            raise ResponseInvalid("the body is not JSON", operation=operation.id, status=status, body_start=start) from None
    if not isinstance(body, dict):
        raise ResponseInvalid("the body is not a JSON object", operation=operation.id, status=status, body_start=start)
    return cast("dict[str, Any]", body)


def _fitting(provider: Provider, row: Response | None, body: dict[str, Any]) -> type[ResponseModel]:
    """The first documented shape whose distinguishing members are all there."""
    if row is not None:
        module = _responses(provider.name)
        for name in row.schemas:
            if all(member in body for member in provider.matches.get(name, ())):
                return cast("type[ResponseModel]", getattr(module, name))
    return AnyResponse


def _task_row(provider: Provider, operation: Operation) -> Task | None:
    if operation.task is not None:
        return provider.tasks[operation.task]
    return next((task for task in provider.tasks.values() if operation.id in task.query.values()), None)
