"""What the caller may see of requests and answers: nothing here holds an API key or a signed URL."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import ResponseInvalid
from .secret import MASK, Secret, redact

_IN_CLEAR = frozenset({"accept", "accept-encoding", "content-type", "if-range", "range", "user-agent"})
_NEVER = frozenset({"set-cookie"})
_URLS = frozenset({"location", "content-location", "link"})


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """An attempt that is about to be sent.

    Attributes:
        operation: Id of the operation, or `download` for a URL that an answer named.
        method: HTTP method.
        url: Without the query, which may hold a signature.
        headers: By lower-case name. The API key is not among them, and values that the caller added are masked.
        attempt: Number of the attempt, from 1.
        paid: Whether it is paid work.
    """

    operation: str
    method: str
    url: str
    headers: Mapping[str, str]
    attempt: int
    paid: bool


@dataclass(frozen=True, slots=True, eq=False)
class ResponseInfo:
    """How an attempt was answered. All of them are equal, so that answers that carry them compare by what they say.

    Attributes:
        operation: Id of the operation, or `download` for a URL that an answer named.
        status: HTTP status; None when there was no answer.
        headers: By lower-case name, without cookies.
        request_id: The gateway's id of the request, to quote to its support, or None.
        attempts: Number of the attempt, from 1; also how often the request was sent.
        elapsed: Seconds; of the attempt in `on_response`, of the whole call otherwise.
        error: Why there was no whole answer, or None.
    """

    operation: str
    status: int | None
    headers: Mapping[str, str]
    request_id: str | None
    attempts: int
    elapsed: float
    error: str | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ResponseInfo)

    def __hash__(self) -> int:
        return hash(ResponseInfo)


@dataclass(frozen=True, slots=True)
class RawResponse:
    """An answer as it came, with a status of success.

    Attributes:
        info: Status, headers, request id, attempts and elapsed seconds.
        content: The body, decompressed.
    """

    info: ResponseInfo
    content: bytes = field(repr=False)

    @property
    def status(self) -> int:
        """HTTP status."""
        return self.info.status or 0

    @property
    def headers(self) -> Mapping[str, str]:
        """By lower-case name, without cookies."""
        return self.info.headers

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON; `ResponseInvalid` when it is none."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            pass  # raised below, without somebody else's exception hanging on it
        info = self.info
        facts: dict[str, Any] = {
            "operation": info.operation,
            "status": info.status,
            "request_id": info.request_id,
            "attempts": info.attempts,
        }
        raise ResponseInvalid("the body is not JSON", body_start=self.text[:500], **facts)


@dataclass(frozen=True, slots=True)
class Hooks:
    """Functions of the caller that are told of every attempt."""

    on_request: Callable[[RequestInfo], object] | None = None
    on_response: Callable[[ResponseInfo], object] | None = None


def visible_request_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers of a request as they may be shown."""
    return {name: value if name in _IN_CLEAR else MASK for name, value in headers.items()}


def visible_headers(headers: Mapping[str, str], secrets: Iterable[Secret]) -> dict[str, str]:
    """Headers of an answer as they may be shown."""
    shown = {name if name.islower() else name.lower(): value for name, value in headers.items()}
    for name in _NEVER & shown.keys():
        del shown[name]
    for name in _URLS & shown.keys():
        shown[name] = shown[name].partition("?")[0]
    values = "\n".join(shown.values())
    if redact(values, secrets) != values:
        return {name: redact(value, secrets) for name, value in shown.items()}
    return shown
