"""A small spec of the tests' own, with every kind of row that the format has, and what is done with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from codegen import ir
from codegen.__main__ import read_spec
from codegen.load import SpecError

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SCHEMA = ROOT / "spec" / "spec.schema.json"
API, CLIP, SKETCH = "tiny/api.yaml", "tiny/families/clip.yaml", "tiny/families/sketch.yaml"
TASKS, CONFLICTS, ANSWERS = "tiny/tasks.yaml", "tiny/conflicts.yaml", "tiny/schemas/answers.yaml"


@dataclass(frozen=True)
class SpecFolder:
    """A copy of a spec that a test may spoil."""

    root: Path

    @classmethod
    def copy(cls, source: Path, folder: Path) -> SpecFolder:
        root = folder / "spec"
        shutil.copytree(source, root)
        shutil.copy(SCHEMA, root)
        return cls(root)

    def text(self, file: str) -> str:
        return (self.root / file).read_text("utf-8")

    def write(self, file: str, text: str) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def replace(self, file: str, old: str, new: str) -> None:
        """Puts `new` in the place of the only `old`."""
        text = self.text(file)
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
        self.write(file, text.replace(old, new))

    def line(self, file: str, text: str) -> int:
        """The number of the first line that begins with the text, blanks apart."""
        return next(number for number, line in enumerate(self.text(file).splitlines(), 1) if f"{line.strip()}\n".startswith(text))

    def findings(self) -> list[str]:
        """What the tool says about the spec; nothing when it is sound."""
        try:
            self.read()
        except SpecError as error:
            return [str(finding) for finding in error.findings]
        return []

    def read(self) -> ir.Spec:
        return read_spec(self.root)


def tiny(folder: Path) -> SpecFolder:
    """The tiny spec, copied below a folder."""
    return SpecFolder.copy(HERE / "data" / "tiny", folder)


def write_tree(files: Mapping[str, str | bytes], root: Path) -> Path:
    """Writes emitted files."""
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def tree(root: Path) -> dict[str, bytes]:
    """Every file below a folder, caches apart."""
    found = (path for path in sorted(root.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def run_codegen(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command line of the generator, in a process of its own."""
    command = [sys.executable, "-m", "codegen", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, **environment})


def python(code: str, package: Path) -> subprocess.CompletedProcess[str]:
    """Runs code in a process whose `unibind` is an emitted package; its standard error is part of the assertion."""
    environment = {**os.environ, "PYTHONPATH": str(package.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, cwd=package.parent, capture_output=True, text=True, check=False, env=environment)
