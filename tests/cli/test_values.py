"""`key=value` words as typed values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from unibind.cli import resolve, values
from unibind.cli.exits import Failure

A, B = "https://example.com/a,1.png", "https://example.com/b.png"


def field(name: str, type: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": type, **more}


LINK = {"type": "string", "url": True}
FIELDS: list[dict[str, Any]] = [
    field("prompt", "string"),
    field("duration", "integer"),
    field("scale", "number"),
    field("loud", "boolean"),
    field("links", "array", items=LINK),
    field("numbers", "array", items={"type": "integer"}),
    field("words", "array", items={"type": "string"}),
    field("parts", "array", items={"type": "object", "fields": [field("role", "string")]}),
    field("extra", "object", fields=[field("seed", "integer"), field("deep", "object", fields=[field("on", "boolean")])]),
    field("size", "union", options=[{"type": "string"}, {"type": "integer"}]),
    field("image", "string", url=True),
    field("inline", "string", url=True, base64=True),
    field("raw", "string", description="Picture, in base64."),
    field("upload", "file"),
    field("uploads", "array", items={"type": "file"}),
    field("either", "union", options=[LINK, {"type": "array", "items": LINK}]),
    field("anything", "any"),
]


def body(*words: str) -> dict[str, Any]:
    target = resolve.target("uniall", "veo3.1-video-720p")
    made = values.request(target, {"fields": FIELDS}, words).body
    assert made.pop("model") == "veo3.1-video-720p"
    return made


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["prompt=a=b: c"], {"prompt": "a=b: c"}),
        (["prompt=5"], {"prompt": "5"}),
        (["prompt="], {"prompt": ""}),
        (["duration=5"], {"duration": 5}),
        (["duration=-5"], {"duration": -5}),
        (["scale=2"], {"scale": 2}),
        (["scale=2.5"], {"scale": 2.5}),
        (["loud=true"], {"loud": True}),
        (["loud=False"], {"loud": False}),
        ([f"links={A}"], {"links": [A]}),
        ([f"links={A},{B}"], {"links": [A, B]}),
        ([f"links={A}", f"links={B}"], {"links": [A, B]}),
        ([f'links=["{A}"]'], {"links": [A]}),
        (["numbers=1,2"], {"numbers": [1, 2]}),
        (["words=a, b"], {"words": ["a", "b"]}),
        (["extra.seed=7", "extra.deep.on=true"], {"extra": {"seed": 7, "deep": {"on": True}}}),
        (['extra={"seed": 7}'], {"extra": {"seed": 7}}),
        (["size=12"], {"size": 12}),
        (["size=720p"], {"size": "720p"}),
        ([f"either={A}"], {"either": A}),
        ([f"either={A}", f"either={B}"], {"either": [A, B]}),
        (['parts:=[{"role": "user"}]'], {"parts": [{"role": "user"}]}),
        (["prompt:=null"], {"prompt": None}),
        (["anything=3"], {"anything": 3}),
        (["anything=three"], {"anything": "three"}),
        (["unknown=3"], {"unknown": "3"}),
        (["unknown:=3"], {"unknown": 3}),
    ],
)
def test_values_have_the_type_of_their_field(words: list[str], wanted: dict[str, Any]) -> None:
    assert body(*words) == wanted


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["duration=five"], "duration takes an integer"),
        (["duration=5.5"], "duration takes an integer"),
        (["duration="], "duration takes an integer"),
        (["loud=yes"], "loud takes true or false"),
        (["scale=nan"], "scale takes a number"),
        (["numbers=1,x"], "numbers takes an integer"),
        (["parts=user"], "parts takes a list"),
        (["extra=x"], "extra takes an object"),
        (["prompt"], "not key=value"),
        (["=x"], "not key=value"),
        (["prompt:={"], "not JSON"),
        (["prompt=a", "prompt=b"], "given 2 times"),
        (["prompt=@nothing.txt"], "nothing.txt"),
        (["upload=@nothing.png"], "no file"),
        (["upload=x.png"], "takes a file"),
        (["image=@a.png"], "takes a link"),
        (["prompt=@a.png"], "no text"),
        (["prompt:=@nothing.json"], "nothing.json"),
        (["extra:=1", "extra.seed=7"], "as a whole"),
    ],
)
def test_what_is_no_value_is_refused(words: list[str], said: str) -> None:
    Path("a.png").write_bytes(b"\x89PNG\xff")
    with pytest.raises(Failure, match=said):
        body(*words)


def test_files() -> None:
    Path("a.png").write_bytes(b"\x89PNG\xff")
    Path("a.txt").write_text("A boat")
    Path("a.json").write_text("[1]")
    assert body("prompt=@a.txt", "prompt2:=@a.json") == {"prompt": "A boat", "prompt2": [1]}
    assert body("upload=@a.png", "uploads=@a.png") == {"upload": Path("a.png"), "uploads": [Path("a.png")]}
    assert body("inline=@a.png", "raw=@a.png") == {"inline": "data:image/png;base64,iVBOR/8=", "raw": "iVBOR/8="}


def test_a_prompt_is_a_message_where_conversations_are_taken() -> None:
    chat = resolve.target("uniapi", "gpt-4o", "createChatCompletion")
    made = values.request(chat, resolve.entry(chat), ["prompt=Hello"])
    assert made.body == {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}


def test_a_model_in_the_path() -> None:
    fal = resolve.target("uniapi", "fal-ai/flux/dev", "submitFal")
    made = values.request(fal, resolve.entry(fal), ["prompt=Hello"])
    assert (made.path, made.body) == ({"model": "fal-ai/flux/dev"}, {"prompt": "Hello"})
