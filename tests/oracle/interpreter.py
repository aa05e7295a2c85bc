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

_severities: dict[str, str] = {}


@dataclass(frozen=True)
class Tables:
    api: Node
    families: tuple[Node, ...]

    def taking(self, operation: str) -> list[Node]:
        return [family for family in self.families if operation in (*family["operations"], *family.get("also", ()))]

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
    tables = read_tables(Path(spec_root).resolve(), provider)
    found = set(_request_findings(tables, operation, body, content, path_params or {}))
    # variants may share an id at different severities: warnings are written first, so that an error outweighs them
    _severities.update((rule, level) for rule, _, level in sorted(found, key=lambda finding: finding[2], reverse=True))
    return found


@cache
def read_tables(root: Path, provider: str) -> Tables:
    def read(path: Path) -> Any:
        return yaml.safe_load(path.read_text(encoding="utf-8"))

    files = sorted((root / provider / "families").glob("*.yaml"))
    return Tables(read(root / provider / "api.yaml"), tuple(read(file) for file in files))


def _request_findings(tables: Tables, operation: str, body: Any, content: str, path_params: Node) -> Iterator[Finding]:
    spec = tables.api["operations"][operation]
    if not tables.taking(operation) and "dispatch" not in spec:
        return  # an operation without a request body
    if content not in spec.get("contents", ["json"]):
        yield f"{operation}/body:content-type", ("content_type",), "error"
        return
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
    family = _hold(tables, operation, model)
    if family is None:
        yield _no_family(tables, operation, model, (field,))
        return
    request = Request(family, model, family["models"][model] or {}, operation, content, body)
    yield from _model_findings(request)
    yield from _body_findings(request, {} if in_path else {field: {"type": "string"}})


def _without_models(tables: Tables, operation: str) -> Node | None:
    families = tables.taking(operation)
    alone = [family for family in families if not family.get("models")]
    if alone and len(families) > 1:
        raise SpecError(f"{operation}: a family without models is not the only one")
    return alone[0] if alone else None


def _hold(tables: Tables, operation: str, model: object) -> Node | None:
    """The family that holds the model on this operation."""
    holders = [family for family in tables.taking(operation) if isinstance(model, str) and _takes(family, model, operation)]
    if len(holders) > 1:
        raise SpecError(f"{operation}: several families hold {model}")
    return holders[0] if holders else None


def _takes(family: Node, model: object, operation: str) -> bool:
    models = family["models"]
    if model not in models:
        return False
    narrowed = (models[model] or {}).get("operations")
    return narrowed is None or operation in (*narrowed, *family.get("also", ()))


def _no_family(tables: Tables, operation: str, model: object, loc: Loc) -> Finding:
    if model is None or model == "":
        return f"{operation}/model:required", loc, "error"
    if not isinstance(model, str):
        return f"{operation}/model:type", loc, "error"
    if tables.knows(model):
        return f"{operation}/model:operation", loc, "error"
    return f"{operation}/model:unknown", loc, "warning"


def _model_findings(request: Request) -> Iterator[Finding]:
    if request.operation in request.family.get("also", ()):
        yield f"{request.family['family']}/model:route", ("model",), "warning"
    for keyword in ("deprecated", "disputed"):
        if request.attributes.get(keyword):
            yield f"{request.family['family']}/model:{keyword}", ("model",), "warning"


def _body_findings(request: Request, model_field: Node) -> Iterator[Finding]:
    owner = {**request.family, "fields": {**model_field, **(request.family.get("fields") or {})}}
    if request.content == "multipart":
        request = replace(request, body=read_form(owner["fields"], request.body))
    yield from check_fields(request, owner)
    yield from check_rules(request)
