"""Bases of the emitted pydantic models. Their validators are built when they are first used (`defer_build`)."""

from __future__ import annotations

import copy
import json
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self, cast

from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError, model_validator

from . import dispatch, tasks
from .errors import RequestInvalid, ResponseInvalid
from .exchange import ResponseInfo
from .tables import Operation, Provider, Response, Task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_START = 500  # characters of a body that errors keep


class NestedModel(BaseModel):
    """An object inside a request."""

    model_config = ConfigDict(extra="allow", populate_by_name=True, defer_build=True)


class RequestModel(BaseModel):
    """A request of one model family; making one checks every rule of the family.

    Raises:
        RequestInvalid: The request breaks rules; `violations` has all of them.
        pydantic.ValidationError: A value has a type that the fields do not take.
    """

    model_config = ConfigDict(extra="allow", populate_by_name=True, defer_build=True)

    def to_body(self) -> dict[str, Any]:
        """The JSON body, with the fields that were given."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)

    @model_validator(mode="before")
    @classmethod
    def _rules(cls, data: Any) -> Any:
        if isinstance(data, dict):
            body = _by_alias(cls, cast("dict[str, Any]", data))
            provider, operation, path = _place(cls)
            violations = dispatch.check(provider, operation, body, path_params=path)
            if violations and any(violation.severity == "error" for violation in violations):
                raise RequestInvalid(violations, operation=operation.id)
        return cast(Any, data)


@cache
def _place(cls: type[RequestModel]) -> tuple[Provider, Operation, dict[str, str] | None]:
    """The provider of an emitted request class, and the operation that its family is made for: both follow from its module.

    A model that stands in the path is no part of the body: the first of the family stands in for it.
    """
    *_, provider, _models, _requests, module = cls.__module__.split(".")
    tables = dispatch.provider(provider)
    families = {row.family: row.operations[0] for rows in tables.models.values() for row in rows}
    families |= {operation.families[""]: operation.id for operation in tables.operations.values() if "" in operation.families}
    family, id = next(row for row in families.items() if dispatch.module_name(row[0]) == module)
    operation = tables.operations[id]
    if operation.dispatch != "path":
        return tables, operation, None
    return tables, operation, {operation.model_field: next(model for model, name in operation.families.items() if name == family)}


@cache
def _aliases(cls: type[BaseModel]) -> dict[str, str]:
    return {name: field.alias for name, field in cls.model_fields.items() if field.alias}


def _by_alias(cls: type[BaseModel], data: dict[str, Any]) -> dict[str, Any]:
    aliases = _aliases(cls)
    return {aliases.get(name, name): value for name, value in data.items()} if aliases else data


class ResponseModel(BaseModel):
    """An answer. Members may be missing, and unknown ones are kept."""

    model_config = ConfigDict(extra="allow", populate_by_name=True, protected_namespaces=(), defer_build=True)
    _body: Any = PrivateAttr(default=None)
    _http_response: ResponseInfo | None = PrivateAttr(default=None)

    @property
    def http_response(self) -> ResponseInfo | None:
        """Status, headers, request id, attempts and elapsed seconds of the answer; None for a model that no call has made."""
        return self._http_response

    def to_dict(self) -> dict[str, Any]:
        """The body as it was received, no key lost."""
        if self._body is None:
            return self.model_dump(mode="json", by_alias=True, exclude_unset=True)
        body: dict[str, Any] = copy.deepcopy(self._body)
        return body

    def about_body(self, body: Any) -> Self:
        """Keeps a body that is no JSON object."""
        self._body = body
        return self

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
    _finished: bool = PrivateAttr(default=False)

    def about(self, row: Task | None, *, finished: bool = False) -> None:
        """Says how the body is to be read as a task; `finished` when there is no such answer before success."""
        self._row, self._finished = row, finished

    @property
    def state(self) -> tasks.State:
        """`queued`, `running`, `succeeded` or `failed`."""
        return "succeeded" if self._finished else self._reading().state

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


class TextResponse(ResponseModel):
    """An answer that is plain text, such as subtitles."""

    text: str = ""


@cache
def _responses(provider: str) -> Any:
    return import_module(f"{dispatch.PACKAGE}.{provider}.models.responses")


def read(provider: Provider, operation: Operation, status: int, body: Any, *, event: bool = False) -> ResponseModel:
    """The model of one answer, or of one event of a streamed answer; the first documented shape that fits."""
    row = response_row(operation, status)
    body = _decoded(operation, row, status, body)
    if isinstance(body, str):
        return TextResponse.from_body({"text": body}).about_body(body)
    if not isinstance(body, dict):
        return AnyResponse().about_body(body)
    names = row.stream if event and row is not None and row.stream else row.schemas if row is not None else ()
    model = _fitting(provider, names, cast("dict[str, Any]", body)).from_body(cast("dict[str, Any]", body))
    if isinstance(model, TaskModel):
        task = task_row(provider, operation)
        model.about(task, finished=task is not None and task.result == operation.id and status < 300)
    return model


def response_row(operation: Operation, status: int) -> Response | None:
    """What the operation documents for a status: the status itself, its class, or any other failure."""
    rows: Mapping[str, Response] = operation.responses
    exact = rows.get(str(status)) or rows.get(f"{status // 100}XX")
    if exact is not None:
        return exact
    wanted = "2" if status < 400 else "4"
    return next((row for key, row in rows.items() if key.startswith(wanted)), None)


def _decoded(operation: Operation, row: Response | None, status: int, body: Any) -> Any:
    """The JSON of a body that may still be text; text where that is documented."""
    if isinstance(body, str | bytes):
        text = body if isinstance(body, str) else body.decode("utf-8", "replace")
        try:
            body = json.loads(text)
        except ValueError:
            if row is not None and row.text:
                return text
            raise ResponseInvalid("the body is not JSON", operation=operation.id, status=status, body_start=text[:_START]) from None
    if not isinstance(body, dict | list):
        raise ResponseInvalid("the body is no JSON object", operation=operation.id, status=status, body_start=repr(body)[:_START])
    return cast(Any, body)


def _fitting(provider: Provider, names: Sequence[str], body: dict[str, Any]) -> type[ResponseModel]:
    """The first documented shape whose distinguishing members are all there."""
    for name in names:
        if all(member in body for member in provider.matches.get(name, ())):
            return cast("type[ResponseModel]", getattr(_responses(provider.name), name))
    return AnyResponse


def task_row(provider: Provider, operation: Operation) -> Task | None:
    if operation.task is not None:
        return provider.tasks[operation.task]
    asking = (
        task
        for task in provider.tasks.values()
        if operation.id in {*task.query.values(), *task.family_query.values(), *task.read, task.result}
    )
    return next(asking, None)
