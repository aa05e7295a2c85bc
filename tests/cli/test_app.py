"""What all commands have in common."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
import unibind
from unibind.cli.exits import MEANING, Exit

from .conftest import GENERATED, Cli


def python(source: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", source, *arguments], capture_output=True, text=True, check=False, env={"PYTHONPATH": str(GENERATED)}
    )


def test_version(cli: Cli) -> None:
    assert cli("--version").out == f"unibind {unibind.__version__}\n"


def test_help_names_every_exit_code(cli: Cli) -> None:
    words = " ".join(cli("--help").out.split())
    assert set(MEANING) == set(Exit)
    for code, meaning in MEANING.items():
        assert f"{code.value} {meaning}" in words


@pytest.mark.parametrize("words", [("--help",), ("--version",)])
def test_help_imports_nothing_heavy(words: tuple[str, ...]) -> None:
    source = "import sys; from unibind.cli import main; main(sys.argv[1:]); print(sorted({'httpx', 'pydantic', 'rich.console'} & set(sys.modules)))"
    assert python(source, *words).stdout.splitlines()[-1] == "[]"


def test_without_the_extra_one_line_says_what_to_install() -> None:
    source = "import sys; sys.modules['typer'] = None; from unibind.cli import main; sys.exit(main(['--help']))"
    ended = python(source)
    assert ended.returncode == Exit.CONFIGURATION
    assert ended.stderr == "unibind: the command line needs an extra: pip install 'unibind[cli]'\n"


@pytest.mark.parametrize(
    "words", [("nonsense",), ("balance", "--nonsense"), ("balance",), ("gateway", "--port", "x"), ("balance", "unial")]
)
def test_wrong_words_are_usage_errors(cli: Cli, words: tuple[str, ...]) -> None:
    ended = cli(*words)
    assert ended.code == Exit.USAGE
    assert ended.err.startswith("error: ")
    assert "Traceback" not in ended.err


def test_balance(cli: Cli, environment: Callable[[str], object]) -> None:
    environment("uniall")
    ended = cli("balance", "uniall", "--json")
    assert ended.code == 0
    assert ended.json
    assert cli("balance", "uniall").code == 0
