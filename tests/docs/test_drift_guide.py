"""The worked example of CONTRIBUTING: a site changes in the ways sites change, and the report says exactly that.

The real dump is changed where it is there, and a made-up one always.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from codegen.docs.__main__ import main

from .site import REAL_DUMP, Site, real, studio

Data = dict[str, Any]
Edit = Callable[[str], str]


@dataclass(frozen=True)
class Change:
    """A change of the site, and what the report has to say: `kind section`, facts with + and -, and a row that it touches."""

    edit: Edit
    sections: list[str]
    facts: list[str]
    row: str = ""
    unknown: tuple[str, ...] = ()


def replaced(old: str, new: str) -> Edit:
    """Puts `new` in the place of the only `old`."""

    def edit(text: str) -> str:
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times there"
        return text.replace(old, new)

    return edit


def reflowed(text: str) -> str:
    """A line break before headings, rows, items and blocks, or none at all: the other form of the dump."""
    if text.count("\n") > 100:
        return re.sub(r"\s*\n\s*", " ", text)
    parts = re.split(r"(```.*?```)", text, flags=re.DOTALL)
    lines = [part if index % 2 else re.sub(r" (?=#{1,6} |- |--- # |\| [^|]* \|)", "\n", part) for index, part in enumerate(parts)]
    return "\n".join(lines)


STUDIO_CHANGES = {
    "a model added": Change(
        replaced("| `tune-2-long` | Long", "| `tune-3` | Tunes with two voices. |\n| `tune-2-long` | Long"),
        ["changed en/tunes#Supported Models"],
        ["+ model tune-3 (tune-3)", "+ row tune-3"],
        "tune-2/tune-2-long",
        ("tune-3",),
    ),
    "a range widened": Change(
        replaced("between 10 and 90 seconds", "between 10 and 120 seconds"),
        ["changed en/posters#Request Parameters"],
        ["+ number 120s (seconds)", "- number 90s (seconds)"],
        "poster-1/seconds",
        ("120s",),
    ),
    "a field renamed": Change(
        replaced("| `mood` | string", "| `feeling` | string"),
        ["changed en/tunes#Request Parameters"],
        [
            *("+ field feeling", "+ required no (feeling)", "+ type string (feeling)"),
            *("+ value calm (feeling)", "+ value grand (feeling)", "+ value merry (feeling)"),
            *("- field mood", "- required no (mood)", "- type string (mood)"),
            *("- value calm (mood)", "- value grand (mood)", "- value merry (mood)"),
        ],
        "tune-2/mood",
        ("feeling",),
    ),
    "a page moved": Change(
        replaced("https://docs.studio.example/tunes\n", "https://docs.studio.example/sounds/tunes\n"),
        [
            f"moved en/sounds/tunes#{heading}"
            for heading in ("Tunes", "Supported Models", "Endpoint", "Request Parameters", "Request Example", "Response Example")
        ],
        [],
        "tune-2/mood",
    ),
    "an example changed": Change(
        replaced('"tempo": 120', '"tempo": 90'),
        ["changed en/tunes#Request Example"],
        ["+ example 90 (tempo)", "- example 120 (tempo)"],
        "tune-2/mood",
    ),
    "a row dropped": Change(
        replaced("| `ratio` | string | 否 | 海报形状,`3:4`、`4:3` 或 `1:1`。 |\n", ""),
        ["changed zh-CN/posters#请求参数"],
        [
            "- field ratio",
            "- required no (ratio)",
            "- type string (ratio)",
            "- value 1:1 (ratio)",
            "- value 3:4 (ratio)",
            "- value 4:3 (ratio)",
        ],
        "poster-1/ratio",
    ),
    "a typo mended": Change(
        replaced("slow and careful", "slow, careful"), ["wording en/posters#Supported Models"], [], "poster-1/poster-1-mural"
    ),
    "reflowed": Change(reflowed, [], []),
}

REAL_CHANGES = {
    "a model added": Change(
        replaced("| `veo3.1-fast-video-4k` | Fast 4K. |", "| `veo3.1-fast-video-4k` | Fast 4K. | | `veo4-video-8k` | New. |"),
        ["changed en/models/video/veo-3-1#Supported Models"],
        ["+ model veo4-video-8k (veo4-video-8k)", "+ row veo4-video-8k"],
        "veo-3.1/veo3.1-fast-video-4k",
        ("veo4-video-8k",),
    ),
    "a range widened": Change(
        replaced("Source range: any value from `5` to `15`.", "Source range: any value from `5` to `20`."),
        ["changed en/models/video/seedance-2-0#Request Parameters"],
        ["+ number 20 (duration)", "- number 15 (duration)"],
        "seedance-2.0/duration",
        ("20",),
    ),
    "a field renamed": Change(
        replaced(
            "| `extra_body.camera_fixed` | boolean/string | No | Fixed camera", "| `extra_body.still` | boolean/string | No | Fixed camera"
        ),
        ["changed en/models/video/seedance-2-0#Request Parameters"],
        [
            *("+ field extra_body.still", "+ required no (extra_body.still)"),
            *("+ type boolean (extra_body.still)", "+ type string (extra_body.still)"),
            *("- field extra_body.camera_fixed", "- required no (extra_body.camera_fixed)"),
            *("- type boolean (extra_body.camera_fixed)", "- type string (extra_body.camera_fixed)"),
        ],
        "seedance-2.0/extra_body.camera_fixed",
        ("extra_body.still",),
    ),
    "a page moved": Change(
        replaced(
            "URL: https://docs.uniall.ai/models/video/wan-2-6/duration-table ", "URL: https://docs.uniall.ai/models/video/wan/seconds "
        ),
        [f"moved en/models/video/wan/seconds#{heading}" for heading in ("Wan Model Duration Reference", "WAN 2.6", "")],
        [],
    ),
    "an example changed": Change(
        replaced('last-frame.png", "duration": 8 }\' ``` ## Query', 'last-frame.png", "duration": 10 }\' ``` ## Query'),
        ["changed en/models/video/kling#First-Last-Frame Example"],
        ["+ example 10 (duration)", "- example 8 (duration)"],
    ),
    "a row dropped": Change(
        replaced("| `extra_body.shot_type` | string | No | `customize` or `intelligent`. | ", ""),
        ["changed en/models/video/kling#Request Parameters"],
        [
            *("- field extra_body.shot_type", "- required no (extra_body.shot_type)", "- type string (extra_body.shot_type)"),
            *("- value customize (extra_body.shot_type)", "- value intelligent (extra_body.shot_type)"),
        ],
        "kling-v3/extra_body.shot_type",
    ),
    "a typo mended": Change(
        replaced("Higher values generally follow", "Higher values usually follow"),
        ["wording en/models/video/kling#Request Parameters"],
        [],
        "kling-v3/duration",
    ),
    "reflowed": Change(reflowed, [], []),
}


def report(site: Site, text: str, folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, Data]:
    dump = folder / "dump.txt"
    dump.write_text(text, "utf-8")
    arguments = ["drift", str(dump), "--spec", str(site.spec), "--old", str(site.dump), "--format", "json", *more]
    code = main(arguments)
    return code, json.loads(capsys.readouterr().out)


def facts(change: Data) -> list[str]:
    shown = [(mark, one) for mark, key in (("+", "appeared"), ("-", "vanished")) for one in change[key]]
    return sorted(f"{mark} {one['kind']} {one['value']}" + (f" ({one['subject']})" if one["subject"] else "") for mark, one in shown)


def check(change: Change, code: int, data: Data) -> None:
    reported = [f"{one['kind']} {one['section']}" for one in data["changes"]]
    assert reported == change.sections
    assert sorted(fact for one in data["changes"] for fact in facts(one)) == sorted(change.facts)
    assert code == int(any(not section.startswith("wording") for section in change.sections))
    assert {one["name"] for one in data["without_row"]} == set(change.unknown)
    if change.row:
        rows = {row["id"]: row for one in data["changes"] for row in one["rows"]}
        assert re.fullmatch(r"spec/\S+\.yaml:\d+", rows[change.row]["place"])
    assert all(one["diff"] for one in data["changes"] if one["kind"] in {"changed", "wording"})


@pytest.mark.parametrize("name", STUDIO_CHANGES)
def test_a_change_of_the_made_up_site(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = studio(tmp_path)
    check(STUDIO_CHANGES[name], *report(site, STUDIO_CHANGES[name].edit(site.text), tmp_path, capsys))


@pytest.mark.skipif(not REAL_DUMP.exists(), reason="the documentation is not here")
@pytest.mark.parametrize("name", REAL_CHANGES)
def test_a_change_of_the_real_site(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(REAL_CHANGES[name], *report(real(), REAL_CHANGES[name].edit(real().text), tmp_path, capsys))


def test_the_whole_way_from_a_changed_site_to_a_clean_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = studio(tmp_path)
    widened, added = STUDIO_CHANGES["a range widened"], STUDIO_CHANGES["a model added"]
    dump = tmp_path / "new.txt"
    dump.write_text(added.edit(widened.edit(site.text)).replace("10 到 90 秒", "10 到 120 秒"), "utf-8")
    common = [str(dump), "--spec", str(site.spec)]
    assert main(["drift", *common]) == 1
    assert "> spec/studio/families/poster-1.yaml:17  poster-1/seconds" in capsys.readouterr().out

    assert main(["accept", *common, "--section", "en/posters#Request Parameters"]) == 0
    assert capsys.readouterr().out == "accepted en/posters#Request Parameters\n1 sections accepted, 2 left\n"
    assert main(["drift", *common]) == 1
    assert "changed  en/tunes#Supported Models" in capsys.readouterr().out

    family = site.spec / "studio" / "families" / "tune-2.yaml"
    old = "  tune-2-long: {longest: 240, cite: tunes#Supported Models}\n"
    family.write_text(family.read_text("utf-8").replace(old, f"{old}  tune-3: {{longest: null, cite: tunes#Supported Models}}\n"), "utf-8")
    poster = site.spec / "studio" / "families" / "poster-1.yaml"
    poster.write_text(poster.read_text("utf-8").replace("maximum: 90", "maximum: 120"), "utf-8")
    assert main(["accept", *common]) == 0
    assert main(["drift", *common]) == 0
    assert main(["coverage", *common]) == 0
    assert '"tune-2/tune-3"' in site.project.path.read_text("utf-8")
