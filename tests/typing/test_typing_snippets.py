"""mypy and pyright, both strict, on code that has to pass and on code that has to fail, one process each over all of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from codegen.__main__ import read_spec
from codegen.names import klass, module

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SNIPPETS = HERE / "snippets"
LONGEST = 600  # characters of a message about a field
LONGEST_LIST = 850  # of one about a model or a file, where checkers show what would be right one by one
LISTS = ("Model", "FileInput")
MARK = re.compile(r"# error: ([\w|]+)$")
_MYPY = re.compile(r"(?P<file>[^:]+):(?P<line>\d+): error: (?P<text>.*)")


class Found(NamedTuple):
    """What a checker says, by file name and line."""

    messages: Mapping[tuple[str, int], list[str]]
    files: set[str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The snippets, and one more with a wrong model for every family that names its models."""
    made = tmp_path_factory.mktemp("typing")
    for path in SNIPPETS.glob("*.py"):
        (made / path.name).write_text(path.read_text("utf-8"), "utf-8")
    (made / "models.py").write_text("\n".join(wrong_models()), "utf-8")
    return made


def wrong_models() -> list[str]:
    families = [(p.name, f) for p in read_spec(ROOT / "spec").providers for f in p.families if f.models]
    imports = [f"from unibind.{provider}.params.{module(f.id)} import {klass(f.id)}Model" for provider, f in families]
    return [*imports, *(f'm{number}: {klass(f.id)}Model = "nope"  # error: nope' for number, (_, f) in enumerate(families))]


@pytest.fixture(scope="module", params=["mypy", "pyright"])
def found(request: pytest.FixtureRequest, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Found:
    cache = tmp_path_factory.mktemp("cache")
    return mypy(folder, cache) if request.param == "mypy" else pyright(folder)


def mypy(folder: Path, cache: Path) -> Found:
    command = [sys.executable, "-m", "mypy", "--strict", "--hide-error-context", "--no-error-summary", "--no-color-output"]
    run = subprocess.run(
        [*command, "--python-version", "3.11", "--cache-dir", str(cache), *map(str, sorted(folder.glob("*.py")))],
        env={"MYPYPATH": str(ROOT / "generated"), "PATH": ""},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode in (0, 1), run.stderr
    messages = defaultdict[tuple[str, int], list[str]](list)
    for match in filter(None, map(_MYPY.match, run.stdout.splitlines())):
        messages[Path(match["file"]).name, int(match["line"])].append(match["text"])
    return Found(messages, {path.name for path in folder.glob("*.py")})


def pyright(folder: Path) -> Found:
    settings = {"typeCheckingMode": "strict", "pythonVersion": "3.11", "extraPaths": [str(ROOT / "generated")]}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pyright", "-p", str(folder), "--pythonpath", sys.executable, "--outputjson"],
        capture_output=True,
        text=True,
        check=False,
    )
    messages = defaultdict[tuple[str, int], list[str]](list)
    for row in json.loads(run.stdout)["generalDiagnostics"]:
        if row["severity"] == "error":
            messages[Path(row["file"]).name, row["range"]["start"]["line"] + 1].append(row["message"])
    return Found(messages, {path.name for path in folder.glob("*.py")})


def marks(folder: Path) -> dict[tuple[str, int], str]:
    lines = ((path, number, line) for path in folder.glob("*.py") for number, line in enumerate(path.read_text("utf-8").splitlines(), 1))
    return {(path.name, number): match[1] for path, number, line in lines if (match := MARK.search(line))}


def test_each_error_is_where_it_belongs(found: Found, folder: Path) -> None:
    """And nowhere else: what is right passes."""
    assert sorted(found.messages) == sorted(marks(folder))


def test_each_message_names_what_is_wrong(found: Found, folder: Path) -> None:
    unnamed = {
        place: found.messages[place]
        for place, word in marks(folder).items()
        if not any(re.search(word, text) for text in found.messages[place])
    }
    assert unnamed == {}


def test_each_message_is_short(found: Found) -> None:
    long = {
        place: len(text)
        for place, texts in found.messages.items()
        for text in texts
        if len(text) > (LONGEST_LIST if any(name in text for name in LISTS) else LONGEST)
    }
    assert long == {}
