"""Whatever a gateway answers: a result, or an exception of this package; and the API key nowhere."""

from __future__ import annotations

import base64
import copy
import json
import logging
import pickle
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import unibind
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

KEY = "sk-Zq7/9+pW3xT5vB1nM8kL2"  # with characters that URLs and JSON may escape
CLIENTS: dict[str, Any] = {"uniall": unibind.UniAll, "uniapi": unibind.UniAPI, "wavespeed": unibind.WaveSpeed}
OFF = unibind.Options(validate="off")
Call = Callable[[Any, Path], Any]


def task(operation: str, client: Any, folder: Path) -> Any:
    """A task, as far as it gets: submitted, waited for, stored, taken up again, downloaded."""
    made = client.run(operation, {"model": "m"}, path=IDS, timeout=0.001, options=OFF, download=folder, overwrite=True)
    return client.task(json.loads(json.dumps(made.to_dict())))


def submitted(operation: str, client: Any, folder: Path) -> Any:
    return client.submit(operation, {"model": "m"}, path=IDS, options=OFF)


def queried(operation: str, client: Any, folder: Path) -> Any:
    return client.retrieve(operation, "t-1", path=IDS)


def waited(operation: str, client: Any, folder: Path) -> Any:
    return client.task({"provider": client._provider.name, "operation": operation, "id": "t-1", "path": IDS}).wait(timeout=0.001)


IDS = {"task_id": "t-1", "id": "t-1", "model": "a/b", "video_id": "v", "type": "x", "action": "a", "request_id": "r", "taskId": "t"}


def calls() -> list[tuple[str, str, Call]]:
    """Every operation of every provider, by what kind of call it is."""
    found: list[tuple[str, str, Call]] = []
    for name, cls in CLIENTS.items():
        provider = cls._tables()
        queries = {query for row in provider.tasks.values() for query in (*row.query.values(), *row.family_query.values())}
        for id, row in provider.operations.items():
            path = {p.name: "x" for p in row.parameters if p.location == "path"}
            kinds = {response.kind for response in row.responses.values()}

            def call(client: Any, folder: Path, id: str = id, path: dict[str, str] = path) -> Any:
                return client.call(id, path=path, body={"model": "m"}, options=OFF)

            def binary(client: Any, folder: Path, id: str = id, path: dict[str, str] = path) -> Any:
                return client.binary(id, path=path, body={"model": "m"}, options=OFF).save(folder / "file", overwrite=True)

            def stream(client: Any, folder: Path, id: str = id, path: dict[str, str] = path) -> Any:
                return client.stream(id, {"model": "m", "stream": True}, path=path, options=OFF).collect()

            if row.task:
                found.append((name, f"{id}-submit", partial(submitted, id)))
                found.append((name, f"{id}-wait", partial(waited, id)))
                found.append((name, f"{id}-run", partial(task, id)))
            elif id in queries:
                found.append((name, f"{id}-retrieve", partial(queried, id)))
            elif "binary" in kinds:
                found.append((name, f"{id}-binary", binary))
            else:
                found.append((name, f"{id}-call", call))
            if any(response.stream for response in row.responses.values()) or "stream" in kinds:
                found.append((name, f"{id}-stream", stream))
    return found


CALLS = calls()
_echo = st.sampled_from(
    [
        KEY,
        f"Bearer {KEY}",
        quote(KEY, safe=""),
        quote(KEY, safe="").lower(),
        f"https://cdn.test/a.mp4?key={quote(KEY, safe='')}",
        f"https://cdn.test/{KEY}/a.mp4",
        base64.b64encode(f"Bearer {KEY}".encode()).decode(),
        base64.b64encode(KEY.encode()).decode(),
    ]
)
_words = st.sampled_from(
    ["id", "status", "data", "error", "message", "url", "video_url", "outputs", "code", "task_id", "request_id", "choices"]
)
_states = st.sampled_from(
    ["completed", "succeeded", "SUCCESS", "failed", "queued", "polishing", "", "https://cdn.test/a.mp4", "data:,x", "data:;base64,%%%"]
)
_leaves = st.none() | st.booleans() | st.integers() | st.integers(10**300, 10**310) | st.floats() | st.text(max_size=8) | _states | _echo
_values = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words | st.text(max_size=4), inner, max_size=4), max_leaves=12
)
_answers = st.dictionaries(_words, _values, max_size=6)


def _encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


def _slashes(value: Any) -> bytes:
    return json.dumps(value).replace("/", "\\/").encode()


_bodies = (
    _answers.map(_encoded)
    | _answers.map(_slashes)
    | _values.map(_encoded)
    | st.tuples(_answers.map(_encoded), st.integers(1, 30)).map(lambda pair: pair[0][: -pair[1]])
    | st.binary(max_size=40)
    | _answers.map(lambda value: b"data: " + _encoded(value) + b"\n\ndata: [DONE]\n\n")
    | st.sampled_from(
        [
            b"",
            b"null",
            b"[" * 100_000,
            b'{"a":' * 50_000,
            b"9" * 5000,
            b'{"status": NaN, "id": Infinity}',
            b'{"id": "\\ud800", "status": "completed", "video_url": "\\udfff"}',
            b'{"id": "a", "id": "b", "status": 1, "status": "completed"}',
            b"\xef\xbb\xbf{}",
            b"\xff\xfe{\x00}\x00",
            b"<html>" + KEY.encode() + b"</html>",
            b"data: {\n\n",
            b"event: \xff\ndata: \xff\n\n",
            b"\x1f\x8b\x08 not gzip",
        ]
    )
)
_headers = st.lists(
    st.sampled_from(
        [
            ("content-type", "application/json"),
            ("content-type", "text/event-stream"),
            ("content-type", "text/html; charset=nonsense"),
            ("content-type", "\xff/;;="),
            ("content-encoding", "gzip"),
            ("content-length", "7"),
            ("content-range", "bytes 5-1/x"),
            ("content-disposition", f'attachment; filename="../../{KEY}"'),
            ("content-disposition", "attachment; filename*=UTF-8''%2e%2e%2f%00%ff"),
            ("location", f"https://other.test/{KEY}"),
            ("location", f"https://other.test/?k={quote(KEY, safe='')}"),
            ("location", "http://["),
            ("retry-after", "-1"),
            ("retry-after", "never"),
            ("x-request-id", KEY),
            ("etag", "\xff"),
        ]
    ),
    max_size=3,
)
_statuses = st.sampled_from(
    [200, 200, 200, 201, 204, 206, 301, 302, 304, 400, 401, 403, 404, 408, 409, 416, 418, 429, 499, 500, 502, 503, 504, 529]
)
_results = st.tuples(_statuses, _headers, _bodies)


class Gateway:
    """Answers with one thing after the other, and remembers who was given the key."""

    def __init__(self, answers: list[tuple[int, list[tuple[str, str]], bytes]]) -> None:
        self.answers = list(answers)
        self.told: set[str] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        sent = f"{request.url} {request.headers}"
        if any(form in sent for form in (KEY, quote(KEY, safe=""), quote(KEY, safe="").lower(), quote(KEY))):
            self.told.add(request.url.host)
        status, headers, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
        return httpx.Response(status, headers=raw, stream=httpx.ByteStream(body))


def spoken(outcome: Any) -> str:
    """Everything that is said about an outcome: texts, attributes, pickles, stored tasks, names of files."""
    if not isinstance(outcome, BaseException):
        stored = outcome.to_dict() if hasattr(outcome, "to_dict") else outcome
        return f"{outcome!r} {stored!r}"
    again = [pickle.loads(pickle.dumps(outcome)), copy.copy(outcome), copy.deepcopy(outcome)]
    assert all((type(one), one.args, str(one)) == (type(outcome), outcome.args, str(outcome)) for one in again)
    trace = traceback.TracebackException.from_exception(outcome, capture_locals=True)
    ours = (line for line in trace.format() if "test_foreign_exceptions" not in line)  # the answers are locals here
    raw = pickle.dumps(outcome).decode("latin-1")
    return f"{outcome!r} {outcome} {outcome.__dict__!r} {raw} {''.join(ours)}"


FORMS = (KEY, quote(KEY, safe=""), KEY.replace("/", "\\/"), base64.b64encode(KEY.encode()).decode()[:-4])


class _Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


@contextmanager
def overheard() -> Iterator[list[str]]:
    """What the package logs. It goes nowhere else: pytest keeps what it captures, and cannot pass on every text that is drawn here."""
    logger, ear = logging.getLogger("unibind"), _Ear()
    before = logger.level, logger.propagate
    logger.addHandler(ear)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield ear.heard
    finally:
        logger.removeHandler(ear)
        logger.setLevel(before[0])
        logger.propagate = before[1]


@pytest.mark.parametrize("provider", CLIENTS)
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_nobody_elses_exception_leaves_and_the_key_is_in_no_text(provider: str, data: st.DataObject) -> None:
    name, what, call = data.draw(st.sampled_from([row for row in CALLS if row[0] == provider]))
    gateway = Gateway(data.draw(st.lists(_results, min_size=1, max_size=3)))
    http = httpx.Client(transport=httpx.MockTransport(gateway))
    client = CLIENTS[name](api_key=KEY, max_retries=0, http_client=http)
    with tempfile.TemporaryDirectory() as folder, overheard() as logged:
        try:
            outcome = call(client, Path(folder))
        except unibind.UnibindError as error:
            outcome = error
        said = spoken(outcome) + " ".join(str(path) for path in Path(folder).rglob("*"))
    said += " ".join(logged)
    for form in FORMS:
        assert form not in said, what
    assert gateway.told <= {httpx.URL(client.base_url).host}
