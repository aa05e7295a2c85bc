"""The list of emitters. Two emitters on one path are an error; the synchronous half is made from what they wrote."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .. import ir
from . import catalogue, clients, gateway, models, openapi, package, params, runtime, spaces, tables, validators, variants
from .sync import twins

Files = dict[str, str | bytes]  # path below the package -> text, or bytes that are copied as they are
Emitter = Callable[[ir.Spec], Mapping[str, str | bytes]]
EMITTERS: tuple[Emitter, ...] = (
    package.emit,
    openapi.emit,
    variants.emit,
    models.emit,
    tables.emit,
    validators.emit,
    params.emit,
    clients.emit,
    gateway.emit,
    catalogue.emit,
    spaces.emit,
    runtime.emit,
)


def emit_all(spec: ir.Spec) -> Files:
    """Every file of the package, by path below it."""
    files: Files = {}
    for emitter in EMITTERS:
        emitted = emitter(spec)
        twice = files.keys() & emitted.keys()
        if twice:
            raise ValueError(f"two emitters write {', '.join(sorted(twice))}")
        files |= emitted
    files |= twins({path: text for path, text in files.items() if isinstance(text, str)})
    return dict(sorted(files.items()))
