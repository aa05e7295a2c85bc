"""What one call costs while nothing else is under way: a typed poll and a checked, typed submit."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from .harness.question import Goal, Question, Row, Work

ID = "task_0123456789abcdef"
BODY: dict[str, Any] = {"model": "seedance2.0-720p", "prompt": "A boat at dawn", "duration": 5}


def _raw(ask: Callable[[Any, str], Any]) -> Callable[[str], Work]:
    def contestant(url: str) -> Work:
        import httpx

        client = httpx.Client(base_url=url, headers={"authorization": "Bearer sk-x"})
        return lambda: ask(client, url).json()

    return contestant


def unibind(ask: Callable[[Any], Any]) -> Callable[[str], Work]:
    def contestant(url: str) -> Work:
        from unibind import UniAll

        client = UniAll(api_key="sk-x", base_url=url)
        return lambda: ask(client)

    return contestant


def openai_poll(url: str) -> Work:
    from openai import OpenAI

    client = OpenAI(api_key="sk-x", base_url=f"{url}/v1")
    return lambda: client.videos.retrieve(ID)


def openai_submit(url: str) -> Work:
    from openai import OpenAI

    client = OpenAI(api_key="sk-x", base_url=f"{url}/v1")
    return lambda: client.videos.create(model="sora-2", prompt="A boat at dawn", seconds="4")


def runwayml_poll(url: str) -> Work:
    from runwayml import RunwayML

    client = RunwayML(api_key="key_x", base_url=url)
    return lambda: client.tasks.retrieve("17f20503-6c24-4c16-946b-35dbbce2af2f")


def runwayml_submit(url: str) -> Work:
    from runwayml import RunwayML

    client = RunwayML(api_key="key_x", base_url=url)
    return lambda: client.text_to_image.create(model="gen4_image", prompt_text="A boat at dawn", ratio="1360:768")


def replicate_poll(url: str) -> Work:
    from replicate import Client

    client = Client(api_token="x", base_url=url)
    return lambda: client.predictions.get("gm3qorzdhgbfurvjtvhg6dckhu")


def replicate_submit(url: str) -> Work:
    from replicate import Client

    client = Client(api_token="x", base_url=url)
    return lambda: client.models.predictions.create("bytedance/seedance-2.0", {"prompt": "A boat at dawn"})


def fal_poll(url: str) -> Work:
    return _fal(url, lambda client: client.status("fal-ai/x", "764cabcf-b745-4b3e-ae38-1200304cf45b"))


def fal_submit(url: str) -> Work:
    return _fal(url, lambda client: client.submit("fal-ai/x", {"prompt": "A boat at dawn"}))


def _fal(url: str, ask: Callable[[Any], Any]) -> Work:
    os.environ["FAL_QUEUE_RUN_HOST"] = url.removeprefix("http://")
    import fal_client.client as module

    module.QUEUE_URL_FORMAT = f"{url}/"  # the package knows https only
    client = module.SyncClient(key="x:y")
    return lambda: ask(client)


POLL = Row(
    "poll",
    {
        "httpx": _raw(lambda client, url: client.get(f"/v1/videos/{ID}")),
        "unibind": unibind(lambda client: client.videos.retrieve(ID)),
        "openai": openai_poll,
        "runwayml": runwayml_poll,
        "fal-client": fal_poll,
        "replicate": replicate_poll,
    },
    (Goal(1.1),),
    calls=200,
)
SUBMIT = Row(
    "submit",
    {
        "httpx": _raw(lambda client, url: client.post("/v1/videos", json=BODY)),
        "unibind": unibind(lambda client: client.videos.create(**BODY)),
        "openai": openai_submit,
        "runwayml": runwayml_submit,
        "fal-client": fal_submit,
        "replicate": replicate_submit,
    },
    (Goal(1.2),),
    calls=200,
)
QUESTION = Question("One call", (POLL, SUBMIT))
