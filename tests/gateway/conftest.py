"""A gateway on the loopback whose tasks take milliseconds, and clients that ask often."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from unibind import AsyncUniAll, UniAll, gateway
from unibind.uniall.tables import TASKS

SPEED = 500


@pytest.fixture(scope="session")
def running() -> Iterator[gateway.Running]:
    keys: dict[str, gateway.KeyState] = {"sk-good": "enabled", "sk-off": "disabled"}
    with gateway.serve("uniall", clock=gateway.ScaledClock(SPEED), keys=keys) as served:
        yield served


@pytest.fixture
def log(running: gateway.Running) -> gateway.Log:
    """The log, emptied."""
    running.log.clear()
    return running.log


@pytest.fixture(scope="session")
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
    for name, row in TASKS.items():
        monkeypatch.setitem(TASKS, name, replace(row, poll=(0.005, 0.02)))
