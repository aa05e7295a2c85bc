"""What a task that has succeeded gives: its content, and the files behind its links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .._core import tasks
from .._core.tables import Operation, Task
from . import answers, containers, documented, outputs
from .exchange import Answer
from .report import Checks
from .site import Site

MEDIA = ("image", "video", "speech", "voice", "music")


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer beside the documented one."""

    template: Any
    body: Any


def content(site: Site, operation: Operation, answer: Answer, output: str, checks: Checks) -> None:
    """Hold the file of a task against what is documented."""
    if not answer.ok or answer.failure:
        checks.say("download", "content/answer", answers.said(site, answer))
        return
    media = operation.responses[str(answer.status)].media if str(answer.status) in operation.responses else ""
    kind = output if media.partition("/")[0] in ("", "application") else media.partition("/")[0]
    wrong = list(containers.problems(answer.content, answer.media, kind, answer.announced))
    checks.say("download", "content/answer", None if answer.status == 200 else f"status {answer.status} is not documented")
    checks.say("download", "content/whole", wrong)


def check(site: Site, row: Task, shown: Shown, wanted: int | None, output: str, checks: Checks) -> None:
    """Hold the links of a task, and what is behind them, against what is documented and was asked for."""
    links = list(tasks.read(row, shown.body).outputs)
    if output in MEDIA and documented.speaks_of(shown.template, "url", "urls"):
        checks.say("task", "task/outputs", list(_wrong(site, shown, links, wanted)))
    if links:
        checks.say("download", "download/whole", outputs.linked(site, links, output))


def _wrong(site: Site, shown: Shown, links: list[str], wanted: int | None) -> Iterator[str]:
    if not links:
        yield "the task succeeded and has no outputs"
    elif wanted is not None and len(links) != wanted:
        yield f"{wanted} were asked for, there are {len(links)}"
    said = [str(value) for name in ("url", "urls") for value in documented.values(shown.template, shown.body, name)]
    strange = [value for value in said if not value.startswith(("http://", "https://", "data:"))]
    if strange:
        yield f"{site.shown(strange[0])!r} is no link"
