"""One exchange with a gateway, or with a media origin: a deadline and a most of bytes for each answer, patience with who is busy."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .._core import retry
from .waiting import Wait

if TYPE_CHECKING:
    import httpx

PAUSES = (1.0, 2.0, 4.0)  # seconds before something is sent again, where no Retry-After says how many
_LONGEST_PAUSE = 60.0
_BUSY = (429, 502, 503, 504)
_TIMEOUT = {"connect": 20.0, "read": 60.0, "write": 60.0, "pool": 20.0}
_MOST_BYTES = 1 << 30


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

    @property
    def is_answer(self) -> bool:
        """Whether it says anything about the request: not that the gateway is busy, and not half of something."""
        return not self.failure and self.status not in _BUSY

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Answer:
        """An answer again, from what `Site.kept` made of it."""
        return cls(kept["status"], kept["headers"], base64.b64decode(kept["content"]))


class Wire:
    """Sends requests and waits where that helps.

    Attributes:
        requests: How many were sent.
    """

    def __init__(self, client: httpx.Client, wait: Wait, shown: Callable[[str], str]) -> None:
        self.requests = 0
        self._client, self._wait, self._shown = client, wait, shown

    def send(
        self, method: str, url: str, headers: Mapping[str, str], data: bytes | None, files: Any, *, deadline: float, again: Callable[[Answer], bool]
    ) -> Answer:  # fmt: skip
        """The answer; `again` says of one that is none whether the request may be sent once more."""
        for pause in (*PAUSES, None):
            answer = self._once(method, url, headers, data, files, deadline)
            if pause is None or answer.is_answer or not again(answer):
                return answer
            asked = retry.retry_after(answer.headers, time.time())
            self._wait.sleep(min(pause if asked is None else asked, _LONGEST_PAUSE))
        raise AssertionError

    def _once(self, method: str, url: str, headers: Mapping[str, str], data: bytes | None, files: Any, deadline: float) -> Answer:
        import httpx

        self.requests += 1
        until = time.monotonic() + deadline
        try:
            timeout = {**_TIMEOUT, "read": min(deadline, 300.0)}
            made = httpx.Request(method, url, headers=headers, content=data, files=files, extensions={"timeout": timeout})
            response = self._client.send(made, stream=True, follow_redirects=False)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            return Answer(0, failure=self._shown(f"{type(error).__name__}: {error}"), reached=False)
        except httpx.HTTPError as error:
            return Answer(0, failure=self._shown(f"{type(error).__name__}: {error}"))
        found = {name.lower(): value for name, value in response.headers.items()}
        try:
            content, failure = self._read(response, until)
            return Answer(response.status_code, found, content, failure)
        except httpx.HTTPError as error:
            return Answer(response.status_code, found, failure=self._shown(f"{type(error).__name__}: {error}"))
        finally:
            response.close()

    def _read(self, response: httpx.Response, until: float) -> tuple[bytes, str]:
        parts, size = list[bytes](), 0
        for part in response.iter_bytes():
            size += len(part)
            if size > _MOST_BYTES:
                return b"", f"more than {_MOST_BYTES} bytes"
            if time.monotonic() > until:
                return b"", f"not whole in time, {size} bytes so far"
            parts.append(part)
        return b"".join(parts), ""
