"""UniAPI and WaveSpeed through the emitted clients: streams, sound, text, keys of other schemes, and answers about tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import httpx
import pytest
from unibind import (
    AsyncUniAPI,
    AsyncWaveSpeed,
    NotFound,
    Options,
    StreamInterrupted,
    UniAPI,
    WaveSpeed,
    check_request,
    gateway,
)
from unibind.gateway import media

from .conftest import Pool

HELLO: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}
SOUND = ("in.wav", media.speech(1), "audio/wav")


@pytest.fixture
def running(gateways: Pool) -> gateway.Running:
    running = gateways("uniapi")
    running.log.clear()
    return running


@pytest.fixture
def client(running: gateway.Running) -> Iterator[UniAPI]:
    with UniAPI(api_key=running.api_key, base_url=running.base_url) as made:
        yield made


def of_async(running: gateway.Running, ask: Any) -> Any:
    """What a coroutine of an asynchronous client gives."""

    async def asked() -> Any:
        async with AsyncUniAPI(api_key=running.api_key, base_url=running.base_url) as client:
            return await ask(client)

    return asyncio.run(asked())


def codec(path: Path) -> str:
    with av.open(str(path)) as container:
        return container.streams[0].codec_context.name


# --- words


def test_chat(client: UniAPI) -> None:
    answer = client.chat.completions.create(**HELLO, n=2)
    assert type(answer).__name__ == "ChatCompletion"
    assert [row["message"]["role"] for row in answer.to_dict()["choices"]] == ["assistant", "assistant"]


def test_chat_streamed(client: UniAPI, running: gateway.Running) -> None:
    with client.chat.completions.stream(**HELLO, stream_options={"include_usage": True}) as stream:
        assert {type(chunk).__name__ for chunk in stream} == {"ChatCompletionChunk"}
        text = stream.text()
    assert len(text.split()) == 7
    assert running.log[0].body["stream"] is True
    with client.chat.completions.stream(**HELLO, stream_options={"include_usage": True}) as stream:
        whole = stream.collect().to_dict()
    assert whole["object"] == "chat.completion"
    assert whole["choices"][0]["message"]["content"].count(" ") == 6
    assert (whole["choices"][0]["finish_reason"], whole["usage"]["total_tokens"]) == ("stop", 16)


def test_chat_streamed_asynchronously(running: gateway.Running) -> None:
    async def ask(client: AsyncUniAPI) -> Any:
        async with await client.chat.completions.stream(**HELLO) as stream:
            first = [chunk async for chunk in stream]
        async with await client.chat.completions.stream(**HELLO) as stream:
            return len(first), (await stream.collect()).to_dict()

    count, whole = of_async(running, ask)
    assert count == 9
    assert whole["choices"][0]["message"]["content"].endswith(".")


def test_completions_streamed(client: UniAPI) -> None:
    with client.completions.stream(model="gpt-3.5-turbo-instruct", prompt="Once") as stream:
        whole = stream.collect().to_dict()
    assert len(whole["choices"][0]["text"].split()) == 7


def test_responses_streamed(client: UniAPI) -> None:
    plain = client.responses.create(model="gpt-4.1", input="Hello").to_dict()
    with client.responses.stream(model="gpt-4.1", input="Hello") as stream:
        names = [type(event).__name__ for event in stream]
        whole, text = stream.collect().to_dict(), stream.text()
    assert names[:2] == ["ResponseStateEvent"] * 2
    assert {"ResponseItemEvent", "ResponsePartEvent", "ResponseDeltaEvent", "ResponseEvent"} <= set(names)
    assert names[-1] == "ResponseStateEvent"
    assert whole["output"][0]["content"][0]["text"] == text
    assert {*whole} == {*plain}


def test_the_events_of_responses_are_named(running: gateway.Running) -> None:
    headers = {"authorization": f"Bearer {running.api_key}"}
    answer = httpx.post(f"{running.base_url}/v1/responses", json={"model": "gpt-4.1", "input": "Hi", "stream": True}, headers=headers)
    names = [line.removeprefix("event: ") for line in answer.text.splitlines() if line.startswith("event: ")]
    assert (names[0], names[-1]) == ("response.created", "response.completed")
    assert "[DONE]" not in answer.text


@pytest.mark.parametrize("resource", ["chat.completions", "responses"])
def test_a_stream_that_fails_keeps_what_came(resource: str, client: UniAPI) -> None:
    options = Options(headers={gateway.SCENARIO: "fail"})
    if resource == "responses":
        stream: Any = client.responses.stream(model="gpt-4.1", input="Hello", options=options)
    else:
        stream = client.chat.completions.stream(**HELLO, options=options)
    with pytest.raises(StreamInterrupted, match="scenario") as caught, stream:
        list(stream)
    assert caught.value.events


# --- sound


def test_speech(client: UniAPI, running: gateway.Running, tmp_path: Path) -> None:
    request: dict[str, Any] = {"model": "tts-1", "input": "Welcome aboard.", "voice": "alloy"}
    with client.audio.speech.create(**request) as file:
        assert file.content_type == "application/octet-stream"
        assert codec(file.save(tmp_path / "sync.wav")) == "pcm_s16le"

    async def ask(client: AsyncUniAPI) -> Path:
        async with await client.audio.speech.create(**request) as file:
            return await file.save(tmp_path / "async.wav")

    assert codec(of_async(running, ask)) == "pcm_s16le"
    assert len(running.log.paid()) == 2


@pytest.mark.parametrize("resource", ["transcriptions", "translations"])
@pytest.mark.parametrize(
    ("form", "content_type", "model", "start"),
    [
        ("text", "text/plain; charset=utf-8", "TextResponse", ""),
        ("srt", "application/x-subrip", "TextResponse", "1\n00:00:00,000"),
        ("vtt", "text/vtt; charset=utf-8", "TextResponse", "WEBVTT\n"),
        ("verbose_json", "application/json", "VerboseTranscription", None),
        ("json", "application/json", None, None),
    ],
)
def test_texts_of_recordings(
    resource: str, form: Any, content_type: str, model: str | None, start: str | None, client: UniAPI, running: gateway.Running
) -> None:
    request: dict[str, Any] = {"model": "whisper-1", "file": SOUND, "response_format": form}
    answer: Any = getattr(client.audio, resource).create(**request)
    other: Any = of_async(running, lambda made: getattr(made.audio, resource).create(**request))
    named = model or {"transcriptions": "Transcription", "translations": "Translation"}[resource]
    assert [type(row).__name__ for row in (answer, other)] == [named, named]
    assert answer.text.startswith(start or "")
    assert "." in answer.text
    sent = httpx.post(
        f"{running.base_url}/v1/audio/{resource}",
        data={"model": "whisper-1", "response_format": form},
        files={"file": SOUND},
        headers={"authorization": f"Bearer {running.api_key}"},
    )
    assert sent.headers["content-type"] == content_type


def test_a_transcription_with_times(client: UniAPI) -> None:
    answer = client.audio.transcriptions.create(
        model="whisper-1", file=SOUND, response_format="verbose_json", timestamp_granularities=["word", "segment"]
    ).to_dict()
    assert isinstance(answer, dict)
    assert "".join(row["word"] for row in answer["words"]) == answer["text"]


def test_a_streamed_transcription(client: UniAPI) -> None:
    with client.audio.transcriptions.stream(model="gpt-4o-transcribe", file=SOUND) as stream:
        text = stream.text()
        assert stream.collect().to_dict()["text"] == text


def test_vectors_follow_from_the_text(client: UniAPI, running: gateway.Running) -> None:
    rows = client.embeddings.create(model="text-embedding-3-small", input=["a", "b"]).to_dict()["data"]
    again = of_async(running, lambda made: made.embeddings.create(model="text-embedding-3-small", input="a")).to_dict()["data"]
    assert [row["index"] for row in rows] == [0, 1]
    assert rows[0]["embedding"] == again[0]["embedding"] != rows[1]["embedding"]


# --- keys


@pytest.mark.parametrize(
    ("path", "body", "header", "prefix"),
    [
        ("/ideogram/generate", {"image_request": {"prompt": "a hat"}}, "Api-Key", ""),
        ("/fal-ai/flux-pro/kontext", {"prompt": "a hat"}, "Authorization", "Key "),
        ("/v1/embeddings", {"model": "text-embedding-3-small", "input": "a"}, "Authorization", "Bearer "),
    ],
)
def test_each_operation_takes_the_key_in_its_own_way(path: str, body: Any, header: str, prefix: str, running: gateway.Running) -> None:
    def status(name: str, value: str) -> int:
        return httpx.post(running.base_url + path, json=body, headers={name: value}).status_code

    schemes = {("Api-Key", ""), ("Authorization", "Key "), ("Authorization", "Bearer ")}
    assert status(header, f"{prefix}{running.api_key}") == 200
    for name, start in schemes - {(header, prefix)}:
        assert status(name, f"{start}{running.api_key}") == 401
    assert status(header, f"{prefix}sk-off") == 403
    assert "sk-" not in repr(running.log.entries)


def test_a_key_of_the_right_scheme_breaks_no_rule() -> None:
    def rules(path: str, header: str) -> list[str]:
        found = check_request("uniapi", "POST", path, {"prompt": "a hat", "user_prompt": "a hat"}, headers={"Authorization": header})
        return [row.rule for row in found if row.rule.endswith(":scheme")]

    assert rules("/fal-ai/flux-pro/kontext", "Key k") == rules("/luma/generations", "Bearer k") == []
    assert rules("/fal-ai/flux-pro/kontext", "Bearer k") == ["submitFal/Authorization:scheme"]
    assert rules("/luma/generations", "Key k") == ["createLumaGeneration/Authorization:scheme"]


# --- tasks


def test_answers_about_finished_tasks(client: UniAPI) -> None:
    video = client.luma.generations.run(user_prompt="a boat", expand_prompt=True, loop=False)
    assert client.luma.generations.download_url(video.id).to_dict() == {"url": video.outputs[0]}
    picture = client.midjourney.imagine(prompt="a boat").wait()
    assert client.midjourney.image_seed(picture.id).to_dict()["result"]
    for call in (client.luma.generations.download_url, client.midjourney.image_seed):
        with pytest.raises(NotFound):
            call("nothing")


def test_several_tasks_at_once(client: UniAPI) -> None:
    done = client.suno.music.run(gpt_description_prompt="a song about rain")
    words = client.suno.lyrics.run(prompt="rain")
    rows = client.suno.fetch_batch(ids=[done.id, words.id, "nothing"]).to_dict()["data"]
    assert [row["task_id"] for row in rows] == [done.id, words.id]
    assert rows[0]["data"][0]["audio_url"] == done.outputs[0]
    assert rows[1]["data"]["text"].endswith(".")


def test_a_result_is_given_when_there_is_one() -> None:
    clock = gateway.ManualClock()
    local = gateway.Gateway("uniapi", clock=clock)

    async def ask() -> list[int]:
        headers = {"authorization": f"Key {local.api_key}"}
        async with httpx.AsyncClient(transport=local.transport(), base_url=local.base_url, headers=headers) as http:
            id = (await http.post("/fal-ai/flux-pro/kontext", json={"prompt": "a hat"})).json()["request_id"]
            path = f"/fal-ai/flux-pro/kontext/requests/{id}"
            early = (await http.get(path)).status_code
            clock.advance(60)
            return [early, (await http.get(path)).status_code, (await http.get(f"{path}/status")).status_code]

    assert asyncio.run(ask()) == [400, 200, 200]


def test_a_prediction(gateways: Pool, tmp_path: Path) -> None:
    running = gateways("wavespeed")
    request: dict[str, Any] = {"prompt": "a lamp", "images": ["https://example.com/1.png"], "num_images": 2}
    with WaveSpeed(api_key=running.api_key, base_url=running.base_url) as client:
        task = client.uno.run(**request)
        assert len(task.outputs) == 2
        assert codec(task.download(tmp_path / "sync.png")) == "png"

    async def ask() -> Path:
        async with AsyncWaveSpeed(api_key=running.api_key, base_url=running.base_url) as client:
            return await (await client.uno.run(**request)).download(tmp_path / "async.png")

    assert codec(asyncio.run(ask())) == "png"
