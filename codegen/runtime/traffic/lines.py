"""JSON lines: one exchange a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from .._core.shape import is_object
from .exchange import Exchange, Message, Position, Recorded, Unreadable, text_of

_REQUEST = ("request", "body")
_ABSENT: Any = object()


def read(file: TextIO, name: str) -> Iterator[Exchange | Unreadable]:
    """The exchanges of a file, and the lines that are none."""
    for number, line in enumerate(file, 1):
        if line.strip():
            yield _exchange(line, Position(name, "line", number))


def _exchange(line: str, position: Position) -> Exchange | Unreadable:
    try:
        row = json.loads(line)
    except RecursionError:
        return Unreadable(position, "nested too deeply")
    except ValueError as error:
        return Unreadable(position, f"no JSON: {error.msg if isinstance(error, json.JSONDecodeError) else error}")
    if not is_object(row):
        return Unreadable(position, "the line is no JSON object")
    method, url = text_of(row, "method").upper(), text_of(row, "url") or text_of(row, "path")
    if not method or not url:
        return Unreadable(position, "the line has no method and url")
    status = row.get("status")
    if status is not None and (not isinstance(status, int) or isinstance(status, bool)):
        return Unreadable(position, "status must be a whole number")
    if row.get("origin") == "media":
        url = f"http://media/{url}"  # a download that the log of the embedded gateway tells of
    known = status if status and 100 <= status <= 999 else None
    return Exchange(
        position, method, _with_query(url, row.get("query")), text_of(row, "provider") or None, _request(row), known, _answer(row)
    )


def _request(row: Mapping[str, Any]) -> Message:
    headers = _headers(row, "headers", "request_headers")
    content = next((row[name] for name in _REQUEST if name in row), _ABSENT)
    return _message(headers, text_of(row, "content_type"), content)


def _answer(row: Mapping[str, Any]) -> Message:
    return _message(_headers(row, "response_headers"), text_of(row, "response_type"), row.get("response", _ABSENT))


def _message(headers: dict[str, str], media: str, content: Any) -> Message:
    recorded: Recorded = "missing" if content is _ABSENT else "none" if content is None else "whole"
    return Message(headers, media or headers.get("content-type", ""), None if content is _ABSENT else content, recorded)


def _headers(row: Mapping[str, Any], *names: str) -> dict[str, str]:
    found: Any = next((row[name] for name in names if name in row), None)
    return {str(name).lower(): value for name, value in found.items() if isinstance(value, str)} if is_object(found) else {}


def _with_query(url: str, query: Any) -> str:
    """The log of the embedded gateway has the query apart."""
    if not is_object(query) or not query:
        return url
    from urllib.parse import urlencode

    pairs = {name: str(value).encode("utf-8", "replace") for name, value in query.items()}
    return f"{url}{'&' if '?' in url else '?'}{urlencode({name.encode('utf-8', 'replace'): value for name, value in pairs.items()})}"
