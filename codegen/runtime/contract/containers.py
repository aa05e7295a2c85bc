"""Whether the bytes of an output are a whole file of the kind that they say."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

_PREFIX = {"video": "video/", "image": "image/", "speech": "audio/", "voice": "audio/", "music": "audio/"}
_ANY = ("application/octet-stream", "binary/octet-stream", "")


def problems(content: bytes, media: str, output: str, length: str | None = None) -> Iterator[str]:
    """What is wrong with a file.

    Args:
        content: All that was received.
        media: Its content type, without parameters.
        output: What it should be: video, image, speech, voice or music; anything else is not looked into.
        length: What `content-length` announced.
    """
    if length is not None and length.isdecimal() and int(length) != len(content):
        yield f"{len(content)} bytes came, {length} were announced"
    if not content:
        yield "it is empty"
        return
    prefix = _PREFIX.get(output)
    if prefix is None:
        return
    if media not in _ANY and not media.startswith(prefix):
        yield f"its content type is {media}, not {prefix}*"
    kind, whole = _kind(content)
    if kind == "":
        yield f"it does not begin like any {prefix[:-1]} file: {content[:12]!r}"
    elif not f"{kind}/".startswith(prefix) and not (kind == "video" and prefix == "audio/"):  # MP4 and WebM hold sound alone, too
        yield f"it is {kind}, not {prefix[:-1]}"
    elif not whole(content):
        yield f"it is cut off or damaged after {len(content)} bytes"


def _kind(content: bytes) -> tuple[str, Callable[[bytes], bool]]:
    head = content[:16]
    for offset, mark, kind, whole in _MARKS:
        if head[offset : offset + len(mark)] == mark:
            return kind, whole
    return "", _unknown


def _unknown(_: bytes) -> bool:
    return True


def _png(content: bytes) -> bool:
    return content[-8:-4] == b"IEND"


def _jpeg(content: bytes) -> bool:
    return b"\xff\xd9" in content[-64:]


def _riff(content: bytes) -> bool:
    size = int.from_bytes(content[4:8], "little")
    return size >= 0xFFFFFF00 or len(content) >= size + 8  # streamed files announce the most there is


def _mp4(content: bytes) -> bool:
    """Boxes follow each other to the very end, and the index is among them."""
    place, names = 0, set[bytes]()
    while place + 8 <= len(content):
        size, name = struct.unpack(">I4s", content[place : place + 8])
        if size == 1 and place + 16 <= len(content):
            size = struct.unpack(">Q", content[place + 8 : place + 16])[0]
        if size == 0:
            size = len(content) - place
        if size < 8:
            return False
        names.add(name)
        place += size
    return place == len(content) and (b"moov" in names or b"moof" in names)


_MARKS: tuple[tuple[int, bytes, str, Callable[[bytes], bool]], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image", _png),
    (0, b"\xff\xd8\xff", "image", _jpeg),
    (0, b"GIF8", "image", _unknown),
    (8, b"WEBP", "image", _riff),
    (8, b"WAVE", "audio", _riff),
    (4, b"ftyp", "video", _mp4),
    (0, b"\x1aE\xdf\xa3", "video", _unknown),
    (0, b"ID3", "audio", _unknown),
    (0, b"\xff\xfb", "audio", _unknown),
    (0, b"\xff\xf3", "audio", _unknown),
    (0, b"\xff\xf1", "audio", _unknown),
    (0, b"OggS", "audio", _unknown),
    (0, b"fLaC", "audio", _unknown),
)
