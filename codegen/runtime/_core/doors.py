"""The two functions that tools call: check a request, read an answer. No client, no key, no network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from . import dispatch
from .tables import Operation, Provider
from .violations import Violation

if TYPE_CHECKING:
    from .model import ResponseModel

__all__ = ["Violation", "check_request", "parse_response"]


def check_request(
    provider: str,
    method: str,
    path: str,
    body: Any = None,
    *,
    path_params: Mapping[str, Any] | None = None,
    query: Mapping[str, Any] | None = None,
    headers: Mapping[str, Any] | None = None,
    content_type: str = "application/json",
) -> list[Violation]:
    """Everything that is wrong with one request, before it is sent.

    Args:
        provider: `"uniall"`, `"uniapi"` or `"wavespeed"`.
        method: HTTP method.
        path: Path template such as `/v1/videos/{task_id}`, or a concrete path.
        body: The decoded body: a dict for JSON and for forms. A file field takes what httpx takes: a path, bytes, an open file,
            or `(name, content, media type)`. Without one an empty object is checked, which is what the clients send then.
        path_params: Values of the template's parameters. When None they are not checked.
        query: Query parameters.
        headers: Request headers; only documented ones are looked at.
        content_type: `application/json` or `multipart/form-data`.

    Returns:
        The violations. The request may go when none has severity `"error"`.

    Raises:
        LookupError: The provider is unknown.
    """
    tables = dispatch.provider(provider)
    operation, found = _found(tables, method, path)
    if operation is None:
        message = f"{method.upper()} {path} is not a documented operation of {tables.title}."
        return [Violation(f"{provider}:unknown-operation", (), message, "error", "")]
    if found and path_params is None:
        path_params = dict(found)
    kind = "json" if content_type == "application/json" else content_kind(content_type)
    return dispatch.check(
        tables, operation, {} if body is None else body, path_params=path_params, query=query, headers=headers, content=kind
    )


def parse_response(provider: str, method: str, path: str, status: int, body: Any) -> ResponseModel:
    """The typed model of one answer.

    Args:
        provider: `"uniall"`, `"uniapi"` or `"wavespeed"`.
        method: HTTP method of the request.
        path: Path template of the request, or its concrete path.
        status: HTTP status of the answer.
        body: The decoded JSON body, or the text of it.

    Returns:
        A model. `.to_dict()` gives back the body, no key lost; answers about tasks also have `.state` and `.outputs`.
        Unknown members and enum values pass.

    Raises:
        LookupError: The provider or the operation is unknown.
        ResponseInvalid: The body is not what the operation answers, for example an HTML page.
    """
    tables = dispatch.provider(provider)
    operation, _ = find_operation(tables, method, path)
    if operation is None:
        raise LookupError(f"{method.upper()} {path} is not a documented operation of {tables.title}")
    return dispatch.parse(tables, operation, status, body)


def content_kind(content_type: str) -> str:
    """`application/json; charset=utf-8` -> `json`."""
    media = content_type.partition(";")[0].strip().lower()
    if media in ("multipart/form-data", "multipart"):
        return "multipart"
    return "json" if media in ("json", "application/json") or media.endswith("+json") else media


def find_operation(provider: Provider, method: str, path: str) -> tuple[Operation | None, dict[str, str]]:
    """The operation of a template or of a concrete path, and the parameters found in the latter."""
    operation, found = _found(provider, method, path)
    return operation, dict(found)


@lru_cache(maxsize=1024)
def _found(provider: Provider, method: str, path: str) -> tuple[Operation | None, dict[str, str]]:
    path = path.partition("?")[0]
    if len(path) > 1:
        path = path.rstrip("/")
    exact = provider.operation(method, path)
    if exact is not None:
        return exact, {}
    matching = [
        (row, match) for row in provider.operations.values() if row.method == method.upper() and (match := _pattern(row).fullmatch(path))
    ]
    matching.sort(key=lambda found: found[0].path.count("{"))
    for row, match in matching:
        return row, {name: unquote(value) for name, value in match.groupdict().items()}
    return None, {}


@lru_cache(maxsize=512)
def _pattern(operation: Operation) -> re.Pattern[str]:
    long = {row.name for row in operation.parameters if row.slashes}
    parts = re.split(r"\{(\w+)\}", operation.path)
    values = (f"(?P<{part}>{'.+' if part in long else '[^/]+'})" if index % 2 else re.escape(part) for index, part in enumerate(parts))
    return re.compile("".join(values))
