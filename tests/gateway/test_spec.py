"""Mistakes in what the spec says about the gateway are findings, with their line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from codegen.__main__ import read_spec
from codegen.load import Finding, SpecError

SPEC = Path(__file__).parent.parent.parent / "spec"

MISTAKES = {  # name -> file, what stands there, the mistake, what is said
    "placeholder": ("tasks.yaml", "progress: $progress", "progress: $progres", "unknown placeholder '$progres'; did you mean 'progress'?"),
    "field": ("tasks.yaml", "size: $body.size", "size: $body.sise", "unknown placeholder '$body.sise'"),
    "list": ("tasks.yaml", "{$outputs: {url: $url}}", "{$outputz: {url: $url}}", "unknown placeholder '$outputz'"),
    "member": ("tasks.yaml", "result: {video_url: $url,", "result: {vidio_url: $url,", "result.vidio_url is not a member of VideoTask"),
    "family": (
        "tasks.yaml",
        "        happy-horse:\n",
        "        happy-hors:\n",
        "'happy-hors', which is not a family of this row; did you mean 'happy-horse'?",
    ),
    "word": (
        "tasks.yaml",
        "words: {running: processing}",
        "words: {running: procesing}",
        "'procesing' is not running in the table of states; did you mean 'processing'?",
    ),
    "kept list": ("api.yaml", "- $voices", "- $voicez", "unknown placeholder '$voicez'"),
    "event": ("uniapi/api.yaml", "delta: {content: $word}", "delta: {content: $wort}", "unknown placeholder '$wort'; did you mean 'word'?"),
    "member of an event": ("uniapi/api.yaml", "delta: $word}", "dalta: $word}", "dalta is not a member of TranscriptionTextEvent"),
    "condition": (
        "uniapi/api.yaml",
        "where: {encoding_format: [base64]}",
        "where: {encoding_farmat: [base64]}",
        "'encoding_farmat' is not a field of the request; did you mean 'encoding_format'?",
    ),
    "tasks": ("uniapi/api.yaml", "about: luma", "about: lama", "answers.about: there is no task 'lama'"),
    "refusal": ("api.yaml", "message: $message, type", "message: $massage, type", "refusals.invalid: unknown placeholder '$massage'"),
}


def place(name: str) -> str:
    return name if "/" in name else f"uniall/{name}"


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """Of a spec with all of the mistakes."""
    spec = tmp_path_factory.mktemp("mistakes") / "spec"
    shutil.copytree(SPEC, spec)
    for name, old, new, _ in MISTAKES.values():
        path = spec / place(name)
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(SpecError) as caught:
        read_spec(spec)
    return list(caught.value.findings)


@pytest.mark.parametrize(("name", "said"), [(name, said) for name, _, _, said in MISTAKES.values()], ids=list(MISTAKES))
def test_a_mistake_is_found(name: str, said: str, findings: list[Finding]) -> None:
    finding = next(row for row in findings if said in row.message)
    assert finding.file == f"spec/{place(name)}"
    assert finding.line > 1


def test_nothing_else_is_found(findings: list[Finding]) -> None:
    said = [said for *_, said in MISTAKES.values()]
    assert [row for row in findings if not any(part in row.message for part in said)] == []


def test_an_operation_without_answers_is_found(tmp_path: Path) -> None:
    spec = tmp_path / "spec"
    shutil.copytree(SPEC, spec)
    path = spec / "uniall" / "tasks.yaml"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if line.startswith("    answers:"))
    end = next(number for number, line in enumerate(lines[start + 1 :], start + 1) if not line.startswith("      "))
    path.write_text("".join(lines[:start] + lines[end:]), "utf-8")
    with pytest.raises(SpecError, match="retrieveVideo has no answers"):
        read_spec(spec)


def test_a_stream_without_events_is_found(tmp_path: Path) -> None:
    spec = tmp_path / "spec"
    shutil.copytree(SPEC, spec)
    path = spec / "uniapi" / "api.yaml"
    text = path.read_text("utf-8")
    assert text.count("        stream: [ChatCompletionChunk]\n") == 1
    path.write_text(text.replace("        stream: [ChatCompletionChunk]\n", ""), "utf-8")
    with pytest.raises(SpecError, match="createChatCompletion: `stream` of the response"):
        read_spec(spec)
