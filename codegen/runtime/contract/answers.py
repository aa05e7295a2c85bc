"""What is wrong with one answer: a refusal, or one of success."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .._core import tasks
from .._core.model import response_row
from .._core.shape import is_object
from .._core.tables import Operation
from ..gateway.tables import Cause
from ..testing.space import Body
from . import documented, shapes
from .exchange import Answer
from .site import Site


def taken(operation: Operation, site: Site, answer: Answer) -> bool:
    """Whether a submit was taken, as far as its answer says."""
    row = site.provider.tasks[operation.task] if operation.task else None
    return answer.ok and not (row is not None and tasks.refused(row, answer.body))


def said(site: Site, answer: Answer) -> str:
    """An answer in few words."""
    if answer.failure:
        return answer.failure if not answer.status else f"status {answer.status}, then {answer.failure}"
    text = " ".join(answer.content[:400].decode("utf-8", "replace").split())
    return site.shown(f"status {answer.status} {text}")


def refusal(site: Site, operation: Operation, answer: Answer, cause: Cause, *also: Cause) -> list[str]:
    """What is wrong with a refusal; nothing when status, media type and shape are the documented ones."""
    if answer.failure:
        return [said(site, answer)]
    rows = [site.tables.refusal(one, operation.id) for one in (cause, *also)]
    row = next((found for found in rows if found.status == answer.status), None)
    if row is None:
        wanted = " or ".join(dict.fromkeys(str(found.status) for found in rows))
        return [f"not refused with status {wanted}: {said(site, answer)}"]
    return [*_json(site, operation, answer, row.body), *documented.denied(row.body, _successes(site, operation), answer.body)]


def success(site: Site, operation: Operation, answer: Answer, template: Any = None, sent: Body | None = None) -> list[str]:
    """What is wrong with the JSON of an answer of success."""
    if answer.failure or not answer.ok:
        return [f"no answer of success: {said(site, answer)}"]
    if str(answer.status) not in operation.responses:
        return [f"status {answer.status} is not documented, only {', '.join(operation.responses)}"]
    return [*_json(site, operation, answer, template, sent), *documented.denied(template, _refusals(site, operation), answer.body)]


def _successes(site: Site, operation: Operation) -> list[Any]:
    rows = [site.tables.operations.get(operation.id), site.tables.tasks.get(operation.task or "")]
    return [body for row in rows if row is not None for body in row.bodies.values()]


def _refusals(site: Site, operation: Operation) -> list[Any]:
    rows = {**site.tables.refusals[""], **site.tables.refusals.get(operation.id, {})}
    return [row.body for row in rows.values()]


def _json(site: Site, operation: Operation, answer: Answer, template: Any, sent: Body | None = None) -> Iterator[str]:
    if answer.media != "application/json":
        yield f"the content type is {answer.media or 'missing'}, not application/json"
    if not is_object(answer.body):
        yield f"the body is no JSON object: {said(site, answer)}"
        return
    row = response_row(operation, answer.status)
    if row is not None:
        yield from shapes.deviations(site.provider, row.schemas, answer.body)
    if template is not None:
        yield from documented.missing(template, answer.body, sent)
