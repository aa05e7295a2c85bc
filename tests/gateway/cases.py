"""The base requests of every family of every provider, from the data of the rule tests."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from unibind._core import dispatch
from unibind._core.tables import Operation, Provider

DATA = Path(__file__).parent.parent / "data" / "rules"
PROVIDERS: dict[str, Provider] = {path.name: dispatch.provider(path.name) for path in sorted(DATA.iterdir()) if path.is_dir()}


@dataclass(frozen=True)
class Case:
    """A request that is right."""

    provider: str
    family: str
    number: int
    operation: Operation
    body: dict[str, Any]
    path: dict[str, Any]
    content: str

    def __str__(self) -> str:
        return f"{self.provider}-{self.family}-{self.number}"

    @property
    def model(self) -> str:
        return str({**self.path, **self.body}.get(self.operation.model_field, ""))


@cache
def cases() -> tuple[Case, ...]:
    return tuple(case for provider in PROVIDERS for path in sorted((DATA / provider).glob("*.yaml")) for case in _of_family(provider, path))


def tasks(provider: str | None = None) -> list[Case]:
    """Those that make tasks."""
    return [case for case in cases() if case.operation.task and provider in (None, case.provider)]


def firsts() -> list[Case]:
    """The first case of every family that makes a task."""
    return [first(family, case.operation.id, provider) for (provider, family), case in _first_tasks().items()]


def first(family: str, operation: str | None = None, provider: str = "uniall") -> Case:
    return next(case for case in cases() if (case.provider, case.family) == (provider, family) and operation in (None, case.operation.id))


def _first_tasks() -> dict[tuple[str, str], Case]:
    return {(case.provider, case.family): case for case in reversed(tasks())}


def _of_family(provider: str, path: Path) -> list[Case]:
    rows = yaml.safe_load(path.read_text("utf-8"))["base"]
    operations = PROVIDERS[provider].operations
    return [
        Case(
            provider,
            path.stem,
            number,
            operations[row["operation"]],
            _files(row["body"]),
            row.get("path") or {},
            row.get("content", "json"),
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
