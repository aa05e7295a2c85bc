"""For each rule id a request that keeps the rule and one that breaks it: written for named rules, searched for the rest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

from tests.oracle.values import KEYWORDS, Loc, Node

from .edits import Edit, apply, field_edits
from .requests import Found, Request, base_requests, contents, errors, families, operation, operations, pair, plain, rule_data, tables
from .values import candidates, fitting


@dataclass(frozen=True)
class Pair:
    """A rule, the request that keeps it, the request that breaks it, and where it does."""

    rule: str
    accepted: Request
    refused: Request
    loc: Loc


_MOST_MOVED = 5
_MOST_TRIES = 1500


class NoPair(Exception):
    """A rule for which no request was found."""


# --- the ids that the tables imply -----------------------------------------------------------------------------------


def field_rules(family: Node) -> list[str]:
    """The ids of the rules that fields imply, in order of the table."""
    name = family["family"]
    return list(dict.fromkeys(f"{name}/{path}:{keyword}" for path, keyword in _of_members(family.get("fields") or {}, "")))


def _of_members(fields: Node, path: str) -> Iterator[tuple[str, str]]:
    for name, node in fields.items():
        yield from _of_field(node, f"{path}.{name}" if path else name)
    yield path, "unknown-field"


def _of_field(node: Node, path: str) -> Iterator[tuple[str, str]]:
    yield from ((path, key) for key in ("required", "only", "deprecated", "suggested") if node.get(key))
    yield from _of_type(node, path, union=False)


def _of_type(node: Node, path: str, union: bool) -> Iterator[tuple[str, str]]:
    shapes = node.get("any_of") or ()
    if not union and "any" not in [node.get("type"), *(shape.get("type") for shape in shapes)]:
        yield path, "type"
    for shape in shapes:
        yield from _of_type(shape, path, union=True)
    yield from ((path, keyword) for keyword in KEYWORDS if keyword in node)
    if node.get("format") == "url":
        yield from ((path, keyword) for keyword in ("min_length", "url", "link"))
    if node.get("public"):
        yield path, "public"
    if "items" in node:
        yield from _of_type(node["items"], f"{path}[]", union=False)
    if node.get("fields"):
        yield from _of_members(node["fields"], path)
    if node.get("variants"):
        yield from ((f"{path}.{node['discriminator']}", keyword) for keyword in ("required", "variant"))
        for variant in node["variants"].values():
            yield from _of_members(variant.get("fields") or {}, path)


def model_rules(family: Node) -> list[str]:
    """The ids of the rules that rows of models and routes imply."""
    rows = [row or {} for row in (family.get("models") or {}).values()]
    keywords = [key for key in ("deprecated", "disputed") if any(row.get(key) for row in rows)]
    return [f"{family['family']}/model:{keyword}" for keyword in [*(["route"] if family.get("also") else []), *keywords]]


def named_rules(family: Node) -> list[str]:
    """The ids of the rules that are written out."""
    return [f"{family['family']}/{rule['id']}" for rule in family.get("rules") or ()]


# --- their pairs ---------------------------------------------------------------------------------------------------------


@cache
def pairs(provider: str, family: str) -> dict[str, Pair | NoPair]:
    """A pair for each rule id of a family, or why there is none."""
    table = families(provider)[family]
    search = _Search(provider, table)
    found = {rule: named_pair(provider, table, rule) for rule in named_rules(table)}
    found |= {rule: search.of_field(rule) for rule in field_rules(table)}
    found |= {rule: search.of_model(rule) for rule in model_rules(table)}
    return found


def named_pair(provider: str, family: Node, rule: str) -> Pair | NoPair:
    """The pair that is written in the data."""
    row = rule_data(provider, family["family"]).get(rule)
    if row is None:
        return NoPair(f"{rule} has no pair in the data")
    refused = pair(provider, family, row, "reject")
    locs = [loc for id, loc, _ in plain(refused) if id == rule]
    return Pair(rule, pair(provider, family, row, "accept"), refused, locs[0]) if locs else NoPair(f"{rule} is not broken by its request")


class _Search:
    """Tries the edits of one family on requests that pass, until one breaks the rule and nothing elsewhere."""

    def __init__(self, provider: str, family: Node) -> None:
        self.family = family
        self.starts = [
            start
            for name in operations(family)
            for content in contents(provider, name)
            for start in _starts(provider, family, name, content)
        ]
        self.edits: dict[tuple[str, str], list[Edit]] = {}
        for content in ("json", "multipart"):
            for edit in field_edits(family, content):
                self.edits.setdefault((edit.rule_path, content), []).append(edit)

    def of_field(self, rule: str) -> Pair | NoPair:
        path, keyword = rule.removeprefix(f"{self.family['family']}/").rsplit(":", 1)
        refused = _best(rule, self._edited(path))
        if refused is None:
            return NoPair(f"no request breaks {rule}")
        with_field = () if keyword in ("only", "deprecated") else self._edited(path)
        wanted = set() if keyword == "unknown-field" else {path.partition(".")[0].removesuffix("[]")}
        return _pair(rule, _passing(rule, with_field, wanted) or _passing(rule, self.starts, set()), refused)

    def of_model(self, rule: str) -> Pair | NoPair:
        requests = [with_model(start, model) for start in self.starts for model in self.family["models"]]
        refused = _best(rule, requests)
        return NoPair(f"no request breaks {rule}") if refused is None else _pair(rule, _passing(rule, requests, set()), refused)

    def _edited(self, path: str) -> Iterator[Request]:
        """The edits of a place on requests that have the field first: their other fields go with it."""
        head = path.partition(".")[0].removesuffix("[]")
        for start in sorted(self.starts, key=lambda start: head not in start.body):
            for edit in self.edits.get((path, start.content), ()):
                yield start.with_body(apply(start.body, [edit]))


def _starts(provider: str, family: Node, name: str, content: str) -> list[Request]:
    """Requests to one operation that pass; all that are known for it, and a few of those made for others."""
    rows = (row for key, row in rule_data(provider, family["family"]).items() if key != "base")
    known = [*base_requests(provider, family), *(pair(provider, family, row, "accept") for row in rows)]
    moved = [
        replace(start, operation=name, content=content)
        for start in known
        if content == "multipart" or "$file" not in json.dumps(start.body)
    ]
    passing = [start for start in moved if not errors(plain(start))]
    return [start for start in passing if start in known] or passing[:_MOST_MOVED]


def with_model(request: Request, model: str) -> Request:
    row = operation(request.provider, request.operation)
    field = row.get("model_field", "model")
    if row.get("dispatch") == "path":
        return replace(request, path={**request.path, field: model})
    return request.with_body({**request.body, field: model})


def _breaks(rule: str, found: Found) -> bool:
    return any(id == rule for id, _, _ in found)


def _best(rule: str, requests: Iterable[Request]) -> Request | None:
    """The request that breaks the rule and refuses as little elsewhere as possible."""
    best: tuple[int, Request] | None = None
    for request in islice(requests, _MOST_TRIES):
        found = plain(request)
        locs = {loc for id, loc, _ in found if id == rule}
        elsewhere = len({loc for _, loc, _ in errors(found)} - locs)
        if locs and (best is None or elsewhere < best[0]):
            best = elsewhere, request
        if best is not None and best[0] == 0:
            break
    return best[1] if best else None


def _passing(rule: str, requests: Iterable[Request], wanted: set[str]) -> Request | None:
    """A request without errors that keeps the rule and has the wanted fields."""
    for request in islice(requests, _MOST_TRIES):
        if wanted <= set(request.body):
            found = plain(request)
            if not errors(found) and not _breaks(rule, found):
                return request
    return None


def _pair(rule: str, accepted: Request | None, refused: Request) -> Pair | NoPair:
    if accepted is None:
        return NoPair(f"no request keeps {rule}")
    return Pair(rule, accepted, refused, next(loc for id, loc, _ in sorted(plain(refused), key=repr) if id == rule))


# --- parameters of operations --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Parameter:
    """One value of a parameter and the rule that it breaks."""

    rule: str
    loc: Loc
    request: Request


def parameter_rules(provider: str) -> list[str]:
    """The ids of the rules of all parameters."""
    return [
        f"{name}/{parameter}:{keyword}"
        for name, row in tables(provider).api["operations"].items()
        for parameter, node in (row.get("parameters") or {}).items()
        for path, keyword in _of_field(node, parameter)
    ]


def parameter_requests(provider: str, rule: str) -> Iterator[Request]:
    """Requests with values around the parameter that the rule is about."""
    name, rest = rule.split("/", 1)
    parameter = rest.rsplit(":", 1)[0]
    row = operation(provider, name)
    node = row["parameters"][parameter]
    body = base_requests(provider, tables(provider).taking(name)[0])[0].body if row.get("contents") else None
    others = {other: fitting(row) for other, row in row["parameters"].items() if row["in"] == "path" and other != parameter}
    for values in ({}, *({parameter: value} for value in candidates(node))):
        match node["in"]:
            case "path":
                yield Request(provider, name, body, path={**others, **values})
            case "query":
                yield Request(provider, name, body, path=others, query=values)
            case _:
                yield Request(provider, name, body, path=others, headers=values)
