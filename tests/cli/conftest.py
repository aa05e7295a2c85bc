"""The command line, in this process or in one of its own, against gateways on the loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from unibind import gateway
from unibind.cli import main

GENERATED = Path(__file__).parent.parent.parent / "generated"
Pool = Callable[[str], gateway.Running]


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Cli = Callable[..., Result]


@pytest.fixture(scope="session")
def gateways() -> Iterator[Pool]:
    """The gateway of a provider; started when it is first wanted."""
    with ExitStack() as stack:

        @cache
        def started(provider: str) -> gateway.Running:
            return stack.enter_context(gateway.serve(provider, clock=gateway.ScaledClock(200)))

        yield started


@pytest.fixture
def environment(gateways: Pool, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], gateway.Running]:
    """Points the environment variables of a provider to its gateway."""

    def set_up(provider: str) -> gateway.Running:
        running = gateways(provider)
        running.log.clear()
        monkeypatch.setenv(f"{provider.upper()}_BASE_URL", running.base_url)
        monkeypatch.setenv(f"{provider.upper()}_API_KEY", running.api_key)
        return running

    return set_up


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of whoever runs the tests, and a folder of its own."""
    for name in [name for name in os.environ if name.endswith(("_API_KEY", "_BASE_URL"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs the command line in this process."""

    def run(*words: str) -> Result:
        code = main(words)
        captured = capsys.readouterr()
        return Result(int(code), captured.out, captured.err)

    return run


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts the command line in a process of its own, that is ended with the test."""
    with ExitStack() as stack:
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # these tests run in the background of a shell, which processes inherit
            stack.callback(signal.signal, signal.SIGINT, signal.signal(signal.SIGINT, signal.default_int_handler))

        def started(*words: str, **settings: Any) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [sys.executable, "-m", "unibind", *words],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHONPATH": str(GENERATED), **settings.pop("env", {})},
                **settings,
            )
            stack.callback(_end, process)
            return process

        yield started


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.kill()
    process.communicate()
