"""Bodies that come compressed: httpx takes them apart."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator

import httpx


async def decoded(headers: list[tuple[bytes, bytes]], chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The decompressed pieces of a body; httpx's `DecodingError` when it is broken."""
    response = httpx.Response(200, headers=headers, stream=_Body(chunks))
    async for chunk in response.aiter_bytes():
        yield chunk


class _Body(httpx.AsyncByteStream):
    def __init__(self, chunks: AsyncIterable[bytes]) -> None:
        self._chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._chunks:
            yield chunk
