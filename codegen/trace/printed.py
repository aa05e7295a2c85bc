"""The IR as readable text: what is left at its default, and where things were read, is not shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, cast

from .. import ir

_WIDTH = 110


def printed(node: object, indent: int = 0) -> str:
    """`Rule(id='clip/..', condition=Absent(paths=(('image',),)), ...)`, over several lines where it is long."""
    flat = _flat(node)
    if len(flat) + indent <= _WIDTH:
        return flat
    inner = indent + 2
    pad = "\n" + " " * inner
    if is_dataclass(node) and not isinstance(node, type):
        parts = [f"{name}={printed(value, inner + len(name) + 1)}" for name, value in _shown(node)]
        return f"{type(node).__name__}({pad}{f',{pad}'.join(parts)})"
    if isinstance(node, tuple):
        parts = [printed(item, inner) for item in cast(tuple[object, ...], node)]
        return f"({pad}{f',{pad}'.join(parts)})"
    return flat


def _flat(node: object) -> str:
    if is_dataclass(node) and not isinstance(node, type):
        return f"{type(node).__name__}({', '.join(f'{name}={_flat(value)}' for name, value in _shown(node))})"
    if isinstance(node, tuple):
        items = [_flat(item) for item in cast(tuple[object, ...], node)]
        return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
    return repr(node)


def _shown(node: Any) -> Iterator[tuple[str, Any]]:
    for field in fields(node):
        value = getattr(node, field.name)
        if not isinstance(value, ir.Source) and not _default(field, value):
            yield field.name, value


def _default(field: Field[Any], value: Any) -> bool:
    return field.default is not MISSING and type(field.default) is type(value) and field.default == value
