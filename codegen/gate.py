"""What emitted code must pass before a generation counts as done: it imports, and ruff, mypy and pyright find nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_IMPORT_ALL = """
import importlib, pkgutil, sys, unibind
for module in pkgutil.walk_packages(unibind.__path__, "unibind."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
for name in unibind.__all__:
    getattr(unibind, name)
"""


def gate(root: Path) -> int:
    """Runs every check on the package folder; 1 when one of them complains."""
    parent = root.parent
    commands = {
        "imports": [sys.executable, "-W", "error", "-c", _IMPORT_ALL],
        "ruff": [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F,E9,B,PGH", "--quiet", str(root)],
        "mypy": [sys.executable, "-m", "mypy", "--strict", str(root)],
        "pyright": [sys.executable, "-m", "pyright", str(root)],
    }
    failed = [name for name, command in commands.items() if not passes(name, command, parent)]
    if failed:
        print(f"the output does not pass: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def passes(name: str, command: list[str], folder: Path) -> bool:
    run = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(folder)})
    print(f"gate: {name} {'passes' if run.returncode == 0 else 'fails'}")
    if run.returncode:
        print(run.stdout + run.stderr, file=sys.stderr)
    return run.returncode == 0
