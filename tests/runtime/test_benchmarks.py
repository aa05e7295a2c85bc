"""The benchmarks still run. What they find decides nothing here."""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.benchmarks.__main__ import questions
from tests.benchmarks.harness import measure, report
from tests.benchmarks.harness.question import Goal, Question, Row
from tests.benchmarks.harness.server import ANSWERS, answer_to

INSTALLED = ("unibind", "pydantic", "httpx", "httpx+pydantic")  # others are in the benchmarks' own environment


@pytest.mark.parametrize("name", questions())
def test_every_question_can_be_asked_of_us(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    question: Question = import_module(f"tests.benchmarks.{name}").QUESTION
    monkeypatch.setenv("PYTHONPATH", str(measure.ROOT / "generated"))
    monkeypatch.setenv("BENCH_TASKS", "50")
    row = question.rows[0]
    assert all(goal.of in row.contestants for row in question.rows for goal in row.goals)
    few = Row(row.name, {who: work for who, work in row.contestants.items() if who in INSTALLED}, row.goals)
    with measure.server() as url:
        result = measure.measure(name, 0, few, url, rounds=1, calls=1)
    assert result.failures == {}
    assert result.absolute("unibind", "cpu")
    assert "unibind" in report.table(question, [result])


def test_a_figure_is_the_median_of_ratios_within_a_round() -> None:
    row = Row("row", {"base": "", "unibind": ""}, (Goal(1.0), Goal(2.0, unit="ms")), calls=2)
    base = [{"cpu": 1.0}, {"cpu": 10.0}, {"cpu": 100.0}]
    result = measure.Result(row, {"base": base, "unibind": [{"cpu": 1.5}, {"cpu": 15.0}, {"cpu": 100.0}]})
    assert result.ratio("unibind", "cpu") == 1.5
    assert result.absolute("unibind", "cpu") == 7.5
    ratio, absolute = report.table(Question("title", (row,)), [result]).splitlines()[2:]
    assert ratio.split()[:8] == ["row", "base", "5000.0", "ms", "unibind", "1.50", "<=", "1"]
    assert "MISSED" in ratio
    assert absolute.split()[-1] != "met"
    assert "7500" in absolute


def test_a_contestant_that_fails_is_named_with_its_reason() -> None:
    row = Row("row", {"base": "", "unibind": "raise ValueError('no such thing')"}, (Goal(1.0),))
    result = measure.measure("imports", 0, row, "http://127.0.0.1:1", rounds=1)
    assert "no such thing" in result.failures["unibind"]
    assert "failed" not in report.table(Question("title", (row,)), [result]).splitlines()[0]


def test_the_first_answer_that_fits_is_given() -> None:
    runway = next(body for method, start, body in ANSWERS if start == "/v1/tasks/")
    assert runway["id"].encode() in answer_to(b"GET /v1/tasks/17f2 HTTP/1.1\r\n\r\n")
    assert b"in_progress" in answer_to(b"POST /v1/tasks/17f2 HTTP/1.1\r\n\r\n")
