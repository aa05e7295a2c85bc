"""Keys, refusals, lists, streams and files over a real socket, without the client where it would stand in the way."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from unibind import NotFound, UniAll, check_request, gateway, parse_response
from unibind.gateway.service import RULES, SCENARIO, WARNINGS

from .cases import first

GOOD = {"authorization": "Bearer sk-good"}
VIDEO = first("veo-3.1").body
POST = "/v1/video/generations"


@pytest.mark.parametrize("path", ["/v1/models", "/api/usage/balance", "/v1/videos/task_x", "/v1/audio/voices"])
@pytest.mark.parametrize(
    ("headers", "status", "verdict"),
    [
        ({}, 401, "missing_key"),
        ({"authorization": "Bearer sk-wrong"}, 401, "unknown_key"),
        ({"authorization": "sk-good"}, 401, "unknown_key"),
        ({"authorization": "Bearer sk-off"}, 403, "disabled_key"),
    ],
)
def test_keys(path: str, headers: dict[str, str], status: int, verdict: str, http: httpx.Client, log: gateway.Log) -> None:
    answer = http.get(path, headers=headers)
    assert answer.status_code == status
    assert log[0].verdict == verdict
    body = answer.json()
    assert body["success"] is False if "balance" in path else body["error"]["message"]
    assert "sk-" not in answer.text
    assert "sk-" not in repr(log.entries)
    assert parse_response("uniall", "GET", path, status, body).to_dict() == body


def test_a_wrong_request_is_refused_with_its_rules(http: httpx.Client, log: gateway.Log) -> None:
    body = {**VIDEO, "duration": 5, "size": "4k"}
    answer = http.post(POST, json=body, headers=GOOD)
    expected = [row for row in check_request("uniall", "POST", POST, body) if row.severity == "error"]
    assert len(expected) > 1
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_request_parameter"
    assert answer.json()["error"]["message"] == expected[0].message
    assert answer.headers[RULES].split(", ") == [row.rule for row in expected] == list(log[0].rules)
    assert not log.paid()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"a"', b"\xff", b"null"])
def test_a_body_that_is_no_object_is_refused(content: bytes, http: httpx.Client) -> None:
    answer = http.post(POST, content=content, headers={**GOOD, "content-type": "application/json"})
    assert (answer.status_code, answer.headers[RULES]) == (400, "createVideoGeneration/body:type")


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x"])
def test_another_content_type_is_refused(content_type: str, http: httpx.Client) -> None:
    answer = http.post(POST, content=b"{}", headers={**GOOD, "content-type": content_type})
    assert (answer.status_code, answer.headers[RULES]) == (400, "createVideoGeneration/body:content-type")


def test_a_broken_form_is_refused(http: httpx.Client) -> None:
    answer = http.post("/v1/images/tasks", content=b"nothing", headers={**GOOD, "content-type": "multipart/form-data"})
    assert answer.status_code == 400


def test_a_doubtful_request_passes_with_a_warning(http: httpx.Client, log: gateway.Log) -> None:
    answer = http.post(POST, json={**VIDEO, "colour": "red"}, headers=GOOD)
    assert answer.status_code == 200
    assert answer.headers[WARNINGS] in log[0].rules
    assert http.post(POST, json={"model": "veo9", "prompt": "x"}, headers=GOOD).json()["id"]


def test_an_unknown_scenario_is_refused(http: httpx.Client) -> None:
    answer = http.post(POST, json=VIDEO, headers={**GOOD, SCENARIO: "explode"})
    assert answer.status_code == 400
    assert "succeed, fail" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "path", ["/v1/videos/task_x", "/v1/videos/task_x/content", "/v1/images/tasks/task_x", "/v1/audio/tasks/task_x", "/v1/nothing"]
)
def test_what_is_not_there(path: str, http: httpx.Client) -> None:
    answer = http.get(path, headers=GOOD)
    assert answer.status_code == 404
    assert answer.json()["error"]["message"]


def test_a_task_of_another_kind_is_not_found(client: UniAll) -> None:
    task = client.submit("createVideoGeneration", VIDEO)
    with pytest.raises(NotFound):
        client.audio.tasks.retrieve(task.id)


def test_another_method_is_refused(http: httpx.Client) -> None:
    answer = http.delete("/v1/models", headers=GOOD)
    assert (answer.status_code, list(answer.json())) == (405, ["error"])
    assert answer.headers["allow"] == "GET, HEAD"
    assert http.get("/v1/video/generations", headers=GOOD).headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("headers", "query", "schema", "member"),
    [
        (GOOD, "", "ModelList", "id"),
        ({"x-api-key": "sk-good", "anthropic-version": "2023-06-01"}, "", "AnthropicModelList", "display_name"),
        ({**GOOD, "x-api-key": "sk-good"}, "", "ModelList", "id"),
        ({"x-goog-api-key": "sk-good"}, "", "GeminiModelList", "name"),
        ({}, "?key=sk-good", "GeminiModelList", "name"),
    ],
)
def test_model_lists(headers: dict[str, str], query: str, schema: str, member: str, http: httpx.Client, log: gateway.Log) -> None:
    body = http.get(f"/v1/models{query}", headers=headers).json()
    model = parse_response("uniall", "GET", "/v1/models", 200, body)
    assert type(model).__name__ == schema
    names = {row[member].removeprefix("models/") for row in body.get("data", body.get("models"))}
    assert {"veo3.1-video-720p", "gpt-image-2"} <= names
    assert "sk-" not in repr(log.entries)


def test_the_balance_goes_down(client: UniAll) -> None:
    def left() -> Any:
        return client.balance.retrieve().to_dict()["data"]

    before = left()
    client.submit("createVideoGeneration", VIDEO)
    after = left()
    assert after["balance"]["quota"] < before["balance"]["quota"]
    assert after["balance"]["amount"] < before["balance"]["amount"]
    assert after["token"]["total_quota"] == before["token"]["total_quota"]


def test_an_empty_account_buys_nothing() -> None:
    with gateway.serve("uniall") as poor:
        poor.gateway.account.quota = 0
        answer = httpx.post(poor.base_url + POST, json=VIDEO, headers={"authorization": f"Bearer {poor.api_key}"})
    assert (answer.status_code, poor.log[0].verdict) == (403, "no_balance")


def test_voices_that_were_made_are_listed(client: UniAll) -> None:
    made = client.call("cloneVoice", body=first("voice-clone").body).to_dict()
    rows = client.audio.voices.list().to_dict()["data"]
    assert rows[0]["source_type"] == "system"
    assert made["voice"] in rows
    assert client.audio.voices.list(model="minimax-speech-2.8-hd").to_dict()["model"] == "minimax-speech-2.8-hd"


def test_a_stream_ends_with_links(http: httpx.Client) -> None:
    lines: list[str] = []
    with http.stream("POST", "/v1/chat/completions", json=first("nano-banana-chat").body, headers=GOOD) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines += [line for line in answer.iter_lines() if line]
    assert lines[-1] == "data: [DONE]"
    events = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    assert "%" in events[0]["choices"][0]["delta"]["content"]
    assert events[-1]["choices"][0]["finish_reason"] == "stop"
    assert all(http.get(url).headers["content-type"] == "image/png" for url in events[-1]["media"]["outputs"])


def test_a_stream_of_sora_has_its_link_in_the_text(client: UniAll, http: httpx.Client) -> None:
    with client.stream("createChatCompletion", first("sora-2-chat").body) as stream:
        text = stream.text()
    link = text.partition("**Link**: ")[2].split()[0]
    assert http.get(link).headers["content-type"] == "video/mp4"


def test_several_images(client: UniAll, http: httpx.Client) -> None:
    answer = client.images.generate(model="gpt-image-2", prompt="A blue glass ball", size="1024x1024", n=3).to_dict()
    assert len({http.get(row["url"]).content for row in answer["data"]}) == 3


def test_the_content_route(client: UniAll, http: httpx.Client) -> None:
    task = client.submit("createVideoGeneration", VIDEO)
    path = f"/v1/videos/{task.id}/content"
    task.wait()
    content = client.videos.content(task.id).read()
    assert content == http.get(task.outputs[0]).content
    part = http.get(path, headers={**GOOD, "range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, content[100:200])
    assert http.get(path).status_code == 401


def test_there_is_no_content_before_the_end() -> None:
    clock = gateway.ManualClock()
    local = gateway.Gateway("uniall", clock=clock)

    async def ask() -> list[int]:
        async with httpx.AsyncClient(
            transport=local.transport(), base_url=local.base_url, headers={"authorization": f"Bearer {local.api_key}"}
        ) as http:
            id = (await http.post(POST, json=VIDEO)).json()["id"]
            failing = (await http.post(POST, json=VIDEO, headers={SCENARIO: "fail"})).json()["id"]
            early = (await http.get(f"/v1/videos/{id}/content")).status_code
            clock.advance(60)
            return [early, *[(await http.get(f"/v1/videos/{name}/content")).status_code for name in (id, failing)]]

    assert asyncio.run(ask()) == [400, 200, 400]
    assert [entry.verdict for entry in local.log][2:] == ["not_ready", "accepted", "not_ready"]


def test_the_media_origin(client: UniAll, http: httpx.Client, running: gateway.Running, log: gateway.Log) -> None:
    url = client.submit("createVideoGeneration", VIDEO).wait().outputs[0]
    assert url.startswith(running.media_url)
    assert running.media_url != running.base_url
    whole = http.get(url)
    assert (whole.status_code, whole.headers["content-type"], int(whole.headers["content-length"])) == (
        200,
        "video/mp4",
        len(whole.content),
    )
    rest = http.get(url, headers={"range": "bytes=1000-", "if-range": whole.headers["etag"]})
    assert (rest.status_code, rest.content) == (206, whole.content[1000:])
    assert http.head(url).headers["content-length"] == whole.headers["content-length"]
    assert http.get(f"{running.media_url}/media/other.mp4").status_code == 404
    assert http.get(url.replace(running.media_url, running.base_url)).status_code == 404
    log.clear()
    for headers in (GOOD, {"x-api-key": "sk-good"}):
        assert http.get(url, headers=headers).status_code == 400
    assert http.get(f"{url}?key=sk-good").status_code == 400
    assert [entry.verdict for entry in log] == ["key_sent"] * 3
    assert "sk-good" not in repr(log.entries)


def test_the_log_says_what_was_sent(client: UniAll, log: gateway.Log) -> None:
    body: dict[str, Any] = {
        "model": "gpt-image-2",
        "prompt": "A blue glass ball",
        "size": "1024x1024",
        "image": ("in.png", b"abc", "image/png"),
    }
    client.images.tasks.create(**body)
    entry = log[0]
    assert (entry.method, entry.path, entry.operation) == ("POST", "/v1/images/tasks", "createImageTask")
    assert entry.body == {**body, "image": {"file": "in.png", "media": "image/png", "bytes": 3}}
    assert entry.headers["authorization"] == "***"
    assert entry.task is not None
    assert entry.task.startswith("task_")


def test_an_unknown_provider_is_refused() -> None:
    with pytest.raises(LookupError, match="nobody"), gateway.serve("nobody"):
        pass


def test_stopping_frees_the_ports() -> None:
    with gateway.serve("uniall") as served:
        port = int(served.base_url.rpartition(":")[2])
    with gateway.serve("uniall", port=port) as again:
        assert again.base_url == served.base_url
    with pytest.raises(httpx.ConnectError):
        httpx.get(again.base_url)
