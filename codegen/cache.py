"""Remembers which output belongs to which inputs, so that a run with nothing to do costs one reading of the files.

A record holds digests and figures only. It is believed for the inputs that it is named after, and only as long as the output
has the recorded digest; whatever cannot be read as a record is none.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from .inputs import PROJECT, inputs_digest

FOLDER = PROJECT / "build" / "codegen"
_KEPT = 64  # records; the oldest go


@dataclass(frozen=True, slots=True)
class Record:
    """What is known about one state of the inputs."""

    summary: str  # what `lint` says
    output: str = ""  # digest of what is emitted; "" = not known
    files: int = 0
    gated: bool = False  # that output has passed the gate


class Cache:
    """The record of the inputs as they are when it is made."""

    def __init__(self, spec: Path, folder: Path | None = FOLDER, project: Path = PROJECT) -> None:
        self._spec, self._project, self._folder = spec, project, folder
        self._key = inputs_digest(spec, project) if folder else ""

    def record(self) -> Record | None:
        """What is known about these inputs."""
        if self._folder is None:
            return None
        try:
            record = Record(**json.loads(self._path(self._folder).read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        fits = all(type(value) is type(there) for value, there in zip(asdict(Record("")).values(), asdict(record).values(), strict=True))
        return record if fits else None

    def store(self, record: Record) -> None:
        """Remembers, unless the inputs have changed meanwhile. Without a place to write to nothing is remembered."""
        if self._folder is None or inputs_digest(self._spec, self._project) != self._key:
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._path(self._folder)
            part = path.with_suffix(f".{os.getpid()}")
            part.write_text(json.dumps(asdict(record)) + "\n", "utf-8")
            part.replace(path)
            self._drop_oldest(self._folder)

    def add(self, record: Record) -> None:
        """Remembers, without forgetting what is known of the same output already."""
        known = self.record()
        if known and (not record.output or known.output == record.output):
            record = replace(known, gated=known.gated or record.gated)
        if record != known:
            self.store(record)

    def _path(self, folder: Path) -> Path:
        return folder / f"{self._key}.json"

    def _drop_oldest(self, folder: Path) -> None:
        for old in sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)[:-_KEPT]:
            old.unlink(missing_ok=True)
