"""Gateways on the loopback whose tasks take milliseconds, and clients that ask often."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import cache

import httpx
import pytest
from unibind import AsyncUniAll, UniAll, gateway

from .cases import PROVIDERS

SPEED = 500
Pool = Callable[[str], gateway.Running]


@pytest.fixture(scope="session")
def gateways() -> Iterator[Pool]:
    """The gateway of a provider; started when it is first wanted."""
    with ExitStack() as stack:

        @cache
        def started(provider: str) -> gateway.Running:
            keys: dict[str, gateway.KeyState] = {"sk-good": "enabled", "sk-off": "disabled"}
            return stack.enter_context(gateway.serve(provider, clock=gateway.ScaledClock(SPEED), keys=keys))

        yield started


@pytest.fixture
def running(gateways: Pool) -> gateway.Running:
    """The gateway of UniAll."""
    return gateways("uniall")


@pytest.fixture
def log(running: gateway.Running) -> gateway.Log:
    """The log, emptied."""
    running.log.clear()
    return running.log


@pytest.fixture
def http(running: gateway.Running) -> Iterator[httpx.Client]:
    """A client without a key."""
    with httpx.Client(base_url=running.base_url) as made:
        yield made


@pytest.fixture
def client(running: gateway.Running) -> Iterator[UniAll]:
    with UniAll(api_key=running.api_key, base_url=running.base_url) as made:
        yield made


@pytest.fixture
def async_client(running: gateway.Running) -> AsyncUniAll:
    return AsyncUniAll(api_key=running.api_key, base_url=running.base_url)


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in PROVIDERS.values():
        for name, row in list(provider.tasks.items()):
            monkeypatch.setitem(provider.tasks, name, replace(row, poll=(0.005, 0.02)))
