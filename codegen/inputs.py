"""What the output is made from, as one digest: the spec, the generator with its runtime and templates, and the versions of the tools.

Contents are hashed every time. Sizes and times of files say nothing here: an edit may keep both.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SOURCES = ("codegen", "pyproject.toml", ".ci/requirements.lock")  # of the project, beside the spec
IGNORED = frozenset({"__pycache__"})


def inputs_digest(spec: Path, project: Path = PROJECT) -> str:
    """The digest of everything that a generation reads."""
    parts: dict[str, bytes] = {f"spec {spec.name}/{name}": content for name, content in contents(spec)}
    for source in SOURCES:
        parts |= {f"{source}/{name}": content for name, content in contents(project / source)}
    parts |= {f"tool {name}": b"" for name in tools(sys.path)}
    parts["python"] = f"{sys.implementation.cache_tag} {sys.version}".encode()
    return digest(parts)


def tree_digest(root: Path) -> str:
    """The digest of a folder of output; a folder that holds nothing counts, as a generation removes it."""
    return digest(dict(contents(root)))


def digest(parts: Mapping[str, bytes | str]) -> str:
    """The digest of named contents, whatever their order."""
    total = sha256()
    for name in sorted(parts):
        content = parts[name]
        data = content.encode() if isinstance(content, str) else content
        total.update(f"{len(name.encode())} {len(data)} {name}".encode() + data)
    return total.hexdigest()


def contents(root: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder with its content, and every empty folder; the file itself when `root` is one."""
    if root.is_file():
        yield "", root.read_bytes()
    elif root.is_dir():
        yield from _below(str(root), "")


def _below(folder: str, prefix: str) -> Iterator[tuple[str, bytes]]:
    entries = [entry for entry in os.scandir(folder) if entry.name not in IGNORED]
    for entry in entries:
        if entry.is_dir():
            yield from _below(entry.path, f"{prefix}{entry.name}/")
        elif entry.is_file():
            yield prefix + entry.name, _content(entry.path)
    if not entries and prefix:
        yield prefix, b""


def _content(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 - some thousand files: Path objects would cost as much as the hashing
        return file.read()


def tools(paths: Iterable[str]) -> list[str]:
    """Every installed distribution with its version, as the name of its metadata folder: `ruff-0.17.6.dist-info`."""
    folders = [path for path in paths if os.path.isdir(path)]  # noqa: PTH112
    return sorted({name for folder in folders for name in os.listdir(folder) if name.endswith((".dist-info", ".egg-info"))})  # noqa: PTH208
