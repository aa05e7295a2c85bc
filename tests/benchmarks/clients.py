"""What another client in the same process costs."""

from __future__ import annotations

from .harness.question import Goal, Question, Row, Work


def httpx(url: str) -> Work:
    import httpx

    return lambda: httpx.Client(base_url=url).close()


def unibind(url: str) -> Work:
    from unibind import UniAll

    first = UniAll(api_key="sk-x", base_url=url)
    first.call("listModels")

    def work() -> None:
        with UniAll(api_key="sk-x", base_url=url) as client:  # what sends is made at the first call, so it is asked for here
            client._engine.transport()._pool.home()

    return work


def openai(url: str) -> Work:
    from openai import OpenAI

    return lambda: OpenAI(api_key="sk-x", base_url=url).close()


def runwayml(url: str) -> Work:
    from runwayml import RunwayML

    return lambda: RunwayML(api_key="key_x", base_url=url).close()


def fal(url: str) -> Work:
    from fal_client import SyncClient

    return lambda: SyncClient(key="x:y")._client.close()


def replicate(url: str) -> Work:
    from replicate import Client

    return lambda: Client(api_token="x", base_url=url)._client.close()


QUESTION = Question(
    "A second client",
    (
        Row(
            "construct, connect nothing, close",
            {"httpx": httpx, "unibind": unibind, "openai": openai, "runwayml": runwayml, "fal-client": fal, "replicate": replicate},
            (Goal(0.5, unit="ms"),),
            calls=10,
            rounds=9,
        ),
    ),
)
