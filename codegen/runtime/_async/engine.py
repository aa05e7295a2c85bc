"""What all calls of a client have in common: choose the route, check, build, send, read."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .._core import files, multipart, request, responses, tables
from .._core.errors import ConfigurationError, RequestInvalid, UnibindError
from .._core.exchange import Hooks
from .._core.options import Options, Validate
from .._core.secret import Secret, redact
from .._core.violations import Violation

if TYPE_CHECKING:
    from .live import AsyncLive
    from .pool import AsyncPool
    from .transport import AsyncTransport, Limits

_log = logging.getLogger("unibind")
_DEFAULTS = Options()
_TIMEOUT = 60.0
_WORK_TIMEOUT = 600.0  # for paid calls that answer only when the work is done: giving up early loses what was paid


@dataclass(frozen=True, slots=True)
class Call:
    """A checked call that is ready to be sent."""

    operation: tables.Operation
    request: request.Request
    limits: Limits


@dataclass(frozen=True, slots=True)
class Settings:
    """What a client was set up with."""

    base_url: str
    key: Secret
    validate: Validate
    timeout: float | None
    max_retries: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    query: Mapping[str, Any] = field(default_factory=dict[str, Any])
    fields: Mapping[str, Any] = field(default_factory=dict[str, Any])
    hooks: Hooks = field(default_factory=Hooks)


class AsyncEngine:
    """Makes the calls of one client."""

    def __init__(self, provider: tables.Provider, settings: Settings, pool: AsyncPool) -> None:
        self.provider = provider
        self.settings = settings
        self._pool = pool
        self._transport: AsyncTransport | None = None

    def transport(self) -> AsyncTransport:
        """The transport, made at the first call."""
        if self._transport is None:
            from .transport import AsyncTransport

            self._transport = AsyncTransport(
                self._pool, self.settings.key, self.settings.hooks
            )  # without a state of its own: two threads may both make one
        return self._transport

    def with_settings(self, settings: Settings) -> AsyncEngine:
        """Another engine on the same connections."""
        return AsyncEngine(self.provider, settings, self._pool)

    async def close(self) -> None:
        """Close the connections that were made here."""
        await self._pool.close()

    def operation(self, operation_id: str) -> tables.Operation:
        """The operation of an id."""
        try:
            return self.provider.operations[operation_id]
        except KeyError:
            raise ConfigurationError(f"{self.provider.title} has no operation {operation_id!r}") from None

    def prepare(
        self,
        operation_id: str,
        *,
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        options: Options | None = None,
    ) -> Call:
        """A call that was checked; `RequestInvalid` when it may not be sent."""
        options = options or _DEFAULTS
        settings = self.settings
        given = _present(settings.fields if body is not None else None, body, options.fields)
        operation = self.operation(options.operation) if options.operation else route(self.provider, self.operation(operation_id), given)
        query = _present(settings.query, query, options.query)
        headers = _present(settings.headers, headers, options.headers)
        content = "multipart" if _is_form(operation, given) else "json"
        self._check(operation, given, path or {}, query, headers, content, options.validate or self.settings.validate)
        if content == "multipart":
            _readable(operation, given)
        built = request.build(
            self.provider,
            operation,
            self.settings.base_url,
            path=path,
            query=query,
            headers=headers,
            body=given,
            content=content,
            form_names=self._form_names(operation, given) if content == "multipart" else {},
            secrets=(self.settings.key,),
        )
        return Call(operation, built, self._limits(operation, options))

    def _form_names(self, operation: tables.Operation, body: Mapping[str, Any]) -> Mapping[str, str]:
        from .._core.dispatch import form_names

        return form_names(self.provider, operation, body)

    def _check(
        self,
        operation: tables.Operation,
        body: Mapping[str, Any],
        path: Mapping[str, Any],
        query: Mapping[str, Any],
        headers: Mapping[str, Any],
        content: str,
        validate: Validate,
    ) -> None:
        if validate == "off":
            return
        from .._core.dispatch import check

        found: list[Violation] = check(self.provider, operation, body, path_params=path, query=query, headers=headers, content=content)
        if validate == "strict" and any(row.severity == "error" for row in found):
            raise RequestInvalid(found, operation=operation.id)
        for row in found:
            _log.warning("%s: %s", operation.id, row)

    def _limits(self, operation: tables.Operation, options: Options) -> Limits:
        from .transport import Limits

        default = _WORK_TIMEOUT if operation.paid and operation.task is None else _TIMEOUT
        timeout = self.settings.timeout if options.timeout is None else options.timeout
        timeout = default if timeout is None else timeout
        retries = self.settings.max_retries if options.max_retries is None else options.max_retries
        return Limits(seconds(timeout), retries)

    async def send(self, call: Call) -> tuple[Any, responses.Answer, int]:
        """The JSON of the answer, the answer, and the number of attempts."""
        answer, attempts = await self.transport().send(call.request, call.limits)
        if responses.is_text(call.operation, answer):
            return redact(answer.content.decode("utf-8", "replace"), call.request.secrets), answer, attempts
        return responses.read_json(call.request, answer, attempts), answer, attempts

    async def open(self, call: Call) -> tuple[AsyncLive, int]:
        """An answer whose body is still to come."""
        return await self.transport().open(call.request, call.limits)

    def parse(self, call: Call, body: Any, answer: responses.Answer, attempts: int) -> Any:
        """The response model of a body; `ResponseInvalid` when it has another shape."""
        from .._core.dispatch import parse

        try:
            model: Any = parse(self.provider, call.operation, answer.status, body)
            model._http_response = responses.info(call.request, answer)
            return model
        except UnibindError as error:
            text = getattr(error, "message", str(error))
        except Exception as error:  # noqa: BLE001 - whatever a model makes of a strange body
            text = f"the answer has another shape than documented: {error}"
        raise responses.invalid(call.request, answer, text, attempts)


def route(provider: tables.Provider, operation: tables.Operation, body: Mapping[str, Any]) -> tables.Operation:
    """The operation that a model is documented for, out of an operation and its routes."""
    model = body.get(operation.model_field)
    if not operation.routes or not isinstance(model, str):
        return operation
    allowed = {operation.id, *operation.routes}
    named = (row.operations[0] for row in provider.models.get(model, ()) if row.operations)
    return provider.operations[next((name for name in named if name in allowed), operation.id)]


def seconds(timeout: float) -> float | None:
    """A timeout as the transport takes it: infinity is None; `ConfigurationError` for what is no time."""
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not timeout > 0:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ConfigurationError(f"a timeout must be a number of seconds above 0, not {timeout!r}")
    return None if math.isinf(timeout) else float(timeout)


def _present(*layers: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is not None in the end; later layers win."""
    merged: dict[str, Any] = {}
    for layer in layers:
        if layer:
            merged.update(layer)
    return {name: value for name, value in merged.items() if value is not None}


def _readable(operation: tables.Operation, body: Mapping[str, Any]) -> None:
    """Refuse a form with files that cannot be read, whatever is validated: it could not be sent."""
    rule, source = f"{operation.id}/body:file", operation.source
    found = [Violation(rule, loc, why, "error", source) for loc, file in files.uploads(body) if (why := files.unreadable(file))]
    if found:
        raise RequestInvalid(found, operation=operation.id)


def _is_form(operation: tables.Operation, body: Mapping[str, Any]) -> bool:
    if "multipart" not in operation.contents:
        return False
    return "json" not in operation.contents or multipart.has_file(body)
