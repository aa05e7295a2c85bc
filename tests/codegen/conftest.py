"""Fixtures: the tiny spec, its IR and the package that is emitted from it.

`.venv/bin/python -m pytest tests/codegen/test_golden.py --refresh-golden` writes the golden tree anew; read its diff before committing it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_spec import SpecFolder, tiny, write_tree

from codegen import ir
from codegen.output import generate


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refresh-golden", action="store_true", help="write tests/codegen/golden anew instead of comparing with it")


@pytest.fixture
def folder(tmp_path: Path) -> SpecFolder:
    """A tiny spec that the test may spoil."""
    return tiny(tmp_path)


@pytest.fixture(scope="session")
def spec(tmp_path_factory: pytest.TempPathFactory) -> ir.Spec:
    """The IR of the tiny spec."""
    return tiny(tmp_path_factory.mktemp("tiny")).read()


@pytest.fixture(scope="session")
def provider(spec: ir.Spec) -> ir.Provider:
    return spec.providers[0]


@pytest.fixture(scope="session")
def files(spec: ir.Spec) -> dict[str, str | bytes]:
    """The emitted package, in memory."""
    return generate(spec)


@pytest.fixture(scope="session")
def package(files: dict[str, str | bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The emitted package, in a folder of its own."""
    return write_tree(files, tmp_path_factory.mktemp("emitted") / "unibind")
