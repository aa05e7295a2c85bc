"""Every rule id has a request that keeps it and one that breaks it, with exactly that id, at the right place."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from tests.oracle.values import Loc

from .edits import DROP, Edit, apply
from .pairs import NoPair, Pair, field_rules, model_rules, named_rules, pairs, parameter_requests, parameter_rules
from .readings import module_name
from .requests import (
    PROVIDERS,
    Found,
    Request,
    all_families,
    base_requests,
    contents,
    emitted,
    errors,
    families,
    operation,
    plain,
    tables,
    text,
)

FAMILIES = all_families()
WITH_BODY = [(provider, name) for provider in PROVIDERS for name, row in tables(provider).api["operations"].items() if row.get("contents")]
BY_MODEL = [(provider, name) for provider, name in WITH_BODY if operation(provider, name).get("dispatch") == "body"]


def all_rules() -> list[Any]:
    """Every rule of every family."""
    return [
        pytest.param(provider, name, rule, id=f"{provider}-{rule}")
        for provider in PROVIDERS
        for name, table in families(provider).items()
        for listed in (named_rules, field_rules, model_rules)
        for rule in listed(table)
    ]


def of_rule(provider: str, family: str, rule: str) -> Pair:
    found = pairs(provider, family)[rule]
    if isinstance(found, NoPair):
        raise found
    return found


def related(one: Loc, other: Loc) -> bool:
    """Whether one place is the other, or within it."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


@pytest.mark.parametrize(("provider", "family"), FAMILIES)
def test_the_emitted_rules_are_those_of_the_tables(provider: str, family: str) -> None:
    table = families(provider)[family]
    emitted_rules = import_module(f"unibind.{provider}.validators.{module_name(family)}").RULES
    assert set(emitted_rules) == {*named_rules(table), *field_rules(table), *model_rules(table)}


@pytest.mark.parametrize(("provider", "family", "rule"), all_rules())
def test_rule(provider: str, family: str, rule: str) -> None:
    case = of_rule(provider, family, rule)
    accepted, refused = emitted(case.accepted), emitted(case.refused)
    assert accepted == plain(case.accepted)
    assert refused == plain(case.refused)
    assert not errors(accepted), text(case.accepted)
    assert rule not in {id for id, _, _ in accepted}, text(case.accepted)
    assert (rule, case.loc) in {(id, loc) for id, loc, _ in refused}, text(case.refused)
    assert all(related(case.loc, loc) for _, loc, _ in errors(refused)), text(case.refused)


@pytest.mark.parametrize(("provider", "rule"), [(provider, rule) for provider in PROVIDERS for rule in parameter_rules(provider)])
def test_parameter(provider: str, rule: str) -> None:
    found = [emitted(request) for request in parameter_requests(provider, rule)]
    loc = (rule.split("/")[1].rsplit(":", 1)[0],)
    assert any((rule, loc) in {(id, place) for id, place, _ in row} and {place for _, place, _ in errors(row)} <= {loc} for row in found)
    assert any(rule not in {id for id, _, _ in row} for row in found)
    assert any(not {finding for finding in errors(row) if finding[1][:1] == loc} for row in found)


def first_request(provider: str, id: str) -> Request:
    return next(start for family in tables(provider).taking(id) for start in base_requests(provider, family) if start.operation == id)


@pytest.mark.parametrize(("provider", "id"), WITH_BODY)
def test_body_and_content_type(provider: str, id: str) -> None:
    request = first_request(provider, id)
    assert errors(emitted(request)) == set()
    assert emitted(request.with_body([])) == {(f"{id}/body:type", (), "error")}
    assert emitted(request.with_body(None)) == emitted(request.with_body({}))
    for content in {"json", "multipart"} - set(contents(provider, id)):
        sent = Request(provider, id, {"model": "zz"}, content, request.path)
        assert emitted(sent) == {(f"{id}/body:content-type", ("content_type",), "error")} == plain(sent)


STRANGE: list[tuple[str, object, str]] = [
    ("required", DROP, "error"),
    ("required", "", "error"),
    ("type", 5, "error"),
    ("unknown", "zz-model", "warning"),
]


@pytest.mark.parametrize(("provider", "id"), BY_MODEL)
def test_model(provider: str, id: str) -> None:
    request = first_request(provider, id)
    others = (family for family in families(provider).values() if family not in tables(provider).taking(id))
    elsewhere = [name for family in others for name in family.get("models") or () if not _taken(provider, id, name)]
    for keyword, model, severity in [*STRANGE, *(("operation", name, "error") for name in elsewhere[:1])]:
        changed = request.with_body(apply(request.body, [Edit(("model",), model)]))
        wanted: Found = {(f"{id}/model:{keyword}", ("model",), severity)}
        assert emitted(changed) == wanted == plain(changed)


def _taken(provider: str, id: str, model: str) -> bool:
    return any(model in (family.get("models") or {}) for family in tables(provider).taking(id))
