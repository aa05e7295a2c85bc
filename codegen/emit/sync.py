"""`_sync/` everywhere: what `_async/` holds, rewritten token by token and line for line."""

from __future__ import annotations

from ..render import header
from ..unasync import NAMES, rewrite_all

OWN = ("_async/clock.py", "_async/sockets.py")  # their twins are written by hand
FOLDERS = {"_async": "_sync"}


def twins(files: dict[str, str]) -> dict[str, str]:
    """The synchronous files of the asynchronous ones among `files`."""
    sources = {path: body(text) for path, text in files.items() if "_async/" in path}
    rewritten = rewrite_all(sources, {**NAMES, **FOLDERS}, kept=OWN)
    return {path.replace("_async/", "_sync/"): f"# {header('codegen/emit/sync.py', path)}\n{text}" for path, text in rewritten.items()}


def body(text: str) -> str:
    """A file without its header."""
    return text.split("\n", 1)[1] if text.startswith("# Generated") else text
