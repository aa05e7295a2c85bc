"""Every rule id has a request that keeps it and one that breaks it, with exactly that id, at the right place."""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.oracle.values import Loc

from .edits import DROP, Edit, apply
from .pairs import NoPair, Pair, field_rules, model_rules, named_rules, pairs, parameter_requests, parameter_rules
from .readings import module_name
from .requests import PROVIDER, Found, Request, base_requests, contents, emitted, errors, families, operation, plain, tables, text

FAMILIES = sorted(families())
RULES = [(name, rule) for name in FAMILIES for listed in (named_rules, field_rules, model_rules) for rule in listed(families()[name])]
WITH_BODY = [name for name, row in tables().api["operations"].items() if row.get("contents")]


def of_rule(family: str, rule: str) -> Pair:
    found = pairs(family)[rule]
    if isinstance(found, NoPair):
        raise found
    return found


def related(one: Loc, other: Loc) -> bool:
    """Whether one place is the other, or within it."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_emitted_rules_are_those_of_the_tables(family: str) -> None:
    table = families()[family]
    emitted_rules = import_module(f"unibind.{PROVIDER}.validators.{module_name(family)}").RULES
    assert set(emitted_rules) == {*named_rules(table), *field_rules(table), *model_rules(table)}


@pytest.mark.parametrize(("family", "rule"), RULES, ids=[rule for _, rule in RULES])
def test_rule(family: str, rule: str) -> None:
    case = of_rule(family, rule)
    accepted, refused = emitted(case.accepted), emitted(case.refused)
    assert accepted == plain(case.accepted)
    assert refused == plain(case.refused)
    assert not errors(accepted), text(case.accepted)
    assert rule not in {id for id, _, _ in accepted}, text(case.accepted)
    assert (rule, case.loc) in {(id, loc) for id, loc, _ in refused}, text(case.refused)
    assert all(related(case.loc, loc) for _, loc, _ in errors(refused)), text(case.refused)


@pytest.mark.parametrize("rule", parameter_rules())
def test_parameter(rule: str) -> None:
    found = [emitted(request) for request in parameter_requests(rule)]
    loc = (rule.split("/")[1].rsplit(":", 1)[0],)
    assert any((rule, loc, "error") in row and {place for _, place, _ in errors(row)} == {loc} for row in found)
    assert any(not {finding for finding in errors(row) if finding[1][:1] == loc} for row in found)


def first_request(id: str) -> Request:
    return next(start for family in tables().taking(id) for start in base_requests(family) if start.operation == id)


@pytest.mark.parametrize("id", WITH_BODY)
def test_body_and_content_type(id: str) -> None:
    request = first_request(id)
    assert errors(emitted(request)) == set()
    assert emitted(request.with_body([])) == {(f"{id}/body:type", (), "error")}
    assert emitted(request.with_body(None)) == {(f"{id}/body:type", (), "error")}
    for content in {"json", "multipart"} - set(contents(id)):
        sent = Request(id, {"model": "zz"}, content, request.path)
        assert emitted(sent) == {(f"{id}/body:content-type", ("content_type",), "error")} == plain(sent)


STRANGE: list[tuple[str, object, str]] = [
    ("required", DROP, "error"),
    ("required", "", "error"),
    ("type", 5, "error"),
    ("unknown", "zz-model", "warning"),
]


@pytest.mark.parametrize("id", [id for id in WITH_BODY if operation(id).get("dispatch") == "body"])
def test_model(id: str) -> None:
    request = first_request(id)
    elsewhere = next(m for f in families().values() if f not in tables().taking(id) for m in f.get("models") or () if not _taken(id, m))
    for keyword, model, severity in [*STRANGE, ("operation", elsewhere, "error")]:
        changed = request.with_body(apply(request.body, [Edit(("model",), model)]))
        wanted: Found = {(f"{id}/model:{keyword}", ("model",), severity)}
        assert emitted(changed) == wanted == plain(changed)


def _taken(id: str, model: str) -> bool:
    return any(model in (family.get("models") or {}) for family in tables().taking(id))
