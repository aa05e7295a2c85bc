"""Forms with files: httpx puts them together."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import cast

import httpx

from .._core.outgoing import Files


def form(files: Files) -> tuple[list[tuple[bytes, bytes]], AsyncIterable[bytes]]:
    """The headers and the body of a form, which is read while it is sent."""
    made = httpx.Request("POST", "http://form.invalid/", files=files)
    headers = [pair for pair in made.headers.raw if pair[0].lower() != b"host"]
    return headers, cast(AsyncIterable[bytes], made.stream)
