"""Schemathesis against the embedded gateway, from its document: it has nothing to say. `make interop` installs it; elsewhere this is left out."""

from __future__ import annotations

from pathlib import Path

import pytest
from unibind._core import dispatch
from unibind.gateway import SteppedClock, serve

from . import fuzzing, limits

PROVIDERS = sorted(path.parent.name for path in fuzzing.ROOT.glob("spec/*/api.yaml"))
EXAMPLES = 30
SEED = 1
LARGEST = ("POST /v1/video/generations", "POST /v1/videos", "POST /v1/videos/generations")  # eleven families in one body

pytestmark = pytest.mark.skipif(not fuzzing.PROGRAM.is_file(), reason="schemathesis is not installed: run `make interop`")


def run(provider: str, folder: Path, *options: str, dialect: str = "openapi") -> fuzzing.Report:
    with serve(provider, clock=SteppedClock(2), quota=10**15) as running:
        document = fuzzing.ROOT / "generated" / "unibind" / provider / f"{dialect}.json"
        return fuzzing.run(running, document, folder, (f"--max-examples={EXAMPLES}", f"--seed={SEED}", *options))


def assert_nothing_found(provider: str, report: fuzzing.Report) -> None:
    found = [failure for failure in report.failures if limits.explained(provider, failure) is None]
    assert not found, f"{len(found)} of them\n" + "\n".join(map(str, found[:5]))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_it_finds_nothing_in_a_correct_gateway(provider: str, tmp_path: Path) -> None:
    report = run(provider, tmp_path)
    assert_nothing_found(provider, report)
    operations = dispatch.provider(provider).operations.values()
    assert {f"{row.method} {row.path}" for row in operations} <= report.operations
    assert report.cases > 50 * len(operations)
    forms = {f"{row.method} {row.path}" for row in operations if "multipart" in row.contents}
    for operation, phase, message in report.errors:  # what breaks inside it: it hands the content of files to a validator that takes none
        assert (operation in forms, phase, message) == (True, "coverage", "Unsupported type: 'Binary'")


def test_it_finds_nothing_from_the_other_dialect_with_large_bodies(tmp_path: Path) -> None:
    report = run("uniall", tmp_path, "--phases=fuzzing", *(f"--include-name={name}" for name in LARGEST), dialect="openapi.variants")
    assert_nothing_found("uniall", report)
    assert not report.errors
    assert report.operations >= set(LARGEST)
    assert report.cases >= len(LARGEST) * EXAMPLES
