"""Bodies as the checks take them: JSON, forms with their files, the events of a stream."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message as Mail
from typing import Any, cast
from urllib.parse import parse_qsl

from .._core.doors import content_kind
from .._core.shape import is_array, is_object
from .exchange import Message

_LARGEST = 64 << 20  # bytes of one body


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """A body that could be decoded, or why it could not.

    Attributes:
        value: The decoded body; None without one.
        kind: `json`, `multipart`, or another media type.
        problem: `cut`, `missing` or `encoded` when nothing can be said about it, `json` when it is no JSON; otherwise empty.
    """

    value: Any = None
    kind: str = "json"
    problem: str = ""


class UnknownFile:
    """A file of which only the name was recorded."""

    def read(self, _: int = -1) -> bytes:
        """There is nothing to read."""
        return b""


def of_request(message: Message) -> Body:
    """The body of a request."""
    kind = content_kind(message.media) if message.media.strip() else _guess(message.content)
    if message.recorded in ("cut", "missing"):
        return Body(kind=kind, problem=message.recorded)
    content = message.content
    if content is None:
        return Body(kind=kind if message.media.strip() else "json")
    if is_array(content) and all(is_object(part) and {*part} == {"name", "value", "file", "media"} for part in content):
        return Body(_joined((str(part["name"]), _param(part)) for part in content), kind)
    if not isinstance(content, str | bytes):
        return Body(_files(content) if kind == "multipart" else content, kind)
    data = _unpacked(content, message.headers)
    if data is None:
        return Body(kind=kind, problem="encoded")
    if kind == "multipart":
        return _form(data, message.media)
    if kind == "application/x-www-form-urlencoded":
        return Body(_joined(parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True)), kind)
    if kind != "json":
        return Body(data, kind)
    body = _json(data, kind)
    return Body(data.decode("utf-8", "replace"), kind, "json") if body.problem else body  # text: bytes would be a file


def of_answer(message: Message) -> Body:
    """The body of an answer: data, or bytes when it is not JSON."""
    kind = content_kind(message.media) if message.media.strip() else "json"
    if message.recorded in ("cut", "missing"):
        return Body(kind=kind, problem=message.recorded)
    content = message.content
    if content is None or not isinstance(content, str | bytes):
        return Body(content, kind)
    data = _unpacked(content, message.headers)
    if data is None:
        return Body(kind=kind, problem="encoded")
    return _json(data, kind)


def _guess(content: Any) -> str:
    return "multipart" if is_object(content) and any(_is_logged_file(value) for value in content.values()) else "json"


def _json(data: bytes, kind: str) -> Body:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return Body(data, kind, "json")
    return Body(value, kind)


def _unpacked(content: str | bytes, headers: Mapping[str, str]) -> bytes | None:
    """The body without its compression, if it still has one; None when it cannot be undone here."""
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    coding = headers.get("content-encoding", "").strip().lower()
    if coding in ("", "identity") or data[:1] in b"{[" or data.lstrip()[:1] in (b"{", b"["):
        return data
    if coding in ("gzip", "x-gzip", "deflate"):
        return _inflated(data) if data[:2] == b"\x1f\x8b" or data[:1] == b"\x78" else data
    try:
        data.decode()
    except UnicodeDecodeError:
        return None
    return data


def _inflated(data: bytes) -> bytes | None:
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(data, _LARGEST)
    except zlib.error:
        return None


def _form(data: bytes, media: str) -> Body:
    """The parts of a multipart body; the boundary is in the content type, or else the first line."""
    if "boundary=" not in media:
        first = re.match(rb"--([^\r\n]{1,70})\r?\n", data)
        if first is None:
            return Body(kind="multipart", problem="missing")
        media = f'multipart/form-data; boundary="{first[1].decode("latin-1")}"'
    head = re.sub(r"[\r\n]+", " ", media).encode("utf-8", "replace")
    mail = message_from_bytes(b"Content-Type: " + head + b"\r\n\r\n" + data, policy=policy.compat32)
    parts = mail.get_payload() if mail.is_multipart() else []
    if not is_array(parts) or not parts:
        return Body(kind="multipart", problem="missing")
    found = ((str(_parameter(part, "name")), _part(part)) for part in cast("list[Mail]", parts))
    return Body(_joined(found), "multipart")


def _parameter(part: Mail, name: str) -> str | None:
    value = part.get_param(name, None, "content-disposition")
    if isinstance(value, tuple):
        return value[2]
    return None if value is None else str(value)


def _part(part: Mail) -> Any:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    file = _parameter(part, "filename")
    return content.decode("utf-8", "replace") if file is None else (file, content, part.get_content_type())


def _param(part: Mapping[str, Any]) -> Any:
    """A part as browsers record it: files often without their content."""
    if not part["file"]:
        return part["value"] or ""
    value = part["value"]
    content = UnknownFile() if value is None or value == "(binary)" else value.encode("utf-8", "replace")
    return (part["file"], content, part["media"] or None)


def _is_logged_file(value: Any) -> bool:
    return is_object(value) and {*value} == {"file", "media", "bytes"}


def _files(content: Any) -> Any:
    """Files as the log of the embedded gateway writes them: name, type and size."""
    if _is_logged_file(content):
        size = content["bytes"]
        known = isinstance(size, int) and size >= 0
        name, media = (value if isinstance(value, str) else None for value in (content["file"], content["media"]))
        return (name, bytes(min(size, _LARGEST)) if known else UnknownFile(), media)
    if is_object(content):
        return {name: _files(value) for name, value in content.items()}
    return [_files(item) for item in content] if is_array(content) else content


def _joined(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """A name that comes more than once holds a list."""
    found: dict[str, list[Any]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}
