"""Types of the IR -> JSON Schema (2020-12), for `openapi.json` and for the plain document that datamodel-code-generator reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from .. import ir
from ..rules import KEYWORDS
from .nulls import Schema, given, nullable

ADDRESS = r"^([A-Za-z][A-Za-z0-9+.-]+:|[A-Za-z0-9+/_-]{64,}={0,2}$)"
_LOCAL, _HOST = "[lL][oO][cC][aA][lL]", "[hH][oO][sS][tT]"
PRIVATE = (
    rf"^[hH][tT]{{2}}[pP][sS]?://([^/?#]*@)?({_LOCAL}{_HOST}|[^/?#:@\[]*\.{_LOCAL}({_HOST})?|0\.0\.0\.0|(127|10)(\.[0-9]{{1,3}}){{3}}"
    r"|(192\.168|169\.254|172\.(1[6-9]|2[0-9]|3[01]))(\.[0-9]{1,3}){2}|\[(::1|([fF][cCdD]|[fF][eE]80:)[^/?#\]]*)\])([:/?#]|$)"
)
INTEGER = r"^-?[0-9]+$"
NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"
_LONGEST_LIST = 200  # numbers of a range that are listed as strings


@dataclass(frozen=True, slots=True)
class Types:
    """Writes types.

    Attributes:
        strict: Express everything that JSON Schema can say. False keeps to what models and type checkers are made from.
        operation: The operation that the schema is for; fields of others are left out.
        content: How the body is encoded; files only stand in forms.
    """

    strict: bool = True
    operation: str | None = None
    content: ir.Content = "json"

    def object(self, body: ir.Object) -> Schema:
        schema: Schema = {"type": "object"}
        fields = [field for field in body.fields if self.has(field)]
        if fields:
            schema["properties"] = {field.name: self.member(field) for field in fields}
        required = [field.name for field in fields if self.needed(field)]
        if required:
            schema["required"] = required
        if body.closed:
            schema["additionalProperties"] = False
        return schema

    def has(self, field: ir.Field) -> bool:
        return not field.only or self.operation is None or self.operation in field.only

    def needed(self, field: ir.Field) -> bool:
        return field.required and not self.lenient(field)

    def lenient(self, field: ir.Field) -> bool:
        """Whether the field's own constraints only give warnings."""
        return field.severity == "warning" or (bool(field.only) and self.operation is None)

    def member(self, field: ir.Field) -> Schema:
        """A field as a member of an object, in which null stands for a member that is not there; a form has no null."""
        schema = self.field(field)
        if not self.strict or self.content != "json":
            return schema
        return given(schema) if self.needed(field) else nullable(schema)

    def field(self, field: ir.Field) -> Schema:
        schema = {} if field.severity == "warning" else self.type(field.type)
        if field.description:
            schema["description"] = field.description
        if field.has_default:
            schema["default"] = field.default
        if field.deprecated:
            schema["deprecated"] = True
        return schema

    def type(self, type: ir.Type) -> Schema:
        match type:
            case ir.Scalar():
                return self.scalar(type)
            case ir.Array():
                return {"type": "array", "items": self.type(type.items)} | plain(type.bounds)
            case ir.Object():
                return self.object(type)
            case ir.Variants():
                return self.variants(type)
            case ir.Union():
                return any_of([self.type(option) for option in type.options if self.stands(option)])
            case ir.File():
                return self.file()
            case ir.Ref():
                return {"$ref": f"#/components/schemas/{type.name}"}
        assert_never(type)

    def stands(self, option: ir.Type) -> bool:
        """Whether an alternative can occur: no files in JSON."""
        return not (self.strict and self.content == "json" and isinstance(option, ir.File))

    def file(self) -> Schema:
        if not self.strict:
            return {}  # a path, bytes, an open file or a tuple
        return {"type": "string", "format": "binary"} if self.content == "multipart" else {"not": {}}

    def scalar(self, type: ir.Scalar) -> Schema:
        if type.kind == "any":
            return plain(type.bounds)
        schema: Schema = {"type": type.kind} | plain(type.bounds)
        if type.url and not self.strict:  # more than such a link is only warned about, and tools refuse by format
            schema["format"] = "uri"
        if type.numeric_string:
            return any_of([schema, numeric_text(type)])
        if self.strict and type.url:
            schema["pattern"] = ADDRESS
            if type.public:
                schema["not"] = {"pattern": PRIVATE}
        return schema

    def variants(self, type: ir.Variants) -> Schema:
        cases: list[Schema] = []
        for value, case in type.cases:
            schema = self.object(case)
            schema["properties"] = {type.discriminator: {"const": value}} | schema.get("properties", {})
            schema["required"] = [type.discriminator, *schema.get("required", [])]
            cases.append(schema)
        return any_of(cases)


def any_of(options: list[Schema]) -> Schema:
    return options[0] if len(options) == 1 else {"anyOf": options}


def plain(bounds: ir.Bounds) -> Schema:
    """Bounds whose values do not depend on the model, as JSON Schema keywords."""
    schema: Schema = {}
    for bound in bounds:
        keyword = KEYWORDS[bound.keyword].schema
        if keyword is not None and not isinstance(bound.value, ir.PerModel):
            schema[keyword] = bound.value
    return schema


def numeric_text(type: ir.Scalar) -> Schema:
    """The strings that hold a number within the bounds, as far as a schema can say it."""
    allowed = allowed_numbers(type.bounds, whole=type.kind == "integer")
    if allowed is not None:
        return texts_of(allowed, whole=type.kind == "integer")
    values = {bound.keyword: bound.value for bound in type.bounds}
    if type.kind == "integer" and values.get("minimum") == 1 and "maximum" not in values:
        return {"type": "string", "pattern": "^0*[1-9][0-9]*$"}
    if type.kind == "integer" and values.get("minimum") == 0 and "maximum" not in values:
        return {"type": "string", "pattern": "^(-0+|[0-9]+)$"}
    return {"type": "string", "pattern": INTEGER if type.kind == "integer" else NUMBER}


def allowed_numbers(bounds: ir.Bounds, whole: bool) -> list[int | float] | None:
    """The numbers that the bounds leave; None when there is no end of them."""
    values = {bound.keyword: bound.value for bound in bounds}
    if "const" in values:
        return [values["const"]]
    if "enum" in values:
        return [item for item in values["enum"] if not isinstance(item, str)]
    low, high = values.get("minimum"), values.get("maximum")
    if not whole or low is None or high is None or high - low > _LONGEST_LIST:
        return None
    return list(range(int(low), int(high) + 1))


def texts_of(numbers: list[int | float], whole: bool) -> Schema:
    """The strings that hold one of the numbers, with zeros before or, of a fraction, after it."""
    spelled = "|".join(dict.fromkeys(_spelled(number, whole) for number in numbers))
    return {"type": "string", "pattern": f"^({spelled})$"} if numbers else {"not": {}}


def _spelled(number: int | float, whole: bool) -> str:
    sign = "-?" if number == 0 else "-" if number < 0 else ""
    digits, _, fraction = str(abs(number)).partition(".")
    fraction = fraction.rstrip("0")
    tail = "" if whole else rf"\.{fraction}0*" if fraction else r"(\.0+)?"
    return f"{sign}0*{digits}{tail}"
