"""What has to pass: nothing here may be an error for a type checker."""

from __future__ import annotations

from pathlib import Path
from typing import Any, assert_type

from unibind import AsyncTask, AsyncUniAll, AsyncUniAPI, Options, Task, UniAll, UniAPI, WaveSpeed
from unibind._sync.binary import Binary
from unibind._sync.stream import Stream
from unibind.uniall.models.requests.veo_3_1 import Veo31Request
from unibind.uniall.models.responses import ImagesResponse
from unibind.uniapi.models.responses import ChatCompletion, ChatCompletionChunk

uniall, uniapi, wavespeed = UniAll(), UniAPI(), WaveSpeed()
name: str = input()
fields: dict[str, Any] = {"prompt": "a boat", "duration": 5}

# any model by its name, each family by its fields
assert_type(uniall.videos.run(model=name, **fields), Task)
assert_type(uniall.videos.run(model="veo3.1-video-720p", prompt="a boat", duration=8), Task)
task = uniall.videos.veo_3_1.run(model="veo3.1-video-720p", prompt="a boat", duration=8, timeout=None, download=Path("clip.mp4"))
assert_type(task, Task)
assert_type(task.outputs, list[str])
assert_type(task.progress, float | None)
assert_type(task.files, tuple[Path, ...])
assert_type(task.download("clip.mp4", timeout=60), Path)
assert_type(uniall.task(task.to_dict()), Task)
assert_type(uniall.videos.veo_3_1.create(model="veo3.1-video-4k", extra_body={"seed": 1}), Task)

# images, with uploads
assert_type(uniall.images.generate(model=name, prompt="a boat"), ImagesResponse)
assert_type(uniall.images.gpt_image_2.generate(model="gpt-image-2", prompt="a boat", quality="high"), ImagesResponse)
uniall.images.gpt_image_2.edit(model="gpt-image-2", prompt="a boat", image=Path("boat.png"))
uniapi.images.edit(prompt="a boat", image=[Path("boat.png"), b"...", ("a.png", b"...", "image/png")])
wavespeed.uno.run(prompt="a boat", images=["https://example.com/a.png"])

# speech and chat
assert_type(uniapi.audio.speech.create(model="tts-1", input="hello", voice="alloy"), Binary)
assert_type(uniapi.chat.completions.create(model=name, messages=[{"role": "user", "content": "hello"}]), ChatCompletion)
for event in uniapi.chat.completions.stream(model=name, messages=[{"role": "user", "content": "hello"}]):
    assert_type(event, ChatCompletionChunk)
assert_type(uniapi.chat.completions.stream(model=name, messages=[]), Stream[ChatCompletionChunk])
assert_type(uniapi.suno.music.run(prompt="a song"), Task)

request = Veo31Request(model="veo3.1-video-720p", prompt="a boat", duration=8)
uniall.videos.run(**request.to_body(), options=Options(timeout=30, validate="warn"))


async def asynchronously() -> None:
    async with AsyncUniAll() as client:
        task = await client.videos.veo_3_1.run(model="veo3.1-video-720p", prompt="a boat", duration=8)
        assert_type(task, AsyncTask)
        assert_type(await task.download_all("clips"), list[Path])
        assert_type(await client.images.generate(model=name, prompt="a boat"), ImagesResponse)
    async for event in await AsyncUniAPI().chat.completions.stream(model=name, messages=[]):
        assert_type(event, ChatCompletionChunk)
