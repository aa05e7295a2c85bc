"""Judges a request body by the YAML tables alone."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from .fields import Finding, Request, check_fields
from .forms import read_form
from .rules import check_rules
from .values import Loc, Node, SpecError

MODEL: Loc = ("model",)
_severities: dict[str, str] = {}


@dataclass(frozen=True)
class _Tables:
    api: Node
    families: tuple[Node, ...]

    def taking(self, operation: str) -> list[Node]:
        return [family for family in self.families if operation in family["operations"]]

    def knows(self, model: str) -> bool:
        return any(model in (family.get("models") or {}) for family in self.families)


def check(
    spec_root: str | Path,
    provider: str,
    operation: str,
    body: Any,
    content: str = "json",
    path_params: dict[str, Any] | None = None,
) -> set[tuple[str, Loc]]:
    """The rules that a request breaks, each with the location it is reported at."""
    return {(rule, loc) for rule, loc, _ in findings(spec_root, provider, operation, body, content, path_params)}


def severity(rule_id: str) -> str:
    """`error` or `warning`, for a rule that a check has reported."""
    return _severities[rule_id]


def findings(
    spec_root: str | Path,
    provider: str,
    operation: str,
    body: Any,
    content: str = "json",
    path_params: dict[str, Any] | None = None,
) -> set[Finding]:
    """Like `check`, each with its severity."""
    tables = _tables(Path(spec_root).resolve(), provider)
    found = set(_request_findings(tables, operation, body, content, path_params or {}))
    # variants may share an id at different severities: warnings are written first, so that an error outweighs them
    for rule, _, level in sorted(found, key=lambda finding: finding[2], reverse=True):
        _severities[rule] = level
    return found


@cache
def _tables(root: Path, provider: str) -> _Tables:
    def read(path: Path) -> Any:
        return yaml.safe_load(path.read_text(encoding="utf-8"))

    files = sorted((root / provider / "families").glob("*.yaml"))
    return _Tables(read(root / provider / "api.yaml"), tuple(read(file) for file in files))


def _request_findings(tables: _Tables, operation: str, body: Any, content: str, path_params: Node) -> Iterator[Finding]:
    spec = tables.api["operations"][operation]
    if not tables.taking(operation) and "dispatch" not in spec:
        return  # an operation without a request body
    if not isinstance(body, dict):
        yield f"{operation}/body:type", (), "error"
        return
    alone = _without_models(tables, operation)
    if alone is not None:
        yield from _body_findings(Request(alone, None, {}, operation, content, body), {})
        return
    field = spec.get("model_field", "model")
    in_path = spec.get("dispatch") == "path"
    model = (path_params if in_path else body).get(field)
    held = _hold(tables, (operation, *spec.get("routes", ())), model)
    if held is None:
        yield _no_family(tables, operation, model)
        return
    family, route = held
    request = Request(family, model, family["models"][model] or {}, route, content, body)
    yield from _model_findings(request)
    yield from _body_findings(request, {} if in_path else {field: {"type": "string"}})


def _without_models(tables: _Tables, operation: str) -> Node | None:
    families = tables.taking(operation)
    alone = [family for family in families if not family.get("models")]
    if alone and len(families) > 1:
        raise SpecError(f"{operation}: a family without models is not the only one")
    return alone[0] if alone else None


def _hold(tables: _Tables, routes: tuple[str, ...], model: object) -> tuple[Node, str] | None:
    """The family that holds the model and the operation that takes it, the asked one before its routes."""
    for route in routes if isinstance(model, str) else ():
        holders = [family for family in tables.taking(route) if _takes(family, model, route)]
        if len(holders) > 1:
            raise SpecError(f"{route}: several families hold {model}")
        if holders:
            return holders[0], route
    return None


def _takes(family: Node, model: object, operation: str) -> bool:
    models = family["models"]
    return model in models and operation in (models[model] or {}).get("operations", [operation])


def _no_family(tables: _Tables, operation: str, model: object) -> Finding:
    if model is None:
        return f"{operation}/model:required", MODEL, "error"
    if not isinstance(model, str):
        return f"{operation}/model:type", MODEL, "error"
    if tables.knows(model):
        return f"{operation}/model:operation", MODEL, "error"
    return f"{operation}/model:unknown", MODEL, "warning"


def _model_findings(request: Request) -> Iterator[Finding]:
    for keyword in ("deprecated", "disputed"):
        if request.attributes.get(keyword):
            yield f"{request.family['family']}/model:{keyword}", MODEL, "warning"


def _body_findings(request: Request, model_field: Node) -> Iterator[Finding]:
    owner = {**request.family, "fields": {**model_field, **(request.family.get("fields") or {})}}
    if request.content == "multipart":
        request = replace(request, body=read_form(owner["fields"], request.body))
    yield from check_fields(request, owner)
    yield from check_rules(request)
