"""Figures as a table."""

from __future__ import annotations

from typing import Any

from .measure import Result
from .question import Goal, Question

OTHERS = ("openai", "runwayml", "fal-client", "replicate")
_SCALES = {"ms": 1e3, "us": 1e6, "s": 1.0}


def figure(result: Result, name: str, goal: Goal) -> float | None:
    """What a contestant has in the terms of a goal."""
    if goal.unit == "ratio":
        return result.ratio(name, goal.metric)
    plain = result.absolute(name, goal.metric)
    return plain if plain is None else plain * (_SCALES.get(goal.unit, 1.0) if goal.metric == "cpu" else 1.0)


def table(question: Question, results: list[Result]) -> str:
    """The rows of a question: what it is measured against, ours and the goal, everybody else."""
    mine = {goal.of for row in question.rows for goal in row.goals}
    named = dict.fromkeys((*OTHERS, *(name for row in question.rows for name in list(row.contestants)[1:] if name not in mine)))
    lines = [[question.title, "against", "", "ours", "", "goal", "", *named]]
    lines += [_line(result, goal, list(named)) for result in results for goal in result.row.goals]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    made = [
        "  ".join(
            cell.ljust(width) if not index else cell.rjust(width) for index, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    ]
    return "\n".join([made[0], "-" * len(made[0]), *made[1:]])


def _line(result: Result, goal: Goal, others: list[str]) -> list[str]:
    base, got = result.row.base, figure(result, goal.of, goal)
    verdict = "" if goal.at_most is None or got is None else "met" if got <= goal.at_most else "MISSED"
    limit = "-" if goal.at_most is None else f"<= {goal.at_most:g}"
    name = result.row.name + ("" if goal.metric == "cpu" else f", {goal.metric}") + ("" if goal.unit == "ratio" else f", {goal.unit}")
    return [name, base, _plain(result, base, goal), goal.of, _shown(got), limit, verdict, *(_cell(result, other, goal) for other in others)]


def _plain(result: Result, name: str, goal: Goal) -> str:
    value = result.absolute(name, goal.metric)
    if value is None:
        return "-"
    if goal.metric != "cpu":
        return f"{value:.1f} {'MB' if goal.metric == 'memory' else ''}".strip()
    return f"{value * 1e3:.1f} ms" if value >= 1e-3 else f"{value * 1e6:.1f} us"


def _cell(result: Result, name: str, goal: Goal) -> str:
    return "failed" if name in result.failures else _shown(figure(result, name, goal))


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}" if value < 100 else f"{value:.0f}"


def plain(question: Question, results: list[Result]) -> list[dict[str, Any]]:
    """The figures as data."""
    return [
        {
            "question": question.title,
            "row": result.row.name,
            "metric": goal.metric,
            "unit": goal.unit,
            "of": goal.of,
            "goal": goal.at_most,
            "base": {result.row.base: result.absolute(result.row.base, goal.metric)},
            "figures": {name: figure(result, name, goal) for name in result.row.contestants},
            "failures": result.failures,
        }
        for result in results
        for goal in result.row.goals
    ]
