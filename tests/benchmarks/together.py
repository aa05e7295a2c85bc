"""What a poll costs while a hundred or a thousand are under way at once, in one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from .harness.question import Goal, Question, Row, Work

ID = "task_0123456789abcdef"
_PATH = f"/v1/videos/{ID}"


def at_once(many: int, ready: Callable[[str], Callable[[], Awaitable[Any]]]) -> Callable[[str], Work]:
    """A contestant that polls so many times at once, in the loop of its worker."""

    def contestant(url: str) -> Work:
        held: list[Callable[[], Awaitable[Any]]] = []

        async def work() -> None:
            if not held:
                held.append(ready(url))
            await asyncio.gather(*(held[0]() for _ in range(many)))

        return work

    return contestant


def _httpx(url: str) -> Callable[[], Awaitable[Any]]:
    import httpx

    return _plain(httpx.AsyncClient(base_url=url, timeout=60))


def _httpx2(url: str) -> Callable[[], Awaitable[Any]]:
    import httpx2

    return _plain(httpx2.AsyncClient(base_url=url, timeout=60))


def _plain(client: Any) -> Callable[[], Awaitable[Any]]:
    async def poll() -> Any:
        return (await client.get(_PATH, headers={"authorization": "Bearer sk-x"})).json()

    return poll


def _unibind(url: str) -> Callable[[], Awaitable[Any]]:
    from unibind import AsyncUniAll

    client = AsyncUniAll(api_key="sk-x", base_url=url)
    return lambda: client.videos.retrieve(ID)


def _aiohttp(url: str) -> Callable[[], Awaitable[Any]]:
    from unibind import AsyncUniAll
    from unibind.aio import AiohttpTransport

    client = AsyncUniAll(api_key="sk-x", base_url=url, transport=AiohttpTransport())
    return lambda: client.videos.retrieve(ID)


def _openai(url: str) -> Callable[[], Awaitable[Any]]:
    from openai import AsyncOpenAI

    client = AsyncOpenAI(api_key="sk-x", base_url=f"{url}/v1")
    return lambda: client.videos.retrieve(ID)


def _runwayml(url: str) -> Callable[[], Awaitable[Any]]:
    from runwayml import AsyncRunwayML

    client = AsyncRunwayML(api_key="key_x", base_url=url)

    async def poll() -> Any:
        return await client.tasks.retrieve("17f20503-6c24-4c16-946b-35dbbce2af2f")

    return poll


def _replicate(url: str) -> Callable[[], Awaitable[Any]]:
    from replicate import Client

    client = Client(api_token="x", base_url=url)
    return lambda: client.predictions.async_get("gm3qorzdhgbfurvjtvhg6dckhu")


READY = {
    "httpx2": _httpx2,
    "unibind": _unibind,
    "unibind[aiohttp]": _aiohttp,
    "httpx": _httpx,
    "openai": _openai,
    "runwayml": _runwayml,
    "replicate": _replicate,
}


SLOW = ("runwayml", "replicate")  # minutes a round with a thousand at once: httpx's pool, with limits of a thousand


def row(many: int, calls: int) -> Row:
    contestants = {name: at_once(many, ready) for name, ready in READY.items() if many <= 100 or name not in SLOW}
    return Row(f"{many} at once", contestants, (Goal(1.5), Goal(0.7, of="unibind[aiohttp]")), calls=calls, rounds=7)


QUESTION = Question("Polls at once", (row(100, 5), row(1000, 1)))
