"""The package that is emitted from the tiny spec works: it imports lightly, checks, types and reads answers."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tiny_spec import python

LINK = "https://x.example/a.png"
PNG, JPEG, GIF = ("a.png", b"x", "image/png"), ("a.jpg", b"x", "image/jpeg"), ("a.gif", b"x", "image/gif")


def output_of(code: str, package: Path) -> Any:
    """What the code prints as JSON."""
    run = python(code, package)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


# --- imports -------------------------------------------------------------------------------------------------------------------


def test_importing_costs_next_to_nothing(package: Path) -> None:
    code = "import sys, unibind, json; print(json.dumps([unibind.__file__, sorted(sys.modules)]))"
    file, modules = output_of(code, package)
    assert Path(file).parent == package
    assert [name for name in modules if name.startswith("unibind.")] == []
    assert not {"httpx", "pydantic", "pydantic_core", "typing_extensions", "asyncio", "ssl"} & set(modules)


def test_checking_loads_no_client_and_no_models(package: Path) -> None:
    code = "import sys, json, unibind; unibind.check_request('tiny', 'POST', '/v1/clips', {'model': 'clip-fast'}); print(json.dumps(sorted(sys.modules)))"
    modules = set(output_of(code, package))
    assert not {"httpx", "pydantic"} & modules
    assert {name for name in modules if name.startswith("unibind.tiny.")} == {
        "unibind.tiny.tables",
        "unibind.tiny.validators",
        "unibind.tiny.validators.clip_1_0",
    }


def test_reading_an_answer_loads_its_model_only(package: Path) -> None:
    code = """
import sys, json, unibind
unibind.parse_response("tiny", "POST", "/v1/clips", 402, {"message": "No money"})
failure = sorted(name for name in sys.modules if name.startswith("unibind.tiny.models"))
unibind.parse_response("tiny", "GET", "/v1/clips/{clip_id}", 200, {"id": "c1"})
print(json.dumps([failure, "unibind.tiny.models.responses.clip_task" in sys.modules, "unibind.tiny.models.requests" in sys.modules]))
"""
    failure, task, requests = output_of(code, package)
    assert failure == ["unibind.tiny.models", "unibind.tiny.models.responses", "unibind.tiny.models.responses.failure"]
    assert (task, requests) == (True, False)


def test_a_client_loads_its_resources_when_they_are_used(package: Path) -> None:
    code = """
import sys, json
from unibind import Tiny
with Tiny(api_key="k") as client:
    before = "unibind.tiny._sync.clips" in sys.modules
    client.clips
    print(json.dumps([before, "unibind.tiny._sync.clips" in sys.modules, "unibind.tiny._sync.pictures" in sys.modules]))
"""
    assert output_of(code, package) == [False, True, False]


def test_every_module_and_every_name(package: Path) -> None:
    code = """
import importlib, json, pkgutil, unibind
names = [module.name for module in pkgutil.walk_packages(unibind.__path__, "unibind.") if not module.name.endswith("__main__")]
for name in names:
    importlib.import_module(name)
for name in unibind.__all__:
    assert getattr(unibind, name).__name__ == name
    assert name in dir(unibind)
print(json.dumps([len(names), unibind.__all__]))
"""
    modules, public = output_of(code, package)
    assert modules > 50
    assert {"Tiny", "AsyncTiny", "check_request", "parse_response", "Violation", "Options", "Task", "AsyncTask"} <= set(public)
    assert public == sorted(public)


def test_a_name_that_is_not_there(package: Path) -> None:
    run = python("import unibind; unibind.UniNone", package)
    assert run.stderr.endswith("AttributeError: module 'unibind' has no attribute 'UniNone'\n")


# --- checks --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A request and the rules that it breaks, with where."""

    id: str
    body: dict[str, Any]
    broken: list[tuple[str, tuple[str | int, ...]]] = field(default_factory=list)
    path: str = "/v1/clips"
    content: str = "application/json"

    def call(self) -> tuple[str, dict[str, Any], str]:
        return self.path, self.body, self.content


def clip(id: str, *broken: tuple[Any, ...], drop: str = "", **fields: Any) -> Case:
    """A clip request; each broken rule is (rule, *location)."""
    body = {"model": "clip-standard", "prompt": "a cat"} | fields
    body.pop(drop, None)
    return Case(id, body, [(f"clip-1.0/{rule}", tuple(loc)) for rule, *loc in broken])


def sketch(id: str, *broken: tuple[Any, ...], path: str = "/v1/pictures/edits", files: bool = False, **fields: Any) -> Case:
    body = {"model": "sketch-2", "prompt": "a cat"} | fields
    content = "multipart/form-data" if files else "application/json"
    return Case(id, body, [(f"sketch-2/{rule}", tuple(loc)) for rule, *loc in broken], path, content)


TEXT, PICTURE = {"type": "text", "text": "a"}, {"type": "picture", "role": "last"}
CASES = [
    clip("sound"),
    clip(
        "everything",
        seconds=4,
        strength=0.5,
        ratio="16:9",
        watermark=True,
        width=8,
        height=8,
        images=[LINK],
        extra={"seed": 0, "note": None},
    ),
    clip("required-type", ("prompt:type", "prompt"), prompt=1),
    clip("empty", ("prompt:min_length", "prompt"), prompt=""),
    clip("twenty-characters", prompt="é" * 20),
    clip("too-long", ("prompt:max_length", "prompt"), prompt="é" * 21),
    clip("pattern", ("prompt:pattern", "prompt"), prompt="a # b"),
    clip("number-as-text", seconds="4"),
    clip("too-short", ("seconds:minimum", "seconds"), ("seconds:suggested", "seconds"), ("length-of-model", "seconds"), seconds=1),
    clip(
        "too-short-as-text", ("seconds:minimum", "seconds"), ("seconds:suggested", "seconds"), ("length-of-model", "seconds"), seconds="1"
    ),
    clip("too-much", ("seconds:maximum", "seconds"), ("seconds:suggested", "seconds"), ("length-of-model", "seconds"), seconds=9),
    clip("not-whole", ("seconds:type", "seconds"), ("length-of-model", "seconds"), seconds=4.5),
    clip("whole-number-with-a-point", seconds=4.0),
    clip("true-is-no-number", ("width:type", "width"), width=True, height=1),
    clip("zero-is-outside", ("strength:exclusive_minimum", "strength"), strength=0),
    clip("one-is-outside", ("strength:exclusive_maximum", "strength"), strength=1),
    clip("no-multiple", ("strength:multiple_of", "strength"), strength=0.3),
    clip("enum", ("ratio:enum", "ratio"), ratio="2:1"),
    clip("const", ("watermark:const", "watermark"), watermark=False),
    clip("too-few-items", ("images:min_items", "images"), images=[]),
    clip("too-many-items", ("images:max_items", "images"), images=[f"{LINK}?{n}" for n in range(4)]),
    clip("repeated", ("images:unique_items", "images"), images=[LINK, LINK]),
    clip("item-type", ("images[]:type", "images", 1), images=[LINK, 1]),
    clip("no-link", ("images[]:url", "images", 0), ("https-only", "images", 0), images=["cat.png"]),
    clip("another-scheme", ("images[]:link", "images", 0), ("https-only", "images", 0), images=["gs://b/cat.png"]),
    clip("private", ("images[]:public", "images", 0), images=["https://localhost/cat.png"]),
    clip("union-text", last_image=LINK),
    clip("union-object", last_image={"url": LINK}),
    clip("union-neither", ("last_image:type", "last_image"), last_image=[LINK]),
    clip("union-member", ("last_image.url:required", "last_image", "url"), last_image={}),
    clip("closed-object", ("last_image:unknown-field", "last_image", "x"), last_image={"url": LINK, "x": 1}),
    clip("base64", last_image="data:image/png;base64,AAAA"),
    clip("variant", ("content[].type:variant", "content", 1, "type"), content=[TEXT, {"type": "sound"}]),
    clip("no-variant", ("content[].type:required", "content", 1, "type"), content=[TEXT, {}]),
    clip("variant-member", ("content[].text:required", "content", 0, "text"), content=[{"type": "text"}]),
    clip("variant-enum", ("content[].role:enum", "content", 1, "role"), content=[TEXT, {"type": "picture", "role": "third"}]),
    clip("nested-required", ("extra.seed:required", "extra", "seed"), extra={"note": 1}),
    clip("nested-minimum", ("extra.seed:minimum", "extra", "seed"), extra={"seed": -1}),
    clip("unknown", (":unknown-field", "promt"), promt="x"),
    clip("deprecated", ("size:deprecated", "size"), size="big"),
    clip("only-a-warning", ("voice:enum", "voice"), voice="middle"),
    clip("deprecated-model", ("model:deprecated", "model"), model="clip-old", seconds=8, width=5000, height=5000),
    clip("doubtful-model", ("model:disputed", "model"), model="clip-doubtful"),
    clip("null-is-absent", images=None, size=None),
    clip("words-need-prompt", ("some-input", "prompt"), ("words-need-prompt", "prompt"), drop="prompt"),
    clip("fast-takes-no-sound", ("fast-takes-no-sound", "sound"), model="clip-fast", sound="a"),
    clip("picture-or-content", ("picture-or-content", "images"), images=[LINK], content=[TEXT]),
    clip("one-shape", ("one-shape", "size"), ("size:deprecated", "size"), ratio="1:1", size="x"),
    clip("width-with-height", ("width-with-height", "height"), width=1),
    clip("sound-equals-audio", ("sound-equals-audio", "audio"), sound="a", audio="b"),
    clip("length-of-model", ("length-of-model", "seconds"), model="clip-fast", seconds=8),
    clip("https-only", ("https-only", "images", 1), images=[LINK, "http://x.example/b.png"]),
    clip("no-text", ("one-text", "content"), content=[{"type": "picture"}]),
    clip("three-texts", ("one-text", "content"), content=[TEXT, TEXT, TEXT]),
    clip("two-pictures", ("two-pictures-at-least", "images"), images=[LINK], last_image=LINK, strength=0.25),
    clip("strong-enough", images=[LINK], last_image=LINK, strength=0.5),
    clip("weight", ("weight", "seconds"), images=[LINK, f"{LINK}?1", f"{LINK}?2"], seconds=8),
    clip("weight-just-inside", images=[LINK, f"{LINK}?1"], seconds=8),
    clip("weight-by-default", images=[LINK, f"{LINK}?1", f"{LINK}?2"]),
    clip("pixels", ("pixels-of-model", "width"), model="clip-fast", width=32, height=33),
    clip("pixels-just-inside", model="clip-fast", width=32, height=32),
    clip("never", ("no-role-with-many", "content"), model="clip-fast", images=[LINK, f"{LINK}?1"], content=[TEXT, PICTURE]),
    clip("disputed-rule", ("short", "strength"), seconds=2, strength=0.5),
    sketch("path-model", path="/v1/models/sketch-2:draw"),
    sketch("closed-family", (":unknown-field", "size"), size=1),
    sketch("required", ("prompt:required", "prompt"), prompt=None),
    sketch("file", picture=PNG, files=True),
    sketch("file-in-json", ("picture:type", "picture"), picture=PNG),
    sketch("media", ("picture:media", "picture"), picture=GIF, files=True),
    sketch("too-large", ("picture:max_bytes", "picture"), picture=("a.png", b"x" * 101, "image/png"), files=True),
    sketch("just-small-enough", picture=("a.png", b"x" * 100, "image/png"), files=True),
    sketch("only", ("mask:only", "mask"), mask="x", path="/v1/models/sketch-2:draw"),
    sketch("mask-needs-png", ("mask-needs-picture", "picture"), picture=JPEG, mask=PNG, files=True),
    sketch("large-needs-picture", ("large-needs-picture", "picture"), path="/v1/models/sketch-2-large:draw"),
    sketch("small-needs-none", path="/v1/models/sketch-2:draw"),
]


@pytest.fixture(scope="session")
def verdicts(package: Path) -> dict[str, list[list[Any]]]:
    """What the emitted package says about every case, asked in one process."""
    calls = {case.id: case.call() for case in CASES}
    code = f"""
import json
from unibind import check_request
found = {{}}
for id, (path, body, content) in {calls!r}.items():
    if ":draw" in path:
        body.pop("model")
    found[id] = [list(v) for v in check_request("tiny", "POST", path, body, content_type=content)]
print(json.dumps(found))
"""
    found: dict[str, list[list[Any]]] = output_of(code, package)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_check(case: Case, verdicts: dict[str, list[list[Any]]]) -> None:
    found = [(rule, tuple(loc)) for rule, loc, *_ in verdicts[case.id]]
    assert sorted(found, key=str) == sorted(case.broken, key=str)


def test_every_rule_is_broken_by_some_case(files: dict[str, str | bytes], verdicts: dict[str, list[list[Any]]]) -> None:
    known: set[str] = set()
    for family in ("clip_1_0", "sketch_2"):
        text = str(files[f"tiny/validators/{family}.py"])
        known |= set(re.findall(r'^    "(.+?)": RuleInfo\(', text[text.index("RULES: ") :], re.MULTILINE))
    assert len(known) > 70
    broken = {rule for found in verdicts.values() for rule, *_ in found}
    types = {rule for rule in known if rule.endswith((":type", ":min_length", ":link", ":url"))}  # kinds that other fields break
    assert known - broken - types <= {
        "clip-1.0/content[]:unknown-field",
        "clip-1.0/extra:unknown-field",
        "clip-1.0/width:minimum",
        "clip-1.0/height:minimum",
        "sketch-2/mask:max_bytes",
        "sketch-2/mask:media",
    }
    assert broken <= known


def test_a_violation_says_what_why_and_where_it_was_read(verdicts: dict[str, list[list[Any]]]) -> None:
    (rule, loc, message, severity, source) = verdicts["too-long"][0]
    assert (rule, loc, severity) == ("clip-1.0/prompt:max_length", ["prompt"], "error")
    assert message.startswith("prompt must have at most 20 characters")
    assert source == "https://docs.tiny.example/en/clip#Request parameters"
    assert {rule: source for rule, _, _, _, source in verdicts["words-need-prompt"]}[
        "clip-1.0/words-need-prompt"
    ] == "https://docs.tiny.example/en/clip#Limits"


@pytest.mark.parametrize("id", ["only-a-warning", "disputed-rule", "deprecated", "unknown", "another-scheme"])
def test_warnings(id: str, verdicts: dict[str, list[list[Any]]]) -> None:
    assert verdicts[id][0][3] == "warning"


def test_unknown_field_names_the_nearest(verdicts: dict[str, list[list[Any]]]) -> None:
    assert "'prompt'" in verdicts["unknown"][0][2]


# --- types and models ----------------------------------------------------------------------------------------------------------


def test_request_model(package: Path) -> None:
    code = """
import json
from unibind.tiny.models.requests.clip_1_0 import Clip10Request
from unibind._core.errors import RequestInvalid
good = Clip10Request(model="clip-standard", prompt="a", extra={"seed": 1}, unheard=1)
try:
    Clip10Request(model="clip-fast", prompt="a#", sound="x")
except RequestInvalid as error:
    broken = [violation.rule for violation in error.violations]
print(json.dumps([good.to_body(), broken]))
"""
    body, broken = output_of(code, package)
    assert body == {"model": "clip-standard", "prompt": "a", "extra": {"seed": 1}, "unheard": 1}
    assert sorted(broken) == ["clip-1.0/fast-takes-no-sound", "clip-1.0/prompt:pattern"]


def test_response_model(package: Path) -> None:
    body = {"id": "c1", "status": "done", "progress": 100, "outputs": ["u1", "u2"], "url": "u1", "error": None, "unheard": {"a": 1}}
    code = f"""
import json, unibind
answer = unibind.parse_response("tiny", "GET", "/v1/clips/{{clip_id}}", 200, {body!r})
failure = unibind.parse_response("tiny", "POST", "/v1/clips", 402, {{"message": "No money"}})
strange = unibind.parse_response("tiny", "GET", "/v1/clips/c1", 200, {{"status": "melting", "outputs": "none"}})
print(json.dumps([type(answer).__name__, answer.to_dict(), answer.state, answer.outputs, type(failure).__name__, failure.message, strange.to_dict()]))
"""
    kind, given, state, outputs, failure, message, strange = output_of(code, package)
    assert (kind, given, state, outputs) == ("ClipTask", body, "succeeded", ["u1", "u2"])
    assert (failure, message) == ("Failure", "No money")
    assert strange == {"status": "melting", "outputs": "none"}


def test_typed_dicts(package: Path) -> None:
    code = """
import json, typing
from unibind.tiny.params import clip_1_0, sketch_2
hints = typing.get_type_hints(clip_1_0.Clip10Params)
print(json.dumps([sorted(hints), sorted(clip_1_0.Clip10Params.__required_keys__), str(hints["ratio"]), str(hints["seconds"]), sorted(sketch_2.Sketch2Params.__annotations__)]))
"""
    names, required, ratio, seconds, sketch_names = output_of(code, package)
    assert {"model", "prompt", "seconds", "images", "audio"} <= set(names)
    assert ratio == "typing.Literal['16:9', '1:1']"
    assert seconds == "int | str"
    assert sketch_names == ["mask", "model", "picture", "prompt"]
    assert required == [] or required == ["model"]  # quoted annotations: what is required is known to type checkers, not always at run time


def test_type_checker_knows_the_families(package: Path, tmp_path: Path) -> None:
    """A good call passes, and mypy refuses a value that the family does not have, a foreign field and a missing model."""
    script = tmp_path / "use.py"
    calls = [
        'client.clips.clip_1_0.create(model="clip-fast", prompt="a", seconds=4, ratio="16:9")',
        'client.clips.clip_1_0.create(model="clip-fast", ratio="2:1")',
        'client.clips.clip_1_0.create(model="clip-fast", mask="x")',
        'client.clips.clip_1_0.create(prompt="a")',
        'client.pictures.sketch_2.draw(model="clip-fast", prompt="a")',
        'client.clips.create(model="anything", whatever=1)',
    ]
    script.write_text("\n".join(["from unibind import Tiny", "client = Tiny(api_key='k')", *calls, ""]))
    run = mypy(script, package)
    assert [int(line.split(":")[1]) for line in run.splitlines() if ": error:" in line] == [4, 5, 6, 7], run


def mypy(script: Path, package: Path) -> str:
    import subprocess

    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", f"--cache-dir={script.parent / 'cache'}", str(script)]
    run = subprocess.run(
        command, cwd=script.parent, capture_output=True, text=True, check=False, env={"MYPYPATH": str(package.parent), "PATH": ""}
    )
    return run.stdout + run.stderr
