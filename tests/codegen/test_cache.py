"""Nothing to do costs nothing, and whatever the output is made from is noticed when it changes, even when its size and time do not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from tiny_spec import ROOT, SpecFolder, tiny, write_tree

from codegen import __main__ as command
from codegen import gate, inputs, output
from codegen.cache import Cache, Record
from codegen.inputs import contents, inputs_digest, tools, tree_digest

Files = dict[str, str | bytes]
WATCHED = """
import json, os, sys
opened = []
sys.addaudithook(lambda event, details: opened.append(os.fsdecode(details[0])) if event == "open" and isinstance(details[0], (str, bytes)) else None)
from codegen.__main__ import main
code = main(sys.argv[1:])
print(json.dumps([sorted({os.path.realpath(path) for path in opened}), "codegen.load" in sys.modules, code]))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the generator with the tiny spec, where tests may change everything and put it back."""
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "codegen", root / "codegen", ignore=shutil.ignore_patterns("__pycache__"))
    (root / ".ci").mkdir()
    for name in ("pyproject.toml", ".ci/requirements.lock"):
        shutil.copy(ROOT / name, root / name)
    tiny(root)
    return root


def run(project: Path, *arguments: str) -> tuple[list[Path], bool, int]:
    """The files that the command opened, whether it read the spec, and its exit code."""
    process = subprocess.run([sys.executable, "-c", WATCHED, *arguments], cwd=project, capture_output=True, text=True, check=False)
    assert process.stdout, process.stderr
    opened, worked, code = json.loads(process.stdout.splitlines()[-1])
    return [Path(path) for path in opened], worked, code


@pytest.fixture(scope="module")
def opened(project: Path) -> list[Path]:
    """Every file that a generation opens; of compiled ones their sources."""
    paths, worked, code = run(project, "generate")
    assert (worked, code) == (True, 0)
    return sorted({source(path) for path in paths if path.is_file()})


def source(path: Path) -> Path:
    return path.parent.parent / f"{path.name.split('.')[0]}.py" if path.parent.name == "__pycache__" else path


def flip(path: Path) -> bytes:
    """Changes one byte, keeps size and time; returns what was there."""
    before, stat = path.read_bytes(), path.stat()
    put(path, before[:-1] + bytes([before[-1] ^ 1]) if before else b"?", stat)
    return before


def put(path: Path, content: bytes, stat: os.stat_result) -> None:
    path.write_bytes(content)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


# --- the key -------------------------------------------------------------------------------------------------------------------


def test_every_file_that_is_read_counts(project: Path, opened: list[Path]) -> None:
    """What a generation opens is what the key is made from."""
    own = (project / "generated", project / "build")
    read = [path for path in opened if path.is_relative_to(project) and not any(path.is_relative_to(folder) for folder in own)]
    assert {"api.yaml", "pyproject.toml", "validators.py", "family.py.jinja", "doors.py", "clip.yaml"} <= {path.name for path in read}
    before = inputs_digest(project / "spec", project)
    for path in read:
        stat = path.stat()
        content = flip(path)
        assert inputs_digest(project / "spec", project) != before, f"{path} is read, but does not count"
        put(path, content, stat)
    assert inputs_digest(project / "spec", project) == before


def test_nothing_is_read_elsewhere(project: Path, opened: list[Path]) -> None:
    known = (project, sys.prefix, sys.base_prefix, ROOT / ".venv", "/dev", "/proc", tempfile.gettempdir())
    folders = [Path(os.path.realpath(folder)) for folder in known]
    assert [path for path in opened if not any(path.is_relative_to(folder) for folder in folders)] == []


@pytest.mark.parametrize("change", ["added", "removed", "renamed", "swapped", "flipped", "emptied"])
def test_names_count_as_well(change: str, tmp_path: Path) -> None:
    write_tree({"a": "one", "b": "two", "c/d": ""}, tmp_path)
    before = tree_digest(tmp_path)
    match change:
        case "added":
            (tmp_path / "c" / "e").write_text("")
        case "removed":
            (tmp_path / "c" / "d").unlink()
        case "renamed":
            (tmp_path / "c" / "d").rename(tmp_path / "c" / "e")
        case "flipped":
            flip(tmp_path / "a")
        case "emptied":
            (tmp_path / "e").mkdir()
        case _:
            write_tree({"a": "two", "b": "one"}, tmp_path)
    assert tree_digest(tmp_path) != before


def test_where_one_file_ends_counts(tmp_path: Path) -> None:
    assert inputs.digest({"a": "b", "c": "d"}) != inputs.digest({"a": "b0 1 cd"})
    assert inputs.digest({"a": "bc"}) != inputs.digest({"ab": "c"})


def test_a_tool_of_another_version_counts(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for needed in ("datamodel_code_generator", "ruff", "jinja2", "pyyaml", "pydantic", "mypy", "pyright"):
        assert any(name.lower().startswith(f"{needed}-") for name in tools(sys.path)), needed
    before = inputs_digest(project / "spec", project)
    (tmp_path / "ruff-0.0.1.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    assert inputs_digest(project / "spec", project) != before
    (tmp_path / "ruff-0.0.1.dist-info").rename(tmp_path / "ruff-0.0.2.dist-info")
    assert tools([str(tmp_path)]) == ["ruff-0.0.2.dist-info"]


def test_another_python_counts(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = inputs_digest(project / "spec", project)
    monkeypatch.setattr(sys, "version", sys.version + "+")
    assert inputs_digest(project / "spec", project) != before


# --- the whole way ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("spec/tiny/families/clip.yaml", "    maximum: 8", "    maximum: 9"),
        ("codegen/templates/provider.py.jinja", "checks", "cheCks"),
        ("codegen/emit/fields.py", '"type"', '"tyPe"'),
        ("codegen/runtime/_core/doors.py", "the", "thE"),
        ("codegen/render.py", "Generated by", "Generated bY"),
        ("pyproject.toml", 'version = "0', 'version = "9'),
    ],
)
def test_a_change_of_an_input_is_noticed(project: Path, file: str, old: str, new: str) -> None:
    """A check that had nothing to do finds the difference once one word is another one, at the same size and time; and none when it is back."""
    assert run(project, "generate")[2] == 0
    assert run(project, "check")[1:] == (False, 0), "nothing to do"
    path = project / file
    stat, content = path.stat(), path.read_bytes()
    changed = content.replace(old.encode(), new.encode(), 1)
    assert changed != content
    assert len(changed) == len(content)
    put(path, changed, stat)
    try:
        process = subprocess.run([sys.executable, "-m", "codegen", "check"], cwd=project, capture_output=True, text=True, check=False)
        assert process.returncode != 0, process.stdout
    finally:
        put(path, content, stat)
    assert run(project, "check")[1:] == (False, 0), "the state from before is known still"


def test_a_change_of_the_output_is_noticed(project: Path) -> None:
    """By hand, at the same size and time; an empty folder goes as well."""
    assert run(project, "generate")[2] == 0
    package = project / "generated" / "unibind"
    before = dict(contents(package))
    flip(package / "tiny" / "tables.py")
    assert run(project, "check")[1:] == (True, 1)
    (package / "empty").mkdir()
    assert run(project, "generate")[1:] == (True, 0)
    assert dict(contents(package)) == before
    assert run(project, "generate")[1:] == (False, 0)


# --- records ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def cache(folder: SpecFolder, tmp_path: Path) -> Cache:
    return Cache(folder.root, tmp_path / "cache")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"output": "x"}', '{"summary": 1}', '{"summary": "s", "gated": "no"}', '{"summary": "s", "x": 1}', "\xff"],
)
def test_what_is_no_record_is_none(cache: Cache, tmp_path: Path, text: str) -> None:
    cache.store(Record("sound", "digest", 3))
    assert cache.record() == Record("sound", "digest", 3)
    next((tmp_path / "cache").iterdir()).write_text(text, "latin-1")
    assert cache.record() is None


def test_inputs_that_change_meanwhile_are_not_remembered(folder: SpecFolder, cache: Cache) -> None:
    folder.write("tiny/families/clip.yaml", folder.text("tiny/families/clip.yaml") + "\n")
    cache.store(Record("sound"))
    assert cache.record() is None


def test_a_folder_that_cannot_be_written(folder: SpecFolder, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(folder.root, tmp_path / "file" / "cache")
    cache.store(Record("sound"))
    assert cache.record() is None


def test_old_records_go(folder: SpecFolder, tmp_path: Path) -> None:
    write_tree({f"cache/{number}.json": "" for number in range(70)}, tmp_path)
    Cache(folder.root, tmp_path / "cache").store(Record("sound"))
    assert len(list((tmp_path / "cache").iterdir())) == 64


def test_the_gate_is_passed_once(folder: SpecFolder, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate that failed, or that nobody asked for, is not remembered as passed."""
    runs: list[int] = []
    monkeypatch.setattr(output, "generate", lambda _: files)
    monkeypatch.setattr(gate, "gate", lambda _: runs.append(1) or (len(runs) < 2))
    arguments = ["generate", "--spec", str(folder.root), "--out", str(tmp_path / "unibind"), "--cache", str(tmp_path / "cache")]
    assert command.main(arguments) == 0
    assert [command.main([*arguments, "--gate"]) for _ in range(3)] == [1, 0, 0]
    assert len(runs) == 2


def test_lint_does_not_forget_the_output(folder: SpecFolder, files: Files, cache: Cache) -> None:
    cache.add(Record("sound"))
    cache.add(Record("sound", "digest", 3, gated=True))
    cache.add(Record("sound"))
    cache.add(Record("sound", "digest", 3))
    assert cache.record() == Record("sound", "digest", 3, gated=True)
    cache.add(Record("sound", "other", 3))
    assert cache.record() == Record("sound", "other", 3)
