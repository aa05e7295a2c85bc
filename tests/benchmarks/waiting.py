"""What ten thousand waiting tasks cost (or BENCH_TASKS of them): memory of each, looked at in a fifth of them, and CPU for all."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import time
import tracemalloc
from typing import Any

from .harness.question import Goal, Question, Row, Work

TASKS = int(os.environ.get("BENCH_TASKS", "10000"))
TRACED = max(1, TASKS // 5)  # following allocations makes everything several times slower, and the memory of a task is that of any other
_SECONDS = 5.0  # over which the CPU of waiting is looked at
_SETTLED = 0.5
_BATCH = 100  # queries at once while the tasks are made


def bare(url: str) -> Work:
    """As many coroutines that only sleep: what no way of waiting in asyncio is below."""

    async def work() -> float:
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        sleepers = [asyncio.ensure_future(asyncio.sleep(600)) for _ in range(TRACED)]
        await asyncio.sleep(_SETTLED)
        used = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
        await _cancelled(sleepers)
        return used / TRACED

    return work


def memory(url: str) -> Work:
    """Bytes of one task that was asked about once and waits, with all that belongs to it."""

    async def work() -> float:
        async with _client(url) as client:
            await client.videos.retrieve("task_first")
            gc.collect()
            tracemalloc.start()
            before = tracemalloc.get_traced_memory()[0]
            waiting = await _waiting(client, TRACED)
            gc.collect()
            used = tracemalloc.get_traced_memory()[0] - before
            tracemalloc.stop()
            await _cancelled(waiting)
        return used / TRACED

    return work


def load(url: str) -> Work:
    """Part of one processor, in per cent, that waiting takes."""

    async def work() -> float:
        async with _client(url) as client:
            waiting = await _waiting(client, TASKS)
            cpu, wall = time.process_time(), time.monotonic()
            await asyncio.sleep(_SECONDS)
            used = (time.process_time() - cpu) / (time.monotonic() - wall)
            await _cancelled(waiting)
        return used * 100

    return work


def idle(url: str) -> Work:
    async def work() -> float:
        await asyncio.sleep(_SETTLED)
        return 1.0

    return work


def _client(url: str) -> Any:
    from unibind import AsyncUniAll

    logging.getLogger("unibind").setLevel(logging.ERROR)  # each task says that it was cancelled: more than a pipe takes that nobody reads
    return AsyncUniAll(api_key="sk-x", base_url=url)


async def _waiting(client: Any, count: int) -> list[asyncio.Future[Any]]:
    """Tasks that have been asked about once and sleep until their next query."""
    tasks: list[Any] = []
    for start in range(0, count, _BATCH):
        ids = range(start, min(count, start + _BATCH))
        tasks += await asyncio.gather(*(client.videos.retrieve(f"task_{number}") for number in ids))
    waiting = [asyncio.ensure_future(task.wait(timeout=600)) for task in tasks]
    await asyncio.sleep(_SETTLED)  # shorter than until the first query
    return waiting


async def _cancelled(waiting: list[asyncio.Future[Any]]) -> None:
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


QUESTION = Question(
    f"{TASKS:,} waiting tasks",
    (
        Row("bytes of each", {"sleep": bare, "unibind": memory}, (Goal(5000, "value", "bytes"),), rounds=2),
        Row("CPU, % of one processor", {"idle": idle, "unibind": load}, (Goal(None, "value", "%"),), rounds=2),
    ),
)
