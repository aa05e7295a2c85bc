"""Bodies and calls in fenced blocks, in every way that pages write them."""

from __future__ import annotations

from typing import Any

import pytest

from codegen.docs.pages import Block
from codegen.docs.snippets import Snippet, snippets


def one(language: str, text: str) -> Snippet:
    (snippet,) = snippets(Block(language, text))
    return snippet


JSON: list[tuple[str, list[Any]]] = [
    ('{"a": 1}', [{"a": 1}]),
    ('{"a": "http://b//c"}', [{"a": "http://b//c"}]),
    ('{"a": 1 // the first\n}', [{"a": 1}]),
    ('{"a": 1, // the "b" below\n "b": 2}', [{"a": 1, "b": 2}]),
    ('{"a": 1, // the "b" below "b": 2}', [{"a": 1, "b": 2}]),
    ('// one {"a": 1} // two {"a": 2}', [{"a": 1}, {"a": 2}]),
    ('// one\n{"a": 1}\n// two\n{"a": 2}', [{"a": 1}, {"a": 2}]),
    ('{"a": [1, // see http://x.example/y\n 2]}', [{"a": [1, 2]}]),
    ('{"a": {"b": 1}} // done', [{"a": {"b": 1}}]),
    ("[]", [[]]),
]


@pytest.mark.parametrize(("text", "values"), JSON)
def test_json_with_remarks_and_several_values(text: str, values: list[Any]) -> None:
    assert [snippet.body for snippet in snippets(Block("json", text))] == values


@pytest.mark.parametrize("text", ["", "{", '{"a": ...}', "{'a': 1}", '{"a": 1,}', '{"a": 1} and more', "// nothing"])
def test_what_is_no_json_is_reported(text: str) -> None:
    assert one("json", text).problem is not None


CURL = [
    """curl -X POST "{BASE_URL}/v1/x" -H "A: b" -d '{"a": 1}'""",
    """curl https://api.example.com/v1/x --data '{"a": 1}'""",
    """curl --request POST --url $BASE_URL/v1/x --data-raw '{"a": 1}'""",
    """curl -XPOST "${BASE_URL}/v1/x" -d'{"a": 1}'""",
    """curl -sS -L "https://api.example.com/v1/x" --data='{"a": 1}' -o out.json""",
    """curl "https://api.example.com/v1/x" --json '{\n  "a": 1\n}'""",
    """curl -X POST "https://api.example.com/v1/x" \\\n  -H "A: b" \\\n  -d '{\n    "a": 1 // one\n  }'""",
    """curl -X POST "https://api.example.com/v1/x" \\ -H "A: b" \\ -d '{ "a": 1 }'""",
    """curl https://api.example.com/v1/x -d "{\\"a\\": 1}" | jq .id""",
]


@pytest.mark.parametrize("text", CURL)
def test_curl_with_a_body(text: str) -> None:
    assert one("bash", text) == Snippet("curl", {"a": 1}, "POST", "/v1/x")


def test_curl_without_a_body() -> None:
    assert one("bash", 'curl "{BASE_URL}/v1/x/t-1?a=1&b=" -H "A: b"') == Snippet("curl", None, "GET", "/v1/x/t-1", (("a", "1"), ("b", "")))


def test_curl_with_a_form() -> None:
    snippet = one("bash", 'curl {BASE_URL}/v1/x -F model=m --form "n=1" -F "image=@/tmp/a.png" -F "image=@b.bin;type=image/png" -F t=a=b')
    files = [("a.png", b"\0", "image/png"), ("b.bin", b"\0", "application/octet-stream")]
    assert (snippet.form, snippet.method) == ("multipart", "POST")
    assert snippet.body == {"model": "m", "n": "1", "image": files, "t": "a=b"}


def test_several_calls_in_one_block() -> None:
    text = """# first\ncurl -d '{"a": 1}' /v1/x && curl /v1/y; echo done\ncurl /v1/z"""
    assert [(call.method, call.path) for call in snippets(Block("sh", text))] == [("POST", "/v1/x"), ("GET", "/v1/y"), ("GET", "/v1/z")]


def test_two_bodies_of_one_call_are_two_examples() -> None:
    text = """curl /v1/x -d '// plain\n{"a": 1}\n// rich\n{"a": 2}'"""
    assert [call.body for call in snippets(Block("bash", text))] == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("text", ["curl /v1/x -d '{'", "curl -H 'A: b'", "curl /v1/x -d 'oops", "curl /v1/x -d a=1"])
def test_a_call_that_cannot_be_read_is_reported(text: str) -> None:
    assert one("bash", text).problem is not None


def test_fetch_of_javascript() -> None:
    text = """
    const voice = "bird";
    await fetch(`${BASE_URL}/v1/x`, {
      method: "POST",
      body: JSON.stringify({ model: "m", text: "a } b", voice, who: voice, on: true, n: 1.5, none: null, list: ["a", { b: no }] })
    });
    fetch('https://api.example.com/v1/x/' + id);
    """.replace("voice, who", "same: voice, who")
    posted, asked = snippets(Block("javascript", text))
    body = {"model": "m", "text": "a } b", "same": "bird", "who": "bird", "on": True, "n": 1.5, "none": None, "list": ["a", {"b": "no"}]}
    assert posted == Snippet("javascript", body, "POST", "/v1/x")
    assert asked == Snippet("javascript", None, "GET", "/v1/x/")


PYTHON = """
import requests
payload = {"model": "m", "text": "a } b", "on": True, "none": None, "key": KEY}
first = requests.post(f"{BASE}/v1/x", headers={"a": f"b {c}"}, json=payload)
first.json()["id"]
first.get("id")
second = requests.get("https://api.example.com/v1/x", params={"a": 1})
third = client.post(
    "https://api.example.com/v1/y",
    json={"n": [1, 2.5], "text": f"hello {name}"},
)
"""


@pytest.mark.parametrize("text", [PYTHON, " ".join(PYTHON.split())], ids=["lines", "joined"])
def test_requests_of_python(text: str) -> None:
    first, second, third = snippets(Block("python", text))
    assert first == Snippet("python", {"model": "m", "text": "a } b", "on": True, "none": None, "key": "KEY"}, "POST", "/v1/x")
    assert second == Snippet("python", None, "GET", "/v1/x", (("a", "1"),))
    assert third == Snippet("python", {"n": [1, 2.5], "text": "hello {}"}, "POST", "/v1/y")


def test_a_block_without_a_language_is_guessed() -> None:
    assert one("", '{"a": 1}').body == {"a": 1}
    assert one("", "curl /v1/x").path == "/v1/x"
    assert snippets(Block("", "POST /v1/x")) == []


def test_blocks_of_other_languages_hold_no_example() -> None:
    assert snippets(Block("http", "POST /v1/x")) == []
    assert snippets(Block("bash", "pip install something")) == []
