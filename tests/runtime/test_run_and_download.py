"""Submit, wait and download under one deadline."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from codegen.runtime._core import errors
from codegen.runtime._core.interrupts import task_of

from .conftest import World
from .server import Answer, Received, raw, serving, whole

BODY = {"model": "plain", "prompt": "a boat"}
VIDEO = bytes(range(256)) * 40
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\ncontent-length: %d\r\n\r\n" % len(VIDEO)
SLOW = raw(HEAD, *(VIDEO[at : at + 512] for at in range(0, len(VIDEO), 512)), delay=0.2)  # 4 seconds


def gateway(*outputs: str) -> tuple[Callable[[httpx.Request], httpx.Response], list[str]]:
    """A gateway whose tasks are done at once, and the paths it was asked for."""
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        if request.method == "POST":
            return httpx.Response(200, json={"id": "task-1", "status": "queued"})
        if request.url.path.startswith("/v1"):
            return httpx.Response(200, json={"status": "completed", "outputs": list(outputs)})
        return httpx.Response(200, content=request.url.path.encode(), headers={"content-type": "video/mp4"})

    return handler, seen


def finished(client: Any, *urls: str) -> Any:
    return client.task(
        {"provider": "tiny", "operation": "createVideo", "id": "t-1", "body": {"status": "completed", "outputs": list(urls)}}
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_everything_in_one_call(world: World, tmp_path: Path) -> None:
    handler, _ = gateway("https://cdn.test/a.mp4")
    task = world.run(world.client(handler).run("createVideo", BODY, download=tmp_path / "clip.mp4"))
    assert task.files == (tmp_path / "clip.mp4",)
    assert task.files[0].read_bytes() == b"/a.mp4"


def test_no_output_is_lost(world: World, tmp_path: Path) -> None:
    handler, _ = gateway("https://cdn.test/1/a.mp4", "https://cdn.test/2/a.mp4", "https://cdn.test/3/b.mp4")
    task = world.run(world.client(handler).run("createVideo", BODY, download=str(tmp_path / "clip.mp4")))
    assert [(path.name, path.read_bytes()) for path in task.files] == [
        ("clip.mp4", b"/1/a.mp4"),
        ("clip-2.mp4", b"/2/a.mp4"),
        ("clip-3.mp4", b"/3/b.mp4"),
    ]
    assert [path.name for path in world.run(task.download_all(tmp_path / "all"))] == ["a.mp4", "a-2.mp4", "b.mp4"]
    assert (tmp_path / "all" / "a-2.mp4").read_bytes() == b"/2/a.mp4"


def test_a_folder(world: World, tmp_path: Path) -> None:
    handler, _ = gateway("https://cdn.test/a.mp4")
    world.run(world.client(handler).run("createVideo", BODY, download=f"{tmp_path}/new/"))
    assert names(tmp_path / "new") == ["a.mp4"]


def test_a_file_that_is_there_is_found_out_before_anything_is_paid(world: World, tmp_path: Path) -> None:
    target = tmp_path / "clip.mp4"
    target.write_bytes(b"mine")
    handler, seen = gateway("https://cdn.test/a.mp4")
    client = world.client(handler)
    with pytest.raises(errors.DownloadFailed, match="exists"):
        world.run(client.run("createVideo", BODY, download=target))
    assert (seen, target.read_bytes()) == ([], b"mine")
    world.run(client.run("createVideo", BODY, download=target, overwrite=True))
    assert target.read_bytes() == b"/a.mp4"


@pytest.mark.parametrize("place", ["file/clip.mp4", "file/folder/", "nul\0/clip.mp4", "half \ud800/clip.mp4"])
def test_a_place_that_cannot_be_written_is_found_out_before_anything_is_paid(world: World, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    handler, seen = gateway("https://cdn.test/a.mp4")
    with pytest.raises(errors.DownloadFailed) as caught:
        world.run(world.client(handler).run("createVideo", BODY, download=f"{tmp_path}/{place}"))
    assert seen == []
    assert caught.value.path.endswith(place)


def test_a_folder_that_cannot_be_made(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    handler, _ = gateway()
    with pytest.raises(errors.DownloadFailed) as caught:
        world.run(finished(world.client(handler), "https://cdn.test/a.mp4").download_all(tmp_path / "file" / "folder"))
    assert caught.value.task_id == "t-1"


def test_a_download_ends_in_time_and_goes_on_later(world: World, tmp_path: Path) -> None:
    """However steadily the bytes drip."""
    rest = b"HTTP/1.1 206 Partial Content\r\ncontent-length: %d\r\ncontent-range: bytes %d-%d/%d\r\n\r\n"

    async def resumed(request: Received) -> AsyncIterator[bytes]:
        begin = int(request.headers["range"].removeprefix("bytes=").removesuffix("-"))
        yield rest % (len(VIDEO) - begin, begin, len(VIDEO) - 1, len(VIDEO)) + VIDEO[begin:]

    with serving(SLOW, resumed) as server:
        task = finished(world.client(base_url=server.url), f"{server.url}/a.mp4")
        begun = time.monotonic()
        with pytest.raises(errors.DownloadTimeout) as caught:
            world.run(task.download(tmp_path / "a.mp4", timeout=0.7))
        assert time.monotonic() - begun < 2
        error = caught.value
        assert (error.task_id, error.operation, error.path) == ("t-1", "createVideo", str(tmp_path / "a.mp4"))
        assert 0 < error.received < len(VIDEO)
        assert (task_of(error) or {})["id"] == "t-1"
        assert error.__cause__ is None
        assert error.__context__ is None
        assert world.run(task.download(tmp_path / "a.mp4")).read_bytes() == VIDEO
        world.run(task._engine.close())


def test_repeats_end_in_time(world: World, tmp_path: Path) -> None:
    """The waits between attempts count as well."""

    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("reset")

    task = finished(world.client(broken, max_retries=50), "https://cdn.test/a.mp4")
    with pytest.raises(errors.DownloadFailed):
        world.run(task.download(tmp_path / "a.mp4", timeout=10))
    assert sum(world.slept) <= 10


def test_one_deadline_for_all_of_it(world: World, tmp_path: Path) -> None:
    """What submitting and waiting have used up is not there for the download."""

    async def done(request: Received) -> AsyncIterator[bytes]:
        async for piece in whole(b'{"status": "completed", "outputs": ["%s/a.mp4"]}' % server.url.encode())(request):
            yield piece

    answers: list[Answer] = [whole(b'{"id": "task-1", "status": "queued"}'), done, SLOW]
    with serving(*answers) as server:
        client = world.client(base_url=server.url)
        begun = time.monotonic()
        with pytest.raises(errors.DownloadTimeout) as caught:
            world.run(client.run("createVideo", BODY, timeout=3, download=tmp_path / "a.mp4"))
        assert time.monotonic() - begun < 2  # two of the three seconds passed between submit and query, on the clock of these tests
        world.run(client.close())
    stored = caught.value.task
    assert (stored["id"], stored["body"]["status"]) == ("task-1", "completed")


def test_waiting_that_takes_all_the_time_downloads_nothing(world: World, tmp_path: Path) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"id": "task-1", "status": "queued"})

    with pytest.raises(errors.TaskTimeout):
        world.run(world.client(handler).run("createVideo", BODY, timeout=20, download=tmp_path / "a.mp4"))
    assert names(tmp_path) == []


@pytest.mark.parametrize("timeout", [0, -1, True, "5", float("nan")])
def test_a_time_that_is_none(world: World, tmp_path: Path, timeout: Any) -> None:
    handler, seen = gateway("https://cdn.test/a.mp4")
    client = world.client(handler)
    with pytest.raises(errors.ConfigurationError):
        world.run(finished(client, "https://cdn.test/a.mp4").download(tmp_path / "a.mp4", timeout=timeout))
    with pytest.raises(errors.ConfigurationError):
        world.run(client.run("createVideo", BODY, timeout=timeout))
    assert seen == []


def test_no_limit(world: World, tmp_path: Path) -> None:
    handler, _ = gateway("https://cdn.test/a.mp4")
    task = world.run(world.client(handler).run("createVideo", BODY, timeout=None, download=tmp_path / "a.mp4"))
    assert world.run(task.download(tmp_path / "b.mp4", timeout=None)).read_bytes() == b"/a.mp4"


def test_an_error_of_a_callback_is_its_own(world: World, tmp_path: Path) -> None:
    def show(there: int, total: int | None) -> None:
        raise ValueError("mine")

    handler, _ = gateway()
    with pytest.raises(ValueError, match="mine") as caught:
        world.run(finished(world.client(handler), "https://cdn.test/a.mp4").download(tmp_path / "a.mp4", on_progress=show))
    assert (task_of(caught.value) or {})["id"] == "t-1"
