"""What checking a request costs, against a bare pydantic model that only knows the types of the same fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from .harness.question import Goal, Question, Row, Work


@dataclass(frozen=True, slots=True)
class Case:
    """A valid request, and its bare model."""

    name: str
    provider: str
    path: str
    model: Callable[[], Any]
    body: dict[str, Any]


def veo() -> Any:
    from pydantic import BaseModel

    class ExtraBody(BaseModel):
        generate_audio: bool = True
        negative_prompt: str | None = None
        seed: int | None = None

    class Veo(BaseModel):
        model: str
        prompt: str | None = None
        image: str | None = None
        images: list[str] | None = None
        last_image: str | None = None
        video: str | None = None
        size: str | None = None
        aspect_ratio: str | None = None
        duration: int | None = None
        extra_body: ExtraBody | None = None

    return Veo


def seedance() -> Any:
    from pydantic import BaseModel

    class Text(BaseModel):
        type: Literal["text"]
        text: str

    class Media(BaseModel):
        type: Literal["image_url", "video_url", "audio_url"]
        url: str
        role: str | None = None

    class ExtraBody(BaseModel):
        generate_audio: bool | None = None
        seed: int | None = None
        watermark: bool | str | None = None
        camera_fixed: bool | str | None = None
        service_tier: str | None = None
        execution_expires_after: int | None = None
        draft: bool | None = None
        return_last_frame: bool | str | None = None
        frames: int | None = None
        operation: str | None = None

    class Seedance(BaseModel):
        model: str
        duration: int | str
        prompt: str | None = None
        content: list[Text | Media] | None = None
        aspect_ratio: str | None = None
        size: str | None = None
        image: str | dict[str, Any] | None = None
        last_image: str | dict[str, Any] | None = None
        images: list[str] | None = None
        video: str | None = None
        videos: list[str] | None = None
        audios: list[str] | None = None
        extra_body: ExtraBody | None = None

    return Seedance


def speech() -> Any:
    from pydantic import BaseModel

    class Pronunciation(BaseModel):
        tone_list: list[str] | str | None = None

    class Speech(BaseModel):
        model: str
        text: str | None = None
        input: str | None = None
        voice_id: str | None = None
        voice: str | None = None
        speed: float | None = None
        emotion: str | None = None
        language: str | None = None
        output_format: str | None = None
        response_format: str | None = None
        format: str | None = None
        sample_rate: float | None = None
        volume: float | None = None
        pitch: float | None = None
        audio_setting: dict[str, Any] | None = None
        pronunciation_dict: Pronunciation | None = None
        timber_weights: list[Any] | None = None
        subtitle_enable: bool | None = None
        metadata: dict[str, Any] | None = None
        extra_body: dict[str, Any] | None = None

    return Speech


def chat() -> Any:
    from pydantic import BaseModel

    class Part(BaseModel):
        type: str
        text: str | None = None
        image_url: dict[str, Any] | None = None
        input_audio: dict[str, Any] | None = None

    class Message(BaseModel):
        role: str
        content: str | list[Part] | None = None
        name: str | None = None
        tool_calls: list[Any] | None = None
        tool_call_id: str | None = None

    class StreamOptions(BaseModel):
        include_usage: bool | None = None

    class Audio(BaseModel):
        voice: str | None = None
        format: str | None = None

    class ResponseFormat(BaseModel):
        type: str | None = None
        json_schema: dict[str, Any] | None = None

    class Function(BaseModel):
        name: str | None = None
        description: str | None = None
        parameters: dict[str, Any] | None = None

    class Tool(BaseModel):
        type: str | None = None
        function: Function | None = None

    class Chat(BaseModel):
        model: str | None = None
        messages: list[Message] | None = None
        temperature: float | None = None
        top_p: float | None = None
        n: int | None = None
        max_tokens: int | None = None
        max_completion_tokens: int | None = None
        stop: str | list[str] | None = None
        seed: int | None = None
        frequency_penalty: float | None = None
        presence_penalty: float | None = None
        logit_bias: dict[str, Any] | None = None
        logprobs: bool | None = None
        top_logprobs: int | None = None
        stream: bool | None = None
        stream_options: StreamOptions | None = None
        modalities: list[str] | None = None
        audio: Audio | None = None
        reasoning_effort: str | None = None
        response_format: ResponseFormat | None = None
        prediction: dict[str, Any] | None = None
        web_search_options: dict[str, Any] | None = None
        tools: list[Tool] | None = None
        tool_choice: str | dict[str, Any] | None = None
        parallel_tool_calls: bool | None = None
        function_call: str | dict[str, Any] | None = None
        functions: list[Function] | None = None
        service_tier: str | None = None
        store: bool | None = None
        metadata: dict[str, Any] | None = None
        user: str | None = None

    return Chat


PROMPT = "A paper boat drifts down a rainy street at dusk, slow push in, warm light from the windows"
LINK = "https://example.com/media/{}.png"
CASES = (
    Case(
        "veo-3.1, text to video",
        "uniall",
        "/v1/video/generations",
        veo,
        {"model": "veo3.1-video-1080p", "prompt": PROMPT, "size": "1080p", "aspect_ratio": "16:9", "duration": 8},
    ),
    Case(
        "seedance-2.0, text to video",
        "uniall",
        "/v1/video/generations",
        seedance,
        {
            "model": "seedance2.0-720p",
            "prompt": PROMPT,
            "duration": 5,
            "aspect_ratio": "16:9",
            "extra_body": {"generate_audio": True, "seed": 7, "watermark": False},
        },
    ),
    Case(
        "seedance-2.0, three references",
        "uniall",
        "/v1/video/generations",
        seedance,
        {
            "model": "seedance2.0-720p",
            "prompt": PROMPT,
            "duration": 5,
            "content": [
                {"type": "text", "text": PROMPT},
                *({"type": "image_url", "url": LINK.format(n), "role": "reference_image"} for n in range(3)),
            ],
        },
    ),
    Case(
        "minimax-speech",
        "uniall",
        "/v1/audio/tasks",
        speech,
        {"model": "minimax-speech-2.8-hd", "text": PROMPT, "voice_id": "Wise_Woman", "speed": 1.25, "emotion": "happy", "format": "mp3"},
    ),
    Case(
        "chat, three messages",
        "uniapi",
        "/v1/chat/completions",
        chat,
        {
            "model": "gpt-4.1",
            "messages": [
                {"role": "system", "content": "Answer in one sentence."},
                {
                    "role": "user",
                    "content": [{"type": "text", "text": PROMPT}, {"type": "image_url", "image_url": {"url": LINK.format(1)}}],
                },
                {"role": "user", "content": "What is on the picture?"},
            ],
            "temperature": 0.2,
            "max_completion_tokens": 300,
        },
    ),
)


def bare(case: Case) -> Callable[[str], Work]:
    """`model_validate` of the bare model."""

    def begin(url: str) -> Work:
        validate, body = case.model().model_validate, case.body
        return lambda: validate(body)

    return begin


def ours(case: Case, *, everything: bool = False) -> Callable[[str], Work]:
    """`check_request`; with `everything`, in a process where the checks of all families of all providers are loaded."""

    def begin(url: str) -> Work:
        from unibind import check_request

        provider, path, body = case.provider, case.path, case.body
        found = check_request(provider, "POST", path, body)
        if found:
            raise ValueError(f"the benchmark's own request is refused: {found}")
        if everything:
            load_everything()
        return lambda: check_request(provider, "POST", path, body)

    return begin


def load_everything() -> None:
    """Imports every family's checks, and asks for every operation once."""
    from importlib import import_module
    from pathlib import Path

    import unibind
    from unibind import check_request

    for folder in Path(unibind.__file__).parent.glob("*/validators"):
        for file in folder.glob("[!_]*.py"):
            import_module(f"unibind.{folder.parent.name}.validators.{file.stem}")
    for provider in ("uniall", "uniapi", "wavespeed"):
        for operation in import_module(f"unibind.{provider}.tables").PROVIDER.operations.values():
            check_request(provider, operation.method, operation.path, {})


def request_class(url: str) -> Work:
    """Making a request of the emitted class, which also checks the rules."""
    from unibind.uniall.models.requests.veo_3_1 import Veo31Request

    body = CASES[0].body
    return lambda: Veo31Request.model_validate(body)


QUESTION = Question(
    "check_request, against pydantic with the types alone",
    (
        *(Row(case.name, {"pydantic": bare(case), "unibind": ours(case)}, (Goal(1.5),), calls=5000) for case in CASES),
        Row(
            "veo-3.1, all families loaded",
            {"one family loaded": ours(CASES[0]), "unibind": ours(CASES[0], everything=True)},
            (Goal(1.1),),
            calls=5000,
        ),
        Row("veo-3.1, request class", {"pydantic": bare(CASES[0]), "unibind": request_class}, (Goal(None),), calls=2000),
    ),
)
