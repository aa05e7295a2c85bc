"""What a run does with each kind of answer, and what the next run does with what it left."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from typing import Any

import httpx
import pytest
from unibind import AsyncUniAll, ConfigurationError
from unibind.batch import Batch, Event, JobsInvalid, Ledger, LedgerError, preview, run_batch_async
from unibind.batch import pace as pace_module

from .conftest import Desk, Fake, picture, video


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between submits that were refused for now are short."""
    monkeypatch.setattr(pace_module.random, "random", lambda: -0.98)


def refusal(status: int, code: str = "", message: str = "no", **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"error": {"message": message, "code": code}}, headers=headers)


def test_every_job_is_submitted_once_and_its_file_is_saved(desk: Desk) -> None:
    desk.write(*(video(f"v{number}") for number in range(5)))
    report = desk.run()
    assert report.ok
    assert (report.total, report.submits) == (5, 5)
    assert len(desk.fake.submits) == 5
    assert [row["id"] for row in desk.results()] == [f"v{number}" for number in range(5)]
    assert desk.failures() == []
    for row in desk.results():
        assert (desk.output / row["files"][0]).read_bytes() == b"film of /a.mp4"


def test_a_second_run_has_nothing_to_do_and_needs_no_key(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from unibind.batch import run_batch

    monkeypatch.delenv("UNIALL_API_KEY", raising=False)
    desk.write(video("a"))
    desk.run()
    before = (desk.output / "results.jsonl").read_bytes()
    assert run_batch(desk.jobs, desk.output).ok
    assert len(desk.fake.submits) == 1
    assert (desk.output / "results.jsonl").read_bytes() == before


def test_appended_lines_are_new_jobs(desk: Desk) -> None:
    desk.write(video("a"))
    desk.run()
    desk.write(video("b"), video("a"))
    assert desk.run().ok
    assert [row["prompt"] for row in desk.fake.submits] == ["of a", "of b"]
    assert [row["id"] for row in desk.results()] == ["b", "a"]


def test_a_changed_line_under_the_same_id_is_refused(desk: Desk) -> None:
    desk.write(video("a"))
    desk.run()
    desk.write(video("b"), video("a", prompt="another"))
    with pytest.raises(JobsInvalid) as caught:
        desk.run()
    assert [(row.line, row.rule) for row in caught.value.findings] == [(2, "job:changed")]
    assert len(desk.fake.submits) == 1


def test_an_outcome_that_is_not_known_is_listed_and_not_repeated(desk: Desk) -> None:
    desk.write(video("a"), video("b"))
    desk.fake.answers = [refusal(500), None]
    report = desk.run(concurrency=1)
    assert report.counts == {"unknown": 1, "downloaded": 1}
    (unknown,) = report.unknown
    assert (unknown.id, unknown.request["operation"], unknown.request["body"]["prompt"]) == ("a", "createVideoGeneration", "of a")
    assert unknown.sent > 0
    assert desk.failures()[0]["state"] == "unknown"
    assert desk.run().submits == 2
    assert len(desk.fake.submits) == 2


def test_an_unknown_job_is_sent_again_only_when_it_is_named(desk: Desk) -> None:
    desk.write(video("a"), video("b"))
    desk.fake.answers = [refusal(500)]
    desk.run()
    desk.fake.answers = []
    report = desk.run(retry_unknown=["a"])
    assert desk.states() == {"a": "downloaded", "b": "unknown"}
    assert report.submits == 3  # the first one of each may have been taken, and counts
    with pytest.raises(LedgerError, match="'a' is downloaded, not unknown"):
        desk.run(retry_unknown=["a"])
    with pytest.raises(LedgerError, match="no job 'c'"):
        desk.run(retry_unknown=["c"])
    assert len(desk.fake.submits) == 3


def test_a_task_that_was_found_at_the_gateway_is_adopted(desk: Desk) -> None:
    desk.write(video("a"))
    desk.fake.answers = [refusal(502)]
    desk.run()
    report = desk.run(adopt={"a": "task_found"})
    assert report.ok
    assert report.submits == 1
    assert desk.fake.polls == ["task_found"]
    assert desk.results()[0]["task"] == "task_found"


def test_a_task_id_in_an_answer_that_is_an_error_is_not_lost(desk: Desk) -> None:
    desk.write(video("a"))
    desk.fake.answers = [httpx.Response(500, json={"id": "task_7", "task_id": "task_7", "status": "queued"})]
    assert desk.run().ok
    assert desk.fake.polls == ["task_7"]


@pytest.mark.parametrize(
    "answer",
    [
        refusal(401),
        refusal(402),
        refusal(403, "insufficient_quota"),
        refusal(403, message="The balance is used up"),
        refusal(403, "api_key_disabled"),
    ],
)
def test_a_refusal_of_the_account_ends_submits_at_once(desk: Desk, answer: httpx.Response) -> None:
    desk.write(*(video(f"v{number}") for number in range(20)))
    desk.fake.answers = [answer]
    report = desk.run(concurrency=4)
    assert len(desk.fake.submits) <= 4
    assert report.counts == {"planned": 20}
    assert report.submits == 0
    assert report.stopped[0].startswith("UniAll: ")
    desk.fake.answers = []
    assert desk.run().ok


def test_a_refusal_of_the_request_is_final_and_costs_nothing(desk: Desk) -> None:
    desk.write(video("a"), video("b"))
    desk.fake.answers = [refusal(400, "moderation", "not this"), None]
    report = desk.run(concurrency=1)
    assert report.counts == {"refused": 1, "downloaded": 1}
    assert report.submits == 1
    (row,) = desk.failures()
    assert (row["id"], row["error"]["message"], row["error"]["status"], row["error"]["code"]) == ("a", "not this", 400, "moderation")
    desk.run()
    assert len(desk.fake.submits) == 2


@pytest.mark.parametrize("answer", [refusal(429), refusal(503), httpx.ConnectError("no route")])
def test_a_refusal_for_now_is_repeated_with_the_ledger_saying_that_nothing_is_under_way(desk: Desk, answer: Any) -> None:
    desk.write(video("a"))
    desk.fake.answers = [answer, answer, None]
    seen: list[str] = []

    def act(_: Batch, event: Event) -> None:
        if event.state == "planned":
            seen.append(event.message)

    assert desk.run(act=act).ok
    assert desk.outcomes() == ["unsent", "unsent", "taken"]
    assert len(seen) == 2


def test_refusals_for_now_slow_all_submits_down(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace_module.random, "random", lambda: -0.6)  # pauses of 0.1 s, 0.2 s, 0.4 s
    desk.write(*(video(f"v{number}") for number in range(30)))
    busy = time.monotonic() + 0.5
    answer = desk.fake._submitted
    monkeypatch.setattr(desk.fake, "_submitted", lambda row: refusal(429) if time.monotonic() < busy else answer(row))
    assert desk.run(concurrency=10).ok
    assert 10 <= desk.outcomes().count("unsent") <= 10 + 5 + 2 + 1  # half as many after each pause


def test_a_gateway_that_takes_nothing_is_given_up_for_this_run(desk: Desk) -> None:
    desk.write(*(video(f"v{number}") for number in range(30)))
    desk.fake.answers = [httpx.ConnectError("no route")]
    report = desk.run()
    assert report.counts == {"planned": 30}
    assert "11 refusals in a row" in report.stopped[0]
    assert report.submits == 0


def test_the_cap_counts_all_runs(desk: Desk) -> None:
    desk.write(*(video(f"v{number}") for number in range(9)))
    desk.fake.answers = [None, refusal(400), refusal(500), None]
    report = desk.run(max_submits=4, concurrency=3)
    assert (len(desk.fake.submits), report.submits) == (5, 4)  # a refusal is free
    assert report.stopped == ("the cap of 4 submits is reached",)
    assert desk.run(max_submits=4).submits == 4
    assert desk.run(max_submits=6).submits == 6
    assert desk.run().submits == 8
    assert len(desk.fake.submits) == 9


def test_the_cap_is_used_up_although_a_submit_under_way_turns_out_free(desk: Desk) -> None:
    desk.write(*(video(f"v{number}") for number in range(4)))
    desk.fake.answers = [refusal(400), refusal(400), None]
    report = desk.run(max_submits=2, concurrency=4)
    assert report.counts == {"refused": 2, "downloaded": 2}


def test_a_task_that_fails_is_a_failure_with_the_reason(desk: Desk) -> None:
    desk.write(video("a"))
    desk.fake.status = "failed"
    report = desk.run()
    assert report.counts == {"failed": 1}
    assert desk.failures()[0]["error"]["message"] == "no such luck"
    desk.run()
    assert len(desk.fake.submits) == 1


def test_a_task_that_takes_too_long_is_waited_for_by_the_next_run(desk: Desk) -> None:
    desk.write(video("a"))
    desk.fake.status = "processing"
    report = desk.run(timeout=0.05)
    assert report.counts == {"taken": 1}
    assert desk.failures()[0]["error"]["kind"] == "TaskTimeout"
    desk.fake.status = "completed"
    assert desk.run().ok
    assert len(desk.fake.submits) == 1


def test_a_file_that_cannot_be_fetched_is_fetched_by_the_next_run(desk: Desk) -> None:
    desk.write(video("a"))
    desk.fake.link = "ftp://nowhere/film.mp4"
    report = desk.run()
    assert report.counts == {"succeeded": 1}
    assert desk.failures()[0]["error"]["kind"] == "DownloadFailed"
    desk.fake.link = "http://media.test/film.mp4"
    assert desk.run().ok
    assert len(desk.fake.submits) == 1


def test_stopping_brings_submits_to_an_end_and_leaves_tasks_to_the_next_run(desk: Desk) -> None:
    desk.write(*(video(f"v{number}") for number in range(10)))
    desk.fake.status = "processing"
    report = desk.run(act=lambda batch, event: batch.stop() if event.state == "submitting" else None, concurrency=3)
    assert report.interrupted
    assert set(desk.outcomes()) == {"taken"}
    assert report.counts["taken"] == len(desk.fake.submits) < 10
    assert not report.unknown
    desk.fake.status = "completed"
    assert desk.run().ok
    assert len(desk.fake.submits) == 10


def test_ending_at_once_makes_what_was_being_sent_unknown(desk: Desk) -> None:
    desk.write(video("a"), video("b"), video("c"))
    sent: list[str] = []
    both = asyncio.Event()

    async def silent(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.path)
        if len(sent) == 2:
            both.set()
        await asyncio.sleep(60)
        raise AssertionError

    async def cut_off() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(silent)) as http:
            client = AsyncUniAll(api_key="sk-test", base_url="http://api.test", http_client=http)
            run = asyncio.create_task(run_batch_async(desk.jobs, desk.output, concurrency=2, clients={"uniall": client}))
            await both.wait()
            run.cancel()
            with pytest.raises(asyncio.CancelledError):
                await run

    asyncio.run(cut_off())
    assert desk.states() == {"a": "unknown", "b": "unknown", "c": "planned"}
    report = desk.run()
    assert report.counts == {"downloaded": 1, "unknown": 2}
    assert [row.cause for row in report.unknown] == ["interrupted while it was sent"] * 2
    assert [row["prompt"] for row in desk.fake.submits] == ["of c"]


def test_direct_answers_are_saved_before_they_count(desk: Desk) -> None:
    desk.write(picture("p"))
    desk.fake.answers = [{"created": 1, "data": [{"url": "http://media.test/p.png"}, {"b64_json": "aGVsbG8="}]}]
    assert desk.run().ok
    (row,) = desk.results()
    assert row["files"] == ["files/p.png", "files/p.2.png"]
    assert (desk.output / "files/p.2.png").read_bytes() == b"hello"
    assert b"b64_json" in (desk.output / row["answer"]).read_bytes()


@pytest.mark.parametrize("answer", [httpx.Response(200, text="<html>", headers={"content-type": "text/html"}), refusal(504)])
def test_a_direct_answer_that_is_none_is_unknown(desk: Desk, answer: httpx.Response) -> None:
    desk.write(picture("p"))
    desk.fake.answers = [answer]
    assert desk.run().counts == {"unknown": 1}


def test_another_address_is_refused(desk: Desk) -> None:
    desk.write(video("a"))
    desk.fake.status = "processing"
    desk.run(timeout=0.05)
    with pytest.raises(LedgerError, match="was sent to http"):
        desk.run(base_url="http://other.test")


def test_a_missing_key_is_told_before_anything_is_sent(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from unibind.batch import run_batch

    monkeypatch.delenv("UNIALL_API_KEY", raising=False)
    desk.write(video("a"))
    with pytest.raises(ConfigurationError, match="UNIALL_API_KEY"):
        run_batch(desk.jobs, desk.output)
    assert desk.states() == {"a": "planned"}


def _fails(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """The disk is full when this is to be written down."""
    commit = Ledger._commit

    def failing(self: Ledger, event: str) -> None:
        if event == what:
            raise sqlite3.OperationalError("database or disk is full")
        commit(self, event)

    monkeypatch.setattr(Ledger, "_commit", failing)


def test_nothing_is_sent_that_cannot_be_written_down_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write(*(video(f"v{number}") for number in range(9)))
    _fails(monkeypatch, "submitting")
    with pytest.raises(LedgerError, match="disk is full"):
        desk.run()
    assert desk.fake.submits == []
    monkeypatch.undo()
    assert set(desk.states().values()) == {"planned"}


def test_a_task_that_cannot_be_written_down_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write(*(video(f"v{number}") for number in range(9)))
    _fails(monkeypatch, "settle-taken")
    with pytest.raises(LedgerError, match="task_1") as caught:
        desk.run(concurrency=2)
    assert {row["task"]["id"] for row in caught.value.unrecorded} == {f"task_{number + 1}" for number in range(len(desk.fake.submits))}
    assert len(desk.fake.submits) <= 2
    monkeypatch.undo()
    found = caught.value.unrecorded
    assert desk.run(adopt={row["job"]: row["task"]["id"] for row in found}, max_submits=len(found)).counts["downloaded"] == len(found)


def test_orphans_are_waited_for_and_not_sent(desk: Desk) -> None:
    desk.write(video("a"), video("b"))
    desk.fake.status = "processing"
    desk.run(timeout=0.05, max_submits=1)
    desk.write(video("c"))
    desk.fake.status = "completed"
    assert preview(desk.jobs, desk.output).counts == {"dropped": 1, "planned": 1, "taken": 1}
    report = desk.run()
    assert desk.states() == {"c": "downloaded", "a": "downloaded", "b": "planned"}
    assert report.counts == {"downloaded": 2, "dropped": 1}
    assert report.ok
    assert [row["state"] for row in desk.failures()] == ["dropped"]


def test_a_task_that_the_gateway_does_not_know_can_be_replaced_or_sent_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write(video("a"))
    answer = Fake.__call__
    monkeypatch.setattr(Fake, "__call__", lambda self, request: refusal(404) if "task_1" in request.url.path else answer(self, request))
    assert desk.run().counts == {"taken": 1}
    assert desk.failures()[0]["error"]["kind"] == "NotFound"
    report = desk.run(retry_unknown=["a"])
    assert (report.ok, report.submits, desk.results()[0]["task"]) == (True, 2, "task_2")


def test_a_callback_that_raises_ends_the_run_and_leaves_no_submit_half_done(desk: Desk) -> None:
    desk.write(*(video(f"v{number}") for number in range(5)))

    def act(_: Batch, event: Event) -> None:
        if event.state == "submitting":
            raise ValueError("of the caller")

    with pytest.raises(ValueError, match="of the caller"):
        desk.run(act=act)
    assert set(desk.outcomes()) == {"taken"}
    assert desk.run().ok
    assert len(desk.fake.submits) == 5
