"""A gateway in another process is steered by requests: log, time, faults, account."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from unibind.gateway import Control, Gateway, ManualClock, Step, SteppedClock
from unibind.testing import hurry

from .cases import first

VIDEO = first("veo-3.1").body
POST = "/v1/video/generations"


@pytest.fixture
def steered() -> tuple[Gateway, Control]:
    made = Gateway("uniall", clock=ManualClock())
    return made, Control(made)


def ask(control: Control, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
    status, answer = control.answer(method, f"/_unibind/{path}", query, b"" if body is None else json.dumps(body).encode())
    return status, json.loads(json.dumps(answer, default=str))


def test_a_task_from_outside(steered: tuple[Gateway, Control]) -> None:
    """Everything over HTTP, as a test in another language does it."""
    made, control = steered
    with httpx.Client(
        transport=Served(control), base_url="http://gateway.test", headers={"authorization": f"Bearer {made.api_key}"}
    ) as http:
        assert http.post("/_unibind/faults", json={"fault": "unavailable; seconds=0", "on": "query", "times": 1}).json()["used"] == 0
        id = http.post(POST, json=VIDEO).json()["id"]
        assert http.post("/_unibind/clock", json={"advance": 60}).json() == {"now": made.clock.now()}
        assert [http.get(f"/v1/videos/{id}").status_code for _ in range(2)] == [503, 200]
        assert http.get("/_unibind/faults").json()[0]["used"] == 1
        rows = http.get("/_unibind/log", params={"since": 1}).json()
        assert [(row["kind"], row["status"], row["task"]) for row in rows] == [("query", 503, None), ("query", 200, id)]
        assert http.delete("/_unibind/log").json() == http.get("/_unibind/log").json() == []
    assert made.api_key not in json.dumps(rows)


class Served(httpx.BaseTransport):
    """A transport to an application in this process."""

    def __init__(self, app: Any) -> None:
        from unibind.gateway.bridge import SyncTransport

        self._inner = SyncTransport(app)
        self.handle_request = self._inner.handle_request  # type: ignore[method-assign]

    def close(self) -> None:
        self._inner.close()


def test_the_account(steered: tuple[Gateway, Control]) -> None:
    made, control = steered
    assert ask(control, "PATCH", "account", {"quota": 0, "keys": {"sk-b": "expired"}})[1]["keys"]["sk-b"] == "expired"
    assert (made.account.quota, made.account.keys["sk-b"]) == (0, "expired")
    assert ask(control, "GET", "account")[1]["quota"] == 0


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("GET", "logs", None, 404, "there is no /_unibind/logs; known are /_unibind/log, /_unibind/clock"),
        ("PUT", "log", None, 405, "/_unibind/log takes GET, DELETE"),
        ("POST", "clock", {"advance": -1}, 400, "advance is a number from 0 on, not -1"),
        ("POST", "clock", {"advance": True}, 400, "advance is a number from 0 on, not true"),
        ("POST", "clock", [1], 400, "the body is a JSON object"),
        ("POST", "faults", {"fault": "rest"}, 400, "did you mean 'reset'?"),
        ("POST", "faults", {"on": "query"}, 400, "a step has a fault"),
        ("POST", "faults", {"fault": "reset", "time": 1}, 400, "there is no time; known are fault, on"),
        ("POST", "faults", {"fault": "reset", "on": "submits"}, 400, "on must be one of any"),
        ("POST", "faults", {"fault": "reset", "share": "half"}, 400, "share is from 0 to 1, not 'half'"),
        ("PATCH", "account", {"quota": "much"}, 400, 'quota is a number from 0 on, not "much"'),
        ("PATCH", "account", {"keys": {"sk-a": "broken"}}, 400, "each key one of enabled, disabled, expired"),
        ("PATCH", "account", {"key": "sk-a"}, 400, "there is no key; known are quota, keys"),
    ],
)
def test_mistakes(method: str, path: str, body: Any, status: int, said: str, steered: tuple[Gateway, Control]) -> None:
    made, control = steered
    before = dict(made.account.keys), made.account.quota, made.clock.now()
    found, answer = ask(control, method, path, body)
    assert (found, said in answer["error"]) == (status, True)
    assert (made.account.keys, made.account.quota, made.clock.now()) == before
    assert made.faults.steps() == []


def test_no_json_no_number_no_clock() -> None:
    control = Control(Gateway("uniall"))
    assert control.answer("POST", "/_unibind/clock", {}, b"{")[1] == {"error": "the body is no JSON"}
    assert "not 'x'" in ask(control, "GET", "log", since="x")[1]["error"]
    assert "moves by itself" in ask(control, "POST", "clock", {"advance": 1})[1]["error"]


def test_numbers_of_requests_stay_when_old_ones_go() -> None:
    made = Gateway("uniall", clock=SteppedClock(1.0))
    made.log.limit = 2
    with hurry(), httpx.Client(transport=made.sync_transport(), base_url=made.base_url) as http:
        for number in range(5):
            http.get(f"/nothing/{number}")
    assert [entry.path for entry in made.log.since(0)] == ["/nothing/3", "/nothing/4"]
    assert [entry.path for entry in made.log.since(4)] == ["/nothing/4"]
    assert made.log.since(5) == []


@pytest.mark.parametrize("place", ["headers", "params"])
def test_a_key_in_any_place_is_refused_by_the_media_origin(place: str) -> None:
    made = Gateway("uniall", clock=SteppedClock(30.0))
    with httpx.Client(transport=made.sync_transport(), base_url=made.base_url) as http:
        key = {"authorization": f"Bearer {made.api_key}"}
        id = http.post(POST, json=VIDEO, headers=key).json()["id"]
        url = http.get(f"/v1/videos/{id}", headers=key).json()["video_url"]
        given: Any = {place: {"x-note": f"mine is {made.api_key}"}}
        assert http.get(url, **given).status_code == 400
        assert http.get(url).status_code == 200
    assert [entry.verdict for entry in made.log.downloads()] == ["key_sent", "accepted"]
    assert made.log.leaks() == made.log.downloads()[:1]
    assert made.api_key not in repr(made.log)


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("reset", Step("reset")),
        ("rate-limited; seconds=2; on=submit; times=3", Step("rate-limited; seconds=2", on="submit", times=3)),
        ("reset; on=query; skip=1; times=all; share=0.5", Step("reset", on="query", skip=1, times=None, share=0.5)),
        ("html; path=/v1/*; method=GET; operation=listModels", Step("html", path="/v1/*", method="GET", operation="listModels")),
    ],
)
def test_a_step_is_read_from_text(text: str, step: Step) -> None:
    assert Step.read(text) == step


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("reset; times=some", "times is a whole number or all, not 'some'"),
        ("reset; skip=-1", "skip is a whole number, not '-1'"),
        ("reset; share=2", "share is from 0 to 1, not 2.0"),
        ("reset; share=x", "share is a number from 0 to 1, not 'x'"),
        ("reset; times=0", "times one from 1 or None"),
        ("reset; on=", "on must be one of"),
        ("reset; often=2", "there is no parameter 'often'"),
    ],
)
def test_mistakes_of_a_step_are_said(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Step.read(text)
