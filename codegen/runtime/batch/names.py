"""Names of the files of a batch: they cannot collide, and lead nowhere else."""

from __future__ import annotations

import hashlib
import mimetypes
import os
import re
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from .._core import transfer

_PLAIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG", ".png"),
    (0, b"\xff\xd8\xff", ".jpg"),
    (0, b"GIF8", ".gif"),
    (8, b"WEBP", ".webp"),
    (8, b"WAVE", ".wav"),
    (4, b"ftyp", ".mp4"),
    (0, b"\x1aE\xdf\xa3", ".webm"),
    (0, b"ID3", ".mp3"),
    (0, b"\xff\xfb", ".mp3"),
    (0, b"\xff\xf3", ".mp3"),
    (0, b"OggS", ".ogg"),
    (0, b"fLaC", ".flac"),
)
UNKNOWN = ".bin"


def stem(id: str) -> str:
    """The beginning of a job's file names. Where an id is not safe as it is, also on disks that ignore case, a hash tells it apart."""
    if _PLAIN.fullmatch(id) and transfer.sanitized(id) == id:
        return id
    readable = re.sub(r"[^A-Za-z0-9_-]+", "_", id).strip("_")[:40] or "job"
    return f"{readable}~{hashlib.sha256(id.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def numbered(id: str, index: int, suffix: str) -> str:
    """Name of an output: stems have no dots, so that no two jobs share one."""
    return f"{stem(id)}{suffix}" if index == 0 else f"{stem(id)}.{index + 1}{suffix}"


def suffix_of_url(url: str) -> str:
    """The ending that a URL gives, or `.bin`."""
    if url.startswith("data:"):
        return suffix_of_media(url[5:].partition(",")[0])
    try:
        suffix = PurePosixPath(urlsplit(url).path).suffix.lower()
    except ValueError:
        return UNKNOWN
    return suffix if _SUFFIX.fullmatch(suffix) and mimetypes.guess_type(f"x{suffix}")[0] else UNKNOWN


def suffix_of_media(content_type: str) -> str:
    """The ending of a media type, or `.bin`."""
    media = content_type.partition(";")[0].strip().lower()
    return {"audio/wav": ".wav", "audio/mpeg": ".mp3"}.get(media) or mimetypes.guess_extension(media) or UNKNOWN


def suffix_of_content(path: Path) -> str:
    """The ending that a file's first bytes speak for, or `.bin`."""
    with path.open("rb") as file:
        head = file.read(16)
    return next((suffix for at, magic, suffix in _MAGIC if head[at : at + len(magic)] == magic), UNKNOWN)


def secure(path: Path) -> None:
    """Make sure that a file and its name are on the disk, not only in memory."""
    with path.open("r+b") as file:  # some systems refuse it on what is open for reading
        os.fsync(file.fileno())
    secure_folder(path.parent)


def secure_folder(folder: Path) -> None:
    """Make sure that the names in a folder are on the disk; some systems cannot, and need not."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
