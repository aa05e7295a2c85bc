"""The base of the emitted clients."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from .._core import request, responses, tables, tasks
from .._core.errors import ConfigurationError
from .._core.exchange import Hooks, RawResponse, RequestInfo, ResponseInfo
from .._core.options import Options, Validate
from .._core.secret import Secret, is_key
from .engine import AsyncEngine, Call, Settings, seconds
from .pool import AsyncPool
from .task import AsyncTask, deadline

if TYPE_CHECKING:
    import httpx
    import httpx2

    from .binary import AsyncBinary
    from .pool import AsyncSenders
    from .stream import AsyncStream

_log = logging.getLogger("unibind")


class AsyncClient:
    """A client of one gateway.

    Safe to share between threads. Connections are made at the first call and kept; `close()` or a `with` block gives them back.

    Args:
        api_key: API key; otherwise the environment variable `<PROVIDER>_API_KEY`.
        base_url: Origin of the gateway, http or https; otherwise `<PROVIDER>_BASE_URL`, otherwise the documented one.
        validate: `"strict"` refuses requests that break a documented rule before they are sent, `"warn"` logs them, `"off"` does not look.
        timeout: Seconds that a call may take in all, repeats included. None takes 60, and 600 for paid calls that answer only when
            the work is done; `math.inf` is no limit.
        max_retries: How often a call may be repeated. Paid work is repeated only when it surely was not taken.
        headers: Headers to add to every request; those of a call win. Their values are treated as secrets.
        query: Query parameters to add to every request.
        fields: Fields to add to every body.
        on_request: Called with a `RequestInfo` before each attempt. What it raises stops the call; nothing was sent then.
        on_response: Called with a `ResponseInfo` after each attempt. What it raises is logged. Both are plain functions, and quick.
        proxy: URL of a proxy; otherwise the environment says, by `HTTPS_PROXY`, `NO_PROXY` and so on.
        http_client: A client of yours to send with, of httpx or httpx2, with its proxies, hooks and limits; it is not closed here.
        transport: A transport of yours in place of a whole client, of httpx, httpx2 or `unibind.aio`; it is not closed here.

    Raises:
        ConfigurationError: There is no API key, or a setting makes no sense.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        validate: Validate = "strict",
        timeout: float | None = None,
        max_retries: int = 3,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        fields: Mapping[str, Any] | None = None,
        on_request: Callable[[RequestInfo], object] | None = None,
        on_response: Callable[[ResponseInfo], object] | None = None,
        proxy: str | None = None,
        http_client: httpx.AsyncClient | httpx2.AsyncClient | None = None,
        transport: httpx.AsyncBaseTransport | httpx2.AsyncBaseTransport | AsyncSenders | None = None,
    ) -> None:
        provider = self._provider
        settings = Settings(
            base_url=request.base(base_url or os.environ.get(f"{provider.env}_BASE_URL") or provider.servers[0]),
            key=Secret(_key(api_key or os.environ.get(f"{provider.env}_API_KEY"), provider)),
            validate=_one_of(validate, ("strict", "warn", "off")),
            timeout=timeout if timeout is None else (seconds(timeout) or float("inf")),
            max_retries=_count(max_retries),
            headers=dict(headers or {}),
            query=dict(query or {}),
            fields=dict(fields or {}),
            hooks=Hooks(on_request, on_response),
        )
        self._engine = AsyncEngine(provider, settings, AsyncPool(http_client, transport, proxy))

    @staticmethod
    def _tables() -> tables.Provider:
        """The emitted tables; a function, so that they are imported when a client is made."""
        raise NotImplementedError

    @cached_property
    def _provider(self) -> tables.Provider:
        return self._tables()

    @property
    def base_url(self) -> str:
        """Origin that requests go to, without a trailing slash."""
        return self._engine.settings.base_url

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self.base_url!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        """Give the connections back. An `http_client` that was passed in stays open."""
        await self._engine.close()

    def with_options(
        self,
        *,
        validate: Validate | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        fields: Mapping[str, Any] | None = None,
    ) -> Self:
        """A client with other settings on the same connections; None keeps what is, mappings are added to.

        Closing either client closes the connections of both.
        """
        now = self._engine.settings
        settings = replace(
            now,
            validate=now.validate if validate is None else _one_of(validate, ("strict", "warn", "off")),
            timeout=now.timeout if timeout is None else (seconds(timeout) or float("inf")),
            max_retries=now.max_retries if max_retries is None else _count(max_retries),
            headers={**now.headers, **(headers or {})},
            query={**now.query, **(query or {})},
            fields={**now.fields, **(fields or {})},
        )
        made = object.__new__(type(self))
        made._engine = self._engine.with_settings(settings)
        return made

    async def raw(
        self,
        operation_id: str,
        *,
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        options: Options | None = None,
    ) -> RawResponse:
        """One call, checked, sent and repeated like any other, whose answer is given back undecoded.

        Raises:
            RequestInvalid: The request breaks rules; nothing was sent.
            APIError: The gateway refused it.
            SubmitOutcomeUnknown: It is paid work that was sent, and whether it was taken is not known.
        """
        call = self._engine.prepare(operation_id, path=path, query=query, headers=headers, body=body, options=options)
        answer, _ = await self._engine.transport().send(call.request, call.limits)
        return RawResponse(responses.info(call.request, answer), answer.content)

    async def call(
        self,
        operation_id: str,
        *,
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        options: Options | None = None,
    ) -> Any:
        """One call that answers with JSON; returns the response model of the operation."""
        call = self._engine.prepare(operation_id, path=path, query=query, headers=headers, body=body, options=options)
        if (body or {}).get("stream") is True and any(row.stream for row in call.operation.responses.values()):
            raise ConfigurationError(f"{call.operation.id} answers with events when stream is true: call `stream` instead")
        content, answer, attempts = await self._engine.send(call)
        return self._engine.parse(call, content, answer, attempts)

    async def submit(
        self,
        operation_id: str,
        body: Mapping[str, Any],
        *,
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        options: Options | None = None,
    ) -> AsyncTask:
        """Submit a task, on the route that is documented for its model. It is sent once, unless it surely was not taken.

        Raises:
            RequestInvalid: The request breaks rules; nothing was sent.
            APIError: The gateway refused it.
            SubmitOutcomeUnknown: It was sent, and whether it was taken is not known.
        """
        call = self._engine.prepare(operation_id, path=path, query=query, body=body, options=options)
        row = call.request.task
        if row is None:
            raise ConfigurationError(f"{call.operation.id} does not make tasks")
        content, answer, attempts = await self._engine.send(call)
        id = None if tasks.refused(row, content) else tasks.task_id(row, content)
        if id is None:
            raise _no_task(call, row, content, answer, attempts)
        _log.info("%s made task %s", call.operation.id, id)
        model = (body if call.operation.dispatch == "body" else path or {}).get(call.operation.model_field)
        carried = {name: str((path or {}).get(name)) for name in row.carry}
        task = AsyncTask(self._engine, call.operation, id, model=model if isinstance(model, str) else "", body=content, path=carried)
        task.http_response = responses.info(call.request, answer)
        return task

    async def run(
        self,
        operation_id: str,
        body: Mapping[str, Any],
        *,
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        timeout: float | None = 1800.0,
        on_progress: Callable[[AsyncTask], object] | None = None,
        download: str | PathLike[str] | None = None,
        overwrite: bool = False,
        options: Options | None = None,
    ) -> AsyncTask:
        """Submit a task, wait until it has ended and save its outputs where `download` says; `timeout` seconds are for all together."""
        if download is not None:
            from .saving import ready_to_save

            ready_to_save(download, overwrite)
        end = deadline(timeout)
        chosen = options or Options()
        first = min(end.left(), chosen.timeout or self._engine.settings.timeout or 60.0)
        task = await self.submit(operation_id, body, path=path, query=query, options=replace(chosen, timeout=first))
        asking = Options(timeout=chosen.timeout, max_retries=chosen.max_retries)
        await task.wait(timeout=end.remaining(), on_progress=on_progress, options=asking)
        if download is not None:
            from .download import download_outputs

            await download_outputs(self._engine, task, download, None, overwrite, end)
        return task

    async def stream(
        self,
        operation_id: str,
        body: Mapping[str, Any],
        *,
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        options: Options | None = None,
    ) -> AsyncStream[Any]:
        """One call that answers with a stream of events. `timeout` is for the time until the stream begins."""
        from .stream import open_stream

        return await open_stream(self._engine, self._engine.prepare(operation_id, path=path, query=query, body=body, options=options))

    async def binary(
        self,
        operation_id: str,
        *,
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        options: Options | None = None,
    ) -> AsyncBinary:
        """One call that answers with a file. `timeout` is for the time until the file begins."""
        from .binary import open_binary

        return await open_binary(self._engine, self._engine.prepare(operation_id, path=path, query=query, body=body, options=options))

    async def download(
        self,
        url: str,
        path: str | PathLike[str],
        *,
        overwrite: bool = False,
        on_progress: Callable[[int, int | None], object] | None = None,
        timeout: float | None = 1800.0,
    ) -> Path:
        """Save what a URL of an answer leads to, a `data:` URL too; returns the path of the file. The API key does not go along.

        Args:
            url: For example of `images.generate(...).data`.
            path: A file, or an existing folder, where the name is taken from the URL.
            overwrite: Whether a file that exists may be replaced.
            on_progress: Called with the bytes that are there and how many there will be (None: not announced) as they arrive.
            timeout: Seconds that it may take in all; None is no limit.

        Raises:
            DownloadFailed: It could not be fetched or written.
            DownloadTimeout: The time is used up; what came is kept.
            CallError: The server does not answer, or refuses.
        """
        from .download import save_url
        from .saving import Where

        return await save_url(
            self._engine,
            url,
            Where(path, "output", overwrite, deadline(timeout), secrets=(self._engine.settings.key,), on_progress=on_progress),
        )

    async def retrieve(
        self, operation_id: str, id: str, *, path: Mapping[str, str] | None = None, options: Options | None = None
    ) -> AsyncTask:
        """The task of an id, as the given query operation answers about it now; `path` has its other path parameters."""
        provider = self._provider
        row = next((row for row in provider.tasks.values() if operation_id in {*row.query.values(), *row.family_query.values()}), None)
        if row is None:
            raise ConfigurationError(f"{operation_id} does not answer about tasks")
        submit = next((name for name, query in row.query.items() if query == operation_id), next(iter(row.query)))
        task = AsyncTask(self._engine, self._engine.operation(submit), id, query=operation_id, path=path)
        return await task.refresh(options=options)

    def task(self, data: Mapping[str, Any] | str, operation: str | None = None, *, model: str = "") -> AsyncTask:
        """Take up a task again: from the plain data of `to_dict()`, or from its id and the operation that it was submitted with."""
        if isinstance(data, str):
            data = {"id": data, "operation": operation, "model": model, "provider": self._provider.name}
        if data.get("provider") != self._provider.name:
            raise ConfigurationError(f"this is a task of {data.get('provider')!r}, not of {self._provider.name!r}")
        id, named = data.get("id"), data.get("operation")
        if not isinstance(id, str) or not id:
            raise ConfigurationError("a task needs an id")
        row = self._engine.operation(_submit_operation(self._provider, named if isinstance(named, str) else ""))
        stored = {name: data.get(name) for name in ("body", "query", "path", "result")}
        return AsyncTask(self._engine, row, id, model=data.get("model") or "", **stored)


def _no_task(call: Call, row: tables.Task, body: Any, answer: responses.Answer, attempts: int) -> Exception:
    reason = tasks.error_text(row, body)
    if reason is not None or tasks.refused(row, body):
        return responses.refused_in_body(call.request, answer, reason, attempts)
    return responses.invalid(call.request, answer, "the answer names no task", attempts)


def _submit_operation(provider: tables.Provider, operation: str) -> str:
    """The submit operation of a task, from itself or from the operation that asks about it."""
    if operation in provider.operations and provider.operations[operation].task:
        return operation
    submits = [submit for row in provider.tasks.values() for submit, query in row.query.items() if operation in ("", query)]
    if len(submits) == 1 or (submits and operation):
        return submits[0]
    raise ConfigurationError(f"a task needs the operation it was submitted with, not {operation!r}")


def _key(key: str | None, provider: tables.Provider) -> str:
    if not key:
        raise ConfigurationError(f"no API key: pass api_key= or set the environment variable {provider.env}_API_KEY")
    if not is_key(key):
        raise ConfigurationError("the API key holds characters that no key has, such as a space or a line break")
    return key


def _one_of(value: Any, allowed: tuple[str, ...]) -> Validate:
    if value not in allowed:
        raise ConfigurationError(f"validate must be one of {', '.join(allowed)}, not {value!r}")
    return cast(Validate, value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ConfigurationError(f"max_retries must be a whole number from 0, not {value!r}")
    return value
