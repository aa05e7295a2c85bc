"""Spec nodes -> IR. Names are resolved here (sources, modes, attributes, inherited citations); what cannot be resolved is a finding."""

from __future__ import annotations

from collections.abc import Mapping

from .. import ir, load
from ..load import Finding
from .provider import ProviderBuilder


def build(providers: Mapping[str, load.Provider], findings: list[Finding]) -> ir.Spec:
    """The IR of all providers; what cannot be resolved becomes a finding, and is left open in the IR."""
    return ir.Spec(providers=tuple(ProviderBuilder(provider, findings).build() for _, provider in sorted(providers.items())))
