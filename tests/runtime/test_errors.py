"""Exceptions travel: between processes, into logs, without keys."""

from __future__ import annotations

import copy
import pickle
import traceback
from typing import Any

import pytest

from codegen.runtime._core import errors
from codegen.runtime._core.secret import Secret, redact
from codegen.runtime._core.violations import Violation

ROW = Violation("veo/duration:enum", ("duration",), "takes 4, 6 or 8", "error", "https://docs.test/veo#x")
DOUBT = ROW._replace(rule="veo/size:enum", severity="warning")
FACTS: dict[str, Any] = {
    "operation": "createVideo",
    "attempts": 2,
    "status": 500,
    "request_id": "r-1",
    "body_start": "{}",
    "task_id": "t-1",
}
EVERY: list[errors.UnibindError] = [
    errors.ConfigurationError("no API key"),
    errors.RequestInvalid([DOUBT, ROW], operation="createVideo"),
    errors.APIError("no", code="c", retry_after=1.5, **FACTS),
    errors.AuthenticationError("no", **FACTS),
    errors.PermissionDenied("no", **FACTS),
    errors.NotFound("no", **FACTS),
    errors.RateLimited("no", retry_after=2.0, **FACTS),
    errors.BadRequest("no", **FACTS),
    errors.ServerError("no", **FACTS),
    errors.ConnectionFailed("reset", operation="listModels", attempts=4),
    errors.DeadlineExceeded("late", operation="listModels"),
    errors.SubmitOutcomeUnknown(
        "who knows", request={"operation": "createVideo", "body": {"a": 1}}, cause="reset", operation="createVideo"
    ),
    errors.ResponseInvalid("html", **FACTS),
    errors.TaskFailed("failed", task={"id": "t-1"}, reason="nsfw", task_id="t-1"),
    errors.TaskCancelled("cancelled", task={"id": "t-1"}, task_id="t-1"),
    errors.TaskTimeout("late", task={"id": "t-1"}, task_id="t-1"),
    errors.DownloadFailed("broke", path="/tmp/a", received=5, task_id="t-1"),
    errors.DownloadTimeout("late", path="/tmp/a", received=5, task={"id": "t-1"}, task_id="t-1"),
    errors.StreamInterrupted("broke", events=[{"a": 1}], text="hello"),
]


def test_every_class_is_tried() -> None:
    def below(cls: type) -> set[type]:
        return {cls}.union(*map(below, cls.__subclasses__()))

    assert {type(error) for error in EVERY} == below(errors.UnibindError) - {errors.UnibindError, errors.CallError}


@pytest.mark.parametrize("error", EVERY, ids=lambda error: type(error).__name__)
def test_it_pickles_and_copies_with_its_attributes(error: errors.UnibindError) -> None:
    error.add_note("a note")
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(other) is type(error)
        assert other.__dict__ == error.__dict__
        assert str(other) == str(error)
        assert other.args == error.args


@pytest.mark.parametrize("error", EVERY, ids=lambda error: type(error).__name__)
def test_it_says_what_is_known(error: errors.UnibindError) -> None:
    if isinstance(error, errors.CallError):
        for value in (error.message, error.operation, error.task_id or "", error.request_id or ""):
            assert value in str(error)


def test_violations_are_listed_errors_first() -> None:
    error = errors.RequestInvalid([DOUBT, ROW])
    assert [row.severity for row in error.violations] == ["error", "warning"]
    assert str(error).index("veo/duration:enum") < str(error).index("veo/size:enum")
    assert "https://docs.test/veo#x" in str(error)


def test_a_waiting_timeout_is_a_deadline() -> None:
    assert issubclass(errors.TaskTimeout, errors.DeadlineExceeded)
    assert issubclass(errors.TaskCancelled, errors.TaskFailed)


def test_a_secret_does_not_show() -> None:
    secret = Secret("sk-123")
    texts = [repr(secret), str(secret), f"{secret}", repr([secret]), repr({"key": secret})]
    with pytest.raises(TypeError) as caught:
        pickle.dumps(secret)
    texts += traceback.format_exception(caught.value)
    assert not any("sk-123" in text for text in texts)
    assert secret.reveal() == "sk-123"
    assert redact("your key sk-123 is bad", [secret, Secret("")]) == "your key [secret] is bad"
