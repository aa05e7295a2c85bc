"""The emitted documents in other people's tools. `make interop` installs these and runs this; elsewhere they are left out."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from .prism import PRISM, PROGRAMS, node, prism

ROOT = Path(__file__).resolve().parents[2]
REDOCLY = PROGRAMS / "@redocly" / "cli" / "bin" / "cli.js"
PROVIDERS = sorted(path.parent.name for path in ROOT.glob("spec/*/api.yaml"))
DIALECTS = ("openapi", "openapi.variants")
REQUESTS: dict[str, tuple[str, dict[str, Any], list[dict[str, Any]]]] = {
    "uniall": (
        "/v1/video/generations",
        {"model": "veo3.1-video-720p", "prompt": "A paper boat", "duration": 8, "size": "720p"},
        [
            {"duration": 5},
            {"duration": None, "video": None, "size": "1080p"},
            {"model": "veo3.1-fast-video-720p", "images": ["https://example.com/a.png"]},
            {"last_image": "https://example.com/a.png"},
            {"model": "seedream-4.0"},
        ],
    ),
    "uniapi": (
        "/kling/v1/videos/image2video",
        {"model_name": "kling-v1", "image": "https://example.com/a.png", "prompt": "A paper boat", "cfg_scale": None},
        [
            {"image": None},
            {"image": "data:image/png;base64,AAAA"},
            {"image_tail": "https://example.com/b.png", "camera_control": {"type": "simple"}},
            {"dynamic_masks": [], "camera_control": {}},
        ],
    ),
    "wavespeed": (
        "/api/v3/wavespeed-ai/uno",
        {"images": ["https://example.com/a.png"], "prompt": "A paper boat", "num_images": 1},
        [{"num_images": 5}, {"num_images": 0}, {"guidance_scale": 20.5}],
    ),
}
FORM = {"prompt": "A paper boat", "n": "2", "size": "512x512"}  # text, as forms have it
FILE = {"image": ("a.png", b"\x89PNG\r\n\x1a\n", "image/png")}
FORMS: list[tuple[dict[str, str], dict[str, tuple[str, bytes, str]]]] = [
    ({"n": "11"}, FILE),
    ({"size": "9x9"}, FILE),
    ({"model": "dall-e-2", "quality": "high"}, FILE),
    ({}, {"mask": FILE["image"]}),
]


def needs(program: Path) -> None:
    if not program.is_file():
        pytest.skip(f"{program.relative_to(PROGRAMS)} is not installed: run `make interop`")


def document(provider: str, dialect: str) -> Path:
    return ROOT / "generated" / "unibind" / provider / f"{dialect}.json"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_redocly_finds_no_error(provider: str, dialect: str) -> None:
    needs(REDOCLY)
    command = node(REDOCLY, "lint", "--extends=recommended", "--format=json", "--max-problems=10000", document(provider, dialect))
    run = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "REDOCLY_TELEMETRY": "off"})
    report = json.loads(run.stdout[run.stdout.index("{") :])
    assert report["totals"]["errors"] == 0, [row for row in report["problems"] if row["severity"] == "error"]
    assert run.returncode == 0


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("provider", sorted(REQUESTS))
def test_prism_serves_it_and_refuses_what_the_rules_forbid(provider: str, dialect: str) -> None:
    needs(PRISM)
    path, good, changes = REQUESTS[provider]
    with (
        prism("mock", document(provider, dialect)) as url,
        httpx.Client(base_url=url, headers={"authorization": "Bearer sk-test"}) as client,
    ):
        began = time.monotonic()
        assert client.post(path, json=good).status_code == 200
        assert client.post(path, json=good, headers={"authorization": ""}).status_code == 401
        for change in changes:
            answer = client.post(path, json={**good, **change})
            assert answer.status_code == 422, (change, answer.text)
        assert time.monotonic() - began < 60


@pytest.mark.parametrize("dialect", DIALECTS)
def test_prism_reads_forms(dialect: str) -> None:
    """It looks into files no further than that they are there: their media types and sizes are the gateway's to check."""
    needs(PRISM)
    path = "/v1/images/edits"
    with (
        prism("mock", document("uniapi", dialect)) as url,
        httpx.Client(base_url=url, headers={"authorization": "Bearer sk-test"}) as client,
    ):
        assert client.post(path, data=FORM, files=FILE).status_code == 200
        for change, files in FORMS:
            answer = client.post(path, data={**FORM, **change}, files=files)
            assert answer.status_code == 422, (change, answer.text)
