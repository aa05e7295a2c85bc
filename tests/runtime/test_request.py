"""URLs, headers and bodies."""

from __future__ import annotations

import io
import json
import math
from email import message_from_bytes
from email.policy import HTTP
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.runtime._core import multipart, request
from codegen.runtime._core.errors import ConfigurationError, RequestInvalid
from codegen.runtime._core.secret import Secret

from .tables import PROVIDER

RETRIEVE = PROVIDER.operations["retrieveVideo"]
CREATE = PROVIDER.operations["createVideo"]
PREDICT = PROVIDER.operations["predict"]
NASTY = ["../../x", "%2e%2e", "a/b", "a?b=c", "a#b", "a\nb", "a\r\nhost: x", "é", "a b", "a\\..\\b", ";x", "//evil.test/", "\0", "%"]


@given(st.text(min_size=1) | st.sampled_from(NASTY))
def test_a_path_parameter_stays_one_segment(value: str) -> None:
    try:
        path = request.expand(RETRIEVE, {"task_id": value})
    except RequestInvalid:
        assert value.strip() in ("", ".", "..") or any("\ud800" <= char <= "\udfff" for char in value)
        return
    sent = httpx.URL("https://gateway.test" + path).raw_path.decode()
    assert sent == path
    assert sent.startswith("/v1/videos/")
    assert sent.count("/") == 3
    assert unquote(sent.rpartition("/")[2]) == value
    assert not set(sent) & set("?#\r\n \\")


@pytest.mark.parametrize("value", ["", " ", ".", "..", "\n", None, True, 1.5, ["a"]])
def test_what_is_no_segment_is_refused(value: Any) -> None:
    with pytest.raises(RequestInvalid) as caught:
        request.expand(RETRIEVE, {"task_id": value})
    assert caught.value.violations[0].loc == ("task_id",)


def test_whole_numbers_are_ids_too() -> None:
    assert request.expand(RETRIEVE, {"task_id": 0}) == "/v1/videos/0"


def test_model_ids_with_slashes_keep_them_where_documented_ones_have_them() -> None:
    assert request.expand(PREDICT, {"model": "vendor/uno v2"}) == "/api/vendor/uno%20v2/run"
    for value in ("vendor/../secret", "/vendor", "vendor//uno", "vendor/."):
        with pytest.raises(RequestInvalid):
            request.expand(PREDICT, {"model": value})


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8"))))
def test_a_query_comes_back(query: dict[str, str]) -> None:
    url = request.build(PROVIDER, RETRIEVE, "https://gateway.test", path={"task_id": "t"}, query=query).url
    assert dict(parse_qsl(urlsplit(url).query, keep_blank_values=True)) == query
    assert urlsplit(url).netloc == "gateway.test"


def test_query_values() -> None:
    url = request.build(PROVIDER, RETRIEVE, "https://x.test", path={"task_id": "t"}, query={"a": True, "b": [1, 2], "c": None, "d": 0}).url
    assert url.endswith("?a=true&b=1&b=2&d=0")


@pytest.mark.parametrize("headers", [{"x-a": "1\r\nx-b: 2"}, {"x-a": "ü"}, {"x a": "1"}, {"": "1"}, {"x:a": "1"}])
def test_headers_cannot_be_broken_out_of(headers: dict[str, str]) -> None:
    with pytest.raises(RequestInvalid) as caught:
        request.build(PROVIDER, RETRIEVE, "https://x.test", path={"task_id": "t"}, headers=headers)
    assert "x-b" not in str(caught.value)


def test_kinds() -> None:
    assert request.build(PROVIDER, CREATE, "https://x.test", body={}).kind == "submit"
    assert request.build(PROVIDER, RETRIEVE, "https://x.test", path={"task_id": "t"}).kind == "query"


@pytest.mark.parametrize("url", ["https://a.test", "http://127.0.0.1:8080", "https://a.test/prefix/", "HTTPS://a.test//"])
def test_base_urls(url: str) -> None:
    assert request.base(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.test",
        "ftp://a.test",
        "https://",
        "https://u:p@a.test",
        "https://a.test?x=1",
        "https://a.test/#",
        "https://a.test:0x",
        "https://a b",
        "file:///etc",
        "https://[::1",
    ],
)
def test_what_is_no_base_url(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        request.base(url)
    assert "u:p" not in str(caught.value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), VALUES))
def test_a_json_body_comes_back(body: dict[str, Any]) -> None:
    content = request.build(PROVIDER, CREATE, "https://x.test", body=body).content
    assert content is not None
    assert json.loads(content) == body


@pytest.mark.parametrize("value", [math.nan, math.inf, b"bytes", Path("x"), object()])
def test_what_json_cannot_say_is_refused_before_sending(value: Any) -> None:
    with pytest.raises(RequestInvalid):
        request.build(PROVIDER, CREATE, "https://x.test", body={"prompt": value})


def form(body: dict[str, Any]) -> list[tuple[Any, str | None, str, Any]]:
    """What a server reads of a form: name, file name, media type and content of each part."""
    files = [(part.name, (part.filename, part.content, part.media)) for part in multipart.parts("translate", body)]
    sent = httpx.Request("POST", "https://x.test", files=files)
    message = message_from_bytes(b"content-type: " + sent.headers["content-type"].encode() + b"\r\n\r\n" + sent.read(), policy=HTTP)
    return [
        (part.get_param("name", header="content-disposition"), part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
        for part in message.iter_parts()
    ]


NAMES = st.from_regex(r"[a-z_]{1,10}(\[\])?", fullmatch=True)


@given(st.dictionaries(NAMES, st.binary(max_size=200), min_size=1), st.dictionaries(NAMES, st.from_regex(r"[ -~]{1,50}", fullmatch=True)))
def test_a_form_comes_back(files: dict[str, bytes], texts: dict[str, str]) -> None:
    body: dict[str, Any] = {**texts, **{name: ("clip.mp3", content, "audio/mpeg") for name, content in files.items()}}
    found = {name: (filename, content) for name, filename, _, content in form(body)}
    assert {name: content for name, (filename, content) in found.items() if filename} == files
    assert {name: content.decode() for name, (filename, content) in found.items() if not filename} == {
        n: t for n, t in texts.items() if n not in files
    }


def test_parts() -> None:
    body = {
        "n": 2,
        "flag": True,
        "text": "hi",
        "object": {"a": 1},
        "image": [b"one", ("b.png", b"two")],
        "sizes": ["s", "m"],
        "none": None,
        "rate": 1.5,
    }
    rows = [(part.name, part.filename, part.content) for part in multipart.parts("x", body)]
    assert rows == [
        ("n", None, b"2"),
        ("flag", None, b"true"),
        ("text", None, b"hi"),
        ("object", None, b'{"a":1}'),
        ("image", "file", b"one"),
        ("image", "b.png", b"two"),
        ("sizes", None, b"s"),
        ("sizes", None, b"m"),
        ("rate", None, b"1.5"),
    ]


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"png")
    with path.open("rb") as file:
        parts = multipart.parts("x", {"a": path, "b": file, "c": io.BytesIO(b"x"), "d": ("n.mp3", "text", "audio/mpeg")})
    assert [(part.filename, part.media) for part in parts] == [
        ("a.png", "image/png"),
        ("a.png", "image/png"),
        ("file", "application/octet-stream"),
        ("n.mp3", "audio/mpeg"),
    ]
    assert parts[3].content == b"text"


class Unseekable(io.RawIOBase):
    def seekable(self) -> bool:
        return False

    def read(self, size: int = -1) -> bytes:
        return b""


def test_what_cannot_be_read_twice_is_known() -> None:
    def repeatable(content: Any) -> bool:
        return request.build(
            PROVIDER, PROVIDER.operations["translate"], "https://x.test", body={"file": content}, content="multipart"
        ).repeatable

    assert repeatable(b"x")
    assert repeatable(io.BytesIO(b"x"))
    assert not repeatable(Unseekable())


def test_a_request_does_not_show_secrets() -> None:
    built = request.build(
        PROVIDER, RETRIEVE, "https://x.test", path={"task_id": "t"}, headers={"x-api-key": "abc123"}, secrets=(Secret("sk-1"),)
    )
    assert "abc123" not in repr(built)
    assert [secret.reveal() for secret in built.secrets] == ["sk-1", "abc123"]
