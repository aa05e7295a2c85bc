"""The whole output of a spec with one family, three fields and one rule, as a tree to look at.

After a wanted change: `.venv/bin/python -m pytest tests/codegen/test_golden.py --refresh-golden`, then read the diff of `golden/unibind`.
What is copied from `codegen/runtime`, and its synchronous half, is no part of the tree: it does not depend on the spec.
"""

from __future__ import annotations

import difflib
import shutil
from pathlib import Path

import pytest
from tiny_spec import HERE, SpecFolder, tree, write_tree

from codegen.emit import runtime
from codegen.output import generate

GOLDEN = HERE / "golden" / "unibind"


@pytest.fixture(scope="module")
def emitted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files that depend on the spec."""
    spec = SpecFolder.copy(HERE / "golden" / "spec", tmp_path_factory.mktemp("golden")).read()
    copied = set(runtime.emit(spec))
    copied |= {path.replace("_async/", "_sync/") for path in copied}
    files = generate(spec)
    assert copied <= files.keys()
    return {path: content if isinstance(content, bytes) else content.encode() for path, content in files.items() if path not in copied}


def test_golden_tree(emitted: dict[str, bytes], request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--refresh-golden", default=False):
        refresh(emitted, GOLDEN)
    golden = tree(GOLDEN)
    assert sorted(emitted) == sorted(golden)
    different = "".join(difference(path, golden[path], emitted[path]) for path in golden)
    assert not different, f"the output differs from {GOLDEN.relative_to(HERE.parent.parent)}; see {Path(__file__).name}\n{different}"


def test_the_tree_is_small(emitted: dict[str, bytes]) -> None:
    """Small enough to be read whole."""
    assert sum(content.count(b"\n") for content in emitted.values()) < 900


def refresh(emitted: dict[str, bytes], root: Path) -> None:
    shutil.rmtree(root, ignore_errors=True)
    write_tree(dict(emitted), root)


def difference(path: str, golden: bytes, emitted: bytes) -> str:
    return "".join(
        difflib.unified_diff(golden.decode().splitlines(True), emitted.decode().splitlines(True), f"golden/{path}", f"emitted/{path}")
    )
