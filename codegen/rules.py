"""The vocabulary of bounds: one row a keyword, read by every emitter.

A bound applies to values of its own kind only (as in JSON Schema): `minimum` says nothing about a string. A constraint that no row
here and no branch of an emitter claims stops the generation (see `registry.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Applies = Literal["any", "number", "string", "array", "file"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Keyword:
    """One kind of bound."""

    name: str  # ex) max_length
    applies: Applies
    schema: str | None  # JSON Schema keyword, ex) maxLength
    violated: str  # Python expression over {v} (the value) and {b} (the bound)
    says: str  # ex) must have at most {b} characters


KEYWORDS: dict[str, Keyword] = {
    row.name: row
    for row in (
        Keyword(name="type", applies="any", schema="type", violated="not is_type({v}, {b})", says="must be {b}"),
        Keyword(name="enum", applies="any", schema="enum", violated="{v} not in {b}", says="must be one of {b}"),
        Keyword(name="const", applies="any", schema="const", violated="{v} != {b}", says="must be {b}"),
        Keyword(name="minimum", applies="number", schema="minimum", violated="{v} < {b}", says="must be at least {b}"),
        Keyword(name="maximum", applies="number", schema="maximum", violated="{v} > {b}", says="must be at most {b}"),
        Keyword(
            name="exclusive_minimum", applies="number", schema="exclusiveMinimum", violated="{v} <= {b}", says="must be greater than {b}"
        ),
        Keyword(name="exclusive_maximum", applies="number", schema="exclusiveMaximum", violated="{v} >= {b}", says="must be less than {b}"),
        Keyword(
            name="multiple_of",
            applies="number",
            schema="multipleOf",
            violated="not is_multiple({v}, {b})",
            says="must be a multiple of {b}",
        ),
        Keyword(
            name="min_length", applies="string", schema="minLength", violated="len({v}) < {b}", says="must have at least {b} characters"
        ),
        Keyword(
            name="max_length", applies="string", schema="maxLength", violated="len({v}) > {b}", says="must have at most {b} characters"
        ),
        Keyword(name="pattern", applies="string", schema="pattern", violated="not matches({b}, {v})", says="must match {b}"),
        Keyword(name="min_items", applies="array", schema="minItems", violated="len({v}) < {b}", says="must have at least {b} items"),
        Keyword(name="max_items", applies="array", schema="maxItems", violated="len({v}) > {b}", says="must have at most {b} items"),
        Keyword(name="unique_items", applies="array", schema="uniqueItems", violated="not is_unique({v})", says="must not repeat items"),
        Keyword(name="media", applies="file", schema=None, violated="not has_media({v}, {b})", says="must be a file of type {b}"),
        Keyword(name="max_bytes", applies="file", schema=None, violated="is_larger({v}, {b})", says="must be a file of at most {b} bytes"),
    )
}

WARNING_KEYWORDS = {
    "link": "should be an http(s) link; whether the gateway takes anything else is not documented",
    "suggested": "is outside of what the documentation recommends",
    "only": "is not documented for this operation",
    "deprecated": "is deprecated",
}
