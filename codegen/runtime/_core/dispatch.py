"""From an operation and a body to the emitted checks of its family, and from an answer to its model."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

from .checks import as_number, is_file, is_type
from .files import uploads
from .tables import Operation, Provider, RuleInfo
from .violations import MISSING, Finding, Report, Violation, nearest, shown

if TYPE_CHECKING:
    from .model import ResponseModel

PACKAGE = __name__.rpartition("._core.")[0]  # unibind


class FamilyModule(Protocol):
    """What an emitted validator module offers."""

    RULES: Mapping[str, RuleInfo]
    FORM: Mapping[str, str]  # field -> types in order, with `|` between, for forms, where every value is text
    FORM_NAMES: Mapping[str, str]  # field -> its name in forms when it holds a list, where that is another

    def check(self, body: dict[str, Any], model: str, operation: str, content: str, report: Report) -> None: ...


class ParametersModule(Protocol):
    """The emitted checks of path, query and header parameters."""

    RULES: Mapping[str, RuleInfo]
    CHECKS: Mapping[str, Callable[[Mapping[str, Any], Report], None]]


@cache
def provider(name: str) -> Provider:
    """The emitted tables of a provider; `LookupError` when there is none."""
    try:
        return cast(Provider, import_module(f"{PACKAGE}.{name}.tables").PROVIDER)
    except ModuleNotFoundError as error:
        if error.name != f"{PACKAGE}.{name}" or not name.isidentifier():
            raise
        raise LookupError(f"unknown provider {name!r}") from None


@cache
def family_module(provider: str, family: str) -> FamilyModule:
    return cast(FamilyModule, import_module(f"{PACKAGE}.{provider}.validators.{module_name(family)}"))


@cache
def parameters_module(provider: str) -> ParametersModule:
    return cast(ParametersModule, import_module(f"{PACKAGE}.{provider}.validators.parameters"))


def module_name(family: str) -> str:
    """`veo-3.1` -> `veo_3_1`."""
    return family.replace("-", "_").replace(".", "_")


def check(
    provider: Provider,
    operation: Operation,
    body: Any,
    *,
    path_params: Mapping[str, Any] | None = None,
    query: Mapping[str, Any] | None = None,
    headers: Mapping[str, Any] | None = None,
    content: str = "json",
) -> list[Violation]:
    """Every violation of one request; no item of severity `"error"` means that it may be sent.

    Path parameters are not missed when `path_params` is None.
    """
    report = Report()
    if headers:
        _check_authorization(provider, operation, headers, report)
    if operation.parameters and (path_params is not None or query or headers):
        _check_parameters(provider, operation, path_params, query, headers, report)
    family = _check_body(provider, operation, body, path_params, content, report) if operation.contents else None
    return [_in_words(finding, provider, operation, family, content) for finding in report] if report else []


def _check_parameters(
    provider: Provider,
    operation: Operation,
    path_params: Mapping[str, Any] | None,
    query: Mapping[str, Any] | None,
    headers: Mapping[str, Any] | None,
    report: Report,
) -> None:
    given: dict[str, Any] = {name.lower(): value for name, value in (headers or {}).items()}
    given |= query or {}
    given |= path_params or {}
    known = {row.name: given.get(row.name, given.get(row.name.lower())) for row in operation.parameters}
    found = Report()
    parameters_module(provider.name).CHECKS[operation.id](known, found)
    if path_params is None:
        in_path = {row.name for row in operation.parameters if row.location == "path"}
        found[:] = [finding for finding in found if finding.loc[0] not in in_path]
    report += found


def _check_authorization(provider: Provider, operation: Operation, headers: Mapping[str, Any], report: Report) -> None:
    """An authorization header of another scheme; a missing one is the business of whoever sends."""
    given = {name.lower(): value for name, value in headers.items()}
    row = provider.security_of(operation)
    value = given.get(row.header.lower())
    if row.prefix and value is not None and not str(value).startswith(row.prefix):
        report.add(f"{operation.id}/{row.header}:scheme", (row.header,), note=f"{row.header} must be {row.prefix.strip()} and the API key.")


def _check_body(
    provider: Provider, operation: Operation, body: Any, path_params: Mapping[str, Any] | None, content: str, report: Report
) -> str | None:
    """The family whose rules the body was held against, or None after saying why there is none."""
    if content not in operation.contents:
        report.add(
            f"{operation.id}/body:content-type",
            ("content_type",),
            note=f"{operation.id} takes {' or '.join(operation.contents)}, not {content}.",
        )
        return None
    if not isinstance(body, dict):
        report.add(f"{operation.id}/body:type", (), body, note="The body must be an object.")
        return None
    fields = cast("dict[str, Any]", body)
    model: Any = ""
    if operation.dispatch != "none":
        place = fields if operation.dispatch == "body" else path_params or {}
        model = place.get(operation.model_field)
    family = operation.families.get(model) if isinstance(model, str) else None
    if family is None:
        _no_family(provider, operation, model, report)
        return None
    module = family_module(provider.name, family)
    module.check(fields if content != "multipart" else _from_form(fields, module), model, operation.id, content, report)
    return family


def _no_family(provider: Provider, operation: Operation, model: Any, report: Report) -> None:
    """Says why the rules of a request are not known."""
    name = operation.model_field
    if model is None or model == "":
        report.add(f"{operation.id}/model:required", (name,), note=f"{name} is required: it says which model is asked for.")
    elif not isinstance(model, str):
        report.add(f"{operation.id}/model:type", (name,), model, note=f"{name} must be a string.")
    elif model in provider.models:
        taking = sorted({id for row in provider.models[model] for id in row.operations})
        paths = ", ".join(f"{provider.operations[id].method} {provider.operations[id].path}" for id in taking)
        report.add(f"{operation.id}/model:operation", (name,), model, note=f"{model} is not for {operation.path}; it goes to {paths}.")
    else:
        near = nearest(model, provider.models)
        hint = f"; the nearest known name is {near!r}" if near else ""
        report.add(f"{operation.id}/model:unknown", (name,), note=f"{model!r} is not a documented model{hint}. Its rules are not known.")


def form_names(provider: Provider, operation: Operation, body: Mapping[str, Any]) -> Mapping[str, str]:
    """The names that fields have in forms when they hold lists, where those are others."""
    module = _module(provider, operation, body)
    return module.FORM_NAMES if module else {}


def from_form(provider: Provider, operation: Operation, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of a form under the names and with the types that the documentation gives them."""
    module = _module(provider, operation, body)
    return _from_form(body, module) if module else body


def _module(provider: Provider, operation: Operation, body: Mapping[str, Any]) -> FamilyModule | None:
    family = operation.families.get(str(body.get(operation.model_field)), operation.families.get(""))
    return family_module(provider.name, family) if family else None


def _from_form(body: Mapping[str, Any], module: FamilyModule) -> dict[str, Any]:
    """Form values under the names and with the types that the documentation gives them: in a form everything is text."""
    names = {form_name: name for name, form_name in module.FORM_NAMES.items()}
    fields = {names.get(name, name): value for name, value in body.items()}
    return {name: _from_field(value, module.FORM.get(name)) for name, value in fields.items()}


def _from_field(value: Any, types: str | None) -> Any:
    if types == _LIST:
        return _read_as("array", value) if isinstance(value, str) else [value] if is_file(value) else value
    return _from_text(value, types) if isinstance(value, str) else value


def _from_text(value: str, types: str | None) -> Any:
    """The value as the first of the types that it can be; text where it can be none."""
    for type in types.split("|") if types else ():
        read = _read_as(type, value)
        if is_type(read, type):
            return read
    return value


_LIST = "list"  # what is a list and nothing else
_POWER = re.compile(r"-?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]{1,2}")  # how JSON and Python write very small and very large numbers


def _read_as(type: str, value: str) -> Any:
    match type:
        case "integer" | "number":
            return float(value) if _POWER.fullmatch(value) else as_number(value)
        case "boolean":
            return {"true": True, "false": False}.get(value, value)
        case "array":
            return _from_json(value, list, [value])  # a list of one is sent like a single value
        case "object":
            return _from_json(value, dict, value)
        case _:
            return value


def _from_json(value: str, kind: type, otherwise: Any) -> Any:
    try:
        decoded = json.loads(value)
    except ValueError:
        return otherwise
    return decoded if isinstance(decoded, kind) else otherwise


_WARNINGS = ("/model:unknown",)


def _in_words(finding: Finding, provider: Provider, operation: Operation, family: str | None, content: str) -> Violation:
    info = _rule(finding, provider, operation, family)
    severity = info.severity
    got = "" if finding.value is MISSING else f" Got {shown(finding.value)}."
    if finding.rule.endswith(":type") and any(uploads(finding.value)):
        got = f"{got} {_no_upload(operation, content, link='link' in info.message)}"
        severity = "error"  # however doubtful the rule is: no page has an upload here
    note = f" {finding.note}" if finding.note and finding.note != info.message else ""
    return Violation(finding.rule, finding.loc, f"{info.message}{note}{got}", severity, info.source)


def _no_upload(operation: Operation, content: str, *, link: bool) -> str:
    """Why a file is not taken where one was given, and what can be done."""
    if "multipart" not in operation.contents:
        why = f"No upload is documented for {operation.id}"
    elif content != "multipart":
        return "Files travel in forms only: send multipart/form-data."
    else:
        why = "No upload is documented for this field"
    return f"{why}; put the file where the gateway can reach it and pass its link." if link else f"{why}."


def _rule(finding: Finding, provider: Provider, operation: Operation, family: str | None) -> RuleInfo:
    if family is not None:
        info = family_module(provider.name, family).RULES.get(finding.rule)
        if info is not None:
            return info
    if operation.parameters:
        info = parameters_module(provider.name).RULES.get(finding.rule)
        if info is not None:
            return info
    return RuleInfo(finding.note, "warning" if finding.rule.endswith(_WARNINGS) else "error", operation.source)


def parse(provider: Provider, operation: Operation, status: int, body: Any, *, event: bool = False) -> ResponseModel:
    """The model of an answer, or of one event of a streamed answer; `ResponseInvalid` when the body is not what the operation answers."""
    from .model import read

    return read(provider, operation, status, body, event=event)
