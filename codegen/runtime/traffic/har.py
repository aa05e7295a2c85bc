"""HAR 1.2, read entry by entry: a recording need not fit into memory."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from .._core.shape import is_array, is_object
from .errors import TrafficError
from .exchange import Exchange, Message, Position, Recorded, Unreadable, text_of

_CHUNK = 1 << 18
_NEAR = 16  # characters before the end of what was read where an error may be only the end
_DECODER = json.JSONDecoder()


class Broken(ValueError):
    """The text is no JSON from some place on."""


class Cursor:
    """A place in a JSON text that is read piece by piece."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._text = ""
        self._at = 0
        self._ended = False

    def members(self) -> Iterator[str]:
        """The names of the object that starts here; the value of each is to be taken before the next."""
        yield from (self._name() for _ in self._parts("{", "}"))

    def items(self) -> Iterator[Any]:
        """The items of the list that starts here."""
        yield from (self.value() for _ in self._parts("[", "]"))

    def at_list(self) -> bool:
        """Whether a list starts here."""
        return self._peek() == "["

    def value(self) -> Any:
        """The value that starts here."""
        self._peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                if self._ended or _is_sure(error, len(self._text)):
                    raise Broken(_reason(error)) from None
            else:
                if end < len(self._text) or self._ended:
                    self._at = end
                    return value
            self._fill()

    def _parts(self, start: str, end: str) -> Iterator[None]:
        self._expect(start)
        if self._peek() == end:
            self._at += 1
            return
        while True:
            yield
            if self._expect(f",{end}") == end:
                return

    def _name(self) -> str:
        name = self.value()
        self._expect(":")
        return str(name)

    def _expect(self, wanted: str) -> str:
        found = self._peek()
        if not found or found not in wanted:
            raise Broken(f"expected {' or '.join(wanted)}, found {found!r}" if found else "the file ends too early")
        self._at += 1
        return found

    def _peek(self) -> str:
        while True:
            while self._at < len(self._text) and self._text[self._at] in " \t\r\n":
                self._at += 1
            if self._at < len(self._text) or self._ended:
                return self._text[self._at : self._at + 1]
            self._fill()

    def _fill(self) -> None:
        """Read as much again as is there already, so that a large value is not tried too often."""
        self._text = self._text[self._at :]
        self._at = 0
        piece = self._file.read(max(_CHUNK, len(self._text)))
        self._ended = not piece
        self._text += piece


def _is_sure(error: Exception, size: int) -> bool:
    """Whether an error is not made by the end of what has been read."""
    if not isinstance(error, json.JSONDecodeError):
        return True
    return not error.msg.startswith("Unterminated") and error.pos < size - _NEAR


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return f"no JSON: {error.msg}" if isinstance(error, json.JSONDecodeError) else f"no JSON: {error}"


def read(file: TextIO, name: str) -> Iterator[Exchange | Unreadable]:
    """The exchanges of a HAR; `TrafficError` when it is none."""
    number, found = 0, False
    try:
        for entry in _entries(Cursor(file)):
            if entry is None:
                found = True
                continue
            number += 1
            yield _exchange(entry[0], Position(name, "entry", number))
    except Broken as error:
        if not found:
            raise TrafficError(f"{name} is no HAR: {error}") from None
        yield Unreadable(Position(name, "entry", number + 1), f"{error}; what follows in the file is lost")
    if not found:
        raise TrafficError(f"{name} is no HAR: it has no log.entries")


def _entries(cursor: Cursor) -> Iterator[tuple[Any] | None]:
    """None where the list of entries starts, then each entry in a tuple."""
    for outer in cursor.members():
        if outer != "log":
            cursor.value()
            continue
        for inner in cursor.members():
            if inner != "entries":
                cursor.value()
                continue
            yield from _started(cursor)


def _started(cursor: Cursor) -> Iterator[tuple[Any] | None]:
    if not cursor.at_list():
        raise Broken("log.entries is no list")
    yield None
    yield from ((item,) for item in cursor.items())


def _exchange(entry: Any, position: Position) -> Exchange | Unreadable:
    request = entry.get("request") if is_object(entry) else None
    if not is_object(request) or not text_of(request, "method") or not text_of(request, "url"):
        return Unreadable(position, "the entry has no request with method and url")
    answer: Any = entry.get("response")
    status = answer.get("status") if is_object(answer) else None
    known = status if isinstance(status, int) and not isinstance(status, bool) and 100 <= status <= 999 else None
    method, url = text_of(request, "method").upper(), text_of(request, "url")
    return Exchange(position, method, url, None, _request(request), known, _response(answer))


def _request(row: Mapping[str, Any]) -> Message:
    headers = _headers(row)
    data = row.get("postData")
    media = headers.get("content-type") or text_of(data, "mimeType")
    size = row.get("bodySize")
    if not is_object(data):
        length = headers.get("content-length", "0")
        sent = (isinstance(size, int) and size > 0) or length.strip("0") != ""
        return Message(headers, media, None, "missing" if sent else "none")
    params = data.get("params")
    text = data.get("text")
    if isinstance(text, str) and (text or not params):
        content, fits = _content(text, text_of(data, "encoding"))
        return Message(headers, media, content, "missing" if not fits else _whole(content, size) if content else _none(size))
    if is_array(params) and params:
        return Message(headers, media, [_param(part) for part in params if is_object(part)], "whole")
    return Message(headers, media, None, _none(size))


def _param(part: Mapping[str, Any]) -> dict[str, Any]:
    value = part.get("value")
    return {
        "name": text_of(part, "name"),
        "value": value if isinstance(value, str) else None,
        "file": text_of(part, "fileName"),
        "media": text_of(part, "contentType"),
    }


def _response(row: Any) -> Message:
    headers = _headers(row)
    content: Any = row.get("content") if is_object(row) else None
    media = headers.get("content-type") or text_of(content, "mimeType")
    size = content.get("size") if is_object(content) else None
    text = text_of(content, "text")
    if not text:
        return Message(headers, media, None, _none(size))
    body, fits = _content(text, text_of(content, "encoding"))
    packed = "content-encoding" in headers and not _is_text(body)
    return Message(headers, media, body, "missing" if not fits else "whole" if packed else _whole(body, size))


def _content(text: str, encoding: str) -> tuple[bytes, bool]:
    """The bytes of a text, and whether it could be decoded."""
    if encoding.lower() != "base64":
        return text.encode("utf-8", "replace"), True
    try:
        return base64.b64decode(text, validate=False), True
    except (binascii.Error, ValueError):
        return b"", False


def _whole(content: bytes, size: Any) -> Recorded:
    """Some tools count characters and some count bytes, before or after compression: only far too little is a cut."""
    cut = isinstance(size, int) and len(content) < size and len(content.decode("utf-8", "replace")) < size
    return "cut" if cut else "whole"


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _none(size: Any) -> Recorded:
    return "missing" if isinstance(size, int) and size > 0 else "none"


def _headers(row: Any) -> dict[str, str]:
    rows: Any = row.get("headers") if is_object(row) else None
    pairs = [(text_of(pair, "name").lower(), text_of(pair, "value")) for pair in rows] if is_array(rows) else []
    return {name: value for name, value in reversed(pairs) if name}
