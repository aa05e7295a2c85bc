"""Files: whole or not at all, resumed, inside their folder, without the key."""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.runtime._core import errors, transfer

from .conftest import KEY, World
from .server import Received, raw, serving, whole

VIDEO = bytes(range(256)) * 40  # 10,240 bytes


def cdn(content: bytes = VIDEO, *, ranges: bool = True, etag: str = '"v1"') -> Callable[[httpx.Request], httpx.Response]:
    def handler(request: httpx.Request) -> httpx.Response:
        asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", ""))
        if not asked or not ranges:
            return httpx.Response(200, content=content, headers={"etag": etag, "content-type": "video/mp4"})
        start = int(asked[1])
        if start >= len(content):
            return httpx.Response(416)
        headers = {"content-range": f"bytes {start}-{len(content) - 1}/{len(content)}", "etag": etag}
        return httpx.Response(206, content=content[start:], headers=headers)

    return handler


def finished(world: World, handler: Any, *urls: str, status: str = "completed", **settings: Any) -> Any:
    client = world.client(handler, **settings)
    return client.task({"provider": "tiny", "operation": "createVideo", "id": "t-1", "body": {"status": status, "outputs": list(urls)}})


def test_a_file_is_saved_whole(world: World, tmp_path: Path) -> None:
    path = world.run(finished(world, cdn(), "https://cdn.test/a.mp4").download(tmp_path / "new" / "clip.mp4"))
    assert path == tmp_path / "new" / "clip.mp4"
    assert path.read_bytes() == VIDEO
    assert [item.name for item in path.parent.iterdir()] == ["clip.mp4"]


def test_nothing_is_overwritten_unless_asked(world: World, tmp_path: Path) -> None:
    target = tmp_path / "clip.mp4"
    target.write_bytes(b"mine")
    task = finished(world, cdn(), "https://cdn.test/a.mp4")
    with pytest.raises(errors.DownloadFailed, match="exists"):
        world.run(task.download(target))
    assert target.read_bytes() == b"mine"
    world.run(task.download(target, overwrite=True))
    assert target.read_bytes() == VIDEO


def test_a_file_that_appears_meanwhile_is_not_overwritten(world: World, tmp_path: Path) -> None:
    target = tmp_path / "clip.mp4"

    def handler(request: httpx.Request) -> httpx.Response:
        target.write_bytes(b"mine")
        return cdn()(request)

    with pytest.raises(errors.DownloadFailed, match="exists"):
        world.run(finished(world, handler, "https://cdn.test/a.mp4").download(target))
    assert target.read_bytes() == b"mine"


@pytest.mark.parametrize("host", ["https://cdn.test/a.mp4", "https://gateway.test/files/a.mp4", "https://user:pass@cdn.test/a.mp4"])
def test_the_key_stays_at_home(world: World, tmp_path: Path, host: str) -> None:
    """Not even the gateway's own host gets it along a URL that an answer named, nor do the caller's headers and cookies."""
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if request.url.path == "/files/hop":
            return cdn()(request)
        return httpx.Response(302, headers={"location": "/files/hop", "set-cookie": "a=b"})

    http: Any = httpx.AsyncClient if world.is_async else httpx.Client
    mine = http(
        transport=httpx.MockTransport(handler), headers={"Authorization": "Bearer mine", "X-Mine": "1"}, cookies={"c": "d"}, auth=("u", "p")
    )
    world.run(finished(world, None, host, http_client=mine).download(tmp_path / "a"))
    assert len(seen) == 2
    for request in seen:
        assert KEY not in repr(request.headers.raw)
        assert not {"authorization", "cookie", "x-mine"} & set(request.headers)


def test_a_broken_download_is_resumed(world: World, tmp_path: Path) -> None:
    first = b'HTTP/1.1 200 OK\r\netag: "v1"\r\ncontent-length: %d\r\n\r\n' % len(VIDEO) + VIDEO[:6000]

    async def rest(request: Received) -> AsyncIterator[bytes]:
        start = int(request.headers["range"].removeprefix("bytes=").removesuffix("-"))
        assert request.headers["if-range"] == '"v1"'
        head = f"HTTP/1.1 206 Partial\r\ncontent-range: bytes {start}-{len(VIDEO) - 1}/{len(VIDEO)}\r\ncontent-length: {len(VIDEO) - start}\r\n\r\n"
        yield head.encode() + VIDEO[start:]

    with serving(raw(first, reset=False, delay=0.05), rest, closing=True) as server:
        path = world.run(finished(world, None, f"{server.url}/a.mp4").download(tmp_path / "a.mp4"))
    assert path.read_bytes() == VIDEO
    assert len(server.requests) == 2
    assert 0 < int(server.requests[1].headers["range"][6:-1]) <= 6000


def test_a_download_that_fails_goes_on_later(world: World, tmp_path: Path) -> None:
    cut = raw(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(VIDEO) + VIDEO[:6000], delay=0.05)
    with serving(cut, closing=True) as server, pytest.raises(errors.DownloadFailed) as caught:
        world.run(finished(world, None, f"{server.url}/a.mp4", max_retries=0).download(tmp_path / "a.mp4"))
    assert (caught.value.received, caught.value.task_id) == (6000, "t-1")
    assert not (tmp_path / "a.mp4").exists()
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["range"])
        return cdn()(request)

    world.run(finished(world, handler, "https://cdn.test/a.mp4").download(tmp_path / "a.mp4"))
    assert (tmp_path / "a.mp4").read_bytes() == VIDEO
    assert len(seen) == 1


@pytest.mark.parametrize(
    "leftover", [b"other" * 1000, VIDEO + b"more", VIDEO, VIDEO[:-1], b"x"], ids=["other", "longer", "all", "almost", "tiny"]
)
@pytest.mark.parametrize("ranges", [True, False])
def test_whatever_is_left_over_the_file_comes_out_right(world: World, tmp_path: Path, leftover: bytes, ranges: bool) -> None:
    (tmp_path / "a.mp4.part").write_bytes(leftover)
    world.run(finished(world, cdn(ranges=ranges), "https://cdn.test/a.mp4").download(tmp_path / "a.mp4"))
    assert (tmp_path / "a.mp4").read_bytes() == VIDEO


@pytest.mark.parametrize("ranges", [True, False])
def test_a_part_that_is_a_link_is_not_followed(world: World, tmp_path: Path, ranges: bool) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"keep")
    (tmp_path / "a.mp4.part").symlink_to(outside)
    world.run(finished(world, cdn(ranges=ranges), "https://cdn.test/a.mp4").download(tmp_path / "a.mp4"))
    assert outside.read_bytes() == b"keep"
    assert not (tmp_path / "a.mp4").is_symlink()


def test_the_announced_length_is_checked(world: World, tmp_path: Path) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-length": "20"}, content=iter([b"short"]) if not world.is_async else gen())

    async def gen() -> AsyncIterator[bytes]:
        yield b"short"

    with pytest.raises(errors.DownloadFailed, match="5 of 20"):
        world.run(finished(world, handler, "https://cdn.test/a.mp4").download(tmp_path / "a.mp4"))
    assert not (tmp_path / "a.mp4").exists()


@pytest.mark.parametrize("location", ["ftp://evil.test/a", "file:///etc/passwd", "https://"])
def test_redirects_lead_to_the_web_only(world: World, tmp_path: Path, location: str) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": location})

    with pytest.raises(errors.DownloadFailed):
        world.run(finished(world, handler, "https://cdn.test/a").download(tmp_path / "a"))


def test_redirects_end(world: World, tmp_path: Path) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": "/again"})

    with pytest.raises(errors.DownloadFailed, match="redirects"):
        world.run(finished(world, handler, "https://cdn.test/a").download(tmp_path / "a"))


@pytest.mark.parametrize("url", ["not a url", "ftp://x/y", "javascript:1", "https://", "http://[::1", "data:video/mp4;base64,$$"])
def test_what_is_no_url_to_download_from(world: World, tmp_path: Path, url: str) -> None:
    with pytest.raises(errors.DownloadFailed):
        world.run(finished(world, cdn(), url).download(tmp_path / "a"))


def test_an_output_can_be_inline(world: World, tmp_path: Path) -> None:
    url = "data:image/png;base64," + base64.b64encode(b"png").decode()
    path = world.run(finished(world, cdn(), url).download(tmp_path))
    assert (path.name, path.read_bytes()) == ("t-1.png", b"png")


def test_a_refusal_says_so(world: World, tmp_path: Path) -> None:
    with pytest.raises(errors.DownloadFailed) as caught:
        world.run(finished(world, lambda request: httpx.Response(410, text="gone"), "https://cdn.test/a").download(tmp_path / "a"))
    assert (caught.value.status, caught.value.task_id) == (410, "t-1")
    assert list(tmp_path.iterdir()) == []


def test_signatures_are_not_shown(world: World, tmp_path: Path) -> None:
    with pytest.raises(errors.DownloadFailed) as caught:
        world.run(finished(world, cdn(), "ftp://cdn.test/a?signature=s3cret").download(tmp_path / "a"))
    assert "s3cret" not in str(caught.value)


def test_without_outputs_the_content_operation_is_asked(world: World, tmp_path: Path) -> None:
    seen: list[tuple[str, bool]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.host + request.url.path, "authorization" in request.headers))
        if request.url.host == "cdn.test":
            return cdn()(request)
        return httpx.Response(302, headers={"location": "https://cdn.test/a"})

    world.run(finished(world, handler).download(tmp_path / "a"))
    assert (tmp_path / "a").read_bytes() == VIDEO
    assert seen == [("gateway.test/v1/videos/t-1/content", True), ("cdn.test/a", False)]


def test_an_output_that_needs_the_key_comes_by_the_content_operation(world: World, tmp_path: Path) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return cdn()(request) if "authorization" in request.headers else httpx.Response(401)

    world.run(finished(world, handler, "https://gateway.test/files/a").download(tmp_path / "a"))
    assert (tmp_path / "a").read_bytes() == VIDEO


@pytest.mark.parametrize(("status", "index"), [("queued", 0), ("completed", 1), ("failed", 0)])
def test_there_may_be_nothing_to_download(world: World, tmp_path: Path, status: str, index: int) -> None:
    with pytest.raises(errors.DownloadFailed, match="no output"):
        world.run(finished(world, cdn(), status=status).download(tmp_path / "a", index=index))


def test_all_outputs_in_a_folder(world: World, tmp_path: Path) -> None:
    task = finished(world, cdn(), "https://cdn.test/x/a.mp4?sig=1", "https://cdn.test/b%2F..%2Fc", "https://cdn.test/")
    paths = world.run(task.download_all(tmp_path / "all"))
    assert [path.name for path in paths] == ["a.mp4", "c.mp4", "t-1.mp4"]
    assert all(path.read_bytes() == VIDEO for path in paths)


def test_a_folder_that_cannot_be_written(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(errors.DownloadFailed, match="cannot be written"):
        world.run(finished(world, cdn(), "https://cdn.test/a").download(tmp_path / "file" / "a"))


@pytest.mark.parametrize("media", ["text/html", "application/json; charset=utf-8"])
def test_a_page_is_not_saved_as_a_video(media: str, world: World) -> None:
    with serving(whole(b"<html>", media=media)) as server:
        client = world.client(base_url=server.url)
        with pytest.raises(errors.ResponseInvalid):
            world.run(client.binary("downloadVideoContent", path={"task_id": "t"}))
        world.run(client.close())


def test_json_is_saved_where_it_is_wanted_alone(world: World, tmp_path: Path) -> None:
    with serving(*[whole(b'{"error": "gone"}', media="application/json")] * 5) as server:
        client = world.client(base_url=server.url)
        world.run(client.download(f"{server.url}/a.json", tmp_path / "a.json"))
        with pytest.raises(errors.DownloadFailed, match="application/json came in place of the file"):
            world.run(client.download(f"{server.url}/a.mp4", tmp_path / "a.mp4"))
        world.run(client.close())
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".part"] == ["a.json"]


URLS = st.text(max_size=40).map(lambda text: f"https://cdn.test/{text}")


@given(
    URLS | st.text(max_size=30), st.text(max_size=60).map(lambda name: f'attachment; filename="{name}"') | st.just(""), st.text(max_size=20)
)
def test_a_name_never_leaves_its_folder(url: str, disposition: str, fallback: str) -> None:
    name = transfer.file_name(url, {"content-disposition": disposition, "content-type": "video/mp4"}, fallback)
    assert name
    assert not set(name) & set("/\\\0")
    assert name not in (".", "..")
    assert (Path("/folder") / name).parent == Path("/folder")
    assert len(name.encode()) <= 255


@pytest.mark.parametrize(
    ("url", "headers", "name"),
    [
        ("https://c.test/a.mp4?x=1", {}, "a.mp4"),
        ("https://c.test/a", {"content-type": "image/png"}, "a.png"),
        ("https://c.test/..%2f..%2fpasswd.txt", {}, "passwd.txt"),
        ("https://c.test/%2e%2e", {}, "t-1"),
        ("https://c.test/.bashrc", {"content-type": "video/mp4"}, "bashrc.mp4"),
        ("https://c.test/con.mp4", {}, "_con.mp4"),
        ("https://c.test/", {"content-disposition": 'attachment; filename="../../x.mp4"'}, "x.mp4"),
        ("https://c.test/", {"content-disposition": "attachment; filename*=UTF-8''%e2%82%ac.mp4"}, "€.mp4"),
    ],
)
def test_names(url: str, headers: dict[str, str], name: str) -> None:
    assert transfer.file_name(url, headers, "t-1") == name


@given(st.binary(max_size=3000), st.integers(0, 3000), st.data())
def test_a_transfer_gives_the_file_however_it_is_cut(content: bytes, have: int, data: st.DataObject) -> None:
    have = min(have, len(content))
    tail = content[max(0, have - transfer.Transfer.OVERLAP) : have]
    step = transfer.Transfer(have, tail)
    start = int(step.headers()["range"][6:-1]) if have else 0
    if have:
        assert step.begin(206, {"content-range": f"bytes {start}-{max(0, len(content) - 1)}/{len(content)}"}) == "append"
    else:
        assert step.begin(200, {"content-length": str(len(content))}) == "rewrite"
    cuts = sorted(data.draw(st.lists(st.integers(start, len(content)), max_size=5)))
    pieces = [content[begin:end] for begin, end in zip([start, *cuts], [*cuts, len(content)], strict=True)]
    assert content[:have] + b"".join(map(step.accept, pieces)) == content
    assert step.complete()
