"""What a generation costs, against datamodel-code-generator alone on the same documents. Both run in the environment of `make setup`."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from .harness.question import Contestant, Goal, Question, Row

Clock = Callable[..., float]
ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv" / "bin" / "python"
DOCUMENTS = sorted(ROOT.glob("generated/unibind/*/openapi.json"))
ONE_PROCESS = """
import sys, warnings
from pathlib import Path
from datamodel_code_generator import generate
from datamodel_code_generator.enums import DataModelType, InputFileType
from datamodel_code_generator.format import Formatter, PythonVersion
warnings.simplefilter("ignore")
formatters, folder, *documents = sys.argv[1:]
for number, document in enumerate(documents):
    generate(
        Path(document),
        input_file_type=InputFileType.OpenAPI,
        output=Path(folder, str(number)),
        output_model_type=DataModelType.PydanticV2BaseModel,
        target_python_version=PythonVersion.PY_311,
        formatters=[Formatter(name) for name in formatters.split()],
    )
"""


def cpu(*commands: Sequence[str]) -> float:
    """Seconds of CPU that the commands take, with what they start."""
    before = os.times()
    _run(commands)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def wall(*commands: Sequence[str]) -> float:
    """Seconds on the clock."""
    began = time.perf_counter()
    _run(commands)
    return time.perf_counter() - began


def _run(commands: Sequence[Sequence[str]]) -> None:
    for command in commands:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)


def codegen(*arguments: str) -> list[str]:
    return [str(PYTHON), "-m", "codegen", *arguments]


def alone(formatters: str, folder: str) -> list[str]:
    """Every document in one process."""
    return [str(PYTHON), "-c", ONE_PROCESS, formatters, folder, *map(str, DOCUMENTS)]


def command_line(document: Path, folder: str) -> list[str]:
    """One document by its command, with the formatters that it has by itself."""
    chosen = ["--input-file-type", "openapi", "--output-model-type", "pydantic_v2.BaseModel", "--target-python-version", "3.11"]
    return [
        str(PYTHON.with_name("datamodel-codegen")),
        "--input",
        str(document),
        "--output",
        f"{folder}/{document.parent.name}",
        *chosen,
        "--disable-warnings",
    ]


def full(clock: Clock) -> dict[str, Contestant]:
    """Everything again, against the command once a document; one process for all of them, with and without a formatter, for comparison."""

    def of(commands: Callable[[str], list[list[str]]]) -> Contestant:
        return lambda _: lambda: _in_folder(clock, commands)

    return {
        "dmcg command": of(lambda folder: [command_line(document, folder) for document in DOCUMENTS]),
        "unibind": of(lambda _: [codegen("generate", "--no-cache")]),
        "dmcg, one process": of(lambda folder: [alone("builtin", folder)]),
        "dmcg, unformatted": of(lambda folder: [alone("", folder)]),
    }


def _in_folder(clock: Clock, commands: Callable[[str], list[list[str]]]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        return clock(*commands(folder))


def again(*command: str) -> dict[str, Contestant]:
    """A command whose answer is known from the round before."""
    return {"unibind": lambda _: lambda: cpu(command)}


QUESTION = Question(
    "Generation, all providers",
    (
        Row("everything, CPU", full(cpu), (Goal(1.3, "value"),), rounds=7),
        Row("everything, clock", full(wall), (Goal(None, "value"),), rounds=3),
        Row("generate again, CPU", again(*codegen("generate")), (Goal(0.5, "value", "s"),), rounds=5),
        Row("make check again, CPU", again("make", "--silent", "check"), (Goal(0.5, "value", "s"),), rounds=5),
    ),
)
