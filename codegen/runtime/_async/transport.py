"""Sends requests: one deadline over everything, repeats as `retry.decide` says, no exception but ours."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from .._core import errors, responses, retry
from .._core.request import Request
from .._core.responses import Answer, Failure
from .._core.secret import Secret, redact
from .._core.tables import Security
from .._core.violations import Violation
from . import clock
from .live import AsyncLive, Broken, describe
from .pool import AsyncPool

_Got = TypeVar("_Got")
_log = logging.getLogger("unibind")
_LARGEST = 64 * 1024 * 1024  # bytes of a JSON answer, after decompression
_SHOWN = 64 * 1024  # bytes that are read of an answer that is a refusal
_CONNECT = 10.0  # seconds for one connection, so that there is time to try again
_SILENCE = 30.0  # seconds without a byte after which a query is asked again
_CLOSE = 0.05  # seconds before the deadline that count as past it
_MARGIN = 0.02  # seconds before the deadline at which httpx gives up by itself, which is cleaner than being cancelled
_NOT_MADE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol, httpx.InvalidURL)


class KeyAuth(httpx.Auth):
    """Puts the API key on at the last moment, so that no other object of ours holds it in clear."""

    def __init__(self, row: Security, key: Secret) -> None:
        self._row = row
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Called by httpx."""
        request.headers.setdefault(self._row.header, self._row.prefix + self._key.reveal())
        yield request


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds over everything (None: no limit), and repeats after the first attempt."""

    timeout: float | None
    max_retries: int


class Deadline:
    """What is left of the time of a call."""

    def __init__(self, timeout: float | None) -> None:
        self.timeout = timeout
        self._end = None if timeout is None else clock.monotonic() + timeout

    def left(self) -> float:
        """Seconds, `inf` without a limit."""
        return float("inf") if self._end is None else self._end - clock.monotonic()

    def near(self) -> bool:
        """Whether it has passed, or is about to."""
        return self.left() < _CLOSE


@dataclass(slots=True)
class Sent:
    """Whether the present attempt may have left; None when nobody can tell."""

    value: bool | None = None

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Called by httpcore on every step."""
        self.value = bool(self.value) or event.endswith("send_request_headers.started")


class Failed(Exception):
    """An attempt without success. Never leaves this module."""

    def __init__(self, result: Answer | Failure) -> None:
        super().__init__()
        self.result = result


class AsyncTransport:
    """Sends requests to one gateway with its key, and keyless ones anywhere."""

    def __init__(self, pool: AsyncPool, key: Secret) -> None:
        self._pool = pool
        self._key = key

    async def send(self, request: Request, limits: Limits) -> tuple[Answer, int]:
        """The whole answer with a status of success, and the number of attempts; everything else is raised."""
        return await self._repeat(request, limits, self._whole)

    async def open(self, request: Request, limits: Limits) -> tuple[AsyncLive, int]:
        """An answer of success, or a redirect of a query, whose body is still to come; the caller closes it."""
        return await self._repeat(request, limits, self._live)

    async def _repeat(
        self, request: Request, limits: Limits, receive: Callable[[Request, AsyncLive, Deadline], clock.Result[_Got]]
    ) -> tuple[_Got, int]:
        deadline = Deadline(limits.timeout)
        sent = Sent()
        attempt = 0
        try:
            async with clock.limit(limits.timeout):
                while True:
                    attempt += 1
                    try:
                        return await self._attempt(request, deadline, sent, receive), attempt
                    except Failed as failed:
                        result = failed.result
                    pause = self._pause(request, limits, deadline, attempt, result)
                    sent.value = False
                    await clock.sleep(pause)
        except TimeoutError:
            pass  # raised below, so that nobody else's exception hangs on ours
        except clock.INTERRUPTED:
            if request.kind == "submit" and sent.value is not False:
                _log.warning("%s was interrupted after it was sent; it may have been taken and billed", request.operation)
            raise
        raise responses.late(request, limits.timeout or 0, attempt, sent=sent.value is not False)

    def _pause(self, request: Request, limits: Limits, deadline: Deadline, attempt: int, result: Answer | Failure) -> float:
        """Seconds until the next attempt; raises what the call ends with when there is none."""
        if isinstance(result, Failure) and result.timed_out and deadline.near():
            raise responses.late(request, limits.timeout or 0, attempt, sent=result.reached)
        outcome = responses.outcome(request, result, clock.now())
        decision = retry.decide(request.kind, attempt, outcome, random.random(), max_retries=limits.max_retries)
        if isinstance(decision, retry.GiveUp) or not request.repeatable or decision.seconds >= deadline.left():
            raise responses.error(request, result, attempt, clock.now())
        what = result.text if isinstance(result, Failure) else f"status {result.status}"
        _log.info("%s: %s; attempt %d in %.1f s", request.operation, redact(what, request.secrets), attempt + 1, decision.seconds)
        return decision.seconds

    async def _attempt(
        self, request: Request, deadline: Deadline, sent: Sent, receive: Callable[[Request, AsyncLive, Deadline], clock.Result[_Got]]
    ) -> _Got:
        client = self._pool.client()
        sent.value = False if self._pool.traced else None
        try:
            with ExitStack() as opened:
                built = self._build(client, request, deadline, sent, opened)
                auth = KeyAuth(request.security, self._key) if request.security else httpx.Auth()
                live = AsyncLive(await client.send(built, auth=auth, stream=True, follow_redirects=False))
                try:
                    return await receive(request, live, deadline)
                except BaseException:
                    await live.close()
                    raise
        except (errors.UnibindError, Failed):
            raise
        except Exception as error:  # noqa: BLE001 - nobody else's exception leaves the package
            reached = not isinstance(error, _NOT_MADE) and sent.value is not False
            raise Failed(Failure(reached, describe(error), timed_out=isinstance(error, httpx.TimeoutException))) from None

    def _build(self, client: httpx.AsyncClient, request: Request, deadline: Deadline, sent: Sent, opened: ExitStack) -> httpx.Request:
        left = max(0.001, deadline.left() - _MARGIN)
        patient = _SILENCE if request.method == "GET" else float("inf")
        timeout = httpx.Timeout(_finite(left), connect=min(_CONNECT, left), read=_finite(min(patient, left)))
        extensions = {"timeout": timeout.as_dict(), **({"trace": sent.trace} if request.kind == "submit" else {})}
        files = _files(request, opened) if request.parts else None
        # A keyless request is made without the client, whose own headers and cookies may hold credentials.
        make = client.build_request if request.security else httpx.Request
        return make(request.method, request.url, headers=dict(request.headers), content=request.content, files=files, extensions=extensions)

    async def _live(self, request: Request, live: AsyncLive, deadline: Deadline) -> AsyncLive:
        if live.status < 300 or (300 <= live.status < 400 and request.kind == "query" and "location" in live.headers):
            return live
        raise Failed(await _refusal(live))

    async def _whole(self, request: Request, live: AsyncLive, deadline: Deadline) -> Answer:
        if live.status >= 300:
            raise Failed(await _refusal(live))
        content = bytearray()
        try:
            async for chunk in live.chunks():
                content += chunk
                if len(content) > _LARGEST:
                    answer = Answer(live.status, live.headers, bytes(content[:_SHOWN]))
                    raise responses.invalid(request, answer, f"the answer is larger than {_LARGEST >> 20} MiB")
                if deadline.left() <= 0:
                    raise Failed(Failure(True, "the deadline has passed", timed_out=True))
        except Broken as error:
            answer = Answer(live.status, live.headers, bytes(content[:_SHOWN]))
            raise Failed(Failure(True, str(error), answer, timed_out=deadline.near())) from None
        await live.close()
        return Answer(live.status, live.headers, bytes(content))


async def _refusal(live: AsyncLive) -> Answer:
    content = await live.start(_SHOWN)
    await live.close()
    return Answer(live.status, live.headers, content)


def _files(request: Request, opened: ExitStack) -> list[tuple[str, tuple[str | None, Any, str | None]]]:
    return [(part.name, (part.filename, _content(request, part.name, part.content, opened), part.media)) for part in request.parts or ()]


def _content(request: Request, name: str, content: Any, opened: ExitStack) -> Any:
    if not isinstance(content, Path):
        return content
    try:
        return opened.enter_context(content.open("rb"))
    except OSError as error:
        rule = f"{request.operation}/body:file"
        row = Violation(rule, (name,), f"{content} cannot be read: {error.strerror}", "error", "")
        raise errors.RequestInvalid([row], operation=request.operation) from None


def _finite(seconds: float) -> float | None:
    return None if seconds == float("inf") else seconds
