"""Answers with files: whole, in part, or only their headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True, slots=True)
class Served:
    """Status, headers and content of an answer."""

    status: int
    headers: dict[str, str]
    content: bytes


def serve_file(content: bytes, media: str, etag: str, headers: Mapping[str, str]) -> Served:
    """The answer to a request with these headers: 200, 206, 304 or 416."""
    shown = {"content-type": media, "etag": etag, "accept-ranges": "bytes"}
    if headers.get("if-none-match") in (etag, "*"):
        return Served(304, shown, b"")
    span = headers.get("range")
    if span is None or headers.get("if-range", etag) != etag:
        return _sized(200, shown, content)
    found = _span(span, len(content))
    if found is None:
        return _sized(200, shown, content)
    first, last = found
    if first > last:
        return _sized(416, {**shown, "content-range": f"bytes */{len(content)}"}, b"")
    return _sized(206, {**shown, "content-range": f"bytes {first}-{last}/{len(content)}"}, content[first : last + 1])


def _span(text: str, size: int) -> tuple[int, int] | None:
    """First and last byte; the first is the larger when nothing can be given; None when the header is not understood."""
    match = _RANGE.fullmatch(text.strip())
    if match is None or match[0] == "bytes=-":
        return None
    if not match[1]:
        return (max(0, size - int(match[2])), size - 1) if int(match[2]) else (1, 0)
    first, last = int(match[1]), min(int(match[2]) if match[2] else size - 1, size - 1)
    if match[2] and int(match[2]) < first:
        return None
    return (first, last) if first < size else (1, 0)


def _sized(status: int, headers: dict[str, str], content: bytes) -> Served:
    return Served(status, {**headers, "content-length": str(len(content))}, content)
