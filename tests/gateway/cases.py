"""The base requests of every family, from the data of the rule tests."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from unibind._core.tables import Operation
from unibind.uniall.tables import PROVIDER

DATA = Path(__file__).parent.parent / "data" / "rules" / "uniall"


@dataclass(frozen=True)
class Case:
    """A request that is right."""

    family: str
    number: int
    operation: Operation
    body: dict[str, Any]
    path: dict[str, Any]
    content: str

    def __str__(self) -> str:
        return f"{self.family}-{self.number}"

    @property
    def model(self) -> str:
        return str({**self.path, **self.body}.get(self.operation.model_field, ""))


@cache
def cases() -> tuple[Case, ...]:
    return tuple(case for path in sorted(DATA.glob("*.yaml")) for case in _of_family(path))


def tasks() -> list[Case]:
    """Those that make tasks."""
    return [case for case in cases() if case.operation.task]


def first(family: str, operation: str | None = None) -> Case:
    return next(case for case in cases() if case.family == family and operation in (None, case.operation.id))


def _of_family(path: Path) -> list[Case]:
    rows = yaml.safe_load(path.read_text("utf-8"))["base"]
    return [
        Case(
            path.stem, number, PROVIDER.operations[row["operation"]], _files(row["body"]), row.get("path") or {}, row.get("content", "json")
        )
        for number, row in enumerate(rows)
    ]


def _files(value: Any) -> Any:
    if isinstance(value, dict) and "$file" in value:
        about = value["$file"]
        return (about["name"], b"\0" * about["size"], about["type"])
    if isinstance(value, dict):
        return {name: _files(item) for name, item in value.items()}
    return [_files(item) for item in value] if isinstance(value, list) else value
