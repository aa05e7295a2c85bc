"""From a line of a job file to the operation that it goes to, and its parts."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._core import dispatch, multipart, request
from .._core.errors import RequestInvalid
from .._core.shape import is_array, is_object
from .._core.tables import Operation, Provider
from .._core.violations import Violation

_RESERVED = ("id", "provider", "operation")
_PARTS = ("model", "path", "query", "body")
_FILE = "$file"


class LineError(Exception):
    """A line that no request can be made of. Never leaves this package."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Target:
    """Where a job goes, and with what. Uploads stand in `body` as `{"$file": path}`."""

    operation: Operation
    model: str
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Mapping[str, Any]


def resolve(provider: Provider, line: Mapping[str, Any]) -> Target:
    """The target of a line; `LineError` when there is none."""
    operation = _operation(provider, line)
    _refuse_unpaid(operation)
    path, query, body = _explicit(line) if "body" in line else _flat(operation, line)
    model = _model(line)
    if operation.dispatch == "path":
        path = {operation.model_field: model, **path} if model else path
        if not model:
            model = str(path.get(operation.model_field, ""))
    elif "body" in line and model:
        body = {operation.model_field: model, **body}
    return Target(operation, model or _text(body.get(operation.model_field)), path, query, body)


def check(provider: Provider, target: Target, folder: Path) -> list[Violation]:
    """Everything that is wrong with a job's request."""
    try:
        body = with_files(target.body, folder)
    except LineError as error:
        return [Violation(error.rule, (), str(error), "error", "")]
    operation = target.operation
    content = (
        "multipart" if "multipart" in operation.contents and ("json" not in operation.contents or multipart.has_file(body)) else "json"
    )
    try:
        found = dispatch.check(provider, operation, body, path_params=target.path, query=target.query, content=content)
        request.build(provider, operation, "http://localhost", path=target.path, query=target.query, body=body, content=content)
    except RequestInvalid as error:
        return error.violations
    return found


def with_files(value: Any, folder: Path) -> Any:
    """A body with `{"$file": path}` replaced by paths; relative ones start at the folder. `LineError` when there is no such file."""
    if is_object(value):
        if set(value) == {_FILE}:
            return _file(value[_FILE], folder)
        return {name: with_files(item, folder) for name, item in value.items()}
    return [with_files(item, folder) for item in value] if is_array(value) else value


def _file(name: Any, folder: Path) -> Path:
    if not isinstance(name, str) or not name:
        raise LineError("job:file", f"{_FILE} takes the path of a file, not {name!r}")
    path = folder / name
    if not path.is_file():
        raise LineError("job:file", f"there is no file {path}")
    return path


def _operation(provider: Provider, line: Mapping[str, Any]) -> Operation:
    named = line.get("operation")
    if named is not None:
        if isinstance(named, str) and named in provider.operations:
            return provider.operations[named]
        raise LineError("job:operation", f"{provider.title} has no operation {named!r}{_near(named, provider.operations)}")
    model = _model(line)
    if not model:
        raise LineError("job:operation", "the line names neither a model nor an operation")
    rows = provider.models.get(model)
    if rows is None:
        near = _near(model, provider.models)
        raise LineError(
            "job:model", f"{model!r} is not a documented model of {provider.title}{near}; an `operation` beside it says where it goes"
        )
    taken = dict.fromkeys(id for row in rows for id in row.operations)
    return min((provider.operations[id] for id in taken), key=_preference)


def _preference(operation: Operation) -> int:
    """Tasks first: what was begun can be taken up again. Streams last, they are refused below."""
    if operation.task:
        return 0
    return 2 if _streams(operation) else 1


def _refuse_unpaid(operation: Operation) -> None:
    if not operation.paid:
        raise LineError("job:operation", f"{operation.id} is a query; a batch takes operations that make something")
    if _streams(operation):
        raise LineError("job:operation", f"{operation.id} answers with a stream of events, which a batch does not take")


def _streams(operation: Operation) -> bool:
    return all(row.kind == "stream" for status, row in operation.responses.items() if status.startswith("2"))


def _explicit(line: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    known = (*_RESERVED, *_PARTS)
    strange = [name for name in line if name not in known]
    if strange:
        raise LineError("job:field", f"{strange[0]!r} stands beside `body`; beside it only {', '.join(known)} are known")
    parts = {name: line.get(name) for name in ("path", "query", "body")}
    wrong = next((name for name, value in parts.items() if value is not None and not is_object(value)), None)
    if wrong:
        raise LineError("job:field", f"{wrong} must be an object")
    _refuse_events(parts["body"])
    return dict(parts["path"] or {}), dict(parts["query"] or {}), dict(parts["body"] or {})


def _flat(operation: Operation, line: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Path parameters and fields of the body stand side by side."""
    fields = {name: value for name, value in line.items() if name not in _RESERVED}
    if operation.dispatch == "path":
        fields.pop("model", None)
    named = [row.name for row in operation.parameters if row.location == "path"]
    path = {name: fields.pop(name) for name in named if name in fields}
    _refuse_events(fields)
    return path, {}, fields


def _refuse_events(body: Any) -> None:
    if is_object(body) and body.get("stream") is True:
        raise LineError("job:stream", "stream: true is answered with events, which a batch does not take; leave it out")


def _model(line: Mapping[str, Any]) -> str:
    return _text(line.get("model"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _near(name: Any, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 1) if isinstance(name, str) else []
    return f"; did you mean {near[0]!r}?" if near else ""
