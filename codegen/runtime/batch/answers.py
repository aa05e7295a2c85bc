"""Direct answers: saved as they come, before anything is made of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._core import errors, tasks
from .._core.options import Options
from .._core.shape import is_object
from . import names
from .jobs import Job

if TYPE_CHECKING:
    from .._async.client import AsyncClient

FOLDER = "answers"
_URLS: tuple[tuple[str, ...], ...] = (("data", "[]", "url"), ("images", "[]", "url"), ("url",))
_INLINE: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("data", "[]"), "b64_json", "image/png"),
    (("candidates", "[]", "content", "parts", "[]", "inlineData"), "data", "application/octet-stream"),
)


async def receive(client: AsyncClient, job: Job, body: Any, output: Path, token: str, options: Options, timeout: float) -> str:
    """Send a job that is answered directly; returns the name of the answer's file below the output folder, once it is on the disk.

    Raises:
        SubmitOutcomeUnknown: Also when the answer broke off: it was made, and billed.
    """
    target = job.target
    try:
        async with asyncio.timeout(timeout):
            answer = await client.binary(target.operation.id, path=target.path, query=target.query, body=body, options=options)
            suffix = names.suffix_of_media(answer.content_type)
            saved = await answer.save(output / FOLDER / f"{names.stem(job.id)}.{token}{suffix}")
        if suffix == names.UNKNOWN:
            saved = saved.replace(saved.with_suffix(names.suffix_of_content(saved)))
        names.secure(saved)
    except TimeoutError:
        raise _lost(job, f"the answer was not whole within {timeout:g} s") from None
    except errors.DownloadFailed as error:
        raise _lost(job, f"the answer was taken, but it is not whole: {error.message}") from None
    except OSError as error:
        raise _lost(job, f"the answer cannot be written: {error.strerror or error}") from None
    return f"{FOLDER}/{saved.name}"


def _lost(job: Job, cause: str) -> errors.SubmitOutcomeUnknown:
    operation = job.target.operation.id
    text = f"{operation} was sent and may have been billed, but its outcome is not known: {cause}"
    return errors.SubmitOutcomeUnknown(text, cause=cause, operation=operation, request={"operation": operation, **job.request()})


def left(output: Path, token: str) -> str | None:
    """Name of the whole answer of a submit that nobody wrote down any more, or None."""
    found = [path for path in (output / FOLDER).glob(f"*.{token}.*") if path.suffix != ".part"]
    return f"{FOLDER}/{found[0].name}" if found else None


def outputs(path: Path) -> list[str]:
    """The files that a JSON answer links to or holds, as URLs; none for any other answer."""
    body = _json(path)
    found = [value for where in _URLS for value in tasks.at(body, where) if isinstance(value, str)]
    return list(dict.fromkeys([*found, *_inline(body)]))


def failure(path: Path) -> str | None:
    """What a JSON answer says went wrong, although its status was one of success; None when it says nothing of that kind."""
    body = _json(path)
    if not is_object(body) or not body.get("error") or any(body.get(name) for name in ("data", "candidates", "choices", "images")):
        return None
    error: Any = body["error"]
    said = error.get("message") if is_object(error) else error
    return str(said or "the answer is an error")


def _inline(body: Any) -> Iterator[str]:
    for where, member, otherwise in _INLINE:
        for item in tasks.at(body, where):
            content = item.get(member) if is_object(item) else None
            if isinstance(content, str) and content:
                yield f"data:{_media(item, otherwise)};base64,{content}"


def _media(item: Mapping[str, Any], otherwise: str) -> str:
    media = item.get("mimeType") or item.get("mime_type")
    return media if isinstance(media, str) and "/" in media and "," not in media and ";" not in media else otherwise


def _json(path: Path) -> Any:
    if path.suffix != ".json" or not path.exists():
        return None
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None
