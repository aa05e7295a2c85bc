"""The types cost nothing when the program runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PROGRAM = """
import sys, typing

def refused(*args, **kwargs):
    raise AssertionError("annotations are walked")

import httpx, pydantic, pydantic.main
typing.get_type_hints = refused
pydantic.create_model = pydantic.main.create_model = refused
from unibind import UniAll, UniAPI, WaveSpeed

def answer(request):
    if "chat" in request.url.path:
        return httpx.Response(200, json={"id": "c", "choices": []})
    if "images" in request.url.path:
        return httpx.Response(200, json={"created": 1, "data": []})
    return httpx.Response(200, json={"id": "t", "status": "queued", "data": {"id": "t", "status": "created"}})

def made(client):
    return client(api_key="sk-test-0123456789", http_client=httpx.Client(transport=httpx.MockTransport(answer)))

def calls():
    made(UniAll).videos.veo_3_1.create(model="veo3.1-video-720p", prompt="a boat", duration=8)
    made(UniAll).images.generate(model="gpt-image-2", prompt="a boat", size="1024x1024")
    made(UniAPI).chat.completions.create(model="gpt", messages=[{"role": "user", "content": "hello"}])
    made(WaveSpeed).uno.create(prompt="a boat", images=["https://example.com/a.png"])

def classes():
    found, todo = set(), [object]
    while todo:
        for one in type.__subclasses__(todo.pop()):
            if one not in found and one.__module__.startswith("unibind"):
                found.add(one)
            if one is not type:
                todo.append(one)
    return len(found)

calls()
before = classes()
calls()
assert classes() == before, "a class is made for each call"
loaded = [name for name in sys.modules if name.startswith("unibind.") and (".params" in name or ".models.requests" in name)]
assert not loaded, loaded
"""


def test_no_annotation_is_read_and_no_class_is_made_in_a_call() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"PYTHONPATH": str(ROOT / "generated"), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
