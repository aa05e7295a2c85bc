"""Every id leads from the documentation to the tests, and what is shown is what is there."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import unibind
from tiny_spec import ROOT

from codegen import ir
from codegen.__main__ import read_spec
from codegen.trace import __main__ as command
from codegen.trace.code import checks
from codegen.trace.report import as_text, traced
from codegen.trace.schema import places
from codegen.trace.subjects import UnknownId, find, subjects

PACKAGE = ROOT / "generated" / "unibind"


@cache
def spec() -> ir.Spec:
    return read_spec(ROOT / "spec")


def trace(id: str, provider: str = "uniall") -> dict[str, Any]:
    subject = next(subject for subject in find(spec(), id) if subject.provider.name == provider)
    return traced(subject, ROOT, unibind.check_request)


def at(document: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document


def test_a_named_rule() -> None:
    found = trace("veo-3.1/references-are-standard-only")
    assert found["documentation"][0]["url"].startswith("https://docs.uniall.ai/zh-CN/models/video/veo-3-1")
    assert len(found["documentation"][0]["locked"][0]["sha256"]) == 64
    assert [row["id"] for row in found["conflicts"]] == ["veo-3.1-fast-reference-images"]
    assert found["spec"]["text"].startswith("- id: references-are-standard-only\n")
    assert "constraint=Forbid(paths=(('images',),))" in found["ir"]
    assert [row["code"].splitlines()[-1].strip() for row in found["checks"]] == [
        'add("veo-3.1/references-are-standard-only", ("images",), v_images)'
    ]
    assert {row["pointer"].split("/")[4] for row in found["schema"]} == {"allOf", "x-rules"}
    assert [(row["name"], row["verdict"]) for row in found["requests"]][:2] == [("accept", "accepted"), ("reject", "refused")]
    assert any(row["file"] == "tests/data/rules/uniall/veo-3.1.yaml" for row in found["tests"])


def test_a_rule_of_a_field() -> None:
    found = trace("veo-3.1/duration:enum")
    assert found["spec"]["text"].splitlines()[0] == "duration:"
    assert [row["schema"] for row in found["schema"]] == [[4, 6, 8, None]]
    refused = [row for row in found["requests"] if row["verdict"] == "refused"]
    assert refused
    assert all("veo-3.1/duration:enum" in {said["rule"] for said in row["violations"]} for row in refused)
    assert any(row["verdict"] == "accepted" and "duration" in row["body"] for row in found["requests"])


@pytest.mark.parametrize(
    ("id", "kind"),
    [
        ("seedance-2.0/duration", "field"),
        ("createVideoGeneration", "operation"),
        ("createVideoGeneration/model:required", "rule"),
        ("retrieveImageTask/task_id", "parameter"),
        ("retrieveImageTask/task_id:required", "rule"),
        ("veo3.1-video-720p", "model"),
        ("veo-3.1", "family"),
        ("veo-3.1-fast-reference-images", "conflict"),
    ],
)
def test_every_kind(id: str, kind: str) -> None:
    found = trace(id)
    assert found["kind"] == kind
    assert found["spec"]["text"]
    assert kind == "conflict" or found["documentation"]
    assert kind in ("operation", "model", "conflict") or found["checks"], "checked somewhere"
    assert kind == "conflict" or found["schema"] or id.endswith(":required")
    assert as_text(found).startswith(f"{id}   {kind} of uniall\n")
    json.dumps(found, default=str)


def test_every_rule_has_its_check() -> None:
    for provider in spec().providers:
        for subject in subjects(provider):
            if subject.kind == "rule":
                assert checks(subject, PACKAGE), subject.id


@pytest.mark.parametrize("id", ["veo-3.1/duration:enum", "veo3.1-video-720p", "seedance-2.0/content", "retrieveImageTask/task_id:type"])
def test_pointers_lead_to_what_is_shown(id: str) -> None:
    for subject in find(spec(), id):
        document = json.loads((PACKAGE / subject.provider.name / "openapi.json").read_text("utf-8"))
        found = places(subject, PACKAGE)
        assert found
        assert all(at(document, row["pointer"]) == row["schema"] for row in found)


def test_lines_are_those_of_the_files() -> None:
    found = trace("veo-3.1/duration:enum")
    for row in found["checks"]:
        line = (ROOT / row["file"]).read_text("utf-8").splitlines()[row["line"] - 1]
        assert line.strip() == row["code"].splitlines()[-1].strip()
    for row in found["tests"]:
        assert (ROOT / row["file"]).read_text("utf-8").splitlines()[row["line"] - 1].strip() == row["text"]


def test_unknown_ids() -> None:
    with pytest.raises(UnknownId, match=r"did you mean .*veo-3.1/duration:enum") as raised:
        find(spec(), "veo-3.1/duraton:enum")
    assert raised.value.near[0] == "veo-3.1/duration:enum"
    with pytest.raises(UnknownId, match=r"is nothing that the spec knows$"):
        find(spec(), "@@@@@@@@@@@@@@@@@@")


def test_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert command.main(["veo-3.1/duration:enum", "--format", "json"]) == 0
    assert [row["id"] for row in json.loads(capsys.readouterr().out)] == ["veo-3.1/duration:enum"]
    assert command.main(["veo-3.1/duraton:enum"]) == 1
    assert "did you mean" in capsys.readouterr().err
