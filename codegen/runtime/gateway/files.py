"""The files at the media origin: each output of a finished task, for a while or for ever."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import partial
from typing import Any

from . import media
from .behaviour import Behaviour
from .jobs import Job


@dataclass(frozen=True, slots=True)
class Known:
    """A link that was given out; `expires` is Unix time in seconds."""

    output: str
    seed: int
    expires: float


class Files:
    """The links that were given out.

    Attributes:
        url: Origin of the files.
        lifetime: Seconds for which a link works after its task has finished; None for ever.
    """

    def __init__(self, behaviour: Behaviour, url: str, lifetime: float | None) -> None:
        self.lifetime = lifetime
        self._behaviour = behaviour
        self.url = url
        self._known: dict[str, Known] = {}

    def get(self, path: str) -> Known | None:
        """The file at a path of the origin."""
        return self._known.get(path)

    def content(self, known: Known) -> media.File:
        """What is behind a link."""
        return self._behaviour.file(known.output, known.seed)

    def outputs(self, job: Job) -> list[dict[str, Any]]:
        """The files of a finished job, each with its link; text has none."""
        if job.output not in media.KINDS:
            return []
        row = media.kind(job.output)
        return self._behaviour.outputs(job, [self._output(job, row, index) for index in range(job.count)])

    def _output(self, job: Job, row: media.Kind, index: int) -> dict[str, Any]:
        path = f"/media/{job.id}-{index + 1}{row.suffix}"
        known = Known(job.output, job.seed + index, job.finished + (float("inf") if self.lifetime is None else self.lifetime))
        self._known[path] = known
        return {"url": f"{self.url}{path}", "media": row.media, "data": partial(self._base64, known)}

    def _base64(self, known: Known) -> str:
        return base64.b64encode(self.content(known).content).decode()
