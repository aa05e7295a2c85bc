"""Job files: what is taken, what is refused, and that all of it is told at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unibind import ConfigurationError
from unibind.batch import Jobs, JobsInvalid, names, read_jobs

from .conftest import picture, video, write_jobs


def read(folder: Path, *rows: Any, **settings: Any) -> Jobs:
    return read_jobs(write_jobs(folder / "jobs.jsonl", *rows), **settings)


def findings(folder: Path, *rows: Any, **settings: Any) -> list[tuple[int, str]]:
    with pytest.raises(JobsInvalid) as caught:
        read(folder, *rows, **settings)
    return [(row.line, row.rule) for row in caught.value.findings]


def test_a_model_goes_to_its_operation_and_to_one_that_makes_a_task_if_there_is(tmp_path: Path) -> None:
    jobs = read(tmp_path, video("a"), {**picture("b"), "operation": None}, picture("c"))
    assert [row.target.operation.id for row in jobs.rows] == ["createVideoGeneration", "createImageTask", "generateImage"]


def test_the_three_forms_of_a_line_ask_for_the_same(tmp_path: Path) -> None:
    prompt = {"contents": [{"role": "user", "parts": [{"text": "x"}]}]}
    head = {"provider": "uniall", "operation": "generateContent"}
    model = "gemini-3-pro-image-preview-2k"
    rows = [
        {**head, "model": model, **prompt},
        {**head, "model": model, "body": prompt},
        {**head, "path": {"modeName": model}, "body": prompt},
    ]
    jobs = read(tmp_path, *rows)
    assert {json.dumps(row.request(), sort_keys=True) for row in jobs.rows} == {
        json.dumps({"path": {"modeName": model}, "query": {}, "body": prompt}, sort_keys=True)
    }
    assert {row.target.model for row in jobs.rows} == {model}


def test_everything_that_is_wrong_is_told_with_its_line(tmp_path: Path) -> None:
    found = findings(
        tmp_path,
        video("a"),
        "",
        '{"id": "cut", "provider": "uniall", "mod',
        video("b", duration=5),
        video("a"),
        "[1]",
        {"provider": "uniall", "model": "nothing-1"},
        {"model": "veo3.1-video-720p"},
        {"provider": "elsewhere", "model": "m"},
        {"provider": "uniall", "operation": "createVidoe"},
        {"provider": "uniall", "operation": "retrieveBalance"},
        {"provider": "uniall", "operation": "createChatCompletion", "model": "m"},
        video("c", stream=True),
        video(""),
        video("x\ny"),
        '{"id": "d", "id": "e", "provider": "uniall"}',
        '{"id": "f", "provider": "uniall", "model": "veo3.1-video-720p", "prompt": "p", "duration": NaN}',
        {"provider": "uniall", "operation": "createVideo", "body": {}, "prompt": "beside"},
        {"provider": "uniapi", "operation": "editImage", "model": "m", "prompt": "p", "image": {"$file": "none.png"}},
    )
    assert found == [
        (3, "job:json"),
        (4, "veo-3.1/duration:enum"),
        (5, "job:id"),
        (6, "job:json"),
        (7, "job:model"),
        (8, "job:provider"),
        (9, "job:provider"),
        (10, "job:operation"),
        (11, "job:operation"),
        (12, "job:operation"),
        (13, "job:stream"),
        (14, "job:id"),
        (15, "job:id"),
        (16, "job:json"),
        (17, "job:json"),
        (18, "job:field"),
        (19, "job:file"),
    ]


def test_bytes_that_are_no_text_are_one_finding(tmp_path: Path) -> None:
    path = tmp_path / "jobs.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(video("a")).encode() + b"\r\n" + b'{"id": "\xff"}\n')
    with pytest.raises(JobsInvalid, match="line 2: the line is not UTF-8"):
        read_jobs(path)


def test_an_empty_file_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    assert findings(tmp_path, "", " ") == [(1, "job:empty")]
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_jobs(tmp_path / "none.jsonl")


def test_rules_warn_or_are_not_looked_at_when_that_is_wanted(tmp_path: Path) -> None:
    assert [row.rule for row in read(tmp_path, video("a", duration=5), validate="warn").warnings] == ["veo-3.1/duration:enum"]
    assert read(tmp_path, video("a", duration=5), validate="off").warnings == ()


def test_ids_are_made_of_the_content_and_stay_when_lines_move(tmp_path: Path) -> None:
    one, two = {**video(), "prompt": "one"}, {**video(), "prompt": "two"}
    first = [row.id for row in read(tmp_path, one, two, one).rows]
    assert len(set(first)) == 3
    assert {row.id for row in read(tmp_path, two, one, one).rows} == set(first)
    assert [row.id for row in read(tmp_path, dict(reversed(one.items()))).rows] == first[:1]


def test_a_default_provider_is_part_of_what_a_line_says(tmp_path: Path) -> None:
    bare = {name: value for name, value in video().items() if name != "provider"}
    assert read(tmp_path, bare, provider="uniall").rows[0].id == read(tmp_path, video()).rows[0].id


def test_uploads_are_found_beside_the_job_file(tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(b"\x89PNG")
    row = {"provider": "uniapi", "operation": "editImage", "model": "gpt-image-1", "prompt": "p", "image": {"$file": "cat.png"}}
    (job,) = read(tmp_path, row).rows
    assert job.request()["body"]["image"] == {"$file": "cat.png"}


@given(st.lists(st.text(min_size=1, max_size=200), unique=True, min_size=2, max_size=8))
def test_names_of_files_never_meet_and_stay_in_their_folder(ids: list[str]) -> None:
    made = [names.numbered(id, index, ".mp4") for id in ids for index in range(3)]
    assert len({name.casefold() for name in made}) == len(made)
    for name in made:
        assert Path(name).name == name
        assert len(name) < 100
        assert name.isascii()


@pytest.mark.parametrize("id", ["../../x", "CON", "con", "a/b", "a.part", ".", "..", "~", "A", "a b", "é"])
def test_ids_that_are_no_names_get_a_safe_one(id: str) -> None:
    assert names.stem(id) != id
    assert names.stem(id).replace("~", "").replace("_", "").replace("-", "").isalnum()


@pytest.mark.parametrize(
    ("url", "suffix"),
    [
        ("https://x.test/a.MP4?sig=1", ".mp4"),
        ("https://x.test/a", ".bin"),
        ("https://x.test/a.mp4/../../etc", ".bin"),
        ("data:image/png;base64,AA", ".png"),
        ("https://x.test/a.exe%00.png", ".png"),
        ("http://[", ".bin"),
    ],
)
def test_endings_of_links(url: str, suffix: str) -> None:
    assert names.suffix_of_url(url) == suffix
