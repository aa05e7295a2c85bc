"""Names of the output come from one place, are valid Python and never meet."""

from __future__ import annotations

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen import ir, names
from codegen.lint.names import collisions
from codegen.runtime._core import dispatch


@pytest.mark.parametrize(
    ("spelled", "module", "klass"),
    [
        ("clip-1.0", "clip_1_0", "Clip10"),
        ("sketch-2", "sketch_2", "Sketch2"),
        ("clip-2.2-animate", "clip_2_2_animate", "Clip22Animate"),
        ("clip", "clip", "Clip"),
        ("cLIP-iMAGE", "cLIP_iMAGE", "CLIPIMAGE"),
    ],
)
def test_family(spelled: str, module: str, klass: str) -> None:
    assert (names.module(spelled), names.klass(spelled)) == (module, klass)


@pytest.mark.parametrize(
    ("spelled", "snake"),
    [
        ("createClip", "create_clip"),
        ("createVideo3D", "create_video3_d"),
        ("clip_id", "clip_id"),
        ("modelName", "model_name"),
        ("x-api-key", "x_api_key"),
        ("X-Request-ID", "x_request_id"),
        ("class", "class_"),
        ("from", "from_"),
        ("3d", "n3d"),
        ("_private", "private"),
        ("---", "field"),
        ("名", "field"),
        ("x²", "x_"),
    ],
)
def test_snake(spelled: str, snake: str) -> None:
    assert names.snake(spelled) == snake


@pytest.mark.parametrize(
    ("path", "local"),
    [(("seed",), "v_seed"), (("extra", "seed"), "v_extra_seed"), (("class",), "v_class_"), (("x-y",), "v_x_y"), (("4k",), "v_n4k")],
)
def test_local(path: tuple[str, ...], local: str) -> None:
    assert names.local(path) == local


@given(st.text(min_size=1))
def test_identifiers_are_valid(text: str) -> None:
    name = names.identifier(text)
    assert name.isidentifier()
    assert not keyword.iskeyword(name)
    assert names.local((text,)).isidentifier()
    assert names.snake(text).isidentifier()


@given(st.from_regex(r"[a-z0-9]+([.-][a-z0-9]+)*", fullmatch=True))
def test_the_runtime_finds_the_module_of_a_family(family: str) -> None:
    """The one rule that is written twice: the runtime is not emitted from `names.py`."""
    assert dispatch.module_name(family) == names.module(family)


def test_names_of_the_tiny_spec_do_not_meet(provider: ir.Provider) -> None:
    assert list(collisions(provider)) == []
    assert names.klass("clip-2.2") == names.klass("clip-22"), "so the linter must look"
