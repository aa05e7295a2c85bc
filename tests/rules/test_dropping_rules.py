"""Without any one rule of the spec, the request that guards it is no longer refused with its id: each rule is under test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from unibind._core import dispatch

from codegen import load
from codegen.builder.provider import ProviderBuilder
from codegen.emit.validators import family_view, parameters_view
from codegen.render import render

from .pairs import NoPair, field_rules, model_rules, named_rules, pairs, parameter_requests, parameter_rules
from .requests import PROVIDERS, SPEC, Request, all_families, emitted, families, text


@cache
def loaded(provider: str) -> load.Provider:
    return load.load(SPEC)[provider]


@cache
def root(provider: str, family: str) -> load.Map:
    return next(document.root for document in loaded(provider).families if document.root["family"] == family)


def module(provider: str, family: str) -> Any:
    """The emitted checks of the family as its nodes are now."""
    built = ProviderBuilder(loaded(provider), []).family(root(provider, family))
    names: dict[str, Any] = {"__package__": f"unibind.{provider}.validators", "__name__": "dropped"}
    exec(render("validators/family.py.jinja", module=family_view(built)), names)
    return SimpleNamespace(**{name: value for name, value in names.items() if not name.startswith("_")})


def broken(request: Request, checks: Any, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The ids of what these checks find."""
    with monkeypatch.context() as patch:
        patch.setattr(dispatch, "family_module", lambda provider, family: checks)
        return {rule for rule, _, _ in emitted(request)}


# --- taking something out of the loaded nodes ------------------------------------------------------------------------------


@contextmanager
def changed(node: Any, **keys: Any) -> Iterator[None]:
    """The node with other values under the keys (None: without them); afterwards it is as before."""
    before = dict(node)
    for key, value in keys.items():
        if value is None:
            node.pop(key, None)
        else:
            node[key] = value
    try:
        yield
    finally:
        node.clear()
        node.update(before)


@contextmanager
def all_changed(nodes: list[Any], **keys: Any) -> Iterator[None]:
    if not nodes:
        yield
        return
    with changed(nodes[0], **keys), all_changed(nodes[1:], **keys):
        yield


def declared(provider: str, family: str, path: str) -> list[Any]:
    """Every node that declares the path: unions and variants may have several."""
    nodes: list[Any] = [root(provider, family)]
    for step in path.split(".") if path else []:
        name, depth = step.replace("[]", ""), step.count("[]")
        nodes = [node for holder in nodes for shape in shapes(holder) for node in members(shape, name)]
        for _ in range(depth):
            nodes = [shape["items"] for node in nodes for shape in shapes(node) if "items" in shape]
    return nodes


def shapes(node: Any) -> list[Any]:
    return [node, *(shape for branch in node.get("any_of") or () for shape in shapes(branch))]


def members(node: Any, name: str) -> Iterator[Any]:
    for holder in (node, *(node.get("variants") or {}).values()):
        if name in (holder.get("fields") or {}):
            yield holder["fields"][name]


OPEN: dict[str, Any] = {
    "type": "any",
    "any_of": None,
    "fields": None,
    "items": None,
    "variants": None,
    "discriminator": None,
    "format": None,
} | dict.fromkeys(
    (
        "numeric_string",
        "public",
        "base64",
        "suggested",
        "minimum",
        "maximum",
        "min_length",
        "max_length",
        "pattern",
        "min_items",
        "max_items",
    )
)
LINKS = {"url": "format", "link": "format", "public": "public"}


def without(provider: str, family: str, rule: str) -> Any:
    """The spec without what makes the rule, while the context lasts."""
    path, _, keyword = rule.removeprefix(f"{family}/").rpartition(":")
    if not keyword or rule in named_rules(families(provider)[family]):
        return changed(
            root(provider, family), rules=load.List(row for row in root(provider, family)["rules"] if f"{family}/{row['id']}" != rule)
        )
    if rule in model_rules(families(provider)[family]):
        if keyword == "route":
            return changed(root(provider, family), also=None)
        return all_changed(list(root(provider, family)["models"].values()), **{keyword: None})
    nodes = declared(provider, family, path)
    if keyword == "type":
        return all_changed(nodes, **OPEN)
    if keyword in ("variant", "required") and not nodes:  # the discriminator
        return all_changed(
            [shape for node in declared(provider, family, path.rpartition(".")[0]) for shape in shapes(node)], **OPEN | {"type": "object"}
        )
    return all_changed([shape for node in nodes for shape in shapes(node)], **_taken(keyword, nodes))


def _taken(keyword: str, nodes: list[Any]) -> dict[str, Any]:
    if keyword in LINKS:
        return {LINKS[keyword]: None} | ({"public": None} if keyword != "public" else {})
    if keyword == "min_length":
        return {"min_length": None, "format": None, "public": None}
    if keyword == "unknown-field":
        return {"fields": None, "variants": None, "discriminator": None}
    return {keyword: None}


# --- the tests -----------------------------------------------------------------------------------------------------------------


def rules(provider: str, family: str) -> list[str]:
    """All rules that can be dropped; that a body has no unknown fields is a matter of the format, not of a row."""
    table = families(provider)[family]
    return [rule for listed in LISTS for rule in listed(table) if rule != f"{family}/:unknown-field"]


LISTS: tuple[Callable[[Any], list[str]], ...] = (named_rules, field_rules, model_rules)


@pytest.mark.parametrize(("provider", "family"), all_families())
def test_each_rule_is_guarded(provider: str, family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = module(provider, family)
    unguarded = [problem for rule in rules(provider, family) if (problem := _unguarded(provider, family, rule, whole, monkeypatch))]
    assert not unguarded, "\n".join(unguarded)


def _unguarded(provider: str, family: str, rule: str, whole: Any, monkeypatch: pytest.MonkeyPatch) -> str | None:
    pair = pairs(provider, family)[rule]
    if isinstance(pair, NoPair):
        return str(pair)
    if rule not in broken(pair.refused, whole, monkeypatch):
        return f"{rule} does not refuse {text(pair.refused)}"
    with without(provider, family, rule):
        dropped = module(provider, family)
    return f"{rule} is found without its row: {text(pair.refused)}" if rule in broken(pair.refused, dropped, monkeypatch) else None


def parameter_checks(provider: str) -> Any:
    """The emitted checks of all parameters as the nodes of api.yaml are now."""
    names: dict[str, Any] = {"__package__": f"unibind.{provider}.validators", "__name__": "dropped"}
    exec(render("validators/parameters.py.jinja", module=parameters_view(ProviderBuilder(loaded(provider), []).build())), names)
    return SimpleNamespace(RULES=names["RULES"], CHECKS=names["CHECKS"])


@pytest.mark.parametrize(("provider", "rule"), [(provider, rule) for provider in PROVIDERS for rule in parameter_rules(provider)])
def test_each_parameter_rule_is_guarded(provider: str, rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    operation, rest = rule.split("/", 1)
    parameter, keyword = rest.rsplit(":", 1)
    refused = next(request for request in parameter_requests(provider, rule) if rule in {id for id, _, _ in emitted(request)})
    node = loaded(provider).api.root["operations"][operation]["parameters"][parameter]
    with changed(node, **(OPEN if keyword == "type" else _taken(keyword, [node]))):
        dropped = parameter_checks(provider)
    monkeypatch.setattr(dispatch, "parameters_module", lambda provider: dropped)
    assert rule not in {id for id, _, _ in emitted(refused)}


def test_dropping_leaves_no_trace() -> None:
    before = module("uniall", "veo-3.1").RULES
    with without("uniall", "veo-3.1", "veo-3.1/duration:enum"):
        assert "veo-3.1/duration:enum" not in module("uniall", "veo-3.1").RULES
    assert before == module("uniall", "veo-3.1").RULES
