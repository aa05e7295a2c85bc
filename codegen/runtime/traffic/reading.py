"""From a path to exchanges: what kind of recording a file is."""

from __future__ import annotations

import gzip
import io
import re
import sys
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

from . import har, lines
from .errors import TrafficError
from .exchange import Exchange, Unreadable

STDIN = "-"
_HEAD = 4096
_HAR = re.compile(rb'(\xef\xbb\xbf)?\s*\{\s*"log"\s*:')
_GZIP = b"\x1f\x8b"
_LINES = (".jsonl", ".ndjson")


def read(path: str | Path) -> Iterator[Exchange | Unreadable]:
    """Everything in a recording, compressed by gzip or not; `-` is the standard input. `TrafficError` when it cannot be read."""
    name = "<stdin>" if str(path) == STDIN else str(path)
    try:
        with _opened(path) as binary:
            is_har = _is_har(path, binary)
            text = io.TextIOWrapper(cast(Any, binary), encoding="utf-8-sig", errors="replace")
            try:
                yield from (har.read if is_har else lines.read)(cast(TextIO, text), name)
            finally:
                text.detach()
    except (OSError, ValueError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise TrafficError(f"{name}: {reason}") from None


@contextmanager
def _opened(path: str | Path) -> Generator[io.BufferedReader]:
    if str(path) == STDIN:
        raw: BinaryIO = sys.stdin.buffer
        yield raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(cast(Any, raw))
        return
    with Path(path).open("rb") as file:
        if file.peek(2)[:2] != _GZIP:
            yield file
            return
        with gzip.open(file) as unpacked:
            yield io.BufferedReader(cast(Any, unpacked))


def _is_har(path: str | Path, file: io.BufferedReader) -> bool:
    """By the name, otherwise by how the file starts: a HAR is one object around `log`."""
    path = Path(path)
    suffix = (Path(path.stem) if path.suffix.lower() == ".gz" else path).suffix.lower()
    if suffix == ".har" or suffix in _LINES:
        return suffix == ".har"
    return _HAR.match(file.peek(_HEAD)[:_HEAD]) is not None
