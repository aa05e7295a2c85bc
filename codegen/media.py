"""Makes the videos that the fake gateway ships: `python -m codegen.media`. Needs the dev extra `av` (PyAV, with ffmpeg's libx264).

Run by hand when other videos are wanted; another version of x264 gives other bytes of the same pictures.
"""

from __future__ import annotations

import colorsys
from fractions import Fraction

import av
from PIL import Image

from .runtime.gateway.media import DATA, VIDEOS

_WIDTH, _HEIGHT, _RATE, _SECONDS = 320, 180, 12, 2
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
    with av.open(path, "w", options={"movflags": "faststart", "fflags": "+bitexact"}) as container:
        stream = container.add_stream("libx264", rate=_RATE, options=_OPTIONS)
        stream.width, stream.height, stream.pix_fmt, stream.time_base = _WIDTH, _HEIGHT, "yuv420p", Fraction(1, _RATE)
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        for index in range(_RATE * _SECONDS):
            container.mux(stream.encode(av.VideoFrame.from_image(picture(number, index / (_RATE * _SECONDS)))))
        container.mux(stream.encode(None))


def picture(number: int, part: float) -> Image.Image:
    """The picture at a part of the video."""
    image = Image.new("RGB", (_WIDTH, _HEIGHT), colour(number / VIDEOS, 0.55))
    left = round(part * (_WIDTH - 60))
    image.paste(colour(number / VIDEOS + 0.5, 0.95), (left, 40, left + 60, _HEIGHT - 40))
    return image


def colour(hue: float, value: float) -> tuple[int, int, int]:
    """Red, green and blue."""
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, 0.6, value)
    return round(red * 255), round(green * 255), round(blue * 255)


if __name__ == "__main__":
    main()
