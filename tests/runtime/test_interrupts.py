"""Ctrl-C, cancellation and other people's errors: the work at the gateway can still be found."""

from __future__ import annotations

import asyncio
import os
import signal
import traceback
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from codegen.runtime._core.interrupts import request_of, task_of

from .conftest import World
from .server import Answer, Received, serving, whole

BODY = {"model": "plain", "prompt": "a boat"}
TAKEN = whole(b'{"id": "task-1", "status": "queued"}')
RUNNING = whole(b'{"id": "task-1", "status": "in_progress"}')
HOW = "client.task('task-1', 'createVideo')"


@pytest.fixture(autouse=True)
def _ctrl_c_interrupts() -> Iterator[None]:
    """Also where the tests run in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def ctrl_c(*first: bytes) -> Answer:
    """An answer at whose beginning somebody presses Ctrl-C, and whose end never comes.

    Python looks for signals between two steps of its main thread. One that comes just before that thread waits for the network is seen
    when something arrives; so that no run waits for the end of the answer, a byte of it comes now and then.
    """

    async def answer(_: Received) -> AsyncIterator[bytes]:
        for piece in first:
            yield piece
            await asyncio.sleep(0.3)  # so that it has been read
        os.kill(os.getpid(), signal.SIGINT)
        if not first:
            yield b"HTTP/1.1 200 OK\r\nx-slow: "
        for _ in range(600):
            await asyncio.sleep(0.1)
            yield b"x"

    return answer


def shown(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def never() -> Answer:
    async def answer(_: Received) -> AsyncIterator[bytes]:
        await asyncio.sleep(60)
        yield b""

    return answer


def test_ctrl_c_while_waiting(world: World) -> None:
    with serving(TAKEN, RUNNING, ctrl_c()) as server:
        client = world.client(base_url=server.url)
        with pytest.raises(KeyboardInterrupt) as caught:
            world.run(client.run("createVideo", BODY))
        world.run(client.close())
    stored = task_of(caught.value)
    assert stored is not None
    assert HOW in shown(caught.value)
    assert request_of(caught.value) is None
    again = world.client().task(stored)
    assert (again.id, again.operation, again.model, again.status) == ("task-1", "createVideo", "plain", "in_progress")


def test_ctrl_c_after_a_submit_was_sent(world: World) -> None:
    with serving(ctrl_c()) as server:
        client = world.client(base_url=server.url)
        with pytest.raises(KeyboardInterrupt) as caught:
            world.run(client.run("createVideo", BODY))
        world.run(client.close())
    assert request_of(caught.value) == {"operation": "createVideo", "path": {}, "query": {}, "body": BODY}
    assert "may have been taken and billed" in shown(caught.value)
    assert task_of(caught.value) is None


def test_ctrl_c_while_downloading(world: World, tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\ncontent-length: 9999\r\n\r\n"
    with serving(ctrl_c(head, b"x" * 500)) as server:
        client = world.client(base_url=server.url)
        body = {"status": "completed", "outputs": [f"{server.url}/a.mp4"]}
        task = client.task({"provider": "tiny", "operation": "createVideo", "id": "task-1", "body": body})
        with pytest.raises(KeyboardInterrupt) as caught:
            world.run(task.download(tmp_path / "a.mp4"))
        world.run(client.close())
    assert (task_of(caught.value) or {})["body"] == body
    assert (tmp_path / "a.mp4.part").exists()
    assert not (tmp_path / "a.mp4").exists()


def test_an_error_of_a_callback_names_the_task(world: World) -> None:
    def callback(task: Any) -> None:
        raise ZeroDivisionError

    with serving(TAKEN) as server:
        client = world.client(base_url=server.url)
        with pytest.raises(ZeroDivisionError) as caught:
            world.run(client.run("createVideo", BODY, on_progress=callback))
        world.run(client.close())
    assert (task_of(caught.value) or {})["id"] == "task-1"
    assert caught.value.__notes__ == [f"The work goes on at the gateway: {HOW} takes it up again"]


@pytest.mark.parametrize("world", ["async"], indirect=True)
@pytest.mark.parametrize("how", ["cancel", "timeout", "wait_for", "group"])
def test_each_way_of_cancelling_names_the_task(world: World, how: str) -> None:
    inside: list[Any] = []

    async def waited(client: Any) -> None:
        try:
            await client.run("createVideo", BODY)
        except asyncio.CancelledError as error:
            inside.append(task_of(error))
            raise

    async def fails() -> None:
        await asyncio.sleep(0.3)
        raise ZeroDivisionError

    async def cancelled(client: Any) -> None:
        if how == "cancel":
            task = asyncio.create_task(waited(client))
            asyncio.get_running_loop().call_later(0.3, task.cancel)
            await task
        elif how == "timeout":
            async with asyncio.timeout(0.3):
                await waited(client)
        elif how == "wait_for":
            await asyncio.wait_for(waited(client), 0.3)
        else:
            async with asyncio.TaskGroup() as group:
                group.create_task(waited(client))
                group.create_task(fails())

    with serving(TAKEN, never()) as server:
        client = world.client(base_url=server.url)
        with pytest.raises((asyncio.CancelledError, TimeoutError, ExceptionGroup)) as caught:
            world.run(cancelled(client))
        world.run(client.close())
    assert [found["id"] for found in inside] == ["task-1"]
    if how != "group":  # a group drops what its cancelled members raised
        assert (task_of(caught.value) or {})["id"] == "task-1"
        assert HOW in shown(caught.value)


def test_what_is_about_no_task() -> None:
    error = ValueError()
    error.__cause__ = error.__context__ = KeyError()
    error.__cause__.__context__ = error
    assert task_of(error) is None
    assert request_of(error) is None
