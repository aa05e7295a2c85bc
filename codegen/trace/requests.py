"""The requests of the tests that concern an id, each with what `check_request` says about it now."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from .. import ir
from ..load import Map, read_yaml
from .subjects import Subject

Row = dict[str, Any]
Check = Callable[..., Sequence[Any]]  # unibind.check_request
_MEDIA = {"json": "application/json", "multipart": "multipart/form-data"}
_SHOWN = 2  # requests of each verdict


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the test data."""

    file: str
    line: int
    name: str  # ex) accept
    operation: ir.Operation
    body: Any
    content_type: str
    path: Any = None
    query: Any = None
    headers: Any = None


def examples(subject: Subject, data: Path, check: Check) -> list[Row]:
    """The pair that was written for a rule first, then the first few that accept and refuse."""
    rows: list[Row] = []
    counts: dict[str, int] = {}
    for request in _of(subject, data):
        found = check(
            subject.provider.name,
            request.operation.method,
            request.operation.path,
            _uploads(request.body),
            path_params=request.path or {},
            query=request.query,
            headers=request.headers,
            content_type=request.content_type,
        )
        if not _concerns(subject, request, {violation.rule for violation in found}):
            continue
        verdict = "refused" if any(violation.severity == "error" for violation in found) else "warned" if found else "accepted"
        counts[verdict] = counts.get(verdict, 0) + 1
        if counts[verdict] <= _SHOWN:
            rows.append(_row(request, verdict, found))
    return rows


def _row(request: Request, verdict: str, found: Sequence[Any]) -> Row:
    said = [{"rule": violation.rule, "severity": violation.severity, "message": violation.message} for violation in found]
    about = {"file": request.file, "line": request.line, "name": request.name, "operation": request.operation.id}
    return about | {"body": request.body, "verdict": verdict, "violations": said}


def _concerns(subject: Subject, request: Request, broken: set[str]) -> bool:
    """Whether the request breaks one of the rules, or holds what they are about."""
    match subject.kind:
        case "operation":
            return request.operation.id == subject.id
        case "model":
            return subject.id in json.dumps(request.body, default=str)
        case "conflict" | "mode":
            return False
        case _:
            pass
    if broken & {row.id for row in subject.rules} or request.name in ("accept", "reject"):
        return True
    return bool(subject.path) and not broken and _holds(request.body, subject.path)


def _holds(body: Any, path: ir.Path) -> bool:
    if not path:
        return True
    head, *rest = path
    if head == ir.ITEM:
        return any(_holds(item, tuple(rest)) for item in _list(body))
    value = _map(body).get(head)
    return value is not None and _holds(value, tuple(rest))


# --- reading them ----------------------------------------------------------------------------------------------------------------


def _of(subject: Subject, data: Path) -> Iterator[Request]:
    yield from _pairs(subject, data)
    by_route = {(operation.method, operation.path): operation for operation in subject.provider.operations}
    for path in sorted((data / "cases" / subject.provider.name).glob("*.jsonl")):
        for line, text in enumerate(path.read_text("utf-8").splitlines(), 1):
            case = json.loads(text)
            operation = by_route.get((case["method"], case["path"]))
            if operation is not None and _near(subject, operation, case.get("body")):
                media = case.get("content_type", _MEDIA["json"])
                rest = (case.get("path_params"), case.get("query"), case.get("headers"))
                yield Request(_label(path, data), line, case["id"], operation, case.get("body"), media, *rest)


def _near(subject: Subject, operation: ir.Operation, body: Any) -> bool:
    """Whether a request can be about the subject: goes to its operation, or to one of its family with one of its models."""
    if subject.operation is not None:
        return operation.id == subject.operation.id
    if subject.family is None or operation.id not in (*subject.family.operations, *subject.family.also):
        return False
    models = {model.id for model in subject.family.models}
    return not models or operation.dispatch != "body" or str(_map(body).get(operation.model_field)) in models


def _pairs(subject: Subject, data: Path) -> Iterator[Request]:
    """The accepted and the refused request that are written for named rules."""
    if subject.family is None:
        return
    path = data / "rules" / subject.provider.name / f"{subject.family.id}.yaml"
    if not path.is_file():
        return
    table, _ = read_yaml(path.read_text("utf-8"), _label(path, data))
    for rule in subject.rules:
        row = table.get(rule.id)
        if isinstance(row, Map):
            operation = subject.provider.operation(row.get("operation", subject.family.operations[0]))
            for which in ("accept", "reject"):
                media = _MEDIA[row.get("content", "json")]
                yield Request(_label(path, data), row.line_of(which), which, operation, row[which], media, row.get("path"))


def _label(path: Path, data: Path) -> str:
    return f"tests/data/{path.relative_to(data).as_posix()}"


def _uploads(value: Any) -> Any:
    """The value with its files in the form that the package takes; their content takes no room."""
    if "$file" in _map(value):
        about = _map(_map(value)["$file"])
        file = TemporaryFile()  # noqa: SIM115 - closed with the process
        file.truncate(about.get("size", 0))
        return about.get("name"), file, about.get("type")
    if isinstance(value, dict):
        return {name: _uploads(item) for name, item in _map(value).items()}
    return [_uploads(item) for item in _list(value)] if isinstance(value, list) else value


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}  # pyright: ignore[reportUnknownVariableType] - JSON


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType] - JSON
