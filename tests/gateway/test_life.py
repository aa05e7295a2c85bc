"""Every base request of every family goes through the emitted clients: submitted, polled, downloaded."""

from __future__ import annotations

import asyncio
from pathlib import Path

import av
import httpx
import pytest
from unibind import AsyncUniAll, Options, TaskFailed, UniAll, gateway, parse_response
from unibind.gateway.service import SCENARIO
from unibind.uniall.tables import PROVIDER, TASKS

from .cases import Case, cases, first, tasks

FAMILIES = {case.family for case in tasks()}
FORM = {"video": "h264", "image": "png", "speech": "pcm_s16le", "music": "pcm_s16le"}


def output_of(case: Case) -> str:
    return next(row.output for row in PROVIDER.models[case.model] if row.family == case.family)


def test_no_family_is_left_out() -> None:
    modules = {family for operation in PROVIDER.operations.values() for family in operation.families.values()}
    assert {case.family for case in cases()} == modules
    assert {case.operation.task for case in tasks()} == set(TASKS)


@pytest.mark.parametrize("case", tasks(), ids=str)
def test_sync_task(case: Case, client: UniAll, log: gateway.Log, tmp_path: Path) -> None:
    seen: list[float] = []
    task = client.run(
        case.operation.id,
        case.body,
        on_progress=lambda task: seen.append(-1 if task.progress is None else task.progress),
        options=Options(operation=case.operation.id),
    )
    assert (task.state, task.error) == ("succeeded", None)
    assert len(task.outputs) == max(1, int(case.body.get("n", 1)))
    assert rising(seen)
    path = task.download(tmp_path)
    with av.open(str(path)) as container:
        assert container.streams[0].codec_context.name == FORM[output_of(case)]
    submits = log.of(case.operation.id)
    assert [entry.verdict for entry in submits] == ["accepted"]
    assert len(log.paid()) == 1
    assert all("authorization" not in entry.headers for entry in log if entry.origin == "media")


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_async_task(family: str, async_client: AsyncUniAll, tmp_path: Path) -> None:
    case = first(family, next(case.operation.id for case in tasks() if case.family == family))

    async def life() -> Path:
        async with async_client as client:
            task = await client.run(case.operation.id, case.body)
            assert task.state == "succeeded"
            return await task.download(tmp_path)

    assert asyncio.run(life()).stat().st_size > 1000


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_all_states(family: str) -> None:
    """By a clock that is moved by hand: queued, running with rising progress, succeeded; each answer reads as documented."""
    case = next(case for case in tasks() if case.family == family and case.content == "json")
    clock = gateway.ManualClock()
    local = gateway.Gateway("uniall", clock=clock)
    row = TASKS[case.operation.task or ""]
    query = PROVIDER.operations[row.family_query.get(family) or row.query[case.operation.id]]

    async def states() -> list[tuple[str, float | None, list[str]]]:
        found: list[tuple[str, float | None, list[str]]] = []
        async with local_client(local) as client:
            task = await client.submit(case.operation.id, case.body, options=Options(operation=case.operation.id))
            found.append((task.state, task.progress, task.outputs))
            for _ in range(30):
                clock.advance(0.5)
                await task.refresh()
                found.append((task.state, task.progress, task.outputs))
                model = parse_response("uniall", query.method, query.path, 200, task.body)
                assert model.to_dict() == task.body
        return found

    found = asyncio.run(states())
    assert list(dict.fromkeys(state for state, _, _ in found if state != "queued")) == ["running", "succeeded"]
    assert rising([-1 if progress is None else progress for _, progress, _ in found])
    assert all(bool(outputs) == (state == "succeeded") for state, _, outputs in found)


def rising(seen: list[float]) -> bool:
    """Whether progress never falls; -1 where the gateway does not say."""
    said = [part for part in seen if part >= 0]
    return said == sorted(said)


def local_client(local: gateway.Gateway) -> AsyncUniAll:
    return AsyncUniAll(api_key=local.api_key, base_url=local.base_url, http_client=httpx.AsyncClient(transport=local.transport()))


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_task_fails_when_asked_to(family: str, client: UniAll) -> None:
    case = next(case for case in tasks() if case.family == family)
    with pytest.raises(TaskFailed, match="scenario") as caught:
        client.submit(case.operation.id, case.body, options=Options(headers={SCENARIO: "fail"})).wait()
    assert caught.value.task_id


def test_the_seed_decides() -> None:
    def answers(seed: int) -> list[object]:
        async def ask() -> list[object]:
            clock = gateway.ManualClock()
            async with local_client(gateway.Gateway("uniall", seed=seed, clock=clock)) as client:
                tasks = [await client.submit(case.operation.id, case.body) for case in cases() if case.operation.task][:20]
                clock.advance(3)
                return [(await task.refresh()).body for task in tasks]

        return asyncio.run(ask())

    assert answers(1) == answers(1)
    assert answers(1) != answers(2)


@pytest.mark.parametrize("case", [case for case in cases() if not case.operation.task], ids=str)
def test_answers_at_once(case: Case, client: UniAll, http: httpx.Client, log: gateway.Log) -> None:
    kind = case.operation.responses["200"].kind
    if kind == "stream":
        with client.stream(case.operation.id, case.body) as stream:
            events = list(stream)
        assert len(events) == 5
        assert log[0].paid
        return
    answer = client.call(case.operation.id, path=case.path, body=case.body).to_dict()
    links = [url for url in urls(answer) if http.get(url).status_code == 200] or [
        answer["candidates"][0]["content"]["parts"][0]["inlineData"]["data"]
    ]
    assert links
    assert [entry.operation for entry in log.paid()] == [case.operation.id]


def urls(value: object) -> list[str]:
    """Every link of an answer."""
    if isinstance(value, str):
        return [value] if value.startswith("http") else []
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [url for item in items for url in urls(item)]
