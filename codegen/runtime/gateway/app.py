"""The gateway as an ASGI application with two origins: the API, and the media that its answers link to."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from .._core import dispatch
from .._core.doors import content_kind
from .._core.tables import Operation
from . import media
from .clock import Clock, RealClock
from .log import Entry, Log, hidden, is_credential, plain
from .ranges import serve_file
from .service import Call, KeyState, Reply, Service, answers_of

if TYPE_CHECKING:
    import httpx

DEFAULT_KEY = "sk-unibind-local"
Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


class Gateway:
    """A provider's gateway in this process; itself an ASGI application.

    Args:
        provider: Name of the provider, as in `unibind.check_request`.
        seed: Ids, durations and media follow from it.
        clock: The time of its tasks; the machine's by default.
        keys: API keys, each `"enabled"` or `"disabled"`; one enabled key by default.
        base_url: Origin of the API. Only the host and port matter, and that they differ from those of `media_url`.
        media_url: Origin of the outputs. It refuses requests that carry an API key.

    Attributes:
        log: What arrived.
        api_key: An enabled key.

    Raises:
        LookupError: There is no such provider, or the spec does not say what it answers.
    """

    def __init__(
        self,
        provider: str,
        *,
        seed: int = 0,
        clock: Clock | None = None,
        keys: Mapping[str, KeyState] | None = None,
        base_url: str = "http://gateway.test",
        media_url: str = "http://media.test",
    ) -> None:
        self.base_url = base_url
        self.media_url = media_url
        self.log = Log()
        self.clock = clock or RealClock()
        tables = dispatch.provider(provider)
        self.service = Service(tables, answers_of(provider), self.clock, seed, keys or {DEFAULT_KEY: "enabled"}, media_url)
        self.api_key = next((key for key, state in self.service.keys.items() if state == "enabled"), "")
        self._place = urlsplit(media_url)
        self._same_port = urlsplit(base_url).port == self._place.port
        routes = [Route(_path(row), self._endpoint(row), methods=[row.method]) for row in tables.operations.values()]
        self._api = Starlette(routes=routes, exception_handlers={HTTPException: self._no_route})
        self._media = Starlette(routes=[Route("/{path:path}", self._file, methods=["GET"])])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Called by the server."""
        app = self._media if scope["type"] == "http" and self._is_media(scope) else self._api
        await app(scope, receive, send)

    def transport(self) -> httpx.ASGITransport:
        """A transport for `httpx.AsyncClient` that ends here, without a socket."""
        import httpx

        return httpx.ASGITransport(app=self)

    def _is_media(self, scope: Scope) -> bool:
        host, port = scope.get("server") or (None, None)
        return host == self._place.hostname if self._same_port else port == self._place.port

    # --- the API

    def _endpoint(self, operation: Operation) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            call = await _call(operation, request)
            reply = await self.service.answer(call)
            self._note(request, reply, operation.id, call.body)
            return _response(call, reply)

        return endpoint

    async def _no_route(self, request: Request, error: Exception) -> Response:
        """Paths and methods that no page documents."""
        status = error.status_code if isinstance(error, HTTPException) else 404
        _, body = self.service.refusal("not_found", message=f"{request.method} {request.url.path} is not an operation of this gateway")
        self._note(request, Reply(status, "no_route"), None, None)
        return JSONResponse(body, status)

    # --- the media

    async def _file(self, request: Request) -> Response:
        named = {*request.headers, *request.query_params}
        known = self.service.files.get(request.url.path)
        if any(is_credential(name) for name in named):
            status, verdict = 400, "key_sent"
        elif known is None:
            status, verdict = 404, "not_found"
        else:
            response = _file(media.file(*known), request.headers)
            self._note(request, Reply(response.status_code, "accepted"), None, None, origin="media")
            return response
        self._note(request, Reply(status, verdict), None, None, origin="media")
        text = "this origin takes no API keys\n" if verdict == "key_sent" else "there is no such file\n"
        return PlainTextResponse(text, status)

    def _note(self, request: Request, reply: Reply, operation: str | None, body: Any, origin: Any = "api") -> None:
        entry = Entry(
            time=self.clock.now(),
            origin=origin,
            method=request.method,
            path=request.url.path,
            query=hidden(dict(request.query_params)),
            headers=hidden(dict(request.headers)),
            body=plain(body),
            operation=operation,
            status=reply.status,
            verdict=reply.verdict,
            rules=reply.rules,
            task=reply.task,
            paid=reply.paid,
        )
        self.log.add(entry)


def _path(operation: Operation) -> str:
    """The path of a route: parameters of several segments are marked."""
    path = operation.path
    for row in operation.parameters:
        if row.slashes:
            path = path.replace(f"{{{row.name}}}", f"{{{row.name}:path}}")
    return path


async def _call(operation: Operation, request: Request) -> Call:
    content = content_kind(request.headers.get("content-type", "")) if operation.contents else ""
    body = await _body(request, content) if operation.contents else None
    path = {name: str(value) for name, value in request.path_params.items()}
    return Call(operation, path, dict(request.query_params), dict(request.headers), body, content)


async def _body(request: Request, content: str) -> Any:
    """The decoded body; None when it is not what its content type says."""
    try:
        if content == "multipart":
            async with request.form() as form:
                return await _form(form)
        return json.loads(await request.body())
    except (ValueError, RecursionError, HTTPException):
        return None
    except ClientDisconnect:
        return None


async def _form(form: FormData) -> dict[str, Any]:
    """The fields of a form; repeated ones as lists, files as name, content and media type."""
    found: dict[str, list[Any]] = {}
    for name, value in form.multi_items():
        part = (value.filename, await value.read(), value.content_type) if isinstance(value, UploadFile) else value
        found.setdefault(name, []).append(part)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _response(call: Call, reply: Reply) -> Response:
    if reply.file is not None:
        return _file(reply.file, call.headers)
    if reply.events is not None:
        return StreamingResponse(_sse(reply.events, done=reply.done), reply.status, reply.headers, "text/event-stream")
    if reply.media:
        return Response(reply.body, reply.status, reply.headers, reply.media)
    return JSONResponse(reply.body, reply.status, reply.headers)


def _file(file: media.File, headers: Mapping[str, str]) -> Response:
    served = serve_file(file.content, file.media, file.etag, headers)
    return Response(served.content, served.status, served.headers)


async def _sse(events: AsyncIterator[tuple[str, Any]], *, done: bool) -> AsyncIterator[str]:
    async for name, data in events:
        head = f"event: {name}\n" if name else ""
        yield f"{head}data: {json.dumps(data, ensure_ascii=False)}\n\n"
    if done:
        yield "data: [DONE]\n\n"
