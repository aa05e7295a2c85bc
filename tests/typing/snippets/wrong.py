"""What has to fail: each marked line is an error for every type checker, whose message is short and names the word after the mark, or one of several."""

from __future__ import annotations

from pathlib import Path

from unibind import AsyncUniAll, Options, UniAll, UniAPI, WaveSpeed
from unibind.uniall.models.requests.veo_3_1 import Veo31Request

uniall, uniapi, wavespeed = UniAll(), UniAPI(), WaveSpeed()
name: str = input()

uniall.videos.veo_3_1.run(model="veo3.1-video-720p", prompt="a boat", duration=5)  # error: duration
uniall.videos.veo_3_1.create(model="veo3.1-video-720p", prompt="a boat", duration="8")  # error: duration
uniall.videos.veo_3_1.run(model="veo3.1-video-720p", lenght=8)  # error: lenght
uniall.videos.veo_3_1.run(model="veo3.1-video-720p", prompt=4)  # error: prompt
uniall.videos.veo_3_1.run(model="veo3.1-video-720p", images="https://example.com/a.png")  # error: images
uniall.videos.veo_3_1.run(model="veo3.1-video-720p", image=Path("boat.png"))  # error: image
uniall.videos.veo_3_1.run(model="veo3.1-video-720p", extra_body={"sed": 1})  # error: sed
uniall.videos.veo_3_1.run(model="veo3.1-video-720p", extra_body={"seed": "1"})  # error: seed|extra_body
uniall.videos.veo_3_1.run(model="seedance2.0-720p")  # error: model
uniall.videos.veo_3_1.run(model=name)  # error: model
uniall.videos.veo_3_1.run(prompt="a boat")  # error: model
uniall.videos.run(prompt="a boat")  # error: model
uniall.videos.run(model=name, timeout="5")  # error: timeout
uniall.videos.run(model=name, options={"timeout": 5})  # error: options
uniall.videos.run(model=name, download=5)  # error: download
uniall.images.gpt_image_2.generate(model="gpt-image-2", prompt="a boat", quality="best")  # error: quality
uniall.images.gpt_image_2.generate(model="gpt-image-2")  # error: prompt
uniapi.images.edit(prompt="a boat")  # error: image
uniapi.images.edit(prompt="a boat", image="https://example.com/a.png")  # error: image
uniapi.audio.speech.create(model="tts-1", input="hello", voice=5)  # error: voice
uniapi.chat.completions.create(model=name, messages="hello")  # error: messages
uniall.audio.tasks.minimax_music.run(model="music-9", prompt="a song")  # error: model
uniapi.suno.music.run(prompt=5)  # error: prompt
wavespeed.uno.run(prompt="a boat", images="https://example.com/a.png")  # error: images
Veo31Request(model="veo3.1-video-720p", duration=5)  # error: duration
Veo31Request(prompt="a boat")  # error: model
Options(validate="maybe")  # error: validate
Options(time_out=5)  # error: time_out
uniall.task({}).download("clip.mp4", index="0")  # error: index


async def asynchronously(client: AsyncUniAll) -> None:
    await client.videos.veo_3_1.run(model="veo3.1-video-720p", prompt="a boat", duration=5)  # error: duration
    await client.images.gpt_image_2.generate(model="gpt-image-2", prompt="a boat", quality="best")  # error: quality
    print(client.videos.run(model=name).outputs)  # error: outputs
