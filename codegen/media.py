"""Makes the videos that the fake gateway ships: `python -m codegen.media`. Needs the dev extra `av` (PyAV, with ffmpeg's libx264).

Run by hand when other videos are wanted; another version of x264 gives other bytes of the same pictures.
"""

from __future__ import annotations

import colorsys
from fractions import Fraction
from typing import Any

import av
from av.codec.context import Flags

from .runtime.gateway.media import DATA, VIDEOS

_WIDTH, _HEIGHT, _RATE, _SECONDS = 320, 180, 12, 2
_BAR, _EDGE = 60, 40  # width of the bar, its distance from top and bottom
_OPTIONS = {"crf": "30", "preset": "veryslow", "profile": "baseline", "threads": "1"}


def main() -> None:
    """Write every video."""
    DATA.mkdir(exist_ok=True)
    for number in range(VIDEOS):
        path = DATA / f"video-{number}.mp4"
        write(str(path), number)
        print(f"{path.name}: {path.stat().st_size} bytes")


def write(path: str, number: int) -> None:
    """One video: a bar that moves over a ground of the number's colour."""
    container: Any  # PyAV is typed in part only
    with av.open(path, "w", options={"movflags": "faststart", "fflags": "+bitexact"}) as container:
        stream = container.add_stream("libx264", rate=_RATE, options=_OPTIONS)
        stream.width, stream.height, stream.pix_fmt, stream.time_base = _WIDTH, _HEIGHT, "yuv420p", Fraction(1, _RATE)
        stream.codec_context.flags |= Flags.bitexact
        for index in range(_RATE * _SECONDS):
            container.mux(stream.encode(frame(number, index / (_RATE * _SECONDS))))
        container.mux(stream.encode(None))


def frame(number: int, part: float) -> Any:
    """The picture at a part of the video, in rows of red, green and blue."""
    ground, bar = bytes(colour(number / VIDEOS, 0.55)), bytes(colour(number / VIDEOS + 0.5, 0.95))
    left = round(part * (_WIDTH - _BAR))
    plain = ground * _WIDTH
    crossed = ground * left + bar * _BAR + ground * (_WIDTH - _BAR - left)
    made: Any = av.VideoFrame(_WIDTH, _HEIGHT, "rgb24")
    made.planes[0].update(b"".join(crossed if _EDGE <= row < _HEIGHT - _EDGE else plain for row in range(_HEIGHT)))
    return made


def colour(hue: float, value: float) -> tuple[int, int, int]:
    """Red, green and blue."""
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, 0.6, value)
    return round(red * 255), round(green * 255), round(blue * 255)


if __name__ == "__main__":
    main()
