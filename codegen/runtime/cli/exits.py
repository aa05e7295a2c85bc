"""Exit codes, and the exception that ends a command with one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any


class Exit(IntEnum):
    """What a process ended with. Scripts may rely on the numbers."""

    OK = 0
    UNEXPECTED = 1  # a fault of this program
    USAGE = 2  # the command cannot be understood: an option, a value, a name, a file that is not there
    RULES = 3  # the request breaks documented rules; nothing was sent
    REFUSED = 4  # the gateway refused the request
    TASK_FAILED = 5  # the task ended without a result, or was cancelled
    UNKNOWN = 6  # a paid request was sent and its outcome is not known: look before paying again
    TIMEOUT = 7  # the time was used up; a task goes on at the gateway
    CONNECTION = 8  # the gateway was not reached, or the connection broke
    CONFIGURATION = 9  # no API key, a base URL that is none, a missing extra
    ANSWER = 10  # the answer is not what was promised
    FILE = 11  # a result could not be fetched or written
    INCOMPLETE = 12  # a batch has work left that another run goes on with
    FINDINGS = 13  # a gateway, or recorded traffic, is not as the spec says
    INTERRUPTED = 130  # Ctrl-C
    PIPE = 141  # nobody reads the output any more


MEANING: Mapping[Exit, str] = {
    Exit.OK: "done",
    Exit.UNEXPECTED: "a fault of unibind",
    Exit.USAGE: "wrong command, value, name or file",
    Exit.RULES: "the request breaks rules, nothing was sent",
    Exit.REFUSED: "the gateway refused",
    Exit.TASK_FAILED: "the task failed",
    Exit.UNKNOWN: "a paid request whose outcome is not known",
    Exit.TIMEOUT: "out of time, a task goes on",
    Exit.CONNECTION: "the gateway was not reached",
    Exit.CONFIGURATION: "no API key, wrong settings",
    Exit.ANSWER: "the answer makes no sense",
    Exit.FILE: "a result was not saved",
    Exit.INCOMPLETE: "work is left for another run",
    Exit.FINDINGS: "the gateway is not as the spec says",
    Exit.INTERRUPTED: "Ctrl-C",
    Exit.PIPE: "nobody reads the output",
}


class Failure(Exception):
    """Ends the command with a message and an exit code.

    Attributes:
        code: The exit code.
        hints: Lines about what to do, printed below the message.
        data: What `--json` shows besides.
    """

    def __init__(self, message: str, code: Exit = Exit.USAGE, *, hints: Sequence[str] = (), data: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.hints = list(hints)
        self.data = dict(data or {})


def of(error: BaseException) -> Exit:
    """The exit code of an exception."""
    if isinstance(error, Failure):
        return error.code
    return next((code for kind, code in _kinds() if isinstance(error, kind)), Exit.UNEXPECTED)


def _kinds() -> Sequence[tuple[type[BaseException], Exit]]:
    """Exceptions and their codes; the first that fits counts."""
    from .._core import errors

    return (
        (errors.ConfigurationError, Exit.CONFIGURATION),
        (errors.RequestInvalid, Exit.RULES),
        (errors.SubmitOutcomeUnknown, Exit.UNKNOWN),
        (errors.DeadlineExceeded, Exit.TIMEOUT),
        (errors.ConnectionFailed, Exit.CONNECTION),
        (errors.TaskFailed, Exit.TASK_FAILED),
        (errors.DownloadFailed, Exit.FILE),
        (errors.APIError, Exit.REFUSED),
        (errors.ResponseInvalid, Exit.ANSWER),
        (errors.StreamInterrupted, Exit.ANSWER),
        (KeyboardInterrupt, Exit.INTERRUPTED),
        (BrokenPipeError, Exit.PIPE),
        (OSError, Exit.USAGE),
    )
