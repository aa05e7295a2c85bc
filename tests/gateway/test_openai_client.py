"""The official `openai` package, pointed at the gateway of UniAPI over a socket."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import Iterator
from pathlib import Path

import av
import httpx
import openai
import pytest
from unibind import gateway
from unibind.gateway import media

from .conftest import Pool


@pytest.fixture
def running(gateways: Pool) -> gateway.Running:
    running = gateways("uniapi")
    running.log.clear()
    return running


@pytest.fixture
def client(running: gateway.Running) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key=running.api_key, base_url=f"{running.base_url}/v1", max_retries=0, timeout=10) as made:
        yield made


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "in.png"
    path.write_bytes(media.png(1))
    return path


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "in.wav"
    path.write_bytes(media.speech(1))
    return path


def codec(content: bytes) -> str:
    """The codec of a file that a decoder reads to its end."""
    with av.open(io.BytesIO(content), "r") as container:
        stream = container.streams[0]
        assert list(container.decode(stream))
        return stream.codec_context.name


def test_chat(client: openai.OpenAI, running: gateway.Running) -> None:
    answer = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hello"}], n=2)
    assert answer.object == "chat.completion"
    assert [row.index for row in answer.choices] == [0, 1]
    assert all(row.message.content and row.finish_reason == "stop" for row in answer.choices)
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert [entry.operation for entry in running.log.paid()] == ["createChatCompletion"]


@pytest.mark.parametrize("usage", [False, True])
def test_chat_streamed(usage: bool, client: openai.OpenAI) -> None:
    stream = client.chat.completions.create(
        model="gpt-4o",
        messages=[{"role": "user", "content": "Hello"}],
        stream=True,
        stream_options={"include_usage": usage},
    )
    chunks = list(stream)
    assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    assert len({chunk.id for chunk in chunks}) == 1
    texts = [row.delta.content or "" for chunk in chunks for row in chunk.choices]
    assert "".join(texts).endswith(".")
    assert sum(map(bool, texts)) == 7
    assert [row.finish_reason for chunk in chunks for row in chunk.choices if row.finish_reason] == ["stop"]
    assert [chunk.usage.total_tokens for chunk in chunks if chunk.usage] == ([16] if usage else [])


def test_a_stream_that_fails(client: openai.OpenAI) -> None:
    headers = {gateway.SCENARIO: "fail"}
    stream = client.chat.completions.create(
        model="gpt-4o", messages=[{"role": "user", "content": "Hello"}], stream=True, extra_headers=headers
    )
    with pytest.raises(openai.APIError, match="scenario"):
        list(stream)


def test_completions(client: openai.OpenAI) -> None:
    whole = client.completions.create(model="gpt-3.5-turbo-instruct", prompt="Once")
    assert whole.choices[0].text
    chunks = list(client.completions.create(model="gpt-3.5-turbo-instruct", prompt="Once", stream=True))
    assert len("".join(chunk.choices[0].text for chunk in chunks).split()) == 7


def test_responses(client: openai.OpenAI) -> None:
    whole = client.responses.create(model="gpt-4.1", input="Hello")
    assert (whole.status, len(whole.output_text.split())) == ("completed", 7)
    events = list(client.responses.create(model="gpt-4.1", input="Hello", stream=True))
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    last = events[-1]
    assert last.type == "response.completed"
    assert last.response.output_text == text
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert events[0].type == "response.created"


def test_the_helper_of_responses(client: openai.OpenAI) -> None:
    with client.responses.stream(model="gpt-4.1", input="Hello") as stream:
        assert stream.get_final_response().output_text.endswith(".")


def test_images(client: openai.OpenAI) -> None:
    linked = client.images.generate(model="dall-e-3", prompt="A boat", n=2)
    assert linked.data is not None
    assert [codec(httpx.get(str(row.url)).content) for row in linked.data] == ["png", "png"]
    assert all(row.b64_json is None for row in linked.data)
    for row in (
        client.images.generate(model="dall-e-3", prompt="A boat", response_format="b64_json"),
        client.images.generate(model="gpt-image-1", prompt="A boat"),
    ):
        assert row.data is not None
        assert row.data[0].url is None
        assert codec(base64.b64decode(str(row.data[0].b64_json))) == "png"


def test_image_edits(client: openai.OpenAI, picture: Path, running: gateway.Running) -> None:
    with picture.open("rb") as image:
        one = client.images.edit(model="gpt-image-1", image=image, prompt="A hat")
    several = client.images.edit(model="gpt-image-1", image=[picture, picture], prompt="A hat", n=2)
    assert one.data is not None
    assert several.data is not None
    assert [codec(base64.b64decode(str(row.b64_json))) for row in (*one.data, *several.data)] == ["png"] * 3
    about = {"file": "in.png", "media": "image/png", "bytes": picture.stat().st_size}
    assert [entry.body.get("image", entry.body.get("image[]")) for entry in running.log] == [about, [about, about]]


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")  # the package says so of its own method
def test_image_variations(client: openai.OpenAI, picture: Path) -> None:
    answer = client.images.create_variation(model="dall-e-2", image=picture, response_format="url")
    assert answer.data is not None
    assert codec(httpx.get(str(answer.data[0].url)).content) == "png"


def test_speech(client: openai.OpenAI, tmp_path: Path) -> None:
    answer = client.audio.speech.create(model="tts-1", voice="alloy", input="Welcome aboard.")
    assert answer.response.headers["content-type"] == "application/octet-stream"
    path = tmp_path / "speech.wav"
    answer.write_to_file(path)
    assert codec(path.read_bytes()) == "pcm_s16le"


def test_speech_streamed_to_a_file(client: openai.OpenAI, tmp_path: Path) -> None:
    path = tmp_path / "speech.wav"
    with client.audio.speech.with_streaming_response.create(model="tts-1", voice="alloy", input="Welcome aboard.") as answer:
        answer.stream_to_file(path)
    assert codec(path.read_bytes()) == "pcm_s16le"


def test_transcriptions(client: openai.OpenAI, sound: Path) -> None:
    create = client.audio.transcriptions.create
    assert len(create(model="whisper-1", file=sound).text.split()) == 7
    detailed = create(
        model="whisper-1", file=sound, response_format="verbose_json", language="en", timestamp_granularities=["word", "segment"]
    )
    assert detailed.segments is not None
    assert detailed.words is not None
    assert "".join(row.word for row in detailed.words) == detailed.text == detailed.segments[0].text
    assert create(model="whisper-1", file=sound, response_format="text").endswith(".\n")
    assert "00:00:00,000 -->" in create(model="whisper-1", file=sound, response_format="srt")
    assert create(model="whisper-1", file=sound, response_format="vtt").startswith("WEBVTT")


def test_transcriptions_streamed(client: openai.OpenAI, sound: Path) -> None:
    events = list(client.audio.transcriptions.create(model="gpt-4o-transcribe", file=sound, stream=True))
    last = events[-1]
    assert last.type == "transcript.text.done"
    assert "".join(event.delta for event in events if event.type == "transcript.text.delta") == last.text


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")  # the package says so of its own method
def test_translations(client: openai.OpenAI, sound: Path) -> None:
    assert client.audio.translations.create(model="whisper-1", file=sound).text.endswith(".")
    assert client.audio.translations.create(model="whisper-1", file=sound, response_format="text").endswith(".\n")


def test_embeddings(client: openai.OpenAI) -> None:
    """The package asks for base64 unless told otherwise, and decodes it."""
    create = client.embeddings.create
    both = create(model="text-embedding-3-small", input=["a boat", "a mill"]).data
    plain = create(model="text-embedding-3-small", input="a boat", encoding_format="float").data
    assert [row.index for row in both] == [0, 1]
    assert list(both[0].embedding) == plain[0].embedding != list(both[1].embedding)
    assert len(plain[0].embedding) == 8


def test_models(client: openai.OpenAI) -> None:
    assert {"gpt-image-1", "whisper-1"} <= {row.id for row in client.models.list()}


def test_moderations(client: openai.OpenAI) -> None:
    answer = client.moderations.create(model="omni-moderation-2024-09-26", input=["a boat", "a mill"])
    assert [row.flagged for row in answer.results] == [False, False]
    assert answer.results[0].categories.self_harm is False


def test_refusals_are_those_of_the_package(client: openai.OpenAI) -> None:
    with pytest.raises(openai.AuthenticationError) as caught:
        client.with_options(api_key="sk-wrong").models.list()
    assert caught.value.code == "invalid_api_key"
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model="text-embedding-3-small", messages=[{"role": "user", "content": "Hello"}])
    assert refused.value.response.headers["x-unibind-rules"] == "chat/other-model"


def test_the_asynchronous_client(running: gateway.Running) -> None:
    async def ask() -> str:
        async with openai.AsyncOpenAI(api_key=running.api_key, base_url=f"{running.base_url}/v1", max_retries=0) as client:
            stream = await client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hello"}], stream=True)
            return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    assert len(asyncio.run(ask()).split()) == 7
