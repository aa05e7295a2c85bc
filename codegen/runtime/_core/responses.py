"""From an answer to JSON, or to the error that says what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import errors, retry, tables, tasks
from .exchange import ResponseInfo, visible_headers
from .request import Request
from .secret import redact, redacted

_START = 500  # characters of a body that errors keep
_LONGEST_MESSAGE = 1000
_REQUEST_IDS = ("x-request-id", "request-id", "x-oneapi-request-id", "x-amzn-requestid", "cf-ray")
_BY_STATUS: Mapping[int, type[errors.APIError]] = {
    401: errors.AuthenticationError,
    403: errors.PermissionDenied,
    404: errors.NotFound,
    429: errors.RateLimited,
}
_MESSAGES = (("error", "message"), ("error",), ("message",), ("msg",), ("detail",), ("description",), ("data", "error"))
_CODES = (("error", "code"), ("code",), ("error", "type"), ("type",))


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """An HTTP answer; `content` may be only the beginning of the body.

    Attributes:
        attempts: How often it was asked for.
        elapsed: Seconds that the call took.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    attempts: int = 1
    elapsed: float = 0.0


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt without a whole answer.

    Attributes:
        reached: False only when the connection was surely never made.
        text: What happened.
        answer: What had been received when the body broke off.
        timed_out: Whether it was a matter of time.
    """

    reached: bool
    text: str
    answer: Answer | None = None
    timed_out: bool = False


def outcome(request: Request, result: Answer | Failure, now: float) -> retry.Outcome:
    """How an attempt ended, as far as repeating it goes."""
    if isinstance(result, Failure):
        return retry.Outcome(reached=result.reached)
    asked = retry.retry_after(result.headers, now)
    return retry.Outcome(reached=True, status=result.status, retry_after=asked, task=named_task(request, result) is not None)


def error(request: Request, result: Answer | Failure, attempts: int, now: float) -> errors.CallError:
    """The exception for the last attempt of a call."""
    plain = _refused(request, result, attempts, now) if isinstance(result, Answer) else _broken(request, result, attempts)
    if request.kind == "query" or retry.is_refusal(outcome(request, result, now)):
        return plain
    return unknown(request, plain, task_id=named_task(request, result) if isinstance(result, Answer) else None)


def late(request: Request, timeout: float, attempts: int, *, sent: bool) -> errors.CallError:
    """The exception for a call whose time was used up; `sent` says whether the last attempt may have reached the gateway."""
    plain = errors.DeadlineExceeded(f"no whole answer within {timeout:g} s", operation=request.operation, attempts=attempts)
    return unknown(request, plain) if sent and request.kind == "submit" else plain


def unknown(request: Request, cause: errors.CallError, task_id: str | None = None) -> errors.SubmitOutcomeUnknown:
    """The exception for a paid request that may have been taken."""
    made = errors.SubmitOutcomeUnknown(
        f"{request.operation} was sent and may have been taken and billed, but its outcome is not known: {cause.message}",
        request=request.plain,
        cause=cause.message,
        operation=request.operation,
        attempts=cause.attempts,
        status=cause.status,
        request_id=cause.request_id,
        body_start=cause.body_start,
        task_id=task_id,
    )
    made.__cause__ = cause
    return made


def invalid(request: Request, answer: Answer, text: str, attempts: int = 1) -> errors.CallError:
    """The exception for an answer that is not what was promised, although its status is one of success."""
    plain = errors.ResponseInvalid(text, **_facts(request, answer, attempts))
    return plain if request.kind == "query" else unknown(request, plain, named_task(request, answer))


def read_json(request: Request, answer: Answer, attempts: int = 1) -> Any:
    """The JSON of an answer; None for an empty 204. Raises what `invalid` makes."""
    if answer.status == 204 and not answer.content:
        return None
    try:
        return redacted(json.loads(answer.content), answer.content, request.secrets)
    except (ValueError, RecursionError):
        pass  # raised below: `from None` would drop the cause that `unknown` sets
    kind = answer.headers.get("content-type", "").partition(";")[0] or "an unknown type"
    what = "an empty body" if not answer.content.strip() else f"{kind} that is not JSON"
    raise invalid(request, answer, f"the gateway answered with {what}", attempts)


def is_text(operation: tables.Operation, answer: Answer) -> bool:
    """Whether an answer is the plain text that some requests of the operation are answered with."""
    if not any(row.text for row in operation.responses.values()) or answer.status >= 300:
        return False
    media = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media != "text/html" and _lenient(answer.content) is None


def named_task(request: Request, answer: Answer) -> str | None:
    """Id of the task that an answer names, if any."""
    if request.task is None:
        return None
    return tasks.task_id(request.task, redacted(_lenient(answer.content), answer.content, request.secrets))


def request_id(request: Request, answer: Answer) -> str | None:
    """The gateway's id of the request."""
    named = next((answer.headers[name] for name in _REQUEST_IDS if answer.headers.get(name)), None)
    found = named or _text_at(_lenient(answer.content), (("request_id",), ("error", "request_id")))
    return found and redact(found, request.secrets)


def info(request: Request, answer: Answer) -> ResponseInfo:
    """What the caller may see of an answer beside its body. The id of the request is taken from the headers only, which is cheap."""
    headers = visible_headers(answer.headers, request.secrets)
    named = next((headers[name] for name in _REQUEST_IDS if headers.get(name)), None)
    return ResponseInfo(request.operation, answer.status, headers, named, answer.attempts, answer.elapsed)


def start(request: Request, content: bytes) -> str:
    """The start of a body as text, without secrets."""
    return redact(content[: _START * 8].decode("utf-8", "replace"), request.secrets)[:_START]


def _refused(request: Request, answer: Answer, attempts: int, now: float) -> errors.CallError:
    facts = _facts(request, answer, attempts)
    if answer.status < 400:
        where = " (redirects are not followed, they could carry the API key elsewhere)" if 300 <= answer.status < 400 else ""
        return errors.ResponseInvalid(f"the gateway answered with status {answer.status}{where}", **facts)
    return refusal_class(answer.status)(
        _message(request, answer), code=_code(request, answer), retry_after=retry.retry_after(answer.headers, now), **facts
    )


def refused_in_body(request: Request, answer: Answer, reason: str | None, attempts: int) -> errors.APIError:
    """The exception for a refusal that came with a status of success; without a `reason` the usual places for one are read."""
    said = reason or _text_at(_lenient(answer.content), _MESSAGES) or "the gateway did not take the request"
    return errors.APIError(
        redact(said, request.secrets)[:_LONGEST_MESSAGE], code=_code(request, answer), **_facts(request, answer, attempts)
    )


def said(body: Any) -> str | None:
    """What a decoded body gives as the reason of a refusal."""
    return _text_at(body, _MESSAGES)


def refusal_class(status: int) -> type[errors.APIError]:
    """The exception class of an HTTP status from 400."""
    return _BY_STATUS.get(status, errors.BadRequest if status < 500 else errors.ServerError)


def _broken(request: Request, failure: Failure, attempts: int) -> errors.CallError:
    text = redact(failure.text, request.secrets)
    if failure.answer is not None:
        return errors.ResponseInvalid(f"the answer broke off: {text}", **_facts(request, failure.answer, attempts))
    what = "the connection broke" if failure.reached else "the gateway could not be reached"
    return errors.ConnectionFailed(f"{what}: {text}", operation=request.operation, attempts=attempts)


def _facts(request: Request, answer: Answer, attempts: int) -> dict[str, Any]:
    return {
        "operation": request.operation,
        "attempts": attempts,
        "status": answer.status,
        "request_id": request_id(request, answer),
        "body_start": start(request, answer.content),
    }


def _message(request: Request, answer: Answer) -> str:
    said = _text_at(_lenient(answer.content), _MESSAGES)
    return redact(said, request.secrets)[:_LONGEST_MESSAGE] if said else f"the gateway answered with status {answer.status}"


def _code(request: Request, answer: Answer) -> str | None:
    code = _text_at(_lenient(answer.content), _CODES)
    return None if code is None else redact(code, request.secrets)


def _text_at(body: Any, paths: tuple[tuple[str, ...], ...]) -> str | None:
    for path in paths:
        for value in tasks.at(body, path):
            if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
                return str(value)
    return None


def _lenient(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
