"""What the report and the lock do at the edges: parts of a site, other file names, renamed sections, accepting."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codegen.docs.__main__ import main
from codegen.docs.drift import Kind, drift
from codegen.docs.lock import lock
from codegen.docs.pages import parse, read
from codegen.docs.words import diff

from .site import STUDIO, Site, studio

HEAD = "--- # T Locale: en URL: https://docs.example.com/t Description: D. "


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return studio(tmp_path)


def kinds(old: str, new: str) -> list[str]:
    return [f"{change.kind} {change.key}" for change in drift(lock(parse(old)), lock(parse(new)))]


def run(site: Site, capsys: pytest.CaptureFixture[str], command: str, *arguments: str | Path) -> tuple[int, str]:
    code = main([command, *map(str, arguments), "--spec", str(site.spec)])
    return code, capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("## One Say 5. ## Two", "## One Say 5. ## Two", []),
        ("## One Say 5.", "## One  Say\n5.", []),
        ("## One Say 5.", "## One Say 6.", ["changed en/t#One Say 6."]),
        ("## Size `a` or `b`", "## Sizes `a` or `b`", ["wording en/t#Sizes `a` or `b`"]),
        ("## Kinds ## Two", "## Sorts ## Two", ["wording en/t#Sorts"]),
        ("## One ## Two", "## One", ["removed en/t#Two"]),
        ("## One", "## One ## Two Say 5.", ["new en/t#Two Say 5."]),
        ("## Same - 1 ## Same - 2", "## Same - 2", ["removed en/t#Same"]),
        ("## One - `x` ## Two - `y`", "## Two - `y` ## One - `x`", []),
        ("## 1. One - `x`", "## 2. One - `x`", ["wording en/t#2. One"]),
    ],
)
def test_what_happened_to_a_section(old: str, new: str, expected: list[str]) -> None:
    assert kinds(HEAD + old, HEAD + new) == expected


def test_a_section_that_went_to_another_page_moved() -> None:
    other = HEAD.replace("/t ", "/other ")
    first, second = f"{HEAD}## Sizes `a` or `b` ## Rest", f"{other}## More"
    assert kinds(f"{first} {second}", f"{HEAD}## Rest {second} ## Sizes `a` or `b`") == ["moved en/other#Sizes `a` or `b`"]


def test_a_page_that_moved_and_changed_is_followed() -> None:
    old = f"{HEAD}## One `a` ## Two `b` ## Three `c`"
    found = drift(lock(parse(old)), lock(parse(old.replace("/t ", "/new/t ").replace("`b`", "`d`"))))
    assert [(change.kind, change.key, change.was) for change in found] == [
        (Kind.MOVED, "en/new/t#T", "en/t#T"),
        (Kind.MOVED, "en/new/t#One `a`", "en/t#One `a`"),
        (Kind.MOVED, "en/new/t#Three `c`", "en/t#Three `c`"),
        (Kind.CHANGED, "en/new/t#Two `d`", "en/t#Two `b`"),
    ]


def test_a_page_alone_says_nothing_about_the_others(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "tunes.txt"
    page.write_text("---\n\n# Tunes" + site.text.split("# Tunes", 1)[1].split("\n---\n", 1)[0], "utf-8")
    assert run(site, capsys, "drift", page) == (0, "nothing changed; 0 to deal with\n")


def test_a_part_of_a_site_is_named_as_that(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    part = tmp_path / "part.txt"
    part.write_text(site.text.split("---\n\n# Tunes")[0], "utf-8")
    code, text = run(site, capsys, "drift", part)
    assert (code, text.splitlines()[-1]) == (1, "6 removed; 6 to deal with")
    assert run(site, capsys, "drift", part, "--partial") == (0, "nothing changed; 0 to deal with\n")


def test_changed_wording_counts_where_that_is_asked_for(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dump = tmp_path / "dump.txt"
    dump.write_text(site.text.replace("slow and careful", "slow, careful"), "utf-8")
    assert run(site, capsys, "drift", dump)[0] == 0
    assert run(site, capsys, "drift", dump, "--strict")[0] == 1


def test_only_known_sections_are_accepted(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    before = site.project.path.read_text("utf-8")
    assert main(["accept", str(site.dump), "--spec", str(site.spec), "--section", "en/posters#Nowhere"]) == 2
    assert capsys.readouterr().err == "nothing changed in 'en/posters#Nowhere'\n"
    assert site.project.path.read_text("utf-8") == before


def test_accepted_pages_come_and_go(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dump = tmp_path / "dump.txt"
    dump.write_text(site.text.replace("example/tunes\n", "example/sounds\n"), "utf-8")
    assert run(site, capsys, "accept", dump)[0] == 0
    assert run(site, capsys, "drift", dump) == (0, "nothing changed; 0 to deal with\n")
    assert "en/tunes" not in site.project.lock
    assert main(["coverage", str(dump), "--spec", str(site.spec)]) == 1
    assert "unread: en/sounds#Endpoint" in capsys.readouterr().out


def test_the_lock_follows_the_rows(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(site, capsys, "cite", "--check")[0] == 0
    family = site.spec / "studio" / "families" / "tune-2.yaml"
    family.write_text(family.read_text("utf-8").replace(", tunes#Request Example]", "]"), "utf-8")
    code, text = run(site, capsys, "cite", "--check")
    assert (code, text) == (1, "1 sections are cited by other rows than docs.lock says; `make docs-cite` writes them\n")
    assert run(site, capsys, "cite")[0] == 0
    assert run(site, capsys, "cite", "--check")[0] == 0


def test_both_directions_of_unknown_names(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dump = tmp_path / "dump.txt"
    dump.write_text(site.text.replace("`wood`", "`brass`").replace("GET /v1/posters/{id}", "GET /v1/posters/{id}/look"), "utf-8")
    code, text = run(site, capsys, "coverage", dump, "--format", "json")
    data = json.loads(text)
    assert code == 1
    assert [(one["kind"], one["name"]) for one in data["without_row"]] == [("operation", "GET /v1/posters/{id}/look"), ("value", "brass")]
    assert [(one["kind"], one["name"]) for one in data["without_page"]] == [("value", "wood")]
    assert data["without_page"][0]["places"] == ["spec/studio/families/poster-1.yaml:14"]
    code, text = run(site, capsys, "drift", dump, "--format", "json")
    assert code == 1
    assert {key: json.loads(text)[key] for key in ("without_row", "without_page")} == {
        key: data[key] for key in ("without_row", "without_page")
    }


def test_an_uncited_table_is_a_finding(site: Site) -> None:
    from codegen.__main__ import read_spec
    from codegen.load import SpecError

    api = site.spec / "studio" / "families" / "tune-2.yaml"
    api.write_text(api.read_text("utf-8").replace(", cite: tunes#Supported Models", ""), "utf-8")
    with pytest.raises(SpecError) as caught:
        read_spec(site.spec)
    (finding,) = caught.value.findings
    assert finding.file == "spec/docs.lock"
    assert finding.message.startswith("en/tunes#Supported Models has a table that no row cites")
    line = site.project.path.read_text("utf-8").splitlines()[finding.line - 1]
    assert line.strip() == '"heading": "Supported Models",'


def test_a_word_diff_shows_the_place_and_no_more() -> None:
    old = " ".join(f"word{number}" for number in range(60))
    assert diff(old, old.replace("word30", "other")) == "... {} [-word30-]{{+other+}} {} ...".format(
        " ".join(f"word{number}" for number in range(24, 30)), " ".join(f"word{number}" for number in range(31, 37))
    )


def test_the_dump_of_the_studio_is_read_in_every_form() -> None:
    joined = " ".join((STUDIO / "dump.txt").read_text("utf-8").split("\n"))
    assert lock(parse(joined)) == lock(read(STUDIO / "dump.txt"))
