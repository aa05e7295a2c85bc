"""Where results go: a file, or names of their own in a folder. Nothing is overwritten without being told."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .._core.transfer import data_url, sanitized
from .exits import Failure

_SUFFIXES: Mapping[str, str] = {"video": ".mp4", "image": ".png", "speech": ".mp3", "music": ".mp3", "voice": ".mp3"}


@dataclass(frozen=True, slots=True)
class Destination:
    """What `-o` says; the present folder without it."""

    path: str = "."
    overwrite: bool = False

    @property
    def is_folder(self) -> bool:
        """Whether results get names of their own."""
        return self.path.endswith(("/", os.sep)) or Path(self.path).is_dir()

    def check(self) -> None:
        """Before anything is paid: `Failure` when no result could be written there."""
        target = Path(self.path)
        if self.path == "-":
            raise Failure("-o takes a file or a folder, not -")
        if not self.is_folder and os.path.lexists(target) and not self.overwrite:
            raise Failure(f"{target} exists already", hints=["--overwrite replaces it"])
        nearest = next((row for row in (target if self.is_folder else target.parent, *target.parents) if row.exists()), Path())
        if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
            raise Failure(f"nothing can be written in {nearest}")

    def of(self, index: int, count: int, *, name: str, suffix: str, fresh: bool = False) -> Path:
        """The file of one result out of `count`; with `fresh` a name in a folder that is not taken yet."""
        number = f"-{index + 1}" if count > 1 else ""
        if not self.is_folder:
            target = Path(self.path)
            return target.with_name(f"{target.stem}{number}{target.suffix}")
        stem = sanitized(name) or "result"
        target = Path(self.path) / f"{stem}{number}{suffix}"
        taken = 1
        while fresh and not self.overwrite and os.path.lexists(target):
            taken += 1
            target = Path(self.path) / f"{stem}{number}-{taken}{suffix}"
        return target


def suffix_of(url: str, output: str) -> str:
    """The ending of a file: as its link says, else as files of such models usually end."""
    import mimetypes

    if url.startswith("data:"):
        try:
            found = data_url(url)
        except ValueError:
            found = None
        return (mimetypes.guess_extension(found[1]) if found else None) or _SUFFIXES.get(output, "")
    try:
        named = Path(urlsplit(url).path).suffix
    except ValueError:
        named = ""
    return named if 1 < len(named) <= 6 else _SUFFIXES.get(output, "")
