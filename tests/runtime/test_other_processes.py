"""Tasks and exceptions in another process, and the rhythm in which every documented task is asked about."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
import unibind

from codegen.runtime._core import errors, poll

from .conftest import KEY, World
from .server import serving, whole
from .test_errors import EVERY

ROOT = Path(__file__).parent.parent.parent
PROGRAM = """
import asyncio, json, pickle, sys
from unibind import AsyncUniAll, UniAll

base, kind, file = sys.argv[1:]
stored = json.load(open(file)) if kind == "json" else pickle.load(open(file, "rb"))

async def later():
    async with AsyncUniAll(api_key="another-key-0123456789", base_url=base) as client:
        return await client.task(stored).wait(timeout=30)

if kind == "json":
    with UniAll(api_key="another-key-0123456789", base_url=base) as client:
        task = client.task(stored).wait(timeout=30)
else:
    task = asyncio.run(later())
print(json.dumps([task.id, task.model, task.operation, task.state, task.outputs]))
"""


@pytest.mark.parametrize("kind", ["json", "pickle"])
def test_a_task_is_awaited_in_another_process(tmp_path: Path, kind: str) -> None:
    done = whole(b'{"id": "task-1", "status": "completed", "video_url": "https://cdn.test/a.mp4"}')
    with serving(whole(b'{"id": "task-1", "status": "queued"}'), done) as server:
        with unibind.UniAll(api_key=KEY, base_url=server.url) as client:
            task = client.videos.veo_3_1.create(model="veo3.1-video-720p", prompt="a boat", duration=8)
        file = tmp_path / "task"
        file.write_bytes(json.dumps(task.to_dict()).encode() if kind == "json" else pickle.dumps(task.to_dict()))
        assert KEY.encode() not in file.read_bytes()
        command = [sys.executable, "-c", PROGRAM, server.url, kind, str(file)]
        env = {"PYTHONPATH": str(ROOT / "generated"), "PATH": ""}
        run = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == ["task-1", "veo3.1-video-720p", task.operation, "succeeded", ["https://cdn.test/a.mp4"]]
    assert [received.headers["authorization"] for received in server.requests] == [f"Bearer {KEY}", "Bearer another-key-0123456789"]


def failing(number: int) -> None:
    error = EVERY[number]
    error.add_note("a note")
    raise error


def test_every_exception_comes_back_from_another_process() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        for number, future in enumerate([pool.submit(failing, number) for number in range(len(EVERY))]):
            error = future.exception(60)
            assert type(error) is type(EVERY[number])
            assert str(error) == str(EVERY[number])
            assert error.__dict__ == EVERY[number].__dict__ | {"__notes__": ["a note"]}


CLIENTS = (unibind.UniAll, unibind.UniAPI, unibind.WaveSpeed)


@pytest.mark.parametrize("row", [row for client in CLIENTS for row in client._tables().tasks.values()], ids=lambda row: row.name)
def test_the_rhythm_is_the_documented_one_and_slower_with_age(row: Any) -> None:
    first, longest = row.poll
    waits = [poll.interval(row, float(age)) for age in range(0, 600, 5)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (first, longest)
    assert len(set(waits)) > 2


def test_an_unknown_status_is_kept_and_asked_about_until_the_deadline(world: World) -> None:
    answers = [whole(b'{"id": "task-1", "status": "queued"}'), whole(b'{"id": "task-1", "status": "Polishing \\u2728"}')]
    with serving(*answers) as server:
        client = world.client(base_url=server.url)
        with pytest.raises(errors.TaskTimeout) as caught:
            world.run(client.run("createVideo", {"model": "plain"}, timeout=60))
        world.run(client.close())
    assert client.task(caught.value.task).status == "Polishing ✨"
    assert client.task(caught.value.task).state == "running"
    assert len(server.requests) > 10
    assert world.slept == sorted(world.slept[:-1]) + world.slept[-1:]  # the last wait is cut at the deadline
