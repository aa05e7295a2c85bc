"""Recordings in, report out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from .._core import dispatch
from .errors import TrafficError
from .judge import Judge
from .places import Places
from .reading import read
from .report import Report

PathInput = str | Path


def check_traffic(
    paths: PathInput | Iterable[PathInput],
    *,
    provider: str | None = None,
    base_urls: Mapping[str, str | Sequence[str]] | None = None,
) -> Report:
    """Hold recorded requests and answers against the spec. Nothing is sent.

    Args:
        paths: Recordings, in the order in which they were made: HAR 1.2 files, files of JSON lines, or `-` for the standard input.
        provider: Look at the requests to this provider only; URLs of JSON lines that are only a path go to it. All by default.
        base_urls: Origins by provider that stand for its gateway besides the documented servers, for example
            `{"uniall": "http://127.0.0.1:8000"}`.

    Returns:
        The report; `report.ok` when the spec explains everything. Keys, cookies and queries of links are in none of its texts.

    Raises:
        TrafficError: A file cannot be read or is no HAR although it should be one, or a base URL makes no sense. Broken lines and
            entries are findings instead.
        LookupError: There is no such provider.
    """
    extra = {name: (urls,) if isinstance(urls, str) else tuple(urls) for name, urls in (base_urls or {}).items()}
    if provider is not None and extra.keys() - {provider}:
        raise TrafficError(f"base URLs of other providers than {provider} make no sense when only {provider} counts")
    for name in extra:
        dispatch.provider(name)
    judge = Judge(Places([provider] if provider else providers(), provider, extra))
    for path in [paths] if isinstance(paths, str | Path) else paths:
        for exchange in read(path):
            judge.take(exchange)
    return judge.report()


def providers() -> list[str]:
    """Names of the providers of this package."""
    folder = Path(__file__).parent.parent
    return sorted(path.parent.parent.name for path in folder.glob("*/spaces/responses.json"))
