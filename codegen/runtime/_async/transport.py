"""Sends requests: one deadline over everything, repeats as `retry.decide` says, no exception but ours."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from .._core import errors, interrupts, responses, retry
from .._core.exchange import Hooks, RequestInfo, visible_request_headers
from .._core.faults import describe, not_made, timed_out
from .._core.outgoing import Files, Outgoing, Sent
from .._core.request import Request
from .._core.responses import Answer, Failure
from .._core.secret import Secret, redact
from .._core.transfer import shown
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
    """What is left of the time of a call, and how far it has come."""

    def __init__(self, timeout: float | None) -> None:
        self.timeout = timeout
        self.attempt = 0
        self._begun = clock.monotonic()
        self._end = None if timeout is None else self._begun + timeout

    def elapsed(self) -> float:
        """Seconds since the call began."""
        return clock.monotonic() - self._begun

    def left(self) -> float:
        """Seconds, `inf` without a limit."""
        return float("inf") if self._end is None else self._end - clock.monotonic()

    def remaining(self) -> float | None:
        """Seconds from 0, None without a limit."""
        return None if self._end is None else max(0.0, self.left())

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

    def __init__(self, pool: AsyncPool, key: Secret, hooks: Hooks) -> None:
        self._pool = pool
        self._key = key
        self._hooks = hooks

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
        try:
            async with clock.limit(limits.timeout):
                while True:
                    deadline.attempt += 1
                    sent.value = False
                    home = self._pool.home()
                    self._announce(request, deadline)
                    begun = clock.monotonic()
                    try:
                        async with home.gate if gated else _OPEN:
                            got = await self._attempt(home.sender, request, deadline, sent, receive)
                    except Failed as failed:
                        result = failed.result
                    else:
                        self._report(request, deadline, begun, got)
                        return got, deadline.attempt
                    self._report(request, deadline, begun, result)
                    pause = self._pause(request, limits, deadline, deadline.attempt, result)
                    sent.value = False
                    await clock.sleep(pause)
        except TimeoutError:
            pass  # raised below, so that nobody else's exception hangs on ours
        except clock.INTERRUPTED as error:
            if request.kind == "submit" and sent.value is not False:
                interrupts.sent(error, request.plain)
                _log.warning("%s was interrupted after it was sent; it may have been taken and billed", request.operation)
            raise
        raise responses.late(request, limits.timeout or 0, deadline.attempt, sent=sent.value is not False)

    def _announce(self, request: Request, deadline: Deadline) -> None:
        """Tell the caller of an attempt. What the hook raises stops the call, before anything was sent."""
        hook = self._hooks.on_request
        if hook is not None:
            headers = visible_request_headers(request.headers)
            paid = request.kind == "submit"
            hook(RequestInfo(request.operation, request.method, shown(request.url), headers, deadline.attempt, paid))

    def _report(self, request: Request, deadline: Deadline, begun: float, result: Any) -> None:
        """Tell the caller and the log how an attempt ended. What the hook raises is logged: the answer may be one that was paid for."""
        hook = self._hooks.on_response
        logged = _log.isEnabledFor(logging.DEBUG)
        if hook is None and not logged:
            return
        answer: Answer | AsyncLive | None = result.answer if isinstance(result, Failure) else result
        seen = Answer(0, {}, b"") if answer is None else Answer(answer.status, answer.headers, b"")
        info = replace(responses.info(request, seen), attempts=deadline.attempt, elapsed=clock.monotonic() - begun)
        if isinstance(result, Failure):
            info = replace(info, status=info.status or None, error=redact(result.text, request.secrets))
        if logged:
            how = info.error or f"status {info.status}"
            what = (request.operation, request.method, shown(request.url), how, info.elapsed, info.attempts, info.request_id)
            _log.debug("%s: %s %s: %s after %.3f s, attempt %d, request id %s", *what)
        if hook is not None:
            try:
                hook(info)
            except Exception as error:  # noqa: BLE001 - whatever the caller's function raises
                _log.warning("%s: on_response failed: %s", request.operation, redact(describe(error), request.secrets))

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
        return Answer(live.status, live.headers, bytes(content), deadline.attempt, deadline.elapsed())


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
