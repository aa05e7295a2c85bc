"""One edit of a spec -> exactly what it means for callers."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tiny_spec import API, CLIP, TASKS, SpecFolder, tiny, write_tree

from codegen import ir
from codegen.api_diff import __main__ as command
from codegen.api_diff.change import Change
from codegen.api_diff.compare import compare
from codegen.api_diff.report import as_json, as_markdown, as_text
from codegen.api_diff.schemas import compare as compare_schemas
from codegen.api_diff.schemas import verdict
from codegen.api_diff.surface import Surface, read
from codegen.emit.all import emit_all

Said = list[tuple[str, str, str, str, str]]


def surface(spec: ir.Spec, folder: Path) -> Surface:
    return read(write_tree(emit_all(spec), folder / "unibind"))


@pytest.fixture(scope="module")
def before(spec: ir.Spec, tmp_path_factory: pytest.TempPathFactory) -> Surface:
    return surface(spec, tmp_path_factory.mktemp("before"))


def rows(changes: list[Change]) -> Said:
    return [(change.subject, change.name, change.kind, change.effect, change.says) for change in changes]


def edited(before: Surface, folder: SpecFolder, *edits: tuple[str, str, str]) -> Said:
    for file, old, new in edits:
        folder.replace(file, old, new)
    return rows(compare(before, surface(folder.read(), folder.root.parent)))


SECONDS = "    minimum: 2\n    maximum: 8\n"
EDITS: dict[str, tuple[tuple[str, str, str], Said]] = {
    "bound narrowed": (
        (CLIP, SECONDS, "    minimum: 2\n    maximum: 7\n"),
        [("field", "clip-1.0/seconds", "tightened", "breaking", "maximum: 8 became 7")],
    ),
    "bound widened": (
        (CLIP, SECONDS, "    minimum: 1\n    maximum: 8\n"),
        [("field", "clip-1.0/seconds", "loosened", "compatible", "minimum: 2 became 1")],
    ),
    "length shortened": (
        (CLIP, "max_length: 20", "max_length: 10"),
        [("field", "clip-1.0/prompt", "tightened", "breaking", "maxLength: 20 became 10")],
    ),
    "value removed": (
        (CLIP, '["16:9", "1:1"]', '["16:9"]'),
        [("field", "clip-1.0/ratio", "tightened", "breaking", "enum: 1:1 removed")],
    ),
    "value added": (
        (CLIP, '["16:9", "1:1"]', '["16:9", "1:1", "9:16"]'),
        [("field", "clip-1.0/ratio", "loosened", "compatible", "enum: 9:16 added")],
    ),
    "field required": (
        (CLIP, "    description: What is to be seen.", "    required: true\n    description: What is to be seen."),
        [("field", "clip-1.0/prompt", "tightened", "breaking", "is required now")],
    ),
    "field added": (
        (CLIP, "  size: {type: string", "  mood: {type: string, description: Mood.}\n  size: {type: string"),
        [("field", "clip-1.0/mood", "added", "compatible", "a new field")],
    ),
    "recommendation": (
        (CLIP, "suggested: {enum: [2, 4, 8]}", "suggested: {enum: [2, 4]}"),
        [
            (
                "rule",
                "clip-1.0/seconds:suggested",
                "changed",
                "compatible",
                "seconds is outside of what the documentation recommends: it must be one of 2 or 4. "
                "(was: seconds is outside of what the documentation recommends: it must be one of 2, 4 or 8.)",
            )
        ],
    ),
    "default": (
        (CLIP, "    default: 4\n", "    default: 2\n"),
        [("field", "clip-1.0/seconds", "changed", "look", "default: 4 became 2")],
    ),
    "description": (
        (CLIP, "description: Shape of the clip.", "description: Form of the clip."),
        [("field", "clip-1.0/ratio", "reworded", "cosmetic", "another description")],
    ),
    "message": (
        (CLIP, "The fast tier has no sound; leave sound out.", "No sound on the fast tier."),
        [
            (
                "rule",
                "clip-1.0/fast-takes-no-sound",
                "reworded",
                "cosmetic",
                "No sound on the fast tier. (was: The fast tier has no sound; leave sound out.)",
            )
        ],
    ),
    "rule for more models": (
        (CLIP, "    if: {$tier: fast}\n", "    if: {$tier: [fast, standard]}\n"),
        [("rule", "clip-1.0/fast-takes-no-sound", "tightened", "breaking", "The fast tier has no sound; leave sound out.")],
    ),
    "rule for fewer models": (
        (CLIP, "    if: {$tier: fast}\n", "    if: {model: clip-fast}\n"),
        [("rule", "clip-1.0/fast-takes-no-sound", "loosened", "compatible", "The fast tier has no sound; leave sound out.")],
    ),
    "rule loosened by a value of the model": (
        (CLIP, "lengths: [2, 4], pixels", "lengths: [2, 4, 6], pixels"),
        [("rule", "clip-1.0/length-of-model", "loosened", "compatible", "The model makes no clip of this length.")],
    ),
    "sum": (
        (CLIP, "default: 4}], maximum: 10}", "default: 4}], maximum: 9}"),
        [("rule", "clip-1.0/weight", "changed", "look", "Pictures and seconds are at most ten.")],
    ),
    "new rule": (
        (CLIP, "rules:\n", "rules:\n  - {id: no-note, then: {absent: extra.note}, message: This takes no notes.}\n"),
        [("rule", "clip-1.0/no-note", "tightened", "breaking", "a new error: This takes no notes.")],
    ),
    "rule dropped": (
        (CLIP, "  - id: one-shape\n    then: {at_most_one: [ratio, size]}\n    message: Give ratio or size.\n", ""),
        [("rule", "clip-1.0/one-shape", "loosened", "compatible", "no longer a error: Give ratio or size.")],
    ),
    "warning becomes an error": (
        (CLIP, "    severity: warning\n    certainty", "    severity: error\n    certainty"),
        [("rule", "clip-1.0/short", "tightened", "breaking", "warning became error")],
    ),
    "error becomes a warning": (
        (CLIP, "    message: Give ratio or size.\n", "    message: Give ratio or size.\n    severity: warning\n"),
        [("rule", "clip-1.0/one-shape", "loosened", "compatible", "error became warning")],
    ),
    "model added": (
        (CLIP, "  clip-old:", "  clip-new: {tier: fast, lengths: [2], pixels: 1024}\n  clip-old:"),
        [("model", "clip-new", "added", "compatible", "a new model")],
    ),
    "method renamed": (
        (API, "    verb: content\n", "    verb: bytes\n"),
        [
            ("method", "clips.bytes", "added", "compatible", "a new method"),
            ("method", "clips.content", "removed", "breaking", "the method is gone"),
        ],
    ),
    "route": (
        (API, "    path: /v1/clips\n", "    path: /v2/clips\n"),
        [("operation", "createClip", "changed", "breaking", "POST /v1/clips became POST /v2/clips")],
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_one_edit(name: str, before: Surface, folder: SpecFolder) -> None:
    edit, expected = EDITS[name]
    assert edited(before, folder, edit) == expected


def test_an_operation_under_another_id(before: Surface, folder: SpecFolder) -> None:
    assert edited(before, folder, (API, "  downloadClip:\n", "  fetchClip:\n"), (TASKS, "downloadClip", "fetchClip")) == [
        ("operation", "downloadClip", "removed", "breaking", "the operation is gone"),
        ("operation", "fetchClip", "added", "compatible", "a new operation"),
    ]


def test_the_other_way_round(before: Surface, folder: SpecFolder) -> None:
    """What tightens one way loosens the other."""
    folder.replace(CLIP, SECONDS, "    minimum: 3\n    maximum: 9\n")
    after = surface(folder.read(), folder.root.parent)
    kinds = [[change.kind for change in compare(*pair)] for pair in ((before, after), (after, before))]
    assert kinds == [["loosened", "tightened"]] * 2


def test_a_parameter(before: Surface, folder: SpecFolder) -> None:
    said = edited(before, folder, (API, "verbose: {in: query, type: boolean,", "verbose: {in: query, type: boolean, required: true,"))
    assert said == [("parameter", "retrieveClip/verbose", "tightened", "breaking", "is required now")]


def test_a_state_against_itself(before: Surface, tmp_path: Path) -> None:
    assert compare(before, surface(tiny(tmp_path).read(), tmp_path)) == []


# --- schemas -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ({"type": "integer"}, {"type": "number"}, "loosened"),
        ({"type": "number"}, {"type": "integer"}, "tightened"),
        ({"type": "string"}, {"type": "integer"}, "changed"),
        ({"type": "string"}, {}, "loosened"),
        ({}, {"enum": [0]}, "tightened"),
        ({"const": 1}, {"enum": [1, 2]}, "loosened"),
        ({"enum": [1, 2]}, {"enum": [2, 3]}, "changed"),
        ({"minimum": 1}, {"minimum": 0}, "loosened"),
        ({"minimum": 0}, {}, "loosened"),
        ({}, {"minimum": 0}, "tightened"),
        ({"exclusiveMaximum": 1}, {"exclusiveMaximum": 2}, "loosened"),
        ({"multipleOf": 2}, {"multipleOf": 4}, "tightened"),
        ({"multipleOf": 4}, {"multipleOf": 2}, "loosened"),
        ({"multipleOf": 4}, {"multipleOf": 3}, "changed"),
        ({"pattern": "a"}, {"pattern": "b"}, "changed"),
        ({"uniqueItems": True}, {}, "loosened"),
        ({}, {"additionalProperties": False}, "tightened"),
        ({"items": {"maxLength": 2}}, {"items": {"maxLength": 1}}, "tightened"),
        ({"anyOf": [{"type": "string"}]}, {"anyOf": [{"type": "string"}, {"type": "integer"}]}, "loosened"),
        (
            {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string"}]},
            "tightened",
        ),
        ({"required": ["a"]}, {"required": ["b"]}, "changed"),
        ({"properties": {"a": {"const": 1}}}, {"properties": {"a": {"const": 1}, "b": {"const": 1}}}, "tightened"),
        ({"description": "a"}, {"description": "b"}, None),
        ({"not": {"required": ["a"]}}, {"not": {"required": ["a"]}}, None),
    ],
)
def test_schemas(old: dict[str, Any], new: dict[str, Any], kind: str | None) -> None:
    assert verdict(list(compare_schemas(old, new))) == kind


# --- the command -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def repository(files: dict[str, str | bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose only commit has the emitted package."""
    root = tmp_path / "project"
    write_tree(files, root / "generated" / "unibind")
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    for arguments in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-qm", "first"]):
        subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)
    monkeypatch.setattr(command, "PROJECT", root)
    return root


def test_nothing_changed(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["HEAD"]) == 0
    assert command.main(["HEAD", "--to", "HEAD", "--format", "markdown"]) == 0
    assert capsys.readouterr().out == "nothing changed for callers\nNothing changed for callers.\n"


def test_code_of_the_other_state_is_not_run(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    package = repository / "generated" / "unibind"
    for path in package.rglob("*.py"):
        path.write_text(path.read_text("utf-8") + "\nraise SystemExit('run')\n", "utf-8")
    assert command.main(["HEAD"]) == 0


def test_exit_codes(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = repository / "generated" / "unibind" / "tiny" / "openapi.json"
    document.write_text(document.read_text("utf-8").replace('"maxLength": 20', '"maxLength": 10'), "utf-8")
    assert command.main(["HEAD", "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["breaks_callers"] is True
    assert [row["name"] for row in report["changes"]] == ["clip-1.0/prompt"]
    document.write_text(document.read_text("utf-8").replace('"maxLength": 10', '"maxLength": 30'), "utf-8")
    assert command.main(["HEAD"]) == 0
    assert capsys.readouterr().out == "Compatible (1)\n  loosened   field     tiny clip-1.0/prompt: maxLength: 20 became 30\n"


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "HEAD:generated", ""])
def test_no_such_state(revision: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([f"--to={revision}", "HEAD"]) == 2
    assert "no such revision" in capsys.readouterr().err


def test_reports() -> None:
    change = Change("tiny", "field", "clip-1.0/x", "tightened", "breaking", "maximum: 2 became 1")
    assert as_text([change]) == "Breaks callers (1)\n  tightened  field     tiny clip-1.0/x: maximum: 2 became 1\n"
    assert as_markdown([change]) == "### Breaks callers\n\n- **tightened** field `tiny clip-1.0/x`: maximum: 2 became 1\n"
    assert json.loads(as_json([]))["breaks_callers"] is False
