"""Paid answers that make no task: a body, a file, or a stream of events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .._core import sse
from .._core.shape import is_object
from .._core.tables import Response
from ..gateway.calls import holds, wanted
from ..gateway.tables import Answers
from ..testing.space import Body, Space
from . import answers, containers, documented, outputs, shapes
from .exchange import Answer
from .report import Checks
from .results import MEDIA
from .site import Site


def check(site: Site, space: Space, body: Body, answer: Answer, output: str, checks: Checks) -> None:
    """Hold the answer to a direct purchase against what is documented."""
    operation = space.operation
    row = operation.responses.get(str(answer.status))
    known = site.tables.operations.get(operation.id, Answers({}))
    if row is None:
        checks.say("answer", "answer/status", f"status {answer.status} is not documented, only {', '.join(operation.responses)}")
    elif row.kind == "stream" or (known.stream is not None and body.get("stream") in (True, "true")):
        names = row.schemas if row.kind == "stream" else row.stream
        done = row.kind == "stream" or (known.stream is not None and known.stream.done)
        checks.say("answer", "answer/stream", list(_events(site, answer, names, done=done)))
    elif row.kind == "binary":
        _file(row, answer, output, checks)
    else:
        _json(site, space, body, answer, output, known, checks)


def _file(row: Response, answer: Answer, output: str, checks: Checks) -> None:
    checks.say("answer", "answer/content-type", None if answer.media == row.media else f"it is {answer.media}, not {row.media}")
    checks.say("download", "download/whole", list(containers.problems(answer.content, answer.media, output, answer.announced)))


def _json(site: Site, space: Space, body: Body, answer: Answer, output: str, known: Answers, checks: Checks) -> None:
    template, media = _template(known, space.family, body)
    if media or (isinstance(template, str) and not template.startswith("$")):
        expected = media or "text/plain"
        checks.say("answer", "answer/content-type", None if answer.media == expected else f"it is {answer.media}, not {expected}")
        return
    if not checks.say("answer", "answer/shape", answers.success(site, space.operation, answer, template, body)):
        return
    if space.model:
        echoed = [value for value in documented.values(template, answer.body, "model") if value != space.model]
        checks.say("answer", "answer/model", f"it says {echoed[0]!r}, {space.model!r} was asked for" if echoed else None)
    if output in MEDIA and documented.speaks_of(template, "url", "urls", "data"):
        _made(site, template, answer, _asked(known, body), output, checks)


def _asked(known: Answers, body: Body) -> int | None:
    return wanted(body, known.count) if any(name in body for name in known.count) else None


def _made(site: Site, template: Any, answer: Answer, asked: int | None, output: str, checks: Checks) -> None:
    urls = [str(value) for name in ("url", "urls") for value in documented.values(template, answer.body, name)]
    data = [str(value) for value in documented.values(template, answer.body, "data")]
    count = len({*urls}) + len(data)
    text = f"{asked} were asked for, there are {count}" if asked not in (None, count) else None
    checks.say("answer", "answer/outputs", text if count else "there are none")
    checks.say("download", "download/whole", [*outputs.linked(site, urls, output), *outputs.packed(data, output)])


def _template(known: Answers, family: str, body: Body) -> tuple[Any, str]:
    for row in known.variants:
        if not row.present and not row.any_present and holds(row.where, body):
            return row.body, row.media
    own = known.families.get(family, {})
    return own.get("succeeded", known.bodies.get("succeeded")), ""


def _events(site: Site, answer: Answer, names: tuple[str, ...], *, done: bool) -> Iterator[str]:
    if answer.media != "text/event-stream":
        yield f"the content type is {answer.media or 'missing'}, not text/event-stream"
        return
    decoder = sse.Decoder()
    events = [*decoder.feed(answer.content), *decoder.close()]
    ended = bool(events) and events[-1].data == sse.DONE
    rows = [event for event in events if event.data != sse.DONE]
    if done and not ended:
        yield f"the stream does not end with {sse.DONE}"
    if not rows:
        yield "the stream has no events"
    for index, event in enumerate(rows):
        try:
            body = json.loads(event.data)
        except ValueError:
            yield f"event {index} is no JSON: {site.shown(event.data)}"
            return
        wrong = shapes.deviations(site.provider, names, body) if is_object(body) else ["it is no object"]
        if wrong:
            yield f"event {index}: {'; '.join(wrong)}"
            return
