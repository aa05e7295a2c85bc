"""Files for uploads, in the forms that httpx takes: a path, bytes, an open file, or `(name, content, media type)`."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import IO, Any, NamedTuple, TypeGuard

FileContent = Path | bytes | IO[bytes]
FileInput = FileContent | tuple[str | None, FileContent] | tuple[str | None, FileContent, str | None]

_MEDIA: Mapping[str, str] = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".bmp": "image/bmp",
    ".mp3": "audio/mpeg",
    ".mpga": "audio/mpeg",
    ".mpeg": "video/mpeg",
    ".wav": "audio/wav",
    ".m4a": "audio/mp4",
    ".ogg": "audio/ogg",
    ".flac": "audio/flac",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
}


class FileInfo(NamedTuple):
    """What can be told about a file without reading it."""

    name: str | None
    media: str | None  # ex) image/png
    size: int | None  # bytes


def is_file(value: Any) -> bool:
    """Whether a value is a file in one of the accepted forms."""
    if is_tuple(value):
        return len(value) in (2, 3, 4) and isinstance(value[0], str | None) and is_content(value[1])
    return not isinstance(value, str) and is_content(value)


def is_tuple(value: Any) -> TypeGuard[tuple[Any, ...]]:
    return isinstance(value, tuple)


def is_content(value: Any) -> bool:
    return isinstance(value, bytes | bytearray | Path | str) or hasattr(value, "read")


def describe(value: Any) -> FileInfo:
    """Name, media type and size, as far as they can be told without reading the file."""
    name: str | None = None
    media: str | None = None
    if is_tuple(value):
        name, content = value[0], value[1]
        media = value[2] if len(value) > 2 else None
    else:
        content = value
    name = name or _name(content)
    media = media or media_type(name)
    return FileInfo(name, media, _size(content))


def uploads(value: Any, loc: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """The files in a body, each with its place."""
    if is_upload(value):
        yield loc, value
    elif isinstance(value, Mapping | list):
        rows = value.items() if isinstance(value, Mapping) else enumerate(value)  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType,reportUnknownMemberType]
        for name, item in rows:  # pyright: ignore[reportUnknownVariableType]
            yield from uploads(item, (*loc, name))  # pyright: ignore[reportUnknownArgumentType]


def is_upload(value: Any) -> bool:
    """Whether a value is a file rather than text, which could be one too."""
    return is_file(value) and not isinstance(value, str)


def unreadable(value: Any) -> str | None:
    """Why a file cannot be sent, as far as that can be told without reading it; None when it can."""
    content = value[1] if is_tuple(value) else value
    if isinstance(content, Path):
        return _no_file(content)
    if getattr(content, "closed", False) is True:
        return "the file is closed"
    if isinstance(content, io.TextIOBase):
        return "the file is open as text; open it with mode 'rb'"
    return None


def _no_file(path: Path) -> str | None:
    if path.is_dir():
        return f"{path} is a folder"
    if not path.exists():
        return f"{str(path)!r} cannot be read: there is no such file"
    return None if os.access(path, os.R_OK) else f"{path} may not be read"


def media_type(name: str | None) -> str | None:
    """The media type that the ending of a file name stands for."""
    return _MEDIA.get(PurePath(name).suffix.lower()) if name else None


def _name(content: Any) -> str | None:
    if isinstance(content, Path):
        return content.name
    name = getattr(content, "name", None)
    return PurePath(name).name if isinstance(name, str) else None


def _size(content: Any) -> int | None:
    if isinstance(content, bytes | bytearray):
        return len(content)
    if isinstance(content, str):
        return len(content.encode())
    try:
        if isinstance(content, Path):
            return content.stat().st_size
        return os.fstat(content.fileno()).st_size
    except (OSError, AttributeError, ValueError):
        return None
