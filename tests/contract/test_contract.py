"""The contract runner against gateways in this process: correct ones, and such with one bug."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
from unibind import ConfigurationError, ConnectionFailed, gateway
from unibind.cli.app import run
from unibind.contract import LedgerError, Report, SteppedWait, make_plan, run_contract
from unibind.contract.junit import junit

from .mutants.hand import HAND, Hand

BUDGET = 8


def held(made: gateway.Gateway, clock: gateway.ManualClock, *, budget: int = 0, family: str = "", state: Path | None = None) -> Report:
    families = (family,) if family else None
    through = made.sync_transport()
    return run_contract(
        made.base_url,
        made.api_key,
        (made.provider,),
        families=families,
        budget=budget,
        state=state,
        transport=through,
        wait=SteppedWait(clock.advance),
    )


def billed(made: gateway.Gateway) -> int:
    """The gateway's own log is the judge."""
    return sum(entry.paid for entry in made.log)


@pytest.mark.parametrize("provider", ["uniall", "uniapi", "wavespeed"])
@pytest.mark.parametrize("budget", [0, BUDGET])
def test_a_correct_gateway_gives_no_alarm(provider: str, budget: int) -> None:
    clock = gateway.ManualClock()
    made = gateway.Gateway(provider, clock=clock)
    report = held(made, clock, budget=budget)
    assert report.found == []
    assert report.counts["kept"] > 20
    assert report.paid == billed(made) == budget


def test_what_costs_nothing_need_not_be_charged() -> None:
    clock = gateway.ManualClock()
    made = gateway.Gateway("uniapi", clock=clock)
    report = held(made, clock, budget=BUDGET, family="suno-fetch")
    assert (report.found, billed(made)) == ([], 0)


@pytest.mark.parametrize("mutant", HAND, ids=str)
def test_gateways_with_one_bug_are_found(mutant: Hand) -> None:
    clock = gateway.ManualClock()
    report = held(gateway.Gateway(mutant.provider, clock=clock, behaviour=mutant.behaviour()), clock, budget=BUDGET, family=mutant.family)
    assert report.found


def test_the_state_keeps_the_budget_over_runs(tmp_path: Path) -> None:
    clock = gateway.ManualClock()
    made = gateway.Gateway("wavespeed", clock=clock)
    state = tmp_path / "state.db"
    first = held(made, clock, budget=2, state=state)
    again = held(made, clock, budget=2, state=state)
    assert (first.paid, again.paid, billed(made)) == (2, 2, 2)
    assert again.found == []
    assert held(made, clock, budget=3, state=state).paid == billed(made) == 3


class Impatient(SteppedWait):
    """Somebody presses Ctrl-C at the first wait."""

    def sleep(self, seconds: float) -> None:
        raise KeyboardInterrupt


def test_an_interrupted_run_names_what_may_have_been_paid(tmp_path: Path) -> None:
    clock = gateway.ManualClock()
    made = gateway.Gateway("wavespeed", clock=clock)
    go = partial(
        run_contract, made.base_url, made.api_key, ("wavespeed",), budget=2, state=tmp_path / "state.db", transport=made.sync_transport()
    )
    with pytest.raises(KeyboardInterrupt) as stopped:
        go(wait=Impatient(clock.advance))
    (note,) = stopped.value.__notes__
    assert note.startswith("2 submits may have been paid")
    tasks = [entry.task for entry in made.log.paid()]
    assert all(task and task in note for task in tasks)
    report = go(wait=SteppedWait(clock.advance))
    assert (report.found, billed(made)) == ([], 2)


def test_media_of_the_caller_take_the_place_of_links_that_lead_nowhere() -> None:
    clock = gateway.ManualClock()
    made = gateway.Gateway("uniall", clock=clock)
    mine = {"image": "https://files.test/a.png", "video": "https://files.test/b.mp4"}
    report = run_contract(
        made.base_url, made.api_key, ("uniall",), families=["veo-3.1"], budget=8, media=mine,
        transport=made.sync_transport(), wait=SteppedWait(clock.advance),
    )  # fmt: skip
    assert report.found == []
    bought = json.dumps([entry.body for entry in made.log.paid()])
    assert mine["image"] in bought
    assert "media.example" not in bought.lower()


@pytest.mark.parametrize("media", [{"picture": "https://files.test/a.png"}, {"image": "a.png"}])
def test_media_are_looked_at_before_anything_is_sent(media: dict[str, str]) -> None:
    made = gateway.Gateway("wavespeed")
    with pytest.raises(ValueError, match=r"media are of the kinds|is no http link"):
        run_contract(made.base_url, made.api_key, ("wavespeed",), media=media, transport=made.sync_transport())
    assert not list(made.log)


def test_a_state_is_of_one_gateway_and_one_run(tmp_path: Path) -> None:
    clock = gateway.ManualClock()
    made = gateway.Gateway("wavespeed", clock=clock)
    (tmp_path / "other.db").write_text("something else entirely, and longer than a header " * 40)
    with pytest.raises(LedgerError):
        held(made, clock, budget=1, state=tmp_path / "other.db")


def test_the_plan_names_what_would_be_sent() -> None:
    plans = make_plan(["uniall"], families=["veo-3.1", "seedance-2.0"], budget=3)
    assert sum(row.paid for row in plans) == 3
    assert all(row.paid >= 1 and row.invalid > row.rules > 10 for row in plans)


class Changed(httpx.BaseTransport):
    """A gateway whose answers are changed on their way."""

    def __init__(self, made: gateway.Gateway, change: Callable[[httpx.Request, httpx.Response], httpx.Response]) -> None:
        self._inner, self._change = made.sync_transport(), change

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        response.read()
        return self._change(request, response)


def repeating(place: str, request: httpx.Request, response: httpx.Response) -> httpx.Response:
    """The answer with the key that was sent: as the word for a state, as the id of the task, or as the name of a member."""
    key, body = request.headers.get("authorization", "").partition(" ")[2], None
    if key and response.headers["content-type"] == "application/json":
        body = response.json()
        body.update({key: 1} if place == "name" else {"data": {**(body.get("data") or {}), place: key}})
    return response if body is None else httpx.Response(response.status_code, json=body)


@pytest.mark.parametrize("place", ["status", "id", "name"])
def test_a_key_that_a_gateway_repeats_is_told_and_goes_nowhere(place: str, tmp_path: Path) -> None:
    key, clock = "sk-a-key/of+16-or-more", gateway.ManualClock()
    made = gateway.Gateway("wavespeed", clock=clock, keys={key: "enabled"})
    through = Changed(made, partial(repeating, place))
    report = run_contract(
        made.base_url, key, ("wavespeed",), budget=1, transport=through, wait=SteppedWait(clock.advance), state=tmp_path / "s.db"
    )
    assert any(row.subject == "auth/key-not-repeated" for row in report.found)
    assert key not in json.dumps(report.to_dict(), default=str) + junit(report)
    assert not any(key.encode() in file.read_bytes() for file in tmp_path.iterdir())
    assert all(key not in entry.path for entry in made.log)


def test_files_that_come_compressed_are_no_finding() -> None:
    def compressed(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        content = gzip.compress(response.content)
        headers = {"content-type": response.headers["content-type"], "content-encoding": "gzip", "content-length": str(len(content))}
        return httpx.Response(response.status_code, headers=headers, content=content)

    clock = gateway.ManualClock()
    made = gateway.Gateway("wavespeed", clock=clock)
    report = run_contract(
        made.base_url, made.api_key, ("wavespeed",), budget=1, transport=Changed(made, compressed), wait=SteppedWait(clock.advance)
    )
    assert report.found == []
    assert any(row.subject == "download/whole" for row in report.rows)


@pytest.mark.parametrize("key", ["", " ", "sk a", "sk-a\nb", "sk-ü"])
def test_what_can_be_no_key_is_refused_before_anything_is_sent(key: str) -> None:
    made = gateway.Gateway("wavespeed")
    with pytest.raises(ConfigurationError, match="API key"):
        run_contract(made.base_url, key, ("wavespeed",), transport=made.sync_transport())
    assert not list(made.log)


def test_junit_has_a_case_a_row() -> None:
    mutant = next(row for row in HAND if row.provider == "wavespeed")
    clock = gateway.ManualClock()
    report = held(gateway.Gateway("wavespeed", clock=clock, behaviour=mutant.behaviour()), clock, budget=2)
    suite = ElementTree.fromstring(junit(report))
    assert len(suite.findall("testcase")) == len(report.rows) == int(suite.attrib["tests"])
    assert len(suite.findall("testcase/failure")) == len(report.found) > 0


@pytest.fixture(scope="module")
def served() -> Iterator[gateway.Running]:
    with gateway.serve("wavespeed", clock=gateway.ScaledClock(500)) as running:
        yield running


def test_the_command_over_a_socket(served: gateway.Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = ["contract", "--base-url", served.base_url, "--provider", "wavespeed"]
    assert (
        run([*place, "--api-key", served.api_key, "--budget", "1", "--junit", str(tmp_path / "report.xml"), "--json", "--timeout", "30"])
        == 0
    )
    shown = capsys.readouterr()
    assert json.loads(shown.out)["ok"] is True
    assert served.api_key not in shown.out + shown.err
    assert ElementTree.parse(tmp_path / "report.xml").getroot().tag == "testsuite"


def test_the_command_ends_with_13_when_something_differs(capsys: pytest.CaptureFixture[str]) -> None:
    mutant = next(row for row in HAND if row.id == "uno-six-images")
    with gateway.serve("wavespeed", clock=gateway.ScaledClock(500), behaviour=mutant.behaviour()) as running:
        place = ["contract", "--base-url", running.base_url, "--provider", "wavespeed"]
        assert run([*place, "--api-key", running.api_key]) == 13
    assert "spec-stricter" in capsys.readouterr().out


def test_a_key_that_is_refused_everywhere_is_said_once(served: gateway.Running, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["contract", "--base-url", served.base_url, "--provider", "wavespeed", "--api-key", "sk-nobody"]) == 4
    assert "refuses the API key" in capsys.readouterr().err


class Troubled(httpx.BaseTransport):
    """A way to a gateway on which some requests are not answered: those whose numbers say so."""

    def __init__(self, made: gateway.Gateway, trouble: Callable[[int], httpx.Response | None]) -> None:
        self._inner, self._trouble, self._number = made.sync_transport(), trouble, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._number += 1
        return self._trouble(self._number) or self._inner.handle_request(request)


def through(made: gateway.Gateway, clock: gateway.ManualClock, trouble: Callable[[int], httpx.Response | None], state: Path) -> Report:
    return run_contract(
        made.base_url, made.api_key, (made.provider,), budget=3, state=state,
        transport=Troubled(made, trouble), wait=SteppedWait(clock.advance),
    )  # fmt: skip


@pytest.mark.parametrize("every", [2, 3, 7])
@pytest.mark.parametrize("status", [429, 503])
def test_a_gateway_that_is_busy_now_and_then_gives_no_alarm(every: int, status: int, tmp_path: Path) -> None:
    clock = gateway.ManualClock()
    made = gateway.Gateway("wavespeed", clock=clock)
    busy = lambda number: httpx.Response(status, headers={"retry-after": "3"}) if number % every == 0 else None  # noqa: E731
    report = through(made, clock, busy, tmp_path / "state.db")
    assert (report.found, report.paid, billed(made)) == ([], 3, 3)
    assert "not-tried" not in report.counts


@pytest.mark.parametrize("last", [1, 20, 60, 110])
def test_a_gateway_that_goes_away_ends_the_run_and_a_later_one_goes_on(last: int, tmp_path: Path) -> None:
    clock = gateway.ManualClock()
    made = gateway.Gateway("wavespeed", clock=clock)

    def gone(number: int) -> None:
        if number > last:
            raise httpx.ConnectError("nobody there")

    with pytest.raises(ConnectionFailed):
        through(made, clock, gone, tmp_path / "state.db")
    report = through(made, clock, lambda _: None, tmp_path / "state.db")
    assert (report.found, report.paid, billed(made)) == ([], 3, 3)


def test_the_command_can_show_every_row(served: gateway.Running, capsys: pytest.CaptureFixture[str]) -> None:
    place = ["contract", "--base-url", served.base_url, "--provider", "wavespeed"]
    assert run([*place, "--api-key", served.api_key, "--every"]) == 0
    assert "kept\twavespeed createUno\tuno\tuno/images:max_items" in capsys.readouterr().out


def test_the_command_shows_its_plan(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["contract", "--base-url", "http://gateway.test", "--provider", "wavespeed", "--plan", "--json"]) == 0
    assert [row["family"] for row in json.loads(capsys.readouterr().out)] == ["uno"]


def test_a_report_that_cannot_be_written_is_said_before_anything_is_sent(served: gateway.Running, tmp_path: Path) -> None:
    before = len(served.log)
    place = ["contract", "--base-url", served.base_url, "--provider", "wavespeed", "--api-key", served.api_key, "--budget", "1"]
    assert run([*place, "--junit", str(tmp_path / "nowhere" / "report.xml")]) == 11
    assert len(served.log) == before


def test_a_gateway_that_is_not_there_is_no_finding(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["contract", "--base-url", "http://127.0.0.1:9", "--provider", "wavespeed", "--api-key", "sk-x", "--budget", "1"]) == 8
    assert "nobody answers at http://127.0.0.1:9" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--provider", "nowhere"], 2, "nowhere"),
        (["--provider", "wavespeed", "--family", "no-such-family", "--api-key", "sk-x"], 2, "no-such-family"),
        (["--provider", "wavespeed"], 9, "WAVESPEED_API_KEY"),
    ],
)
def test_mistakes_are_said_in_words(
    arguments: list[str], code: int, says: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WAVESPEED_API_KEY", raising=False)
    assert run(["contract", "--base-url", "http://gateway.test", *arguments]) == code
    shown = capsys.readouterr()
    assert says in shown.err
    assert "Traceback" not in shown.err
