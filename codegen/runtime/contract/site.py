"""A gateway under test: how requests reach it, and what came back. The key goes to its origin and nowhere else."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, cast

from .._core import dispatch, multipart, request, retry, tasks, transfer
from .._core.checks import is_object
from .._core.errors import AuthenticationError, ConfigurationError, ConnectionFailed
from .._core.secret import MASK, Secret, redact, redacted
from .._core.tables import Operation, Provider
from .exchange import Answer, Wire
from .waiting import Wait

if TYPE_CHECKING:
    import httpx

    from ..gateway.tables import Tables

WRONG_KEY = "sk-unibind-contract-0000000000000000"
UNKNOWN_TASK = "unibind-contract-no-such-task"
_DEADLINE, _WORK, _FILE = 60.0, 600.0, 900.0  # seconds for a whole answer, for one that is work, for a file
_SILENT = 3  # requests in a row without an answer, after which nobody is there any more
_HOPS = 5
_KEPT = ("content-type", "content-length", "content-encoding")
_SHOWN = 200
Key = Literal["right", "wrong", "none"]
_FILES = "multipart"
_BOUNDARY = "unibind-empty-form"


class Site:
    """One provider's gateway.

    Attributes:
        unanswered: Requests that nobody answered, although they were sent again.
        leaks: Operations whose answers had a key in them.
        on_look: Called with an operation when its answers were first looked at for keys, and when one was found.
    """

    def __init__(self, provider: str, base_url: str, api_key: str, client: httpx.Client, wait: Wait) -> None:
        self.provider: Provider = dispatch.provider(provider)
        self.tables = cast("Tables", import_module(f"{dispatch.PACKAGE}.{provider}.gateway").TABLES)
        self.base_url = request.base(base_url)
        self.unanswered = 0
        self.leaks: dict[str, str] = {}
        self.looked: set[str] = set()
        self.on_look: Callable[[str], object] | None = None
        self._key = Secret(api_key)
        self._wrong = Secret(WRONG_KEY)
        keys = (("API key", self._key), ("wrong API key", self._wrong))
        self._needles = [(name, form, form.encode("utf-8", "replace")) for name, key in keys for form in key.forms]
        self._wire = Wire(client, wait, self.shown)
        self._silent = 0

    @property
    def requests(self) -> int:
        """How many were sent."""
        return self._wire.requests

    def call(
        self, operation: Operation, body: Any = None, *, path: Mapping[str, str] | None = None, content: str = "json", key: Key = "right"
    ) -> Answer:
        """The answer to one request; never raises for what the network or the gateway does.

        Nothing is sent again that may have been taken.
        """
        url = self.base_url + request.expand(operation, path or {})
        sent = {"user-agent": request.USER_AGENT, "accept": "*/*", **self._credentials(operation, key)}
        files, data = None, None
        if operation.contents and content == _FILES:
            names = dispatch.form_names(self.provider, operation, body)
            files = [(part.name, (part.filename, part.content, part.media)) for part in multipart.parts(operation.id, body, names)]
            if not files:  # httpx would send no form at all
                sent["content-type"] = f"multipart/form-data; boundary={_BOUNDARY}"
                data, files = f"--{_BOUNDARY}--\r\n".encode(), None
        elif operation.contents:
            sent["content-type"] = "application/json"
            data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode()
        deadline = _WORK if operation.paid and not operation.task else _DEADLINE
        answer = self._wire.send(
            operation.method, url, sent, data, files, deadline=deadline, again=lambda answer: self._may_repeat(operation, answer)
        )
        self._count(answer)
        self._look(operation, answer)
        return self._masked(answer)

    def refused(self, operation: Operation, answer: Answer) -> bool:
        """Whether a paid request that was not answered with success was surely not taken."""
        row = self.provider.tasks[operation.task] if operation.task else None
        named = row is not None and tasks.task_id(row, answer.body) is not None
        outcome = retry.Outcome(answer.reached) if answer.failure else retry.Outcome(answer.reached, answer.status or None, task=named)
        return retry.is_refusal(outcome)

    def _may_repeat(self, operation: Operation, answer: Answer) -> bool:
        return not operation.paid or self.refused(operation, answer)

    def _count(self, answer: Answer) -> None:
        self.unanswered += not answer.is_answer
        self._silent = 0 if answer.is_answer else self._silent + 1

    # --- whether somebody is there

    def meet(self) -> None:
        """Make sure that the gateway is there and knows the key.

        Raises:
            ConnectionFailed: Nobody answers.
            ConfigurationError: What answers does not know the paths.
            AuthenticationError: The key is refused wherever it costs nothing.
        """
        operations = [row for row in self.provider.operations.values() if not row.paid and row.method == "GET"]
        plain = [row for row in operations if not any(parameter.location == "path" for parameter in row.parameters)] or operations[:1]
        found = [self.call(operation, path=_nowhere(operation)) for operation in plain]
        first = found[0]
        if not any(answer.is_answer for answer in found):
            raise ConnectionFailed(f"nobody answers at {self.base_url}: {first.failure or f'status {first.status}'}", attempts=len(found))
        if all(answer.status == 401 for answer in found):
            raise AuthenticationError(f"the gateway at {self.base_url} refuses the API key", status=401, attempts=len(found))
        if all(answer.status == 404 and not is_object(answer.body) for answer in found):
            raise ConfigurationError(f"{self.base_url} answers with status 404 and no JSON: is that the base URL of {self.provider.title}?")

    def stays(self) -> None:
        """Make sure that the gateway is still there; `ConnectionFailed` after several requests in a row that nobody answered."""
        if self._silent >= _SILENT:
            raise ConnectionFailed(f"the gateway at {self.base_url} does not answer any more; a run on the same state goes on later")

    def is_there(self) -> bool:
        """Whether the gateway answers something else just now: then its silence is about the request."""
        operation = next(row for row in self.provider.operations.values() if not row.paid)
        return self.call(operation, path=_nowhere(operation)).is_answer

    def fetch(self, url: str) -> Answer:
        """What is behind a link, without any key; redirects are followed."""
        for _ in range(_HOPS):
            if not transfer.is_web(url):
                return Answer(0, failure="no http link", reached=False)
            headers = {"user-agent": request.USER_AGENT, "accept": "*/*", "accept-encoding": "identity"}
            answer = self._wire.send("GET", url, headers, None, None, deadline=_FILE, again=lambda answer: True)
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
        if not answer.status:
            return
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


def _nowhere(operation: Operation) -> dict[str, str]:
    return {row.name: row.example or UNKNOWN_TASK for row in operation.parameters if row.location == "path"}
