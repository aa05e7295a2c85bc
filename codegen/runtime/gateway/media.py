"""Real media that a player opens: PNG and WAV made here, MP4 from the files in `data/` (made by `codegen/media.py`).

The seed chooses colour and tone, and makes the bytes of each output differ.
"""

from __future__ import annotations

import colorsys
import hashlib
import io
import math
import struct
import wave
import zlib
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
VIDEOS = 6  # files video-0.mp4 ... in DATA
_SIDE = 192  # pixels
_RATE = 8_000  # samples a second
_SCALE = (0, 2, 4, 7, 9, 12)  # semitones of a pentatonic scale


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of output is stored."""

    suffix: str  # ex) .mp4
    media: str  # ex) video/mp4
    make: Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class File:
    """A finished file."""

    media: str
    content: bytes
    etag: str


def kind(output: str) -> Kind:
    """The kind of an output (`video`, `image`, `speech` ...)."""
    return KINDS.get(output, KINDS["image"])


@lru_cache(maxsize=256)
def file(output: str, seed: int) -> File:
    """The file of an output and a seed; always the same."""
    row = kind(output)
    content = row.make(seed)
    return File(row.media, content, f'"{hashlib.sha256(content).hexdigest()[:32]}"')


def mp4(seed: int) -> bytes:
    """One of the shipped videos (H.264), with the seed in a box that players skip."""
    mark = f"seed {seed}".encode()
    return (DATA / f"video-{seed % VIDEOS}.mp4").read_bytes() + struct.pack(">I4s", 8 + len(mark), b"free") + mark


def png(seed: int) -> bytes:
    """A square that runs from one colour to another."""
    left, right = _colour(seed), _colour(seed * 7 + 3)
    steps = 2 * _SIDE - 1
    diagonal = b"".join(bytes(round(a + (b - a) * step / steps) for a, b in zip(left, right, strict=True)) for step in range(steps))
    rows = b"".join(b"\0" + diagonal[3 * y : 3 * (y + _SIDE)] for y in range(_SIDE))  # 0: no filter
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)),
        (b"tEXt", b"Comment\0seed " + str(seed).encode()),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _colour(seed: int) -> tuple[int, ...]:
    return tuple(round(part * 255) for part in colorsys.hsv_to_rgb((seed * 0.618034) % 1, 0.65, 0.9))


def speech(seed: int) -> bytes:
    """Something with the rhythm of a short sentence."""
    base = 110 + seed % 60
    return _wav(_tones([(base * (1 + ((seed >> step) % 5) * 0.06), 0.16, 3) for step in range(9)]))


def music(seed: int) -> bytes:
    """A short melody."""
    base = 220 * 2 ** ((seed % 12) / 12)
    notes = [_SCALE[(seed >> step) % len(_SCALE)] for step in range(12)]
    return _wav(_tones([(base * 2 ** (note / 12), 0.24, 2) for note in notes]))


def _tones(notes: list[tuple[float, float, int]]) -> Iterator[int]:
    """Samples of notes: hertz, seconds, harmonics. Each swells and fades, so that nothing clicks."""
    for hertz, seconds, harmonics in notes:
        length = int(seconds * _RATE)
        for index in range(length):
            swell = math.sin(math.pi * index / length)
            angle = 2 * math.pi * hertz * index / _RATE
            yield int(9000 * swell * sum(math.sin(angle * n) / n for n in range(1, harmonics + 1)))


def _wav(samples: Iterator[int]) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(_RATE)
        sound.writeframes(array("h", samples).tobytes())
    return target.getvalue()


KINDS = {
    "video": Kind(".mp4", "video/mp4", mp4),
    "image": Kind(".png", "image/png", png),
    "speech": Kind(".wav", "audio/wav", speech),
    "voice": Kind(".wav", "audio/wav", speech),
    "music": Kind(".wav", "audio/wav", music),
}
