"""Streams of events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from .._core import errors, responses, sse
from .._core.secret import redact, redacted
from .live import Broken

if TYPE_CHECKING:
    from .engine import AsyncEngine, Call
    from .live import AsyncLive

Event = TypeVar("Event")
_START = 4096  # bytes of a page that is shown where events were promised


async def open_stream(engine: AsyncEngine, call: Call) -> AsyncStream[Any]:
    """The stream of a call, when its answer has begun."""
    live, attempts = await engine.open(call)
    media = live.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media == "text/html" or live.status >= 300:
        answer = responses.Answer(live.status, live.headers, await live.start(_START))
        await live.close()
        raise responses.invalid(call.request, answer, f"the gateway answered with {media or 'a redirect'} instead of events", attempts)
    return AsyncStream(engine, call, live, attempts, is_json=media == "application/json")


class AsyncStream(Generic[Event]):
    """The events of an answer, one after the other, as they arrive.

    Iterate over it once. The connection is given back at the end of the stream, at an error, at the end of a `with` block and by `close()`.

    Attributes:
        events: The events that were received so far.
    """

    def __init__(self, engine: AsyncEngine, call: Call, live: AsyncLive, attempts: int, *, is_json: bool = False) -> None:
        self._engine = engine
        self._call = call
        self._live = live
        self._attempts = attempts
        self._is_json = is_json
        self._texts: list[str] = []
        self._complete = True
        self.events: list[Event] = []
        self._bodies: list[Any] = []
        self._iterator = self._receive()

    def __aiter__(self) -> AsyncIterator[Event]:
        return self._iterator

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop receiving and give the connection back."""
        await self._live.close()

    async def text(self) -> str:
        """Receive the rest of the stream; the text of all of its events, joined.

        Raises:
            StreamInterrupted: It broke off; the error holds what was received.
        """
        async for _ in self._iterator:
            pass
        return "".join(self._texts)

    async def collect(self) -> Any:
        """Receive the rest of the stream; the answer as it would have come in one piece: deltas joined, tool calls put together.

        Raises:
            StreamInterrupted: It broke off; the error holds what was received.
        """
        from .._core.accumulate import whole
        from .._core.dispatch import parse

        async for _ in self._iterator:
            pass
        try:
            return parse(self._engine.provider, self._call.operation, self._live.status, whole(self._bodies))
        except Exception as error:  # noqa: BLE001 - whatever a model makes of a strange body
            raise self._interrupted(f"the answer has another shape than documented: {error}") from None

    async def _receive(self) -> AsyncIterator[Event]:
        decoder = sse.Decoder()
        try:
            async for event in self._decoded(decoder):
                if event.data.strip() == sse.DONE:
                    self._complete = True
                    break
                yield self._event(event)
            if not self._complete:
                raise self._interrupted("it ended before its end was announced")
        except (Broken, ValueError) as error:
            raise self._interrupted(str(error)) from None
        finally:
            await self._live.close()

    async def _decoded(self, decoder: sse.Decoder) -> AsyncIterator[sse.Event]:
        if self._is_json:  # the gateway sends everything at once, as if no stream had been asked for
            content = b"".join([chunk async for chunk in self._live.chunks()])
            yield sse.Event("message", content.decode("utf-8", "replace"), "")
            return
        async for chunk in self._live.chunks():
            for event in decoder.feed(chunk):
                yield event
        for event in decoder.close():
            yield event

    def _event(self, event: sse.Event) -> Event:
        try:
            body = redacted(json.loads(event.data), event.data.encode("utf-8", "replace"), self._call.request.secrets)
        except (ValueError, RecursionError):
            body = None
        failure = sse.error_of(event, body)
        if failure is not None:
            raise self._interrupted(failure)
        if body is None:
            raise self._interrupted("an event is not JSON")
        if sse.is_end(body):
            self._complete = True
        elif sse.awaits_end(body) and not self.events and not self._is_json:
            self._complete = False
        self._texts.append(sse.text_of(body))
        self._bodies.append(body)
        parsed = self._parsed(body)
        self.events.append(parsed)
        return parsed

    def _parsed(self, body: Any) -> Event:
        from .._core.dispatch import parse

        try:
            event: Any = parse(self._engine.provider, self._call.operation, self._live.status, body, event=True)
        except Exception as error:  # noqa: BLE001 - whatever a model makes of a strange body
            raise self._interrupted(f"an event has another shape than documented: {error}") from None
        return event  # type: ignore[no-any-return]

    def _interrupted(self, text: str) -> errors.StreamInterrupted:
        request = self._call.request
        answer = responses.Answer(self._live.status, self._live.headers, b"")
        return errors.StreamInterrupted(
            f"the stream broke off after {len(self.events)} events: {redact(text, request.secrets)}",
            events=self.events,
            text="".join(self._texts),
            operation=request.operation,
            attempts=self._attempts,
            status=self._live.status,
            request_id=responses.request_id(request, answer),
        )
