"""The operations of a provider as the documentation names them: `POST /v1/videos`, or a concrete URL of a call."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from .. import ir

_MENTION = re.compile(r"\b(?P<method>GET|POST|PUT|PATCH|DELETE)\b[\s`|]{1,9}(?:https?://[^\s/`]+|\{\w+\})?(?P<path>/[^\s`|,;)\"']+)")
_VARIABLE = re.compile(r"\{(\w+)\}")
_UNFILLED = re.compile(r"[{}<>$]")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation.

    Attributes:
        path: Template, for example `/v1/videos/{task_id}`.
        model_in: Where a request names its model.
        model_field: The name of the body field, or of the path parameter.
        models: The models that are documented for it.
    """

    method: str
    path: str
    model_in: Literal["body", "path", "none"] = "none"
    model_field: str = "model"
    models: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(_VARIABLE.findall(self.path))

    def match(self, path: str) -> dict[str, str] | None:
        """The path parameters of a concrete path (a template counts as one), or None where it is another path."""
        pattern = re.escape(self.path)
        for name in self.variables:
            pattern = pattern.replace(re.escape(f"{{{name}}}"), f"(?P<{name}>[^/]+)")
        found = re.fullmatch(pattern, path.rstrip("/"))
        return found.groupdict() if found else None

    def fill(self, given: Mapping[str, str], page: str) -> dict[str, str]:
        """Path parameters with a value for each that the page leaves open; a model is the first one that the page names."""
        return {name: self.value(name, given.get(name, ""), page) for name in self.variables}

    def value(self, name: str, given: str, page: str) -> str:
        if given and not _UNFILLED.search(given):
            return given
        if self.model_in == "path" and name == self.model_field and self.models:
            return min(self.models, key=lambda model: page.find(model) % (len(page) + 1))  # -1, not named: last
        return f"{name}_xxx"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All operations of one provider."""

    provider: str
    docs: str
    endpoints: tuple[Endpoint, ...]

    def find(self, method: str, path: str) -> tuple[Endpoint, dict[str, str]] | None:
        """The operation of a call with its path parameters; the template with the fewest parameters wins."""
        for endpoint in sorted(self.endpoints, key=lambda endpoint: len(endpoint.variables)):
            parameters = endpoint.match(path)
            if endpoint.method == method and parameters is not None:
                return endpoint, parameters
        return None

    def mentions(self, text: str) -> list[Endpoint]:
        """Every operation that the text names, in its order."""
        found = (self.find(mention["method"], mention["path"].rstrip(".:")) for mention in _MENTION.finditer(text))
        return [match[0] for match in found if match]


def catalogue(provider: ir.Provider) -> Catalogue:
    """The operations of a provider of the spec."""
    return Catalogue(provider.name, provider.docs, tuple(endpoint(provider, operation) for operation in provider.operations))


def endpoint(provider: ir.Provider, operation: ir.Operation) -> Endpoint:
    families = provider.families_of(operation.id)
    models = (model for family in families for model in family.models if not model.operations or operation.id in model.operations)
    return Endpoint(operation.method, operation.path, operation.dispatch, operation.model_field, tuple(model.id for model in models))


def for_page(catalogues: Iterable[Catalogue], url: str) -> Catalogue | None:
    """The provider whose documentation a page belongs to."""
    return next((known for known in catalogues if url.startswith(known.docs.rstrip("/"))), None)
