"""Records what goes over a transport, and writes it as HAR and as JSON lines."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from unibind import UniAll, UniAPI, WaveSpeed, gateway
from unibind._core import dispatch

from tests.gateway.cases import Case

CLIENTS: dict[str, Any] = {"uniall": UniAll, "uniapi": UniAPI, "wavespeed": WaveSpeed}
__all__ = ["CLIENTS", "Recorder", "har", "lines", "send"]


@dataclass
class Recorder(httpx.BaseTransport):
    """A transport before another one that keeps every exchange; the URLs recorded are those of the documented server."""

    provider: str
    clock: Any = field(default_factory=gateway.ManualClock)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gateway = gateway.Gateway(self.provider, clock=self.clock)
        self.inner = self.gateway.sync_transport()

    @property
    def http(self) -> httpx.Client:
        """A client over it."""
        return httpx.Client(transport=self, base_url=self.gateway.base_url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Called by httpx."""
        sent = request.read()
        answer = self.inner.handle_request(request)
        content = answer.read()
        url = str(request.url).replace(self.gateway.base_url, dispatch.provider(self.provider).servers[0])
        self.rows.append(
            {
                "method": request.method,
                "url": url,
                "headers": dict(request.headers),
                "sent": sent,
                "status": answer.status_code,
                "answer_headers": dict(answer.headers),
                "answer": content,
            }
        )
        return httpx.Response(answer.status_code, headers=answer.headers, content=content)


def send(http: httpx.Client, case: Case, key: str) -> httpx.Response:
    """The request of a case, as it stands."""
    row = dispatch.provider(case.provider).security_of(case.operation)
    path = case.operation.path
    for name, value in case.path.items():
        path = path.replace(f"{{{name}}}", quote(str(value)))
    headers = {row.header: f"{row.prefix}{key}"}
    if case.content == "json":
        return http.request(case.operation.method, path, json=case.body, headers=headers)
    parts = [(name, item) for name, value in case.body.items() for item in (value if isinstance(value, list) else [value])]
    files = [
        (name, item if isinstance(item, tuple) else (None, item if isinstance(item, str) else json.dumps(item))) for name, item in parts
    ]
    return http.request(case.operation.method, path, files=files, headers=headers)


def har(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Write a HAR as browsers do: bodies that are no text in base64."""
    entries = [{"request": as_request(row), "response": as_response(row), "time": 1.5} for row in rows]
    creator = {"name": "tests", "version": "1"}
    path.write_text(json.dumps({"log": {"version": "1.2", "creator": creator, "entries": entries}}, indent=1), "utf-8")
    return path


def as_request(row: Mapping[str, Any]) -> dict[str, Any]:
    sent: bytes = row["sent"]
    made = {"method": row["method"], "url": row["url"], "headers": _headers(row["headers"]), "bodySize": len(sent), "queryString": []}
    return {**made, "postData": {"mimeType": row["headers"].get("content-type", ""), **_text(sent)}} if sent else made


def as_response(row: Mapping[str, Any]) -> dict[str, Any]:
    content: bytes = row["answer"]
    media = row["answer_headers"].get("content-type", "")
    about = {"size": len(content), "mimeType": media, **_text(content)}
    return {"status": row["status"], "headers": _headers(row["answer_headers"]), "content": about, "bodySize": len(content)}


def _text(content: bytes) -> dict[str, str]:
    try:
        return {"text": content.decode()}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(content).decode(), "encoding": "base64"}


def _headers(headers: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Write JSON lines."""
    path.write_text("".join(json.dumps(as_line(row)) + "\n" for row in rows), "utf-8")
    return path


def as_line(row: Mapping[str, Any]) -> dict[str, Any]:
    made = {name: row[name] for name in ("method", "url", "headers", "status")}
    return {
        **made,
        "request": row["sent"].decode("latin-1") or None,
        "response": row["answer"].decode("utf-8", "replace") or None,
        "response_headers": row["answer_headers"],
    }
