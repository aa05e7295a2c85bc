"""A provider that exists only in a spec of these tests: generated into a temporary folder, served, and called over a socket."""

from __future__ import annotations

import json
from pathlib import Path

from tiny_spec import python

CALLS = """
import asyncio, json, sys, tempfile
from pathlib import Path
import unibind
from unibind import gateway
from unibind.gateway.clock import ScaledClock

request = {"model": "clip-fast", "prompt": "a kite"}

async def asynchronously(running):
    async with unibind.AsyncTiny(api_key=running.api_key, base_url=running.base_url) as client:
        task = await client.clips.run(**request)
        return task.state

with gateway.serve("tiny", clock=ScaledClock(50)) as running:
    with unibind.Tiny(api_key=running.api_key, base_url=running.base_url) as client:
        task = client.clips.run(**request)
        with tempfile.TemporaryDirectory() as folder:
            saved = task.download(Path(folder) / "clip.mp4")
            begins = saved.read_bytes()[4:8].decode()
        stored = json.loads(json.dumps(task.to_dict()))
        again = client.task(stored).refresh().state
        try:
            client.clips.create(model="clip-fast")
        except unibind.RequestInvalid as error:
            refused = [violation.rule for violation in error.violations if violation.severity == "error"]
    state = asyncio.run(asynchronously(running))
    paid = len(running.log.paid())
    origin = running.base_url
print(json.dumps({"begins": begins, "again": again, "refused": refused, "async": state, "paid": paid, "origin": origin}))
"""


def test_it_is_served_and_called_over_a_socket(package: Path) -> None:
    run = python(CALLS, package)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert found["origin"].startswith("http://127.0.0.1:")
    assert found["begins"] == "ftyp"
    assert found["again"] == "succeeded"
    assert found["async"] == "succeeded"
    assert found["refused"] == ["clip-1.0/words-need-prompt", "clip-1.0/some-input"]
    assert found["paid"] == 2  # the refused one was never sent
