"""Writes what was emitted, or compares it with what is there: missing, stale and different files, in both directions."""

from __future__ import annotations

import difflib
import subprocess
import sys
import tempfile
from pathlib import Path

from ruff import find_ruff_bin  # type: ignore[import-untyped] # pyright: ignore[reportMissingTypeStubs]

from . import ir
from .emit.all import Files, emit_all
from .inputs import IGNORED

_MENDED = "D204,E713,F401,I,SIM114,SIM208,UP034"  # what emitters leave to the linter: imports, brackets, double negations


def generate(spec: ir.Spec) -> Files:
    """The whole package as `{path: content}`, its text formatted."""
    return formatted(emit_all(spec))


def formatted(files: Files) -> Files:
    """The files as ruff leaves them; output that does not parse stops here."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "unibind"
        code = {path: content for path, content in files.items() if path.endswith(".py")}
        _write_all(code, root)
        for arguments in (["check", "--fix", "--exit-zero", "--silent", "--select", _MENDED], ["format", "--quiet"]):
            run = subprocess.run([find_ruff_bin(), *arguments, *_config(), str(root)], capture_output=True, text=True, check=False)
            if run.returncode:
                raise RuntimeError(f"the formatter refused the emitted files:\n{run.stdout}{run.stderr}")
        return files | {path: (root / path).read_bytes().decode() for path in code}


def _config() -> list[str]:
    return ["--config", str(Path(__file__).resolve().parent.parent / "pyproject.toml"), "--no-cache"]


def write(files: Files, root: Path) -> int:
    """Brings the folder to the emitted state; only touches what differs."""
    changed = [path for path, content in files.items() if _there(root / path) != _bytes(content)]
    stale = [path for path in existing(root) if path not in files]
    for path in stale:  # first: a file may have to take the place of a folder, or a folder that of a file
        (root / path).unlink()
    for folder in sorted((p for p in root.rglob("*") if p.is_dir()), reverse=True):
        if not any(p for p in folder.iterdir() if p.name not in IGNORED) and folder.name not in IGNORED:
            _remove(folder)
    _write_all({path: files[path] for path in changed}, root)
    print(f"{len(files)} files: {len(changed)} written, {len(stale)} removed, {len(files) - len(changed)} unchanged")
    return 0


def _remove(folder: Path) -> None:
    for cached in folder.rglob("*.pyc"):
        cached.unlink()
    for inner in sorted((p for p in folder.rglob("*") if p.is_dir()), reverse=True):
        inner.rmdir()
    folder.rmdir()


def check(files: Files, root: Path) -> int:
    """Exit code 1, with a diff, when the folder is not exactly what was emitted."""
    problems = 0
    for path in sorted({*files, *existing(root)}):
        wanted = _bytes(files[path]) if path in files else None
        there = _there(root / path)
        if there == wanted:
            continue
        problems += 1
        print(_difference(path, there, wanted))
    if problems:
        print(f"{problems} files differ from what the spec gives. Run `make generate` and commit the result.", file=sys.stderr)
        return 1
    print(f"{len(files)} files are exactly what the spec gives")
    return 0


def _there(path: Path) -> bytes | None:
    """The file as it is; None when there is none."""
    return path.read_bytes() if path.is_file() else None


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _difference(path: str, there: bytes | None, wanted: bytes | None) -> str:
    if wanted is None:
        return f"stale: {path} is there, but nothing emits it"
    if there is None:
        return f"missing: {path}"
    try:
        texts = there.decode().splitlines(True), wanted.decode().splitlines(True)
    except UnicodeDecodeError:
        return f"different: {path}, {len(there)} bytes instead of {len(wanted)}"
    lines = difflib.unified_diff(*texts, f"there/{path}", f"emitted/{path}")
    return "".join(list(lines)[:60])


def existing(root: Path) -> list[str]:
    """Every file below the folder, caches apart."""
    found = (p for p in root.rglob("*") if p.is_file() and not any(part in IGNORED for part in p.parts))
    return sorted(p.relative_to(root).as_posix() for p in found)


def _write_all(files: Files, root: Path) -> None:
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_bytes(content))
