"""Faults that can be seen in an answer: other statuses, pages, shapes."""

from __future__ import annotations

import time
from dataclasses import replace
from email.utils import formatdate
from typing import Any

from .asgi import Answer
from .calls import Reply
from .faults import PAGES, Fault

_PAGE = "<!DOCTYPE html>\n<html><head><title>{status} from the proxy</title></head>\n<body><h1>{status}</h1><p>The gateway behind this proxy said nothing that can be shown.</p></body></html>\n"
_SHAPE = b'{"unexpected":{"of":["another","shape"],"number":7}}'


def refused(fault: Fault, reply: Reply, body: Any, media: str = "") -> Reply:
    """The refusal that takes the place of a reply; `body` is how the gateway words errors."""
    status = fault.status or fault.row.status
    headers: dict[str, str] = {}
    if fault.retry_after is not None:
        ahead = time.time() + fault.retry_after
        headers["retry-after"] = formatdate(ahead, usegmt=True) if fault.date else f"{fault.retry_after:g}"
    if fault.name in PAGES:
        body, media = _PAGE.format(status=status), "text/html"
    return replace(reply, status=status, headers=headers, body=body, media=media, file=None, events=None, delay=0.0)


def spoiled(fault: Fault, answer: Answer) -> Answer:
    """The answer with other content."""
    status = fault.status or answer.status
    kind = {name: value for name, value in answer.headers.items() if name.startswith("x-unibind-")} | {"content-type": "application/json"}
    match fault.name:
        case "html":
            page = _PAGE.format(status=status).encode()
            return Answer(status, {**kind, "content-type": "text/html; charset=utf-8"}, page)
        case "wrong-shape":
            return Answer(status, kind, _SHAPE)
        case "not-json":
            return Answer(status, kind, answer.content[: len(answer.content) // 2] or b'{"id": "ta')
        case "empty":
            return Answer(status, kind)
        case _:
            return replace(answer, status=status)
