"""The emitted validators, the emitted JSON Schemas, the request classes and the plain interpreter agree on random requests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .readings import body_validator, class_accepts, component_validator, stated_errors
from .requests import Request, contents, emitted, errors, families, operations, plain, text
from .strategies import class_requests, requests

FAMILIES = sorted(families())
IN_FORMS = [name for name in FAMILIES if any("multipart" in contents(operation) for operation in operations(families()[name]))]


def on_all(strategy: st.SearchStrategy[Request], check: Callable[[Request], None]) -> None:
    """Runs the check on drawn requests."""

    @given(request=strategy)
    def run(request: Request) -> None:
        check(request)

    run()


def agree(request: Request) -> None:
    assert emitted(request) == plain(request), text(request)


@pytest.mark.parametrize("family", FAMILIES)
def test_validators_and_interpreter(family: str) -> None:
    on_all(requests(family), agree)


@pytest.mark.parametrize("family", IN_FORMS)
def test_validators_and_interpreter_on_forms(family: str) -> None:
    on_all(requests(family, "multipart"), agree)


@pytest.mark.parametrize("family", FAMILIES)
def test_validators_and_schemas(family: str) -> None:
    def check(request: Request) -> None:
        found = emitted(request)
        refused = bool(stated_errors(family, request.operation, found))
        assert body_validator(request.operation).is_valid(request.body) is not refused, text(request)
        no_model = any(rule.startswith(f"{request.operation}/") for rule, _, _ in found)  # the schema of one family knows no other models
        assert component_validator(family, request.operation).is_valid(request.body) is not (refused or no_model), text(request)

    on_all(requests(family), check)


@pytest.mark.parametrize("family", FAMILIES)
def test_validators_and_request_class(family: str) -> None:
    table = families()[family]

    def check(request: Request) -> None:
        assert class_accepts(table, request) is not bool(errors(emitted(request))), text(request)

    on_all(class_requests(family), check)
