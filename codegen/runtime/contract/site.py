"""A gateway under test: how requests reach it, and what came back. The key goes to its origin and nowhere else."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, cast
from urllib.parse import urlencode

from .._core import dispatch, multipart, request, transfer
from .._core.errors import ConnectionFailed
from .._core.secret import MASK, Secret, redact, redacted
from .._core.tables import Operation, Provider

if TYPE_CHECKING:
    import httpx

    from ..gateway.tables import Tables

WRONG_KEY = "sk-unibind-contract-0000000000000000"
UNKNOWN_TASK = "unibind-contract-no-such-task"
_TIMEOUT = {"connect": 20.0, "read": 300.0, "write": 60.0, "pool": 20.0}
_HOPS = 5
_KEPT = ("content-type", "content-length", "content-encoding")
_SHOWN = 200
Key = Literal["right", "wrong", "none"]
_FILES = "multipart"
_BOUNDARY = "unibind-empty-form"


@dataclass(frozen=True)
class Answer:
    """What came back; `failure` says why nothing whole did.

    Attributes:
        reached: False only when the connection was surely never made.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False, default_factory=dict[str, str])
    content: bytes = field(repr=False, default=b"")
    failure: str = ""
    reached: bool = True

    @cached_property
    def body(self) -> Any:
        """The JSON, or None."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return None

    @property
    def media(self) -> str:
        """Its content type, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def announced(self) -> str | None:
        """The length that was announced; None where the content came compressed, as that is the length of something else."""
        return self.headers.get("content-length") if self.headers.get("content-encoding", "identity") == "identity" else None

    @property
    def ok(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Answer:
        """An answer again, from what `Site.kept` made of it."""
        return cls(kept["status"], kept["headers"], base64.b64decode(kept["content"]))


class Site:
    """One provider's gateway.

    Attributes:
        requests: How many were sent.
        leaks: Operations whose answers had a key in them.
        on_look: Called with an operation when its answers were first looked at for keys, and when one was found.
    """

    def __init__(self, provider: str, base_url: str, api_key: str, transport: httpx.BaseTransport) -> None:
        self.provider: Provider = dispatch.provider(provider)
        self.tables = cast("Tables", import_module(f"{dispatch.PACKAGE}.{provider}.gateway").TABLES)
        self.base_url = request.base(base_url)
        self.requests = 0
        self.leaks: dict[str, str] = {}
        self.looked: set[str] = set()
        self.on_look: Callable[[str], object] | None = None
        self._key = Secret(api_key)
        self._wrong = Secret(WRONG_KEY)
        keys = (("API key", self._key), ("wrong API key", self._wrong))
        self._needles = [(name, form, form.encode("utf-8", "replace")) for name, key in keys for form in key.forms]
        self._transport = transport

    def call(
        self,
        operation: Operation,
        body: Any = None,
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: str = "json",
        key: Key = "right",
    ) -> Answer:
        """The answer to one request; never raises for what the network or the gateway does."""
        url = self.base_url + request.expand(operation, path or {}) + (f"?{urlencode(query)}" if query else "")
        sent = {"user-agent": request.USER_AGENT, "accept": "*/*", **self._credentials(operation, key), **(headers or {})}
        files, data = None, None
        if operation.contents and content == _FILES:
            names = dispatch.form_names(self.provider, operation, body)
            files = [(part.name, (part.filename, part.content, part.media)) for part in multipart.parts(operation.id, body, names)]
            if not files:  # httpx would send no form at all
                sent["content-type"] = f"multipart/form-data; boundary={_BOUNDARY}"
                data, files = f"--{_BOUNDARY}--\r\n".encode(), None
        elif operation.contents:
            sent.setdefault("content-type", "application/json")
            data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode()
        answer = self._send(operation.method, url, sent, data, files)
        self._look(operation, answer)
        return self._masked(answer)

    def meet(self) -> None:
        """Make sure that somebody is there; `ConnectionFailed` when nobody is."""
        operation = next(row for row in self.provider.operations.values() if not row.paid)
        names = dict.fromkeys((row.name for row in operation.parameters if row.location == "path"), UNKNOWN_TASK)
        answer = self.call(operation, path=names, key="none")
        if not answer.reached:
            raise ConnectionFailed(f"nobody answers at {self.base_url}: {answer.failure}", operation=operation.id, attempts=1)

    def fetch(self, url: str) -> Answer:
        """What is behind a link, without any key; redirects are followed."""
        for _ in range(_HOPS):
            if not transfer.is_web(url):
                return Answer(0, failure="no http link", reached=False)
            answer = self._send("GET", url, {"user-agent": request.USER_AGENT, "accept": "*/*", "accept-encoding": "identity"}, None, None)
            if answer.status not in (301, 302, 303, 307, 308):
                return answer
            url = transfer.redirect(url, answer.headers.get("location", "")) or ""
        return Answer(0, failure="too many redirects")

    def kept(self, answer: Answer) -> dict[str, Any]:
        """An answer as plain data, without keys."""
        content = answer.content
        for _, _, raw in self._needles:
            content = content.replace(raw, b"***")
        shown = {
            name: text for name, text in answer.headers.items() if name in _KEPT and not any(key in text for _, key, _ in self._needles)
        }
        return {"status": answer.status, "headers": shown, "content": base64.b64encode(content).decode()}

    def shown(self, text: str) -> str:
        """Text without keys, short."""
        return redact(text, [self._key, self._wrong])[:_SHOWN]

    def _credentials(self, operation: Operation, key: Key) -> dict[str, str]:
        if key == "none":
            return {}
        row = self.provider.security_of(operation)
        return {row.header: row.prefix + (self._key.reveal() if key == "right" else WRONG_KEY)}

    def _look(self, operation: Operation, answer: Answer) -> None:
        before = operation.id in self.looked, operation.id in self.leaks
        self.looked.add(operation.id)
        for name, value, raw in self._needles:
            if raw in answer.content or any(value in text for text in answer.headers.values()):
                self.leaks.setdefault(operation.id, f"an answer with status {answer.status} repeats the {name}")
        if self.on_look is not None and before != (True, operation.id in self.leaks):
            self.on_look(operation.id)

    def _masked(self, answer: Answer) -> Answer:
        """The answer without keys: whatever is said of it later goes into rows, the state, links and paths of further requests."""
        keys = [self._key, self._wrong]
        headers = {name: redact(text, [key for key in keys if key.may_be_in(text.encode())]) for name, text in answer.headers.items()}
        if not any(key.may_be_in(answer.content) for key in keys):
            return answer if headers == answer.headers else replace(answer, headers=headers)
        body = redacted(answer.body, answer.content, keys)
        content = answer.content if body == answer.body else json.dumps(body).encode()
        for key in keys:
            for form in key.forms if key.may_be_in(content) else ():
                content = content.replace(form.encode("utf-8", "replace"), MASK.encode())
        return answer if (content, headers) == (answer.content, answer.headers) else replace(answer, headers=headers, content=content)

    def _send(self, method: str, url: str, headers: dict[str, str], data: bytes | None, files: Any) -> Answer:
        import httpx

        self.requests += 1
        try:
            made = httpx.Request(method, url, headers=headers, content=data, files=files, extensions={"timeout": _TIMEOUT})
            response = self._transport.handle_request(made)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            return Answer(0, failure=self.shown(f"{type(error).__name__}: {error}"), reached=False)
        except httpx.HTTPError as error:
            return Answer(0, failure=self.shown(f"{type(error).__name__}: {error}"))
        found = {name.lower(): value for name, value in response.headers.items()}
        try:
            return Answer(response.status_code, found, response.read())
        except httpx.HTTPError as error:
            return Answer(response.status_code, found, failure=self.shown(f"{type(error).__name__}: {error}"))
        finally:
            response.close()
