"""Decisions of a download: where it goes on, what an answer to that means, and how the file is named."""

from __future__ import annotations

import base64
import binascii
import mimetypes
import re
from collections.abc import Collection, Mapping
from pathlib import PurePath, PurePosixPath
from typing import Literal, TypeVar
from urllib.parse import unquote, unquote_to_bytes, urljoin, urlsplit

PathT = TypeVar("PathT", bound=PurePath)
_OVERLAP = 1024  # bytes that are fetched again, to see that the file is still the same one
_LONGEST_NAME = 120  # characters
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_BAD = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_DISPOSITION = (
    re.compile(r"filename\*\s*=\s*[\w-]+'[^']*'([^;]+)", re.IGNORECASE),
    re.compile(r'filename\s*=\s*"?([^";]+)"?', re.IGNORECASE),
)

Step = Literal["append", "rewrite", "again"]


class Mismatch(Exception):
    """What the server sends does not go on from what is there. Never leaves the package."""


class Transfer:
    """One attempt to get a file of which some bytes may be there already.

    Args:
        size: Bytes that are there.
        tail: The last of them, at most `OVERLAP`.
        etag: `ETag` of the file that they are of, where it is known.
    """

    OVERLAP = _OVERLAP

    def __init__(self, size: int, tail: bytes = b"", etag: str = "") -> None:
        self.size = size
        self.etag = etag
        self._expected = tail
        self._from = size - len(tail)
        self.total: int | None = None

    def headers(self) -> dict[str, str]:
        """Headers that ask for the rest of the file. It is not to be compressed: lengths and ranges are of the file itself."""
        headers = {"accept-encoding": "identity"}
        if self.size:
            headers["range"] = f"bytes={self._from}-"
            if self.etag and not self.etag.startswith("W/"):
                headers["if-range"] = self.etag
        return headers

    def begin(self, status: int, headers: Mapping[str, str]) -> Step:
        """What an answer means: go on, write from the start, or ask again without a range."""
        self.etag = headers.get("etag", "")
        if status != 206:
            self.size, self._expected = 0, b""
            self.total = _length(headers)
            return "rewrite"
        match = _RANGE.fullmatch(headers.get("content-range", ""))
        if not self.size or not match or int(match[1]) != self._from:
            return "again"
        self.total = None if match[2] == "*" else int(match[2])
        return "append"

    def accept(self, chunk: bytes) -> bytes:
        """The part of a chunk that is new; `Mismatch` when the file is another one than before, or longer than announced."""
        overlap, chunk = chunk[: len(self._expected)], chunk[len(self._expected) :]
        if not self._expected.startswith(overlap):
            raise Mismatch("the file at the URL has changed")
        self._expected = self._expected[len(overlap) :]
        self.size += len(chunk)
        return chunk

    def complete(self) -> bool:
        """Whether everything that was announced is there."""
        return not self._expected and (self.total is None or self.size == self.total)


def _length(headers: Mapping[str, str]) -> int | None:
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() and headers.get("content-encoding", "identity") == "identity" else None


def redirect(url: str, location: str) -> str | None:
    """Where a redirect leads, or None when that is nowhere a download goes."""
    try:
        target = urljoin(url, location)
    except ValueError:
        return None
    return target if is_web(target) else None


def is_web(url: str) -> bool:
    """Whether a URL is http or https, with a host."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def shown(url: str) -> str:
    """A URL without its query, which may hold a signature."""
    return url.partition("?")[0].partition("#")[0][:200]


def data_url(url: str) -> tuple[bytes, str] | None:
    """Content and media type of a `data:` URL; None when it is none, `ValueError` when it is broken."""
    if not url.startswith("data:"):
        return None
    head, _, content = url[5:].partition(",")
    media = head.partition(";")[0]
    if not head.endswith(";base64"):
        return unquote_to_bytes(content), media
    try:
        return base64.b64decode(unquote_to_bytes(content), validate=True), media
    except binascii.Error as error:
        raise ValueError(f"a data URL is broken: {error}") from None


def file_name(url: str, headers: Mapping[str, str], fallback: str) -> str:
    """A name for a file in a folder: from the headers, the URL or the fallback; it never leads out of the folder."""
    suffix = mimetypes.guess_extension(headers.get("content-type", "").partition(";")[0].strip()) or ""
    for name in (_disposition(headers.get("content-disposition", "")), "" if url.startswith("data:") else _last(url)):
        clean = sanitized(name)
        if clean:
            return clean if PurePosixPath(clean).suffix else clean + suffix
    return (sanitized(fallback) or "output") + suffix


def numbered(path: PathT, taken: Collection[PurePath]) -> PathT:
    """The path, or with a number that makes it another one than those that are taken."""
    number, free = 1, path
    while free in taken:
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free


def sanitized(name: str) -> str:
    """A name without folders, control characters and what some file systems refuse; empty when nothing is left."""
    name = _BAD.sub("_", re.split(r"[/\\]", name)[-1].encode("utf-8", "replace").decode()).strip(" .")
    if len(name) > _LONGEST_NAME:
        suffix = PurePosixPath(name).suffix[:16]
        name = name[: _LONGEST_NAME - len(suffix)] + suffix
    while len(name.encode()) > 2 * _LONGEST_NAME:
        name = name[1:]
    return f"_{name}" if _RESERVED.fullmatch(name) else name


def _disposition(header: str) -> str:
    found = next((match for pattern in _DISPOSITION if (match := pattern.search(header))), None)
    return unquote(found[1].strip()) if found else ""


def _last(url: str) -> str:
    try:
        return unquote(urlsplit(url).path.rpartition("/")[2])
    except ValueError:
        return ""
