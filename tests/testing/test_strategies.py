"""The strategies as their users see them: default settings, no health check suppressed."""

from typing import Any

import pytest
import unibind
from hypothesis import given, settings
from hypothesis import strategies as st
from unibind.testing import strategies as drawn
from unibind.testing.space import spaces

from tests.benchmarks import strategies as benchmark

CONTENT = {"json": "application/json", "multipart": "multipart/form-data"}


def violations(request: drawn.Drawn) -> tuple[set[str], set[str]]:
    found = unibind.check_request(
        request.provider,
        request.method,
        request.path,
        request.body,
        path_params=request.path_params,
        content_type=CONTENT[request.content],
    )
    return {row.rule for row in found if row.severity == "error"}, {row.rule for row in found if row.severity == "warning"}


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("uniall", "veo3.1-video-720p"),
        ("uniall", "seedance2.0-720p"),
        ("uniall", "gpt-image-2"),
        ("uniall", "minimax-speech-2.8-hd"),
        ("wavespeed", None),
    ],
)
def test_valid_requests_of_a_model_are_valid(provider: str, model: str | None) -> None:
    @given(drawn.valid(provider, model))
    def check(request: drawn.Drawn) -> None:
        assert violations(request)[0] == set()
        assert model in (None, request.model)

    check()


@pytest.mark.parametrize("provider", ["uniall", "uniapi", "wavespeed"])
def test_valid_requests_of_a_provider_are_valid(provider: str) -> None:
    @given(drawn.valid(provider))
    def check(request: drawn.Drawn) -> None:
        assert violations(request)[0] == set()

    check()


@pytest.mark.parametrize("provider", ["uniall", "uniapi", "wavespeed"])
def test_invalid_requests_of_a_provider_break_exactly_the_named_rule(provider: str) -> None:
    @given(drawn.invalid(provider))
    def check(request: drawn.Drawn) -> None:
        assert violations(request)[0] == {request.rule}

    check()


@pytest.mark.parametrize(
    "rule", ["veo-3.1/duration:enum", "veo-3.1/references-are-standard-only", "veo-3.1/last-frame-needs-first", "veo-3.1/image:url"]
)
def test_a_named_error_is_broken(rule: str) -> None:
    @given(drawn.invalid("uniall", rule=rule))
    def check(request: drawn.Drawn) -> None:
        assert violations(request)[0] == {rule}

    check()


def test_a_named_warning_is_broken() -> None:
    @given(drawn.invalid("uniall", "veo3.1-video-720p", rule="veo-3.1/size-recommended"))
    def check(request: drawn.Drawn) -> None:
        errors, warnings = violations(request)
        assert not errors
        assert "veo-3.1/size-recommended" in warnings

    check()


def test_drawn_requests_differ() -> None:
    seen: set[str] = set()

    @settings(max_examples=200, database=None)
    @given(drawn.valid("uniall", "veo3.1-video-720p"))
    def collect(request: drawn.Drawn) -> None:
        seen.add(repr(request.body))

    collect()
    assert len(seen) > 150


def test_every_mode_and_value_comes_up() -> None:
    modes: set[frozenset[str]] = set()
    durations: set[Any] = set()

    @settings(max_examples=400, database=None, derandomize=True)
    @given(drawn.valid("uniall", "veo3.1-video-720p"))
    def collect(request: drawn.Drawn) -> None:
        modes.add(frozenset(request.body.keys() & {"image", "images", "last_image", "video"}))
        durations.add(request.body.get("duration"))

    collect()
    assert {4, 6, 8} <= durations
    assert {frozenset(), frozenset({"image"}), frozenset({"image", "last_image"}), frozenset({"images"}), frozenset({"video"})} <= modes


@pytest.mark.parametrize("family", ["veo-3.1", "seedance-2.0", "nano-banana", "uno"])
def test_every_mode_and_every_rule_comes_up_within_so_many_draws(family: str) -> None:
    found = list(benchmark.coverage(next(space for space in benchmark.firsts() if space.family == family)))
    assert {what for what, *_ in found} >= {"rules"}
    assert all(0 < draw <= most for _, _, draw, most in found), found


@pytest.mark.parametrize("provider", ["uniall", "uniapi", "wavespeed"])
def test_models_that_read_the_same_differ_in_their_name_alone(provider: str) -> None:
    twins = [(space, drawn._twin(space)) for space in spaces(provider)]
    for space, twin in twins:
        for index in range(1 + len(twin.modes)):
            case = drawn._in_mode(twin, index)
            row = twin.operation
            request = drawn.Drawn(provider, row.id, row.method, row.path, twin.path_params, twin.content, case.body, twin.model)
            renamed = drawn._renamed(request, space)
            assert renamed.model == space.model
            assert violations(renamed)[0] == set(), renamed


@pytest.mark.parametrize(
    ("provider", "operation"), [("uniall", "retrieveVideo"), ("uniall", "retrieveBalance"), ("uniapi", "createChatCompletion")]
)
def test_responses_parse_and_lose_nothing(provider: str, operation: str) -> None:
    from unibind._core.dispatch import provider as tables

    row = tables(provider).operations[operation]

    @given(drawn.response(provider, operation))
    def check(body: dict[str, Any]) -> None:
        assert unibind.parse_response(provider, row.method, row.path, 200, body).to_dict() == body

    check()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: drawn.valid("uniall", "no-such-model"), "no-such-model"),
        (lambda: drawn.valid("nowhere"), "nowhere"),
        (lambda: drawn.invalid("uniall", "veo3.1-video-720p", rule="veo-3.1/no-such-rule"), "no-such-rule"),
        (lambda: drawn.invalid("uniall", rule="veo-3.1/size:enum"), "cannot be broken alone"),
        (lambda: drawn.response("uniall", "noSuchOperation"), "noSuchOperation"),
    ],
)
def test_what_is_not_there_is_said_at_once(call: Any, says: str) -> None:
    with pytest.raises(LookupError, match=says):
        call()


@given(st.data())
def test_strategies_combine_with_others(data: st.DataObject) -> None:
    request = data.draw(drawn.valid("wavespeed"))
    assert request.method == "POST"
