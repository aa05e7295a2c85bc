"""Which attempts are repeated, and when."""

from __future__ import annotations

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.runtime._core import poll, retry
from codegen.runtime._core.retry import GiveUp, Outcome, Wait

from .tables import VIDEO

STATUSES = st.none() | st.integers(200, 599)
OUTCOMES = st.builds(Outcome, reached=st.booleans(), status=STATUSES, retry_after=st.none() | st.floats(0, 1e6), task=st.booleans())
UNIT = st.floats(0, 1)


@given(outcome=OUTCOMES, attempt=st.integers(1, 50), random=UNIT, retries=st.integers(0, 50))
def test_a_submit_that_may_have_been_taken_is_never_repeated(outcome: Outcome, attempt: int, random: float, retries: int) -> None:
    decision = retry.decide("submit", attempt, outcome, random, max_retries=retries)
    if isinstance(decision, Wait):
        assert not outcome.reached or (outcome.status in (429, 503) and not outcome.task)


@given(outcome=OUTCOMES, attempt=st.integers(1, 50), random=UNIT, retries=st.integers(0, 50))
def test_what_may_be_repeated_surely_had_no_effect(outcome: Outcome, attempt: int, random: float, retries: int) -> None:
    if isinstance(retry.decide("submit", attempt, outcome, random, max_retries=retries), Wait):
        assert retry.is_refusal(outcome)


@given(outcome=OUTCOMES, attempt=st.integers(1, 5000), random=UNIT)
def test_waits_are_bounded(outcome: Outcome, attempt: int, random: float) -> None:
    decision = retry.decide("query", attempt, outcome, random, max_retries=10_000)
    if isinstance(decision, Wait):
        assert 0 <= decision.seconds <= 60


@given(kind=st.sampled_from(["submit", "query"]), outcome=OUTCOMES, retries=st.integers(0, 10), random=UNIT)
def test_the_number_of_repeats_is_kept(kind: retry.Kind, outcome: Outcome, retries: int, random: float) -> None:
    assert isinstance(retry.decide(kind, retries + 1, outcome, random, max_retries=retries), GiveUp)


@pytest.mark.parametrize("status", [None, 408, 425, 429, 500, 502, 503, 504])
def test_queries_are_repeated_on_what_passes(status: int | None) -> None:
    assert isinstance(retry.decide("query", 1, Outcome(True, status), 0.5), Wait)


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 409, 422, 501])
def test_queries_are_not_repeated_on_what_stays(status: int) -> None:
    assert isinstance(retry.decide("query", 1, Outcome(True, status), 0.5), GiveUp)


def test_backoff_doubles_and_spreads() -> None:
    assert [retry.decide("query", attempt, Outcome(False), 1.0, max_retries=9) for attempt in (1, 2, 3, 6)] == [
        Wait(0.5),
        Wait(1),
        Wait(2),
        Wait(8),
    ]
    assert retry.decide("query", 1, Outcome(False), 0.0) == Wait(0.25)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "3"}, 0.25),
        ({"retry-after": formatdate(1_000_030, usegmt=True)}, 30),
        ({"retry-after": formatdate(999_000, usegmt=True)}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "Wed, 99 Xxx 2026 99:99:99"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry.retry_after(headers, 1_000_000) == seconds


@given(st.text(max_size=40))
def test_retry_after_takes_anything(text: str) -> None:
    seconds = retry.retry_after({"retry-after": text}, 0)
    assert seconds is None or seconds >= 0


def test_refusals() -> None:
    refused = [code for code in range(400, 600) if retry.is_refusal(Outcome(True, code))]
    assert refused == [code for code in range(400, 500) if code not in (408, 499)] + [503]
    assert not retry.is_refusal(Outcome(True, 429, task=True))
    assert not retry.is_refusal(Outcome(True))
    assert retry.is_refusal(Outcome(False))


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_older_tasks_are_asked_about_more_slowly(younger: float, older: float) -> None:
    younger, older = sorted((younger, older))
    assert VIDEO.poll[0] <= poll.interval(VIDEO, younger) <= poll.interval(VIDEO, older) <= VIDEO.poll[1]


def test_the_last_wait_ends_with_the_time() -> None:
    assert poll.decide(VIDEO, "running", 9.5, 10) == poll.Wait(0.5)
    assert poll.decide(VIDEO, "running", 10, 10) == poll.TimedOut()
    assert poll.decide(VIDEO, "succeeded", 11, 10) == poll.Done()
    assert poll.decide(VIDEO, "failed", 11, 10) == poll.Failed()
    assert poll.decide(VIDEO, "queued", 1e9, None) == poll.Wait(10)
