"""Nothing of the documentation is left unread: each section is cited, translated, run as an example, or has a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.docs.__main__ import main
from codegen.docs.coverage import Cover, coverage, stale, table
from codegen.docs.pages import parse
from codegen.docs.work import Project, sites

from .site import REAL, REAL_DUMP, ROOT, studio

here = pytest.mark.skipif(not REAL_DUMP.exists(), reason="the documentation is not here")


@here
def test_nothing_of_the_real_documentation_is_unread(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["coverage", str(REAL)])
    text = capsys.readouterr().out
    with capsys.disabled():
        print(f"\n{text}")
    assert code == 0


@here
def test_the_lock_is_that_of_the_real_documentation() -> None:
    assert main(["drift", str(REAL), "--strict"]) == 0
    assert main(["lock", str(REAL), "--check"]) == 0


@here
def test_no_reason_is_left_over() -> None:
    project = Project(ROOT / "spec")
    pages = project.read([REAL])
    assert list(stale(project.irrelevant, coverage(pages, project.rows, project.irrelevant), pages)) == []


def test_the_lock_names_the_rows_of_the_spec() -> None:
    assert main(["cite", "--check"]) == 0


def test_the_covers_of_the_studio(tmp_path: Path) -> None:
    site = studio(tmp_path)
    pages = site.project.read([site.dump])
    found = coverage(pages, site.project.rows, site.project.irrelevant)
    covers = {one.key: (one.cover, one.by) for one in found}
    assert covers["zh-CN/posters#支持模型"][0] is Cover.CITED
    assert covers["en/posters#Supported Models"] == (Cover.TRANSLATION, "zh-CN/posters#支持模型")
    assert covers["en#Related Pages"] == (Cover.IRRELEVANT, "Links and nothing else.")
    assert [line.split()[-1] for line in table(found, sites(site.project.lock))][1:] == ["-", "-", "-"]
    assert list(stale(site.project.irrelevant, found, pages)) == []


@pytest.mark.parametrize(
    ("section", "cover"),
    [
        ("## New", Cover.HEADING),
        ("## New ```json {} ```", Cover.EXAMPLES),
        ("## New ```json {} ``` ---", Cover.EXAMPLES),
        ("## New ```http GET /v1/things ```", Cover.UNREAD),
        ("## New | a | b | | --- | --- |", Cover.HEADING),
        ("## New The size is `large`.", Cover.UNREAD),
        ("## New - An item.", Cover.UNREAD),
        ("## New - An item. ```json {} ```", Cover.UNREAD),
        ("## New Then wait 5 seconds: ```json {} ```", Cover.UNREAD),
    ],
)
def test_only_what_says_nothing_covers_itself(section: str, cover: Cover) -> None:
    pages = parse(f"--- # T Locale: en URL: https://docs.example.com/t Description: D. {section}")
    assert coverage(pages, [], [])[-1].cover is cover
