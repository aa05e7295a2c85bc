"""Both halves of the runtime under one roof: each test of input and output runs in the async and in the sync world."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import shutil
import sys
from collections.abc import AsyncIterable, Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import httpx
import pytest

import codegen.runtime
from codegen import unasync
from codegen.runtime._core import dispatch, errors
from codegen.runtime._core.violations import Violation

from .tables import PROVIDER

KEY = "sk-0123456789abcdef"
RUNTIME = Path(codegen.runtime.__file__).parent


@pytest.fixture(scope="session")
def sync_half(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The rewritten half, importable as `codegen.runtime._sync` as if it had been emitted there."""
    folder = tmp_path_factory.mktemp("rewritten")
    texts = {path.name: path.read_text("utf-8") for path in (RUNTIME / "_async").glob("*.py")}
    for name, text in unasync.rewrite_all(texts, kept=["clock.py", "sockets.py"]).items():
        (folder / name).write_text(text, "utf-8")
    for path in (RUNTIME / "_sync").glob("*.py"):
        shutil.copy(path, folder)
    package = ModuleType("codegen.runtime._sync")
    package.__path__ = [str(folder)]
    sys.modules[package.__name__] = package
    codegen.runtime._sync = package  # type: ignore[attr-defined]
    return package


class World:
    """One half: makes clients, and runs what their methods give back."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.is_async = kind == "async"
        self.prefix = "Async" if self.is_async else ""
        self.clock: Any = self.module("clock")
        self._runner = asyncio.Runner()
        self.slept: list[float] = []
        self._clients: list[Any] = []

    def module(self, name: str) -> Any:
        return importlib.import_module(f"codegen.runtime._{self.kind}.{name}")

    def client(self, handler: Callable[[httpx.Request], httpx.Response] | None = None, **settings: Any) -> Any:
        """A client of the tiny gateway, answered by a function or by the network."""
        base: Any = getattr(self.module("client"), f"{self.prefix}Client")
        cls = type(f"{self.prefix}Tiny", (base,), {"_tables": staticmethod(lambda: PROVIDER)})
        if handler is not None:
            http: Any = httpx.AsyncClient if self.is_async else httpx.Client
            settings["http_client"] = http(transport=httpx.MockTransport(handler))
        client = cls(**{"api_key": KEY, **settings})
        self._clients.append(client)
        return client

    def run(self, value: Any) -> Any:
        """The result of a call; in the sync world it is there already."""
        return self._runner.run(value) if inspect.iscoroutine(value) else value

    def list(self, values: Any) -> list[Any]:
        """Everything that an iterator gives."""
        return self._runner.run(_gathered(values)) if isinstance(values, AsyncIterable) else list(values)

    def close(self) -> None:
        for client in self._clients:
            self.run(client.close())
        self._runner.close()


async def _gathered(values: AsyncIterable[Any]) -> list[Any]:
    return [value async for value in values]


@pytest.fixture(params=["async", "sync"])
def world(request: pytest.FixtureRequest, sync_half: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A half whose waits take no time; `slept` says how long they would have taken."""
    made = World(request.param)
    advanced = SimpleNamespace(by=0.0)
    real = made.clock.monotonic

    def sleep(seconds: float) -> None:
        made.slept.append(seconds)
        advanced.by += seconds

    async def sleep_async(seconds: float) -> None:
        sleep(seconds)

    monkeypatch.setattr(made.clock, "sleep", sleep_async if made.is_async else sleep)
    monkeypatch.setattr(made.clock, "monotonic", lambda: real() + advanced.by)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def checks(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Stands for the emitted checks: `found` is what they find, `seen` what they were asked."""
    state = SimpleNamespace(found=[], seen=[])

    def check(provider: Any, operation: Any, body: Any, **facts: Any) -> list[Violation]:
        state.seen.append((operation.id, body, facts))
        return list(state.found)

    def parse(provider: Any, operation: Any, status: int, body: Any, *, event: bool = False) -> Any:
        if not isinstance(body, dict):
            raise errors.ResponseInvalid("not an object")
        return SimpleNamespace(**body, to_dict=lambda: body)

    monkeypatch.setattr(dispatch, "check", check)
    monkeypatch.setattr(dispatch, "parse", parse)
    monkeypatch.delenv("TINY_API_KEY", raising=False)
    monkeypatch.delenv("TINY_BASE_URL", raising=False)
    return state
