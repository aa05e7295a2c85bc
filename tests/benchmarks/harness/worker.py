"""The process of one contestant. Arguments: question, number of the row, contestant, origin of the server.

Each line on standard input is a number of calls; each is answered with a line of JSON: the sample.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from importlib import import_module
from typing import Any

PRELUDE = """
import time as _time
URL = {url!r}
_began = _time.process_time()
"""
CODA = """
_cpu = _time.process_time() - _began
from tests.benchmarks.harness.worker import peak as _peak
import json as _json
print(_json.dumps({"cpu": _cpu, "memory": _peak()}))
"""


def main(question: str, row: str, contestant: str, url: str) -> None:
    rows = import_module(f"tests.benchmarks.{question}").QUESTION.rows
    work = rows[int(row)].contestants[contestant](url)
    print("{}", flush=True)  # ready
    if inspect.iscoroutinefunction(work):
        with asyncio.Runner() as runner:
            for line in sys.stdin:
                answer(runner.run(_sample_async(work, int(line))))
    else:
        for line in sys.stdin:
            answer(_sample(work, int(line)))


def _sample(work: Callable[[], Any], calls: int) -> dict[str, float]:
    began = time.process_time()
    results = [work() for _ in range(calls)]
    return _figures(time.process_time() - began, results)


async def _sample_async(work: Callable[[], Awaitable[Any]], calls: int) -> dict[str, float]:
    began = time.process_time()
    results = [await work() for _ in range(calls)]
    return _figures(time.process_time() - began, results)


def _figures(cpu: float, results: Iterable[Any]) -> dict[str, float]:
    numbers = [result for result in results if type(result) in (int, float)]
    figures = {"cpu": cpu, "memory": peak()}
    return figures | {"value": sum(numbers) / len(numbers)} if numbers else figures


def peak() -> float:
    """The largest resident memory of this process, in MB."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def answer(figures: dict[str, float]) -> None:
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
