"""Faults as text, scripts of them, and what asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from time import time
from typing import Any

import httpx
import pytest
from unibind import UniAll, gateway
from unibind.gateway import FAULT, Fault, Faults, Step, UnknownFault
from unibind.gateway.faults import EARLY, FAULTS
from unibind.gateway.script import ONS, Seen

from .cases import first

VIDEO = first("veo-3.1").body
POST = "/v1/video/generations"
SUBMIT = Seen("submit", "createVideoGeneration", "POST", POST)
QUERY = Seen("query", "retrieveVideo", "GET", "/v1/videos/task_1")
FILE = Seen("media", "", "GET", "/media/a.mp4")


@pytest.mark.parametrize(
    "text",
    [
        *FAULTS,
        "rate-limited; seconds=2.0; date=true",
        "truncated; at=0.25",
        "drip; seconds=0.5; pieces=3",
        "reset; taken=false",
        "html; status=502",
    ],
)
def test_text_and_fault_are_the_same(text: str) -> None:
    assert str(Fault.read(text)) == text
    assert Fault.read(str(Fault.read(text))) == Fault.read(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("truncatd", "there is no fault 'truncatd'; did you mean 'truncated'? Known are rate-limited"),
        ("reset; seconds=1", "reset does not take seconds; it takes taken"),
        ("task-fails; at=0.1", "task-fails does not take at; it takes no parameters"),
        ("latency; secs=1", "latency: there is no parameter 'secs'"),
        ("latency; seconds=soon", "latency: seconds is a number, not 'soon'"),
        ("reset; taken=maybe", "reset: taken is true or false, not 'maybe'"),
        ("truncated; at=2", "at is from 0 to 1"),
        ("latency; seconds=-1", "seconds at least 0"),
        ("latency; seconds=nan", "seconds at least 0"),
        ("html; status=99", "status is from 200 to 599, not 99"),
        ("", "there is no fault ''"),
    ],
)
def test_mistakes_are_said(text: str, said: str) -> None:
    with pytest.raises(UnknownFault, match=said.replace("?", r"\?")):
        Fault.read(text)


def picked(faults: Faults, *seen: Seen) -> list[str]:
    return [str(faults.pick(row) or "") for row in seen]


def test_steps_are_met_in_order() -> None:
    faults = Faults()
    faults.script([Step("reset"), Step(None), Step("unavailable", times=2)])
    assert [str(step.fault) for step in faults.pending()] == ["reset", "None", "unavailable"]
    assert picked(faults, *[QUERY] * 5) == ["reset", "", "unavailable", "unavailable", ""]
    assert faults.pending() == []


@pytest.mark.parametrize(
    ("wanted", "met"),
    [
        ({}, [SUBMIT, QUERY, FILE]),
        ({"on": "submit"}, [SUBMIT]),
        ({"on": "paid"}, [SUBMIT]),
        ({"on": "download"}, [FILE]),
        ({"method": "GET"}, [QUERY, FILE]),
        ({"operation": "retrieveVideo"}, [QUERY]),
        ({"path": "/v1/*"}, [SUBMIT, QUERY]),
        ({"path": "/v1/*", "method": "POST", "on": "query"}, []),
    ],
)
def test_a_step_names_its_requests(wanted: dict[str, Any], met: list[Seen]) -> None:
    faults = Faults()
    faults.add("reset", times=None, **wanted)
    assert [seen for seen in (SUBMIT, QUERY, FILE) if faults.pick(seen)] == met


def test_skip_and_times() -> None:
    faults = Faults()
    faults.add("reset", on="query", skip=2, times=2)
    assert picked(faults, QUERY, SUBMIT, QUERY, QUERY, QUERY, QUERY) == ["", "", "", "reset", "reset", ""]


def test_a_share_follows_from_the_seed() -> None:
    def met(seed: int) -> list[str]:
        faults = Faults(seed)
        faults.add("reset", times=None, share=0.3)
        return picked(faults, *[QUERY] * 200)

    assert met(1) == met(1) != met(2)
    assert 30 < met(1).count("reset") < 90


def test_faults_of_tasks_meet_only_what_makes_tasks() -> None:
    faults = Faults()
    faults.add("task-vanishes")
    assert picked(faults, QUERY, Seen("direct", "createImage", "POST", "/v1/images"), SUBMIT) == ["", "", "task-vanishes"]


def test_an_unknown_kind_of_request_is_refused() -> None:
    with pytest.raises(ValueError, match="on must be one of any, paid"):
        Step("reset", on="submits")  # type: ignore[arg-type]
    with pytest.raises(LookupError, match="no scenario 'bussy'; known are busy"):
        Faults().scenario("bussy")


@pytest.mark.parametrize("name", gateway.SCENARIOS)
def test_scenarios(name: str) -> None:
    faults = Faults()
    faults.scenario(name)
    faults.scenario(name)  # the steps are copies
    assert all(step.on in ONS and not step.used for step in gateway.SCENARIOS[name])
    assert [fault for _ in range(60) for seen in (SUBMIT, QUERY, FILE) if (fault := faults.pick(seen))]


@pytest.fixture
def http(uniall_gateway: gateway.Running) -> Iterator[httpx.Client]:
    key = {"authorization": f"Bearer {uniall_gateway.api_key}"}
    with httpx.Client(base_url=uniall_gateway.base_url, headers=key) as made:
        yield made


def test_a_header_asks_for_a_fault(http: httpx.Client, uniall_gateway: gateway.Running) -> None:
    answer = http.post(POST, json=VIDEO, headers={FAULT: "rate-limited; seconds=7"})
    assert (answer.status_code, answer.headers["retry-after"], list(answer.json())) == (429, "7", ["error"])
    answer = http.post(POST, json=VIDEO, headers={FAULT: "unavailable; seconds=90; date"})
    assert 85 < parsedate_to_datetime(answer.headers["retry-after"]).timestamp() - time() < 95
    assert http.post(POST, json=VIDEO, headers={FAULT: "bad-gateway"}).headers["content-type"].startswith("text/html")
    for name in EARLY:
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            http.post(POST, json=VIDEO, headers={FAULT: name})
    rows = [(entry.fault, entry.status, entry.verdict, entry.paid) for entry in uniall_gateway.log]
    assert rows == [
        ("rate-limited; seconds=7.0", 429, "fault", False),
        ("unavailable; seconds=90.0; date=true", 503, "fault", False),
        ("bad-gateway", 502, "fault", False),
        ("reset", 0, "accepted", True),
        ("hang-up", 0, "accepted", True),
    ]


@pytest.mark.parametrize(
    ("fault", "method", "said"),
    [
        ("rest", "POST", "did you mean 'reset'"),
        ("task-fails", "GET", "task-fails (the task fails; paid work that is answered at once is refused) cannot happen to GET"),
    ],
)
def test_a_header_that_is_wrong_is_refused(fault: str, method: str, said: str, http: httpx.Client, uniall_gateway: gateway.Running) -> None:
    answer = http.request(
        method, POST if method == "POST" else "/v1/models", json=VIDEO if method == "POST" else None, headers={FAULT: fault}
    )
    assert (answer.status_code, uniall_gateway.log[0].verdict) == (400, "invalid")
    assert said in answer.json()["error"]["message"]
    assert not uniall_gateway.log.paid()


def test_what_breaks_on_the_wire() -> None:
    """Seen from a socket: a reset is a reset, an end is an end, and a cut body is shorter than was said."""
    import socket

    with gateway.serve("uniall") as running:
        host, port = running.base_url.removeprefix("http://").split(":")

        def ask(fault: str) -> tuple[bytes, str]:
            request = f"GET /v1/models HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {running.api_key}\r\n{FAULT}: {fault}\r\n\r\n"
            with socket.create_connection((host, int(port)), timeout=5) as held:
                held.sendall(request.encode())
                came = b""
                try:
                    while part := held.recv(65536):
                        came += part
                except ConnectionResetError:
                    return came, "reset"
            return came, "end"

        assert ask("reset") == (b"", "reset")
        assert ask("hang-up") == (b"", "end")
        for fault, how in (("reset-midway", "reset"), ("truncated", "end"), ("truncated; at=1", "end")):
            came, ended = ask(fault)
            head, _, body = came.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            assert (ended, 0 < len(body) < length) == (how, True)


@pytest.mark.unibind_gateway(socket=False)
def test_without_a_socket_the_wire_cannot_break(uniall_gateway: gateway.Running) -> None:
    uniall_gateway.faults.add("truncated", on="submit")
    headers = {"authorization": f"Bearer {uniall_gateway.api_key}"}
    with (
        httpx.Client(transport=uniall_gateway.gateway.sync_transport(), base_url=uniall_gateway.base_url, headers=headers) as http,
        pytest.raises(gateway.NeedsSocket, match="the fault 'truncated' needs a socket: start the gateway with gateway"),
    ):
        http.post(POST, json=VIDEO)
    assert not uniall_gateway.log.paid()


@pytest.mark.unibind_faults("reset-midway", on="media")
def test_a_download_goes_on_where_it_broke(uniall: UniAll, uniall_gateway: gateway.Running, tmp_path: Any) -> None:
    uniall.run("createVideoGeneration", VIDEO).download(tmp_path / "a.mp4")
    broken, rest = uniall_gateway.log.where(kind="media")
    assert (broken.status, rest.status) == (200, 206)
    assert rest.headers["range"].startswith("bytes=")
    assert rest.headers["if-range"]


@pytest.mark.unibind_faults("reset-midway", "truncated", on="direct")
def test_a_stream_that_breaks(uniall_gateway: gateway.Running, http: httpx.Client) -> None:
    for error in (httpx.ReadError, httpx.RemoteProtocolError):
        events: list[str] = []
        with pytest.raises(error), http.stream("POST", "/v1/chat/completions", json=first("nano-banana-chat").body) as answer:
            events += answer.iter_lines()
        assert "[DONE]" not in events
