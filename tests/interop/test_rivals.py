"""The comparison with other tools is fair: what they can find they do find, and they say nothing new of a correct gateway."""

from __future__ import annotations

import pytest
from unibind.gateway import Behaviour

from tests.contract.mutants.hand import HAND, Hand

from . import fuzzing
from .prism import PRISM
from .rivals import measured, table
from .scope import cut, operations

pytestmark = pytest.mark.skipif(
    not (fuzzing.PROGRAM.is_file() and PRISM.is_file()), reason="the tools are not installed: run `make interop`"
)


def test_plain_bugs_are_found_and_no_bug_is_not() -> None:
    plain = next(row for row in HAND if row.id == "uno-without-key")
    outcomes = list(measured([Hand("none", "none", "wavespeed", "uno", Behaviour), plain]))
    assert [(row.mutant.id, row.tool, row.found) for row in outcomes] == [
        ("none", "schemathesis", False),
        ("none", "prism", False),
        (plain.id, "schemathesis", True),
        (plain.id, "prism", True),
    ]
    assert all(row.paid > 0 for row in outcomes)
    assert "auth" in table(outcomes)


def test_a_document_is_cut_to_a_family() -> None:
    document = cut("uniall", "veo-3.1")
    assert {row["operationId"] for methods in document["paths"].values() for row in methods.values()} == {
        row.id for row in operations("uniall", "veo-3.1")
    }
    requests = {name.partition(".")[0] for name in document["components"]["schemas"] if "Request" in name}
    assert requests == {"Veo31Request"}
