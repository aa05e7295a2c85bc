"""Links in the bodies of purchases: by default they lead nowhere, with files of the caller they lead to those."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core import transfer
from .._core.checks import is_list, is_object
from ..testing.values import NOWHERE

KINDS = ("image", "video", "audio")


def files(media: Mapping[str, str] | None) -> Mapping[str, str]:
    """The caller's files, looked at; `ValueError` when a kind is unknown or a link none."""
    for kind, url in (media or {}).items():
        if kind not in KINDS:
            raise ValueError(f"media are of the kinds {', '.join(KINDS)}, not {kind!r}")
        if not transfer.is_web(url):
            raise ValueError(f"the {kind} {url!r} is no http link")
    return media or {}


def links(body: Any) -> bool:
    """Whether a body has a link that leads nowhere; a gateway that loads it has a reason to refuse, or to fail."""
    if is_object(body):
        return any(links(value) for value in body.values())
    return any(links(item) for item in body) if is_list(body) else isinstance(body, str) and _is_nowhere(body)


def put(body: Any, media: Mapping[str, str], place: str = "") -> Any:
    """The body with links to the caller's files; the names of the fields around a link say of what kind it is."""
    if is_object(body):
        return {name: put(value, media, f"{place} {name} {body.get('type', '')}".lower()) for name, value in body.items()}
    if is_list(body):
        return [put(item, media, place) for item in body]
    if isinstance(body, str) and _is_nowhere(body):
        return media.get(_kind(place), body)
    return body


def _is_nowhere(text: str) -> bool:
    return text.lower().startswith(NOWHERE)


def _kind(place: str) -> str:
    named = [(place.rfind(kind), kind) for kind in KINDS if kind in place]
    return max(named)[1] if named else KINDS[0]
