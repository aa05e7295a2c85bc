"""Operations that answer in one call: files are saved, text is printed, everything else is shown as JSON."""

from __future__ import annotations

import base64
import binascii
import mimetypes
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._core import sse
from .._core.errors import UnibindError
from .._core.shape import is_array, is_object
from .._core.tasks import at
from . import output, progress, session
from .exits import Exit, Failure
from .files import Destination, suffix_of

if TYPE_CHECKING:
    from .resolve import Target
    from .values import Request

_MEDIA = ("video", "image", "speech", "music")
_LINK = re.compile(r"https?://[^\s)\]>\"']+")
_INLINE = (("b64_json", ""), ("data", "mimeType"), ("data", "mime_type"))  # member with base64, member with its type
_TEXTS: tuple[tuple[str, ...], ...] = (
    ("choices", "[]", "message", "content"),
    ("choices", "[]", "text"),
    ("candidates", "[]", "content", "parts", "[]", "text"),
    ("output", "[]", "content", "[]", "text"),
    ("text",),
)
_MARKED = re.compile(r"!\[[^\]]*\]\((https?://[^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What becomes of an answer."""

    destination: Destination | None
    output: str  # ex) image
    timeout: float | None


def run(client: Any, found: Target, asked: Request, wanted: Wanted, *, headers: dict[str, str]) -> None:
    """Make the call and show what it answers."""
    row = found.operation
    rows = [answer for status, answer in row.responses.items() if status.startswith("2")]
    settings = {
        "path": asked.path,
        "query": asked.query,
        "options": session.options(operation=row.id, timeout=wanted.timeout, headers=headers),
    }
    name = found.model or found.family
    with progress.holding_interrupts() as held:
        if any(answer.kind == "binary" for answer in rows):
            _file(client.binary(row.id, body=asked.body, **settings), name, wanted)
        elif any(answer.kind == "stream" or (answer.stream and asked.body.get("stream") is True) for answer in rows):
            with client.stream(row.id, asked.body, **settings) as stream:
                body = _streamed(stream, wanted)
            _answer(client, body, name, wanted, printed=wanted.output not in _MEDIA)
        else:
            _answer(client, client.call(row.id, body=asked.body, **settings).to_dict(), name, wanted, printed=False)
    held.release()


def _streamed(stream: Any, wanted: Wanted) -> Any:
    """The whole answer of a stream; its text is printed as it arrives."""
    show = not output.is_json() and wanted.output not in _MEDIA
    for event in stream:
        if show:
            output.write(sse.text_of(event.to_dict()))
    if show:
        output.line()
    return stream.collect().to_dict()


def _file(binary: Any, name: str, wanted: Wanted) -> None:
    """Save an answer that is a file."""
    suffix = mimetypes.guess_extension(binary.content_type.partition(";")[0].strip()) or suffix_of("", wanted.output)
    destination = wanted.destination or Destination()
    path = binary.save(destination.of(0, 1, name=name, suffix=suffix, fresh=True), overwrite=destination.overwrite)
    _report(None, [path], "")


def _answer(client: Any, body: Any, name: str, wanted: Wanted, *, printed: bool) -> None:
    """Show an answer: its files, when it is about files, else its text, else itself."""
    found = list(dict.fromkeys(media(body))) if wanted.output in _MEDIA else []
    files = _saved(client, body, found, name, wanted) if wanted.destination else []
    said = (
        ""
        if printed
        else (text(body) if not found else "\n".join(row for row in found if not row.startswith("data:")) if not files else "")
    )
    _report(body, files, said, printed=printed)


def _saved(client: Any, body: Any, found: list[str], name: str, wanted: Wanted) -> list[Path]:
    """Save what an answer links to or holds."""
    assert wanted.destination is not None
    files: list[Path] = []
    for index, url in enumerate(found):
        target = wanted.destination.of(index, len(found), name=name, suffix=suffix_of(url, wanted.output), fresh=True)
        try:
            with progress.download(target.name) as show:
                files.append(client.download(url, target, overwrite=wanted.destination.overwrite, on_progress=show))
        except (UnibindError, OSError) as error:
            links = [row for row in found if not row.startswith("data:")]
            hints = [f"the result is at {link}" for link in links]
            raise Failure(output.message(error), Exit.FILE, hints=hints, data={**output.describe(error), "answer": body}) from None
    return files


def _report(body: Any, files: list[Path], text: str, *, printed: bool = False) -> None:
    if output.is_json():
        output.show_json({"answer": body, "files": [os.fspath(path) for path in files]})
    elif files:
        for path in files:
            output.line(os.fspath(path))
    elif text:
        output.line(text)
    elif not printed:
        output.show_json(body)


def media(body: Any) -> Iterator[str]:
    """Links and `data:` URLs of the results in an answer."""
    if is_array(body):
        for item in body:
            yield from media(item)
    elif is_object(body):
        inline = next((found for content, kind in _INLINE if (found := _inline(body, content, kind))), None)
        if inline:
            yield inline
            return
        for name, value in body.items():
            if not isinstance(value, str):
                yield from media(value)
            elif name == "url" or name.endswith("_url"):
                yield from (value,) if _LINK.match(value) or value.startswith("data:") else ()
            elif name in ("content", "text"):
                yield from _MARKED.findall(value) or _LINK.findall(value)


def _inline(body: Any, content: str, kind: str) -> str | None:
    value = body.get(content)
    if not isinstance(value, str) or (kind and kind not in body):
        return None
    try:
        start = base64.b64decode(value[:64], validate=True)
    except binascii.Error:
        return None
    return f"data:{body[kind] if kind else _sniffed(start)};base64,{value}"


def _sniffed(start: bytes) -> str:
    """The media type of a picture, by its first bytes."""
    if start.startswith(b"\xff\xd8"):
        return "image/jpeg"
    return "image/webp" if start[8:12] == b"WEBP" else "image/png"


def text(body: Any) -> str:
    """The text of an answer in one piece, or nothing."""
    if not is_object(body):
        return body if isinstance(body, str) else ""
    found = (value for path in _TEXTS for value in at(body, path) if isinstance(value, str) and value)
    return next(found, "") if not is_array(body.get("output")) else "".join(found)
