"""Every base request of every family goes through the emitted clients: submitted, polled, downloaded."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import av
import httpx
import pytest
import unibind
from unibind import Options, TaskFailed, gateway, parse_response
from unibind.gateway.service import SCENARIO, answers_of

from .cases import PROVIDERS, Case, cases, firsts, tasks
from .conftest import Pool

FORM = {"video": "h264", "image": "png", "speech": "pcm_s16le", "music": "pcm_s16le"}
COUNTS = {"uniall": ("num_images", "n"), "uniapi": ("n", "num_images"), "wavespeed": ("num_images",)}
PNG = "iVBORw0KGgo"  # its first bytes in base64


def outputs_of(case: Case) -> str:
    """What the family of a case makes, as the answers of the gateway have it."""
    return answers_of(case.provider).outputs[case.family]


def sync_client(running: gateway.Running, provider: str, **settings: Any) -> Any:
    return getattr(unibind, PROVIDERS[provider].title)(api_key=running.api_key, base_url=running.base_url, **settings)


def async_client(running: Any, provider: str, **settings: Any) -> Any:
    return getattr(unibind, f"Async{PROVIDERS[provider].title}")(api_key=running.api_key, base_url=running.base_url, **settings)


def local_client(local: gateway.Gateway, provider: str) -> Any:
    return async_client(local, provider, http_client=httpx.AsyncClient(transport=local.transport()))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_family_is_left_out(provider: str) -> None:
    modules = {family for operation in PROVIDERS[provider].operations.values() for family in operation.families.values()}
    assert {case.family for case in cases() if case.provider == provider} == modules
    assert {case.operation.task for case in tasks(provider)} == set(PROVIDERS[provider].tasks)


@pytest.mark.parametrize("case", tasks(), ids=str)
def test_sync_task(case: Case, gateways: Pool, tmp_path: Path) -> None:
    running = gateways(case.provider)
    running.log.clear()
    seen: list[float] = []
    with sync_client(running, case.provider) as client:
        task = client.run(
            case.operation.id,
            case.body,
            path=case.path,
            on_progress=lambda task: seen.append(-1 if task.progress is None else task.progress),
            options=Options(operation=case.operation.id),
        )
        assert (task.state, task.error) == ("succeeded", None)
        assert rising(seen)
        if outputs_of(case) == "text":
            assert task.outputs == []
        else:
            assert len(task.outputs) == next((int(case.body[name]) for name in COUNTS[case.provider] if name in case.body), 1)
            with av.open(str(task.download(tmp_path))) as container:
                assert container.streams[0].codec_context.name == FORM[outputs_of(case)]
    assert [entry.verdict for entry in running.log.of(case.operation.id)] == ["accepted"]
    assert len(running.log.paid()) == 1
    assert all("authorization" not in entry.headers for entry in running.log if entry.origin == "media")


@pytest.mark.parametrize("case", firsts(), ids=str)
def test_async_task(case: Case, gateways: Pool, tmp_path: Path) -> None:
    async def life() -> Any:
        async with async_client(gateways(case.provider), case.provider) as client:
            task = await client.run(case.operation.id, case.body, path=case.path)
            assert task.state == "succeeded"
            return (await task.download(tmp_path)) if task.outputs else None

    path = asyncio.run(life())
    if outputs_of(case) == "text":
        assert path is None
    else:
        assert path.read_bytes()[:4] in (b"\x89PNG", b"RIFF") or path.read_bytes()[4:8] == b"ftyp"


@pytest.mark.parametrize("case", [case for case in firsts() if case.content == "json"], ids=str)
def test_all_states(case: Case) -> None:
    """By a clock that is moved by hand: queued, running with rising progress, succeeded; each answer reads as documented."""
    clock = gateway.ManualClock()
    local = gateway.Gateway(case.provider, clock=clock)
    provider = PROVIDERS[case.provider]
    row = provider.tasks[case.operation.task or ""]
    query = provider.operations[row.family_query.get(case.family) or row.query[case.operation.id]]

    async def states() -> list[tuple[str, float | None, list[str]]]:
        found: list[tuple[str, float | None, list[str]]] = []
        async with local_client(local, case.provider) as client:
            task = await client.submit(case.operation.id, case.body, path=case.path, options=Options(operation=case.operation.id))
            found.append((task.state, task.progress, task.outputs))
            for _ in range(30):
                clock.advance(0.5)
                await task.refresh()
                found.append((task.state, task.progress, task.outputs))
                model = parse_response(case.provider, query.method, query.path, 200, task.body)
                assert model.to_dict() == task.body
        return found

    found = asyncio.run(states())
    expected = ["running", "succeeded"] if outputs_of(case) != "text" else ["succeeded"]
    assert [state for state in dict.fromkeys(state for state, _, _ in found) if state in expected] == expected
    assert rising([-1 if progress is None else progress for _, progress, _ in found])
    if outputs_of(case) != "text":
        assert all(bool(outputs) == (state == "succeeded") for state, _, outputs in found)


def rising(seen: list[float]) -> bool:
    """Whether progress never falls; -1 where the gateway does not say."""
    said = [part for part in seen if part >= 0]
    return said == sorted(said)


@pytest.mark.parametrize("case", firsts(), ids=str)
def test_a_task_fails_when_asked_to(case: Case, gateways: Pool) -> None:
    with sync_client(gateways(case.provider), case.provider) as client:
        task = client.submit(case.operation.id, case.body, path=case.path, options=Options(headers={SCENARIO: "fail"}))
        with pytest.raises(TaskFailed, match="scenario") as caught:
            task.wait()
    assert caught.value.task_id == task.id


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_seed_decides(provider: str) -> None:
    def answers(seed: int) -> list[object]:
        async def ask() -> list[object]:
            clock = gateway.ManualClock()
            async with local_client(gateway.Gateway(provider, seed=seed, clock=clock), provider) as client:
                made = [await client.submit(case.operation.id, case.body, path=case.path) for case in tasks(provider)[:20]]
                clock.advance(3)
                return [(await task.refresh()).body for task in made]

        return asyncio.run(ask())

    assert answers(1) == answers(1)
    assert answers(1) != answers(2)


@pytest.mark.parametrize("case", [case for case in cases() if not case.operation.task], ids=str)
def test_answers_at_once(case: Case, gateways: Pool) -> None:
    running = gateways(case.provider)
    running.log.clear()
    with sync_client(running, case.provider) as client:
        response = case.operation.responses["200"]
        if response.kind == "stream" or (response.stream and case.body.get("stream") is True):
            with client.stream(case.operation.id, case.body, path=case.path) as stream:
                assert len(list(stream)) >= 5
                assert stream.text() or response.kind == "stream"
        elif response.kind == "binary":
            with client.binary(case.operation.id, body=case.body, path=case.path) as file:
                assert (file.content_type, file.read()[:4]) == (response.media, b"RIFF")
        else:
            answer = client.call(case.operation.id, path=case.path, body=case.body).to_dict()
            if case.operation.paid and outputs_of(case) != "text":
                assert [url for url in texts(answer) if url.startswith("http") and httpx.get(url).status_code == 200] or [
                    data for data in texts(answer) if data.startswith(PNG)
                ]
            assert "$" not in unquote(repr(answer))
    accepted = [entry.operation for entry in running.log if entry.verdict == "accepted" and entry.origin == "api"]
    assert accepted == [case.operation.id]
    assert bool(running.log.paid()) == case.operation.paid


def texts(value: object) -> list[str]:
    """Every text of an answer."""
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in items for text in texts(item)]


# Of families whose pages list other words than most: these, in their order.
WORDS = {
    "minimax-music": ["queued", "processing", "completed"],
    "kling-avatar-v2": ["queued", "processing", "completed"],
    "wan-2.6": ["in_progress", "completed"],
}


@pytest.mark.parametrize("family", WORDS)
@pytest.mark.parametrize("scenario", ["succeed", "unknown-status"])
def test_the_words_of_a_family(family: str, scenario: str) -> None:
    case = next(case for case in tasks("uniall") if case.family == family)
    clock = gateway.ManualClock()
    local = gateway.Gateway("uniall", clock=clock)
    with httpx.Client(
        transport=local.sync_transport(), base_url=local.base_url, headers={"authorization": f"Bearer {local.api_key}"}
    ) as http:
        answer = http.post(case.operation.path, json=case.body, headers={SCENARIO: scenario}).json()
        row = PROVIDERS["uniall"].tasks[case.operation.task or ""]
        path = PROVIDERS["uniall"].operations[row.query[case.operation.id]].path.format(**{row.parameter: answer["id"]})
        words = [answer["status"]]
        for _ in range(60):
            clock.advance(0.2)
            words.append(http.get(path).json()["status"])
    expected = WORDS[family] if scenario == "succeed" else [*WORDS[family][:-1], "awaiting_moderation", WORDS[family][-1]]
    assert [*dict.fromkeys(words)] == expected


def test_links_of_answers_are_never_followed(wavespeed: Any, uniapi: Any, unibind_gateway: Any) -> None:
    """The gateways name routes in their answers; those of fal.ai lead to another origin, where a key would be noticed."""
    task = wavespeed.uno.create(prompt="a lamp", images=["https://example.com/1.png"])
    running = unibind_gateway("wavespeed")
    assert task.body["data"]["urls"] == {"get": f"{running.base_url}/api/v3/predictions/{task.id}/result"}
    assert httpx.get(task.body["data"]["urls"]["get"], headers={"authorization": f"Bearer {running.api_key}"}).status_code == 200
    task = uniapi.fal.submit(model="flux/dev", prompt="a lamp")
    running = unibind_gateway("uniapi")
    links = [task.body["response_url"], task.body["status_url"]]
    assert links == [f"{running.media_url}/fal-ai/flux/dev/requests/{task.id}", f"{links[0]}/status"]
    assert task.wait().outputs
    assert {entry.origin for entry in running.log} == {"api"}
