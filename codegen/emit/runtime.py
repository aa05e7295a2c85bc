"""Copies `codegen/runtime` line for line, and its data byte for byte; the synchronous half is rewritten by `emit/sync.py`."""

from __future__ import annotations

from pathlib import Path

from .. import ir
from ..render import header

RUNTIME = Path(__file__).parent.parent / "runtime"


def emit(_: ir.Spec) -> dict[str, str | bytes]:
    sources = (path for path in sorted(RUNTIME.rglob("*.py")) if path != RUNTIME / "__init__.py")
    data = sorted(RUNTIME.rglob("data/*"))
    texts = {path.relative_to(RUNTIME).as_posix(): copied(path) for path in sources}
    return texts | {path.relative_to(RUNTIME).as_posix(): path.read_bytes() for path in data}


def copied(path: Path) -> str:
    source = f"codegen/runtime/{path.relative_to(RUNTIME).as_posix()}"
    return f"# {header('codegen/emit/runtime.py', source)}\n{path.read_text('utf-8')}"
