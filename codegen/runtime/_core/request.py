"""From an operation and its arguments to a request: URL, headers, body. Nothing is opened or sent here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from . import multipart, tables
from .errors import ConfigurationError, RequestInvalid
from .files import uploads
from .retry import Kind
from .secret import Secret
from .shape import is_array
from .violations import Loc, Violation

USER_AGENT = "unibind-python"
_PARAMETER = re.compile(r"\{([^{}]+)\}")
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_HEADER_VALUE = re.compile(r"[\x20-\x7e\t]*")


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """A request that is ready to be sent, except for the API key.

    Attributes:
        operation: Id of the operation.
        kind: `"submit"` when it is paid work, which is never repeated on doubt.
        url: The whole URL.
        headers: Without the API key.
        content: The encoded body, or None.
        parts: The parts of a form, or None.
        plain: What was asked, as plain data, for errors.
        secrets: Values that no text may repeat.
        task: Row of the tables when the answer is a task.
        security: How the API key goes along; None when it does not, which is so for every origin but the configured one.
    """

    operation: str
    kind: Kind
    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    content: bytes | None = field(repr=False)
    parts: tuple[multipart.Part, ...] | None
    plain: Mapping[str, Any] = field(repr=False)
    secrets: tuple[Secret, ...]
    task: tables.Task | None = None
    security: tables.Security | None = None

    @property
    def repeatable(self) -> bool:
        """Whether the body can be sent a second time."""
        return all(part.rewinds for part in self.parts or ())


def build(
    provider: tables.Provider,
    operation: tables.Operation,
    base_url: str,
    *,
    path: Mapping[str, Any] | None = None,
    query: Mapping[str, Any] | None = None,
    headers: Mapping[str, Any] | None = None,
    body: Any = None,
    content: str = "json",
    form_names: Mapping[str, str] | None = None,
    secrets: tuple[Secret, ...] = (),
) -> Request:
    """The request of one call; `RequestInvalid` when it cannot be encoded."""
    sent = _headers(operation, headers or {})
    encoded, parts = None, None
    if operation.contents and content == "multipart":
        parts = multipart.parts(operation.id, body, form_names or {})
    elif operation.contents:
        encoded = _json(operation, body)
        sent["content-type"] = "application/json"
    return Request(
        operation=operation.id,
        kind="submit" if operation.paid and operation.method != "GET" else "query",
        method=operation.method,
        url=base_url + expand(operation, path or {}) + _query(query or {}),
        headers={"user-agent": USER_AGENT, "accept": _accept(operation), **sent},
        content=encoded,
        parts=parts,
        plain={"operation": operation.id, "path": dict(path or {}), "query": dict(query or {}), "body": multipart.plain(body)},
        secrets=secrets + tuple(Secret(value) for value in _sensitive(headers or {}, query or {})),
        task=provider.tasks[operation.task] if operation.task else None,
        security=security(provider, operation),
    )


@cache
def security(provider: tables.Provider, operation: tables.Operation) -> tables.Security:
    """How the API key of an operation is sent."""
    return provider.security_of(operation)


def foreign(operation: str, url: str, headers: Mapping[str, str], secrets: tuple[Secret, ...] = ()) -> Request:
    """A query of a URL that an answer named: nothing of the client goes along."""
    sent = {"user-agent": USER_AGENT, "accept": "*/*", **headers}
    return Request(operation, "query", "GET", url, sent, None, None, {"operation": operation}, secrets)


def base(url: str) -> str:
    """A base URL without its trailing slash; `ConfigurationError` when it is none."""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
        parts = urlsplit("")
    if not valid or parts.username is not None or re.search(r"[\s\x00-\x20\x7f\\]", url):
        raise ConfigurationError("the base URL must be an http or https URL with a host, and without a user name")
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise ConfigurationError(f"the base URL takes no query and no fragment: {parts.scheme}://{parts.netloc}{parts.path}")
    return url.rstrip("/")


def expand(operation: tables.Operation, values: Mapping[str, Any]) -> str:
    """The path with its parameters, each encoded so that it stays what the template shows."""
    return _PARAMETER.sub(lambda match: _segment(operation, match[1], values.get(match[1])), operation.path)


def _segment(operation: tables.Operation, name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _invalid(operation, "path", (name,), f"{name} is required and must be a string")
    text = str(value)
    pieces = text.split("/") if _has_slashes(operation, name) else [text]
    if any(piece.strip() in ("", ".", "..") for piece in pieces):
        raise _invalid(operation, "path", (name,), f"{name} must not be empty, '.' or '..'")
    try:
        return "/".join(quote(piece, safe="") for piece in pieces)
    except UnicodeEncodeError:
        raise _invalid(operation, "path", (name,), f"{name} is not valid Unicode") from None


@cache
def _has_slashes(operation: tables.Operation, name: str) -> bool:
    """Whether a path parameter takes several segments, such as the model ids `vendor/model`: only where that is documented."""
    return any(row.name == name and row.slashes for row in operation.parameters)


def _query(values: Mapping[str, Any]) -> str:
    pairs = [(name, _text(item)) for name, value in values.items() for item in _items(value)]
    return "?" + urlencode(pairs, quote_via=quote, errors="replace") if pairs else ""


def _items(value: Any) -> Iterator[Any]:
    if is_array(value):
        yield from (item for item in value if item is not None)
    elif value is not None:
        yield value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def _headers(operation: tables.Operation, values: Mapping[str, Any]) -> dict[str, str]:
    headers = {name.lower(): _text(value) for name, value in values.items() if value is not None}
    for name, value in headers.items():
        # The value is not shown: it may be a key.
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise _invalid(operation, "header", (name,), "a header takes printable ASCII characters only")
    return headers


def _json(operation: tables.Operation, body: Any) -> bytes:
    try:
        return json.dumps({} if body is None else body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can only write as an escape
        return json.dumps(body, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        for loc, _ in uploads(body):
            message = f"a file cannot be sent here: no upload is documented for {'.'.join(map(str, loc))} in {operation.id}"
            raise RequestInvalid(
                [Violation(f"{operation.id}/body:file", loc, message, "error", operation.source)], operation=operation.id
            ) from None
        raise _invalid(operation, "body", (), f"the body cannot be written as JSON: {error}") from None


@cache
def _accept(operation: tables.Operation) -> str:
    media = {row.media for status, row in operation.responses.items() if status.startswith("2") and row.media}
    return ", ".join([*sorted(media - {"application/json"}), "application/json"])


def _sensitive(headers: Mapping[str, Any], query: Mapping[str, Any]) -> Iterator[str]:
    for name, value in (*headers.items(), *query.items()):
        if isinstance(value, str) and re.search(r"auth|key|token|secret|cookie", name, re.IGNORECASE):
            yield value


def _invalid(operation: tables.Operation, kind: str, loc: Loc, message: str) -> RequestInvalid:
    rule = f"{operation.id}/{kind}:encoding"
    return RequestInvalid([Violation(rule, loc, message, "error", operation.source)], operation=operation.id)
