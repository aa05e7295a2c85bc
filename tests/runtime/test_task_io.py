"""Tasks: asked about, waited for, stored and taken up again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from codegen.runtime._core import errors
from codegen.runtime._core.options import Options

from .conftest import KEY, World

BODY = {"model": "plain", "prompt": "a boat"}


def gateway(
    *states: dict[str, Any] | httpx.Response | Exception, submit: dict[str, Any] | None = None
) -> Callable[[httpx.Request], httpx.Response]:
    """Answers queries with one state after the other, the last one again and again."""
    left = list(states)

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(200, json=submit or {"id": "task-1", "status": "queued"})
        state = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(state, Exception):
            raise state
        return state if isinstance(state, httpx.Response) else httpx.Response(200, json=state)

    return handler


DONE = {"id": "task-1", "status": "completed", "progress": "100%", "video_url": "https://cdn.test/a.mp4"}


def test_run_waits_until_the_end(world: World) -> None:
    seen: list[tuple[str, float | None]] = []
    client = world.client(gateway({"status": "queued"}, {"status": "in_progress", "progress": 45}, {"status": "polishing"}, DONE))
    task = world.run(client.run("createVideo", BODY, on_progress=lambda task: seen.append((task.state, task.progress))))
    assert (task.state, task.status, task.outputs, task.done) == ("succeeded", "completed", ["https://cdn.test/a.mp4"], True)
    assert seen == [("queued", None), ("queued", None), ("running", 0.45), ("running", None), ("succeeded", 1.0)]
    assert world.slept == [2.0] * 4


def test_a_callback_may_be_a_coroutine_function(world: World) -> None:
    seen: list[str] = []

    async def later(task: Any) -> None:
        seen.append(task.state)

    client = world.client(gateway(DONE))
    callback = later if world.is_async else lambda task: seen.append(task.state)
    world.run(client.run("createVideo", BODY, on_progress=callback))
    assert seen == ["queued", "succeeded"]


def test_a_task_that_is_done_at_once_is_not_asked_about(world: World) -> None:
    client = world.client(gateway(AssertionError(), submit=DONE))
    assert world.run(client.run("createVideo", BODY)).outputs == ["https://cdn.test/a.mp4"]


def test_failure(world: World) -> None:
    client = world.client(gateway({"id": "task-1", "status": "failed", "error": {"message": "nsfw"}}))
    with pytest.raises(errors.TaskFailed, match="nsfw") as caught:
        world.run(client.run("createVideo", BODY))
    assert (caught.value.task_id, caught.value.reason, caught.value.task["body"]["status"]) == ("task-1", "nsfw", "failed")


def test_cancellation(world: World) -> None:
    client = world.client(gateway({"status": "cancelled"}))
    with pytest.raises(errors.TaskCancelled):
        world.run(client.run("createVideo", BODY))


def test_a_timeout_keeps_the_task(world: World) -> None:
    client = world.client(gateway({"status": "in_progress"}))
    with pytest.raises(errors.TaskTimeout) as caught:
        world.run(client.run("createVideo", BODY, timeout=30))
    assert caught.value.task_id == "task-1"
    assert sum(world.slept) == pytest.approx(30, abs=0.5)
    again = client.task(json.loads(json.dumps(caught.value.task)))
    assert (again.id, again.operation, again.model, again.state) == ("task-1", "createVideo", "plain", "running")


def test_waiting_outlives_bad_weather(world: World) -> None:
    storm: list[Any] = [httpx.ReadError("reset"), httpx.Response(502), httpx.Response(200, text="<html>"), httpx.Response(429)]
    client = world.client(gateway(*storm, DONE), max_retries=0)
    assert world.run(client.run("createVideo", BODY)).state == "succeeded"


def test_waiting_does_not_outlive_everything(world: World) -> None:
    client = world.client(gateway(httpx.ReadError("reset")), max_retries=0)
    with pytest.raises(errors.ConnectionFailed) as caught:
        world.run(client.run("createVideo", BODY))
    assert caught.value.task_id == "task-1"
    assert len(world.slept) == 6


@pytest.mark.parametrize(("status", "kind"), [(401, errors.AuthenticationError), (404, errors.NotFound)])
def test_what_will_not_pass_is_raised_with_the_task_id(world: World, status: int, kind: type[errors.CallError]) -> None:
    client = world.client(gateway(httpx.Response(status, json={"error": "no"})))
    with pytest.raises(kind) as caught:
        world.run(client.run("createVideo", BODY))
    assert caught.value.task_id == "task-1"
    assert "task-1" in str(caught.value)


@pytest.mark.parametrize("body", [{}, [], "text", 5, None, {"status": 5}])
def test_an_answer_that_says_nothing_is_invalid(world: World, body: Any) -> None:
    client = world.client(gateway(httpx.Response(200, json=body)))
    with pytest.raises(errors.ResponseInvalid) as caught:
        world.run(client.task("task-1", "createVideo").refresh())
    assert caught.value.task_id == "task-1"


def test_the_query_follows_the_family(world: World) -> None:
    paths: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.path)
        return httpx.Response(200, json=DONE)

    client = world.client(handler)
    world.run(client.task("t/1", "createVideoGeneration", model="avatar-1").refresh())
    world.run(client.task("t-2", "createVideoGeneration", model="other").refresh())
    world.run(client.task("t-3", "retrieveVideo").refresh())
    assert paths == ["/v1/avatars/t/1", "/v1/videos/t-2", "/v1/videos/t-3"]


def test_a_task_is_plain_data(world: World) -> None:
    client = world.client(gateway(DONE))
    task = world.run(client.submit("createVideo", BODY))
    data = task.to_dict()
    assert json.loads(json.dumps(data)) == data
    assert data["body"] == {"id": "task-1", "status": "queued"}
    assert [data[name] for name in ("provider", "operation", "id", "model")] == ["tiny", "createVideo", "task-1", "plain"]
    assert KEY not in repr(data) + repr(task) + repr([getattr(task, name, None) for name in type(task).__slots__])
    assert world.run(client.task(data).wait()).state == "succeeded"
    assert repr(task) == f"<{world.prefix}Task task-1 queued>"


@pytest.mark.parametrize(
    "data",
    [
        {"provider": "other", "id": "a", "operation": "createVideo"},
        {"provider": "tiny", "operation": "createVideo"},
        {"provider": "tiny", "id": "a", "operation": "nope"},
        "t-1",
    ],
)
def test_what_is_no_task(world: World, data: Any) -> None:
    with pytest.raises(errors.ConfigurationError):
        world.client(gateway(DONE)).task(data)


def test_run_has_one_deadline(world: World) -> None:
    """A submit that is repeated leaves less time to wait."""
    count = [0]

    def handler(request: httpx.Request) -> httpx.Response:
        count[0] += 1
        if request.method == "POST":
            return (
                httpx.Response(429, headers={"retry-after": "20"})
                if count[0] == 1
                else httpx.Response(200, json={"id": "a", "status": "queued"})
            )
        return httpx.Response(200, json={"status": "queued"})

    with pytest.raises(errors.TaskTimeout):
        world.run(world.client(handler).run("createVideo", BODY, timeout=50, options=Options(timeout=45)))
    assert sum(world.slept) == pytest.approx(50, abs=0.5)
