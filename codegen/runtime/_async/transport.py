"""Sends requests: one deadline over everything, repeats as `retry.decide` says, no exception but ours."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from .._core import errors, responses, retry
from .._core.faults import describe, not_made, timed_out
from .._core.outgoing import Files, Outgoing, Sent
from .._core.request import Request
from .._core.responses import Answer, Failure
from .._core.secret import Secret, redact
from .._core.violations import Violation
from . import clock
from .live import AsyncLive, Broken
from .pool import AsyncPool, AsyncSender

_Got = TypeVar("_Got")
_log = logging.getLogger("unibind")
_LARGEST = 64 * 1024 * 1024  # bytes of a JSON answer, after decompression
_SHOWN = 64 * 1024  # bytes that are read of an answer that is a refusal
_CONNECT = 10.0  # seconds for one connection, so that there is time to try again
_SILENCE = 30.0  # seconds without a byte after which a query is asked again
_CLOSE = 0.05  # seconds before the deadline that count as past it
_MARGIN = 0.02  # seconds before the deadline at which httpx gives up by itself, which is cleaner than being cancelled
_OPEN = nullcontext[None]()


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
        long = request.kind == "submit" and request.task is None  # answers when the work is done: it must not keep others waiting
        return await self._repeat(request, limits, self._whole, gated=not long)

    async def open(self, request: Request, limits: Limits) -> tuple[AsyncLive, int]:
        """An answer of success, or a redirect of a query, whose body is still to come; the caller closes it."""
        return await self._repeat(request, limits, self._live, gated=False)

    async def _repeat(
        self, request: Request, limits: Limits, receive: Callable[[Request, AsyncLive, Deadline], clock.Result[_Got]], *, gated: bool
    ) -> tuple[_Got, int]:
        deadline = Deadline(limits.timeout)
        sent = Sent()
        attempt = 0
        try:
            async with clock.limit(limits.timeout):
                while True:
                    attempt += 1
                    try:
                        home = self._pool.home()
                        sent.value = False
                        async with home.gate if gated else _OPEN:
                            return await self._attempt(home.sender, request, deadline, sent, receive), attempt
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
        self,
        sender: AsyncSender,
        request: Request,
        deadline: Deadline,
        sent: Sent,
        receive: Callable[[Request, AsyncLive, Deadline], clock.Result[_Got]],
    ) -> _Got:
        sent.value = False if sender.reports else None
        try:
            with ExitStack() as opened:
                live = await sender.open(self._outgoing(request, deadline, sent, opened))
                try:
                    return await receive(request, live, deadline)
                except BaseException:
                    await live.close()
                    raise
        except (errors.UnibindError, Failed):
            raise
        except Exception as error:  # noqa: BLE001 - nobody else's exception leaves the package
            reached = sent.value is not False and not not_made(error)
            raise Failed(Failure(reached, describe(error), timed_out=timed_out(error))) from None

    def _outgoing(self, request: Request, deadline: Deadline, sent: Sent, opened: ExitStack) -> Outgoing:
        left = max(0.001, deadline.left() - _MARGIN)
        patient = _SILENCE if request.method == "GET" else float("inf")
        return Outgoing(
            method=request.method,
            url=request.url,
            headers=dict(request.headers),
            content=request.content,
            files=_files(request, opened) if request.parts else None,
            security=request.security,
            key=self._key,
            paid=request.kind == "submit",
            connect=min(_CONNECT, left),
            read=_finite(min(patient, left)),
            write=_finite(left),
            sent=sent,
        )

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


def _files(request: Request, opened: ExitStack) -> Files:
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
