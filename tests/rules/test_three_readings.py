"""The emitted validators, the emitted JSON Schemas, the request classes and the plain interpreter agree on random requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .readings import body_validator, class_accepts, component_validator, stated_errors
from .requests import Request, all_families, contents, emitted, errors, families, operations, plain, text
from .strategies import class_requests, requests

FAMILIES = all_families()


def taking(content: str) -> list[Any]:
    """The families of which some operation takes such bodies."""
    return [row for row in FAMILIES if any(content in contents(row.values[0], name) for name in _operations(*row.values))]


def _operations(provider: str, family: str) -> list[str]:
    return operations(families(provider)[family])


def on_all(strategy: st.SearchStrategy[Request], check: Callable[[Request], None]) -> None:
    """Runs the check on drawn requests."""

    @given(request=strategy)
    def run(request: Request) -> None:
        check(request)

    run()


def agree(request: Request) -> None:
    assert emitted(request) == plain(request), text(request)


@pytest.mark.parametrize(("provider", "family"), taking("json"))
def test_validators_and_interpreter(provider: str, family: str) -> None:
    on_all(requests(provider, family), agree)


@pytest.mark.parametrize(("provider", "family"), taking("multipart"))
def test_validators_and_interpreter_on_forms(provider: str, family: str) -> None:
    on_all(requests(provider, family, "multipart"), agree)


@pytest.mark.parametrize(("provider", "family"), taking("json"))
def test_validators_and_schemas(provider: str, family: str) -> None:
    def check(request: Request) -> None:
        found = emitted(request)
        refused = bool(stated_errors(provider, family, request.operation, found))
        assert body_validator(provider, request.operation).is_valid(request.body) is not refused, text(request)
        no_model = any(rule.startswith(f"{request.operation}/") for rule, _, _ in found)  # the schema of one family knows no other models
        assert component_validator(provider, family, request.operation).is_valid(request.body) is not (refused or no_model), text(request)

    on_all(requests(provider, family), check)


@pytest.mark.parametrize(("provider", "family"), taking("json"))
def test_validators_and_request_class(provider: str, family: str) -> None:
    table = families(provider)[family]

    def check(request: Request) -> None:
        assert class_accepts(table, request) is not bool(errors(emitted(request))), text(request)

    on_all(class_requests(provider, family), check)
