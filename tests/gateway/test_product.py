"""What tests get from the gateway besides answers: keys, a balance, time, hooks, the log, other ways to reach it."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
import unibind
from unibind import UniAll, gateway
from unibind._core.tables import Parameter, Provider
from unibind.gateway import Behaviour, Call, Gateway, Job, ManualClock, Plan, Reply, SteppedClock
from unibind.gateway.routes import Routes
from unibind.testing import hurry

from .cases import PROVIDERS, first, firsts

VIDEO = first("veo-3.1").body
POST = "/v1/video/generations"
BALANCE = "/api/usage/balance"


def local(**settings: Any) -> tuple[Gateway, httpx.Client]:
    """A gateway in the process, and a client with its key."""
    made = Gateway("uniall", **settings)
    return made, httpx.Client(transport=made.sync_transport(), base_url=made.base_url, headers=bearer(made.api_key))


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


# --- keys and balance


def test_an_expired_key_may_only_ask_for_the_balance() -> None:
    made, http = local(keys={"sk-old": "expired", "sk-new": "enabled"}, clock=ManualClock())
    refused = http.post(POST, json=VIDEO, headers=bearer("sk-old"))
    assert (refused.status_code, made.log[0].verdict, made.log[0].key) == (401, "expired_key", "wrong")
    old, new = (http.get(BALANCE, headers=bearer(key)).json()["data"]["token"]["expired_time"] for key in ("sk-old", "sk-new"))
    assert 0 < old < made.clock.now()
    assert new == -1


def test_keys_may_change_while_it_runs() -> None:
    made, http = local()
    made.account.keys[made.api_key] = "disabled"
    assert [http.get(path).status_code for path in (BALANCE, "/v1/models")] == [403, 403]
    made.account.keys["sk-other"] = "enabled"
    assert http.get(BALANCE, headers=bearer("sk-other")).status_code == 200


def test_each_paid_call_takes_its_price_until_nothing_is_left() -> None:
    made, http = local(quota=6000)
    price = made.account.price
    rows = [http.post(POST, json=VIDEO) for _ in range(3)]
    assert [row.status_code for row in rows] == [200, 200, 403]
    assert rows[2].json()["error"]["code"] == "insufficient_quota"
    data = http.get(BALANCE).json()["data"]
    assert data["balance"]["quota"] == data["token"]["remain_quota"] == 6000 - 2 * price
    assert data["token"]["total_quota"] == data["token"]["remain_quota"] + data["token"]["used_quota"]
    http.post(POST, json={**VIDEO, "duration": 5})
    assert http.get(BALANCE).json()["data"] == data, "what is refused costs nothing"


# --- time


@pytest.mark.unibind_gateway(clock="manual", media_lifetime=3600)
def test_links_expire(uniall: UniAll, uniall_gateway: gateway.Running, tmp_path: Path) -> None:
    clock = uniall_gateway.clock
    assert isinstance(clock, ManualClock)
    task = uniall.submit("createVideoGeneration", VIDEO)
    clock.advance(60)
    url = task.refresh().outputs[0]
    assert httpx.get(url).status_code == 200
    clock.advance(3600)
    assert httpx.get(url).status_code == 403
    assert uniall_gateway.log[-1].verdict == "expired"


def test_time_moves_with_each_request() -> None:
    made, http = local(clock=SteppedClock(1.5))
    id = http.post(POST, json=VIDEO).json()["id"]
    for _ in range(6):
        http.get(f"/v1/videos/{id}")
    times = [entry.time for entry in made.log]
    assert [round(later - time, 6) for time, later in pairwise(times)] == [1.5] * 6


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_same_seed_and_requests_give_the_same_bytes(provider: str) -> None:
    def life(seed: int) -> list[tuple[int, dict[str, str], bytes]]:
        made = Gateway(provider, seed=seed, clock=SteppedClock(1.0))
        made.faults.add("server-error", on="query", times=None, share=0.3)
        found: list[httpx.Response] = []
        with httpx.Client(transport=made.sync_transport(), base_url=made.base_url) as http:
            client = getattr(unibind, PROVIDERS[provider].title)(api_key=made.api_key, base_url=made.base_url, http_client=http)
            http.event_hooks = {"response": [found.append]}
            for case in [case for case in firsts() if case.provider == provider][:6]:
                task = client.submit(case.operation.id, case.body, path=case.path)
                for url in task.wait().outputs:
                    http.get(url)
        return [(row.status_code, dict(row.headers), row.content) for row in found]

    with hurry():
        assert life(1) == life(1) != life(2)


# --- hooks


class Marked(Behaviour):
    """Every step done in another way."""

    def check(self, provider: Provider, call: Call) -> list[Any]:
        return [row for row in super().check(provider, call) if not row.rule.endswith("duration:enum")]

    def plan(self, call: Call, output: str, dice: random.Random, course: Any) -> Plan:
        return Plan(0.0, 10.0)

    def job(self, job: Job) -> Job:
        return replace(job, id="task_mine", count=2)

    def state(self, job: Job, now: float) -> Any:
        return "succeeded"

    def progress(self, job: Job, now: float) -> int:
        return 42

    def outputs(self, job: Job, outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return outputs[:1]

    def file(self, output: str, seed: int) -> Any:
        return replace(super().file(output, seed), content=b"short")

    def refuses_media(self, headers: Any, query: Any) -> bool:
        return False

    def pay(self, account: Any, call: Call) -> None:
        account.quota -= 1

    def reply(self, call: Call, reply: Reply) -> Reply:
        return replace(reply, headers={**reply.headers, "x-seen": call.operation.id})


def test_each_step_can_be_replaced() -> None:
    made, http = local(behaviour=Marked(), quota=10_000)
    submitted = http.post(POST, json={**VIDEO, "duration": 5})
    assert (submitted.status_code, submitted.json()["id"], submitted.headers["x-seen"]) == (200, "task_mine", "createVideoGeneration")
    body = http.get("/v1/videos/task_mine").json()
    assert body["status"] == "completed"
    assert http.get(body["video_url"], headers=bearer(made.api_key)).content == b"short"
    assert made.account.quota == 9_999
    assert len(made.log.leaks()) == 1


@pytest.mark.parametrize(
    ("method", "value", "status"),
    [("authenticate", None, 200), ("authenticate", "missing_key", 401), ("can_pay", False, 403)],
)
def test_keys_and_balance_can_be_replaced(method: str, value: object, status: int) -> None:
    behaviour = type("Other", (Behaviour,), {method: lambda *_: value})()
    _, http = local(behaviour=behaviour)
    if value is None:
        del http.headers["authorization"]
    assert http.post(POST, json=VIDEO).status_code == status


# --- the log


def test_the_log_answers_questions() -> None:
    made, http = local(clock=SteppedClock(4.0))
    id = http.post(POST, json=VIDEO).json()["id"]
    http.post(POST, json={**VIDEO, "duration": 5})
    http.get(f"/v1/videos/{id}", headers=bearer("sk-wrong"))
    for _ in range(2):
        body = http.get(f"/v1/videos/{id}").json()
    http.get(body["video_url"])
    log = made.log
    assert (
        [entry.verdict for entry in log.submits()] == ["accepted", "invalid"] == [e.verdict for e in log.submits("createVideoGeneration")]
    )
    assert log.submits("createVideo") == []
    assert [entry.key for entry in log.queries()] == ["wrong", "right", "right"]
    assert {entry.task for entry in log.queries()} == {None, id}
    assert len(log.where(kind="query", status=200)) == 2
    assert [entry.verdict for entry in log.downloads()] == ["key_sent"]
    assert log.leaks() == log.downloads()
    assert "POST /v1/video/generations 400 invalid veo-3.1/duration:enum" in map(str, log)
    assert made.api_key not in repr(log)
    seen: list[object] = []
    log.listener, log.limit = seen.append, 2
    for _ in range(5):
        http.get("/v1/models")
    assert (len(log), len(seen)) == (2, 5)


# --- ways to reach it


def test_in_the_process_for_both_kinds_of_clients(tmp_path: Path) -> None:
    made = Gateway("uniall", clock=SteppedClock(2.0))
    with hurry(), httpx.Client(transport=made.sync_transport()) as http:
        client = UniAll(api_key=made.api_key, base_url=made.base_url, http_client=http)
        path = client.run("createVideoGeneration", VIDEO).download(tmp_path / "a.mp4")
    assert path.stat().st_size > 1000

    async def inside() -> int:
        with httpx.Client(transport=made.sync_transport(), base_url=made.base_url, headers=bearer(made.api_key)) as http:
            return http.get("/v1/models").status_code  # noqa: ASYNC212 - from a thread that has an event loop of its own

    assert asyncio.run(inside()) == 200


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_path_leads_to_its_operation(provider: str) -> None:
    operations = PROVIDERS[provider].operations
    routes = Routes(operations.values())

    def value(row: Parameter) -> str:
        return "a/b-1" if row.slashes else "x%2Fy%20z"

    for operation in operations.values():
        given = {row.name: value(row) for row in operation.parameters if row.location == "path"}
        found, path, status = routes.find(operation.method, operation.path.format(**given))
        assert (found, status) == (operation, 200)
        assert path == {name: text.replace("%2F", "/").replace("%20", " ") for name, text in given.items()}
    assert routes.find("GET", "/nothing") == (None, {}, 404)
    assert routes.find("PATCH", next(iter(operations.values())).path) == (None, {}, 405)


def test_a_path_with_a_long_parameter_has_the_methods_of_its_longest_route() -> None:
    routes = Routes(PROVIDERS["uniapi"].operations.values())
    assert routes.allowed("/fal-ai/flux/dev") == ["POST"]
    assert routes.allowed("/fal-ai/flux/dev/requests/1/status") == ["GET", "HEAD"]
    assert routes.find("POST", "/fal-ai/flux/dev/requests/1") == (None, {}, 405)


def test_a_query_for_no_tasks_finds_none() -> None:
    made = Gateway("uniapi")
    with httpx.Client(transport=made.sync_transport(), base_url=made.base_url, headers=bearer(made.api_key)) as http:
        answer = http.post("/suno/submit/fetch", json={"ids": None})
    assert (answer.status_code, answer.json()["data"]) == (200, [])


def test_a_number_of_a_form_may_have_a_power() -> None:
    def rules(temperature: str) -> set[str]:
        body = {"model": "whisper-1", "file": ("a.mp3", b"x", "audio/mpeg"), "temperature": temperature}
        found = unibind.check_request("uniapi", "POST", "/v1/audio/translations", body, content_type="multipart/form-data")
        return {row.rule.rpartition(":")[2] for row in found if row.severity == "error"}

    assert [rules(text) for text in ("5e-05", "1E+2", "1e", "1e999")] == [set(), {"maximum"}, {"type"}, {"type"}]


COMMAND = """
from unibind import gateway
import json
def ready(rows):
    print(json.dumps([[row.base_url, row.media_url, row.api_key] for row in rows]), flush=True)
gateway.run({providers}, port=0, clock=gateway.ScaledClock(500), scenario="slow", on_ready=ready)
print("ended")
"""


@pytest.fixture(params=[None, ["wavespeed"]], ids=["all", "one"])
def started(request: pytest.FixtureRequest) -> Iterator[tuple[subprocess.Popen[str], list[list[str]]]]:
    command = [sys.executable, "-c", COMMAND.format(providers=request.param)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
        process.kill()


def test_run_serves_until_it_is_interrupted(started: tuple[subprocess.Popen[str], list[list[str]]]) -> None:
    process, rows = started
    base_url, media_url, key = rows[-1]
    with hurry(), unibind.WaveSpeed(api_key=key, base_url=base_url) as client:
        task = client.uno.create(prompt="a lamp", images=["https://example.com/1.png"])
    assert task.id
    assert (base_url.endswith("/wavespeed"), media_url.endswith("/wavespeed")) == (len(rows) == 3,) * 2
    if len(rows) == 3:
        assert httpx.get(base_url.replace("wavespeed", "nobody")).status_code == 404
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "ended\n", "")
