"""The media are real: a decoder reads them, and they follow from the seed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import av
import pytest
from unibind.gateway import media
from unibind.gateway.ranges import serve_file

FORMATS = {"video": ("h264", 24), "image": ("png", 1), "speech": ("pcm_s16le", 0), "music": ("pcm_s16le", 0), "voice": ("pcm_s16le", 0)}


@pytest.mark.parametrize("output", sorted(media.KINDS))
def test_a_decoder_reads_them(output: str) -> None:
    codec, frames = FORMATS[output]
    for seed in range(media.VIDEOS):
        container: Any = av.open(io.BytesIO(media.file(output, seed).content))
        with container:
            stream = container.streams[0]
            decoded = list(container.decode(stream))
            assert stream.codec_context.name == codec
            assert len(decoded) == frames if frames else sum(frame.samples for frame in decoded) > 8_000


@pytest.mark.parametrize("output", sorted(media.KINDS))
def test_the_seed_decides(output: str) -> None:
    made = media.kind(output).make
    assert made(5) == made(5)
    assert len({made(seed) for seed in range(8)}) == 8


CONTENT = bytes(range(100))


@pytest.mark.parametrize(
    ("span", "status", "content"),
    [
        ("bytes=0-9", 206, CONTENT[:10]),
        ("bytes=90-", 206, CONTENT[90:]),
        ("bytes=-5", 206, CONTENT[-5:]),
        ("bytes=-500", 206, CONTENT),
        ("bytes=99-500", 206, CONTENT[99:]),
        ("bytes=100-", 416, b""),
        ("bytes=-0", 416, b""),
        ("bytes=9-3", 200, CONTENT),
        ("bytes=-", 200, CONTENT),
        ("bytes=0-1,4-5", 200, CONTENT),
        ("lines=0-1", 200, CONTENT),
    ],
)
def test_ranges(span: str, status: int, content: bytes) -> None:
    served = serve_file(CONTENT, "text/plain", '"a"', {"range": span})
    assert (served.status, served.content) == (status, content)
    assert served.headers["content-length"] == str(len(content))
    if status == 206:
        start = CONTENT.index(content)
        assert served.headers["content-range"] == f"bytes {start}-{start + len(content) - 1}/100"


def test_a_range_of_another_version_is_the_whole_file() -> None:
    assert serve_file(CONTENT, "text/plain", '"a"', {"range": "bytes=0-9", "if-range": '"b"'}).status == 200
    assert serve_file(CONTENT, "text/plain", '"a"', {"if-none-match": '"a"'}).status == 304


def test_the_videos_are_shipped_byte_for_byte() -> None:
    source = Path(__file__).parent.parent.parent / "codegen" / "runtime" / "gateway" / "data"
    assert {path.name: path.read_bytes() for path in source.iterdir()} == {path.name: path.read_bytes() for path in media.DATA.iterdir()}
