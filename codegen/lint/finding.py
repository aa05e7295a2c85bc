"""A finding at the line of the row that it is about."""

from __future__ import annotations

from .. import ir
from ..load import Finding


def at(source: ir.Source, message: str) -> Finding:
    return Finding(source.file, source.line, message)
