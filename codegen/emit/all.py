"""The list of emitters. Two emitters on one path are an error."""

from __future__ import annotations

from collections.abc import Callable

from .. import ir
from . import package, runtime, tables, validators

Emitter = Callable[[ir.Spec], dict[str, str]]
EMITTERS: tuple[Emitter, ...] = (package.emit, tables.emit, validators.emit, runtime.emit)


def emit_all(spec: ir.Spec) -> dict[str, str]:
    """Every file of the package, by path below it."""
    files: dict[str, str] = {}
    for emitter in EMITTERS:
        emitted = emitter(spec)
        twice = files.keys() & emitted.keys()
        if twice:
            raise ValueError(f"two emitters write {', '.join(sorted(twice))}")
        files |= emitted
    return dict(sorted(files.items()))
