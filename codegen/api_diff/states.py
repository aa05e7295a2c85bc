"""Generated states: that of a revision, read out of git into a folder, or the one in the working tree."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

PACKAGE = "generated/unibind"


class NoState(ValueError):
    """There is no generated package where it was looked for."""


@contextmanager
def state(revision: str | None, project: Path) -> Generator[Path]:
    """The folder of the package at a revision; None = as it is in the working tree."""
    if revision is None:
        if not (project / PACKAGE).is_dir():
            raise NoState(f"{project / PACKAGE} is not there; `make generate` makes it")
        yield project / PACKAGE
        return
    with TemporaryDirectory() as folder:
        archive = _git(project, "archive", "--format=tar", _commit(project, revision), PACKAGE)
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(folder, filter="data")
        yield Path(folder) / PACKAGE


def _commit(project: Path, revision: str) -> str:
    """The hash of a revision, so that none can be taken for an option."""
    return _git(project, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").decode().strip()


def _git(project: Path, *arguments: str) -> bytes:
    run = subprocess.run(["git", *arguments], cwd=project, capture_output=True, check=False)  # noqa: S607 - the git of the machine
    if run.returncode:
        said = run.stderr.decode("utf-8", "replace").strip()
        raise NoState(f"git {arguments[0]} {arguments[-2] if arguments[0] == 'archive' else arguments[-1]}: {said or 'no such revision'}")
    return run.stdout
