"""`models`, `show` and `check`: nothing of the network."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from unibind._core import catalogue, dispatch
from unibind.cli import resolve
from unibind.cli.exits import Exit

from tests.gateway.cases import PROVIDERS, cases

from .conftest import Cli

VEO: dict[str, Any] = {"model": "veo3.1-video-720p", "prompt": "A boat", "duration": 8, "size": "720p"}


def test_models_are_all_there(cli: Cli) -> None:
    listed = {(row["provider"], row["id"], row["family"]) for row in cli("models", "--json").json}
    documented = {(name, id, row.family) for name, tables in PROVIDERS.items() for id, rows in tables.models.items() for row in rows}
    lone = {
        (name, row.families[""], row.families[""])
        for name, tables in PROVIDERS.items()
        for row in tables.operations.values()
        if "" in row.families
    }
    assert listed == documented | lone


def test_models_are_filtered(cli: Cli) -> None:
    found = cli("models", "--provider", "uniall", "--capability", "video", "--search", "VEO fast", "--json").json
    assert {row["id"] for row in found} == {"veo3.1-fast-video-720p", "veo3.1-fast-video-1080p", "veo3.1-fast-video-4k"}
    lines = cli("models", "-s", "veo", "-p", "uniall").out.splitlines()
    assert all(line.split("\t")[1] == "uniall" for line in lines)


@pytest.mark.parametrize("words", [("--provider", "unial"), ("--capability", "smell")])
def test_models_of_nowhere(cli: Cli, words: tuple[str, str]) -> None:
    ended = cli("models", *words)
    assert ended.code == Exit.USAGE
    assert "video" in ended.err or "uniall" in ended.err


def test_show_gives_what_a_model_is_bound_by(cli: Cli) -> None:
    found = cli("show", "veo3.1-fast-video-720p", "--json").json
    fields = {row["name"]: row for row in found["fields"]}
    assert fields["duration"]["bounds"]["enum"] == [4, 6, 8]
    assert {row["name"] for row in found["modes"]} == {"text", "image", "first-last-frame", "reference", "extension"}
    rules = {row["id"]: row for row in found["rules"]}
    assert rules["veo-3.1/references-are-standard-only"]["sources"]
    assert found["conflicts"]
    assert found["sources"]


def test_show_leaves_out_rules_of_other_models(cli: Cli) -> None:
    """A rule for the fast tier is none of the standard tier's."""
    fast, standard = (
        {row["id"] for row in cli("show", model, "--json").json["rules"]} for model in ("veo3.1-fast-video-720p", "veo3.1-video-720p")
    )
    assert fast - standard == {"veo-3.1/references-are-standard-only"}


def test_show_of_every_name(cli: Cli) -> None:
    for provider, tables in PROVIDERS.items():
        for name in resolve.names(tables):
            found = cli("show", name, "--provider", provider, "--json")
            assert found.code == 0, found.err
            assert found.json["fields"]
            assert cli("show", name, "--provider", provider).out


def test_show_offers_the_nearest_name(cli: Cli) -> None:
    ended = cli("show", "veo3.1-vidio-720p")
    assert ended.code == Exit.USAGE
    assert "veo3.1-video-720p" in ended.err


def test_the_catalogue_has_every_named_rule() -> None:
    for provider in PROVIDERS:
        for family in catalogue.index(provider)["families"]:
            emitted = dispatch.family_module(provider, family).RULES
            named = {id for id in emitted if ":" not in id}
            assert {row["id"] for row in catalogue.family(provider, family)["rules"]} == named


def test_an_unknown_family_or_provider_of_the_catalogue() -> None:
    with pytest.raises(LookupError):
        catalogue.index("nowhere")
    with pytest.raises(LookupError):
        catalogue.family("uniall", "nothing")


# --- check


def check(cli: Cli, body: Any, *words: str) -> Any:
    Path("body.json").write_text(json.dumps(body))
    return cli("check", *words, "body.json", "--json")


def test_check_accepts(cli: Cli) -> None:
    ended = check(cli, VEO)
    assert ended.code == 0
    assert ended.json == {
        "ok": True,
        "provider": "uniall",
        "model": "veo3.1-video-720p",
        "family": "veo-3.1",
        "operation": "createVideoGeneration",
        "method": "POST",
        "path": "/v1/video/generations",
        "violations": [],
    }


def test_check_refuses_with_rule_and_source(cli: Cli) -> None:
    ended = check(cli, {**VEO, "duration": 5})
    assert ended.code == Exit.RULES
    (row,) = ended.json["violations"]
    assert (row["rule"], row["loc"], row["severity"]) == ("veo-3.1/duration:enum", ["duration"], "error")
    assert row["source"].startswith("https://")
    shown = cli("check", "body.json")
    assert shown.code == Exit.RULES
    assert "veo-3.1/duration:enum" in shown.out


def test_check_of_every_right_request(cli: Cli) -> None:
    for case in cases():
        if case.content == "json":
            path = " ".join((case.operation.method, case.operation.path))
            ended = check(
                cli,
                case.body,
                case.provider,
                *([case.path[case.operation.model_field]] if case.operation.dispatch == "path" else []),
                "--operation",
                path,
            )
            assert ended.code == 0, (str(case), ended.out)


def test_check_reads_stdin(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(VEO)))
    assert cli("check", "-").code == 0


@pytest.mark.parametrize(
    ("words", "body", "said"),
    [
        (("nobody.json",), "{}", "nobody.json"),
        (("body.json",), "{", "not JSON"),
        (("body.json",), "{}", "names no model"),
        (("uniall", "body.json"), "{}", "names no model"),
        (("uniall", "--operation", "createVido", "body.json"), "{}", "createVideo"),
        (("uniall", "--operation", "retrieveVideo", "body.json"), "{}", "query"),
        (("--operation", "createVideo", "body.json"), "{}", "provider"),
        (("uniall", "a", "b", "body.json"), "{}", "too many"),
        (("uniall", "veo3.1-vidio-720p", "body.json"), "{}", "veo3.1-video-720p"),
    ],
)
def test_check_of_what_cannot_be_checked(cli: Cli, words: tuple[str, ...], body: str, said: str) -> None:
    Path("body.json").write_text(body)
    ended = cli("check", *words)
    assert ended.code == Exit.USAGE
    assert said in ended.err


def test_check_of_a_body_that_is_no_object(cli: Cli) -> None:
    ended = check(cli, [1], "uniall", "veo3.1-video-720p")
    assert ended.code == Exit.RULES
    assert ended.json["violations"][0]["rule"].endswith("body:type")
