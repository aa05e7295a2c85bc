"""Every exception that leaves the package, in a tree by what the caller can do about it.

```
UnibindError
├── ConfigurationError        fix the client's settings
├── RequestInvalid            fix the request; nothing was sent
└── CallError                 about one call that was made
    ├── APIError              the gateway refused: AuthenticationError, PermissionDenied, NotFound, RateLimited, BadRequest, ServerError
    ├── ConnectionFailed      try again later
    ├── DeadlineExceeded      allow more time; TaskTimeout while waiting for a task
    ├── SubmitOutcomeUnknown  look at the gateway before paying again
    ├── ResponseInvalid       the answer is not what was promised
    ├── TaskFailed            the task ended without a result; TaskCancelled
    ├── DownloadFailed        call download again, it resumes; DownloadTimeout
    └── StreamInterrupted     the stream broke; what was received is kept
```

All of them pickle and copy with their attributes, and none of their texts holds an API key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .violations import Violation


class UnibindError(Exception):
    """Root of the exceptions of this package."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Exception's own way calls __init__ with args only, which loses keyword arguments.
        return _restore, (type(self), self.args, self.__dict__)


def _restore(cls: type[UnibindError], args: tuple[Any, ...], state: dict[str, Any]) -> UnibindError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class ConfigurationError(UnibindError):
    """The client cannot work as it was set up: no API key, a base URL that is none, a closed client."""


class RequestInvalid(UnibindError):
    """The request breaks rules of the documentation, or cannot be encoded. Nothing was sent.

    Attributes:
        violations: All of them, errors first.
        operation: Id of the operation.
    """

    def __init__(self, violations: Sequence[Violation], *, operation: str = "") -> None:
        self.violations = sorted(violations, key=lambda row: row.severity != "error")
        self.operation = operation
        super().__init__("\n".join(["The request is not valid:", *(f"- {row}" for row in self.violations)]))


class CallError(UnibindError):
    """Something about one call.

    Attributes:
        message: What happened.
        operation: Id of the operation, for example `createVideo`.
        attempts: How often the request was sent.
        status: HTTP status of the answer, or None when there was none.
        request_id: The gateway's id of the request, to quote to its support.
        body_start: Start of the answer's body.
        task_id: Id of the task that the call was about, where it is known.
    """

    def __init__(
        self,
        message: str,
        *,
        operation: str = "",
        attempts: int = 0,
        status: int | None = None,
        request_id: str | None = None,
        body_start: str = "",
        task_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.operation = operation
        self.attempts = attempts
        self.status = status
        self.request_id = request_id
        self.body_start = body_start
        self.task_id = task_id

    def __str__(self) -> str:
        facts = {
            "operation": self.operation,
            "status": self.status,
            "request id": self.request_id,
            "task": self.task_id,
            "attempts": self.attempts if self.attempts > 1 else None,
        }
        known = ", ".join(f"{name} {value}" for name, value in facts.items() if value)
        return f"{self.message} ({known})" if known else self.message


class APIError(CallError):
    """The gateway refused the request.

    Attributes:
        code: The gateway's own code of the error, for example `insufficient_quota`.
        retry_after: Seconds after which the gateway takes requests again, where it said so.
    """

    def __init__(self, message: str, *, code: str | None = None, retry_after: float | None = None, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.code = code
        self.retry_after = retry_after


class AuthenticationError(APIError):
    """401: the API key is missing, wrong or expired."""


class PermissionDenied(APIError):
    """403: the API key may not do this, or has no quota left."""


class NotFound(APIError):
    """404: no such task, model or route."""


class RateLimited(APIError):
    """429: too many requests; `retry_after` says when to come back, where the gateway said so."""


class BadRequest(APIError):
    """Any other 4xx: the gateway does not take this request as it is."""


class ServerError(APIError):
    """5xx: the gateway failed."""


class ConnectionFailed(CallError):
    """No answer: the gateway was not reached, or the connection broke."""


class DeadlineExceeded(CallError):
    """The total time of the call was used up."""


class SubmitOutcomeUnknown(CallError):
    """A paid request was sent and no clear answer came: the gateway may have taken it, and may bill it.

    It is never repeated by itself. Look for the task at the gateway, then decide.

    Attributes:
        request: What was sent, as plain data: `operation`, `path`, `query` and `body`.
        cause: What went wrong, in words.
    """

    def __init__(self, message: str, *, request: Mapping[str, Any] | None = None, cause: str = "", **facts: Any) -> None:
        super().__init__(message, **facts)
        self.request = dict(request or {})
        self.cause = cause


class ResponseInvalid(CallError):
    """The answer is not what was promised: HTML, cut off, no JSON, or of another shape."""


class TaskFailed(CallError):
    """The task ended without a result.

    Attributes:
        task: The task as plain data, as `to_dict()` gives it.
        reason: Why, in the gateway's words, as far as it said.
    """

    def __init__(self, message: str, *, task: Mapping[str, Any] | None = None, reason: str = "", **facts: Any) -> None:
        super().__init__(message, **facts)
        self.task = dict(task or {})
        self.reason = reason


class TaskCancelled(TaskFailed):
    """The task was cancelled at the gateway."""


class TaskTimeout(DeadlineExceeded):
    """The time to wait was used up; the task goes on at the gateway and can be taken up again.

    Attributes:
        task: The task as plain data, for `client.task(...)`.
    """

    def __init__(self, message: str, *, task: Mapping[str, Any] | None = None, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.task = dict(task or {})


class DownloadFailed(CallError):
    """A file could not be fetched or written.

    Attributes:
        path: Where the file would have been.
        received: Bytes that are kept in the `.part` file beside it; the next download goes on from there.
        task: The task whose output it is, as plain data for `client.task(...)`; empty where there is none.
    """

    def __init__(self, message: str, *, path: str = "", received: int = 0, task: Mapping[str, Any] | None = None, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.path = path
        self.received = received
        self.task = dict(task or {})


class DownloadTimeout(DownloadFailed, DeadlineExceeded):
    """The time for a download was used up; what came is kept, and the next download goes on from there."""


class StreamInterrupted(CallError):
    """A stream of events broke off.

    Attributes:
        events: The events that were received.
        text: Their text, joined.
    """

    def __init__(self, message: str, *, events: Sequence[Any] = (), text: str = "", **facts: Any) -> None:
        super().__init__(message, **facts)
        self.events = list(events)
        self.text = text
