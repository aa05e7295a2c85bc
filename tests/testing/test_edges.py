"""The enumerated edges: what is said to keep the rules keeps them, and what is said to break one breaks exactly that one.

The judge is the plain interpreter of `tests/oracle`, which reads the YAML tables and shares nothing with the package.
"""

from pathlib import Path
from typing import Any

import pytest
from unibind.testing import edges
from unibind.testing.space import Space, spaces

from tests.oracle import interpreter

SPEC = Path(__file__).parent.parent.parent / "spec"
PROVIDERS = ("uniall", "uniapi", "wavespeed")
SHARE = 7  # every so-many-th request goes to the interpreter, which is slow

# Whenever one of these is broken, another rule is broken with it.
NEVER_ALONE = {
    # in a form any text is a list of one, and an empty list is nothing
    "image-edit/image:type", "image-edit/image:min_items", "transcription/include:type", "transcription/timestamp_granularities:type",
    "transcription/include[]:type", "transcription/timestamp_granularities[]:type",
    "kling-image-to-video/image:type", "kling-image-to-video/image_tail:type",
    "happy-horse/size:enum", "happy-horse/size:type",
    "nano-banana/output_format:enum", "nano-banana/output_format:type",
    "seedream/custom_size.height:minimum", "seedream/custom_size.width:minimum",
    "veo-3.1/size:enum", "veo-3.1/size:type",
}  # fmt: skip


def judged(space: Space, body: dict[str, Any]) -> tuple[set[str], set[str]]:
    found = interpreter.findings(SPEC, space.provider, space.operation.id, _with_files(body), space.content, space.path_params)
    return {rule for rule, _, level in found if level == "error"}, {rule for rule, _, level in found if level == "warning"}


def _with_files(value: Any) -> Any:
    if isinstance(value, tuple):
        return {"$file": {"name": value[0], "size": len(value[1]), "type": value[2]}}
    if isinstance(value, dict):
        return {name: _with_files(member) for name, member in value.items()}
    return [_with_files(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("provider", PROVIDERS)
def test_requests_on_the_edges_keep_the_rules(provider: str) -> None:
    for space in _one_a_family(provider):
        for index, case in enumerate(edges.valid(space)):
            if index % SHARE == 0:
                assert judged(space, case.body)[0] == set(), (space, case.edge, case.body)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_requests_beside_the_edges_break_exactly_one_rule(provider: str) -> None:
    for space in _one_a_family(provider):
        for index, case in enumerate(edges.invalid(space, warnings=True)):
            if index % SHARE == 0:
                errors, warnings = judged(space, case.body)
                assert errors == {case.rule} or (not errors and case.rule in warnings), (space, case, errors, warnings)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_rule_is_broken_alone_somewhere(provider: str) -> None:
    said: set[str] = set()
    reached: set[str] = set()
    for space in spaces(provider, also=True):
        said |= space.infos.keys()
        if missing := space.infos.keys() - reached - NEVER_ALONE:
            few = missing if len(missing) < 6 else [None]
            reached |= {case.rule for rule in few for case in edges.invalid(space, rule, warnings=True)}
    assert said - reached == NEVER_ALONE & said


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_mode_is_reached(provider: str) -> None:
    wanted: dict[str, set[str]] = {}
    for space in spaces(provider):
        left = wanted.setdefault(space.family, set(space.modes))
        if left:
            left -= _reached(space)
    assert not any(wanted.values()), wanted


def _reached(space: Space) -> set[str]:
    found = edges.search(space)
    return {name for name, condition in space.modes.items() if next(found.reach(found.ways.meeting(condition)), None) is not None}


def test_few_requests_stand_on_every_edge() -> None:
    space = next(spaces("uniall", "veo3.1-video-720p"))
    packed = list(edges.packed(space))
    together = {edge for _, names in packed for edge in names}
    assert {f"duration={seconds}" for seconds in (4, 6, 8)} <= together
    assert {f"mode {name}" for name in space.modes} <= together
    assert len(packed) < len(together) / 3
    assert len(packed[0][1]) == max(len(names) for _, names in packed)


def _one_a_family(provider: str) -> list[Space]:
    """One space a family, operation and encoding: the models of a family differ in little."""
    found: dict[tuple[str, str, str], Space] = {}
    for space in spaces(provider):
        found.setdefault((space.family, space.operation.id, space.content), space)
    return list(found.values())
