"""Copies `codegen/runtime` line for line; the synchronous half is rewritten by `emit/sync.py`."""

from __future__ import annotations

from pathlib import Path

from .. import ir
from ..render import header

RUNTIME = Path(__file__).parent.parent / "runtime"


def emit(_: ir.Spec) -> dict[str, str]:
    sources = (path for path in sorted(RUNTIME.rglob("*.py")) if path != RUNTIME / "__init__.py")
    return {path.relative_to(RUNTIME).as_posix(): copied(path) for path in sources}


def copied(path: Path) -> str:
    source = f"codegen/runtime/{path.relative_to(RUNTIME).as_posix()}"
    return f"# {header('codegen/emit/runtime.py', source)}\n{path.read_text('utf-8')}"
