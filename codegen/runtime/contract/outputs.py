"""Links and data of results: fetched without any key, and looked at byte for byte."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable

from .._core import transfer
from . import containers
from .site import Site


def linked(site: Site, urls: Iterable[str], output: str) -> list[str]:
    """What is wrong with the files behind links."""
    return [f"{transfer.shown(url)}: {text}" for url in urls for text in _linked(site, url, output)]


def _linked(site: Site, url: str, output: str) -> list[str]:
    try:
        inline = transfer.data_url(url)
    except ValueError as error:
        return [str(error)]
    if inline is not None:
        return list(containers.problems(*inline, output))
    if not transfer.is_web(url):
        return ["no link that can be downloaded"]
    answer = site.fetch(url)
    if answer.failure or answer.status != 200:
        return [answer.failure or f"status {answer.status} without a key"]
    return list(containers.problems(answer.content, answer.media, output, answer.announced))


def packed(texts: Iterable[str], output: str) -> list[str]:
    """What is wrong with files in base64."""
    found: list[str] = []
    for text in texts:
        try:
            found += containers.problems(base64.b64decode(text, validate=True), "", output)
        except (binascii.Error, ValueError) as error:
            found.append(f"data in the answer is no base64: {error}")
    return found
