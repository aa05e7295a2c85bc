"""The rule ids of a family (or of an operation's parameters) and what is said about each.

Rows of the spec are entered first; emitters then claim each id where they write its check. What nobody claims stops the generation:
no constraint of the spec can be lost on the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import ir
from .rules import KEYWORDS, WARNING_KEYWORDS
from .walk import dotted


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule as users see it."""

    id: str
    message: str
    severity: ir.Severity
    source: ir.Source
    path: ir.Path = ()
    keyword: str = ""  # of the implicit rule of a field; empty for a named rule


class Unclaimed(Exception):
    """Constraints of the spec that no emitter wrote a check for."""


def keyword_id(prefix: str, path: ir.Path, keyword: str) -> str:
    return f"{prefix}/{dotted(path)}:{keyword}"


class Registry:
    """All rules below one prefix."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.rows: dict[str, RuleRow] = {}
        self.claimed: set[str] = set()

    @classmethod
    def of_family(cls, family: ir.Family) -> Registry:
        registry = cls(family.id)
        registry.enter_object(family.body, (), family.source)
        for model in family.models:
            registry.enter_model(model)
        if family.also:
            said = (
                f"The pages of {family.title} name {' and '.join(family.operations)}; {' and '.join(family.also)} is only named elsewhere."
            )
            id = keyword_id(family.id, ("model",), "route")
            registry.rows[id] = RuleRow(id, said, "warning", family.source, ("model",), "route")
        for rule in family.rules:
            registry.rows[rule.id] = RuleRow(rule.id, rule.message, rule.severity, rule.source)
        return registry

    @classmethod
    def of_parameters(cls, operation: ir.Operation) -> Registry:
        registry = cls(operation.id)
        for parameter in operation.parameters:
            registry.enter_field(parameter.field, (parameter.name,))
        return registry

    def use(self, id: str) -> str:
        """Claims a rule: its check is being written."""
        if id not in self.rows:
            raise KeyError(f"{id} is not a rule of the spec")
        self.claimed.add(id)
        return id

    def unknown(self, path: ir.Path) -> str:
        return self.use(keyword_id(self.prefix, path, "unknown-field"))

    def check_claimed(self) -> None:
        lost = sorted(set(self.rows) - self.claimed)
        if lost:
            where = "\n".join(f"{self.rows[id].source.file}:{self.rows[id].source.line}: {id}" for id in lost)
            raise Unclaimed(f"no check was emitted for\n{where}")

    # --- entering rows ---

    def _enter(self, path: ir.Path, keyword: str, says: str, severity: ir.Severity, source: ir.Source) -> None:
        id = keyword_id(self.prefix, path, keyword)
        if id in self.rows:  # two alternatives of a union with the same keyword
            says = f"{self.rows[id].message.rstrip('.')} or, in another form, {says}"
        self.rows[id] = RuleRow(id, says, severity, source, path, keyword)

    def enter_model(self, model: ir.Model) -> None:
        if model.deprecated:
            instead = f"; use {model.replaced_by}" if model.replaced_by else ""
            self._once("deprecated", "The model is deprecated" + (instead or "; prefer a newer one") + ".", model.source)
        if model.source.certainty == "disputed":
            self._once("disputed", "The pages disagree on whether this model exists.", model.source)

    def _once(self, keyword: str, message: str, source: ir.Source) -> None:
        id = keyword_id(self.prefix, ("model",), keyword)
        known = self.rows.get(id)
        if known is not None and known.message != message:
            message = "The model is deprecated; its page names the one to use instead."
        self.rows[id] = RuleRow(id, message, "warning", source, ("model",), keyword)

    def enter_object(self, body: ir.Object, path: ir.Path, source: ir.Source) -> None:
        for field in body.fields:
            self.enter_field(field, (*path, field.name))
        if (body.fields or not path) and not body.open:
            severity: ir.Severity = "error" if body.closed else "warning"
            self.rows[keyword_id(self.prefix, path, "unknown-field")] = RuleRow(
                keyword_id(self.prefix, path, "unknown-field"), "The field is not documented here.", severity, source, path, "unknown-field"
            )

    def enter_field(self, field: ir.Field, path: ir.Path) -> None:
        name, source = dotted(path), field.source
        if field.required:
            self._enter(path, "required", f"{name} is required.", field.severity, source)
        if field.only:
            self._enter(path, "only", f"{name} is documented only for {', '.join(field.only)}.", "warning", source)
        if field.deprecated:
            instead = f"; use {field.replaced_by}" if field.replaced_by else ""
            self._enter(path, "deprecated", f"{name} {WARNING_KEYWORDS['deprecated']}{instead}.", "warning", source)
        if field.suggested:
            wanted = " and ".join(said(bound) for bound in field.suggested)
            self._enter(path, "suggested", f"{name} {WARNING_KEYWORDS['suggested']}: it {wanted}.", "warning", source)
        self.enter_type(field.type, path, field.severity, source)

    def enter_type(self, type: ir.Type, path: ir.Path, severity: ir.Severity, source: ir.Source, checked: bool = True) -> None:
        name = dotted(path)
        if checked and not is_open(type):
            self._enter(path, "type", f"{name} must be {kind_in_words(type)}.", severity, source)
        match type:
            case ir.Scalar():
                self._enter_bounds(type.bounds, path, severity, source)
                self._enter_link(type, path, severity, source)
            case ir.File():
                self._enter_bounds(type.bounds, path, severity, source)
            case ir.Array():
                self._enter_bounds(type.bounds, path, severity, source)
                self.enter_type(type.items, (*path, ir.ITEM), severity, source)
            case ir.Object():
                self.enter_object(type, path, source)
            case ir.Variants():
                self._enter_variants(type, path, severity, source)
            case ir.Union():
                for option in type.options:
                    self.enter_type(option, path, severity, source, checked=False)
            case ir.Ref():
                raise TypeError("a request has no named schemas")

    def _enter_bounds(self, bounds: ir.Bounds, path: ir.Path, severity: ir.Severity, source: ir.Source) -> None:
        for bound in bounds:
            self._enter(path, bound.keyword, f"{dotted(path)} {said(bound)}.", severity, source)

    def _enter_link(self, type: ir.Scalar, path: ir.Path, severity: ir.Severity, source: ir.Source) -> None:
        name = dotted(path)
        if type.url:
            self._enter(path, "url", f"{name} must be a link that the gateway can fetch, not a local path or a name.", severity, source)
            self._enter(path, "link", f"{name} {WARNING_KEYWORDS['link']}.", "warning", source)
        if type.public:
            self._enter(
                path, "public", f"{name} must be reachable from the internet; this link points into a private network.", severity, source
            )

    def _enter_variants(self, type: ir.Variants, path: ir.Path, severity: ir.Severity, source: ir.Source) -> None:
        here = (*path, type.discriminator)
        values = ", ".join(value for value, _ in type.cases)
        self._enter(here, "required", f"{dotted(here)} is required.", severity, source)
        self._enter(here, "variant", f"{dotted(here)} must be one of {values}.", severity, source)
        for _, case in type.cases:
            self.enter_object(case, path, source)


def is_open(type: ir.Type) -> bool:
    """Whether a value of any JSON type fits."""
    return isinstance(type, ir.Scalar) and type.kind == "any"


def said(bound: ir.Bound) -> str:
    """`must be one of 4, 6 or 8`."""
    if bound.keyword == "min_length" and bound.value == 1:
        return "must not be empty"
    return KEYWORDS[bound.keyword].says.format(b=_listed(bound.value))


def _listed(value: Any) -> str:
    values: list[Any] = [*value] if type(value) is tuple else [value]
    shown = [str(item) for item in values]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"


def kind_in_words(type: ir.Type) -> str:
    """`an integer, or a string holding one`."""
    match type:
        case ir.Scalar(kind="integer"):
            return "an integer" + (", or a string holding one" if type.numeric_string else "")
        case ir.Scalar(kind="number"):
            return "a number" + (", or a string holding one" if type.numeric_string else "")
        case ir.Scalar(kind="boolean"):
            return "true or false"
        case ir.Scalar():
            return "a link" if type.url else "a string"
        case ir.Array():
            return "a list"
        case ir.Object() | ir.Variants() | ir.Ref():
            return "an object"
        case ir.File():
            return "a file, which only a multipart request can carry"
        case ir.Union():
            return " or ".join(dict.fromkeys(kind_in_words(option) for option in type.options))
