"""Whose API a URL belongs to, and which operation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlsplit

from .._core import dispatch
from .._core.doors import find_operation
from .._core.tables import Operation, Provider
from .errors import TrafficError

_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_ID = re.compile(r"(?=[^/]*\d)[A-Za-z0-9_.~:%-]{9,}|\d+")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Place(NamedTuple):
    """What a URL asks for; `operation` is None when the provider documents no such one."""

    tables: Provider
    operation: Operation | None
    path: str
    path_params: dict[str, str]
    query: list[tuple[str, str]]


class Places:
    """The servers of the providers.

    Args:
        names: Providers that count.
        default: The provider of URLs that are only a path.
        base_urls: Further servers by provider.
    """

    def __init__(self, names: Sequence[str], default: str | None, base_urls: Mapping[str, Sequence[str]]) -> None:
        self._tables = {name: dispatch.provider(name) for name in names}
        self._default = default
        self._servers: dict[tuple[str, str], str] = {}
        for name, tables in self._tables.items():
            for url in [*tables.servers, *base_urls.get(name, ())]:
                self._add(url, name)

    def _add(self, url: str, name: str) -> None:
        place = _place(url)
        if place is None:
            raise TrafficError(f"{url!r} is no base URL of {name}: it needs a scheme and a host, like https://api.example.com")
        if self._servers.setdefault(place, name) != name:
            raise TrafficError(f"{url} is named for {self._servers[place]} and for {name}")

    def find(self, method: str, url: str, provider: str | None) -> Place | None:
        """What a URL asks for; None for another host. `ValueError` when the URL makes no sense."""
        parts = urlsplit(url)
        if not parts.netloc and not parts.scheme and not parts.path.startswith("/"):
            raise ValueError("the URL is neither absolute nor a path")
        name, path = (provider or self._default, parts.path) if not parts.netloc else self._of_host(host_of(parts), parts.path, provider)
        tables = self._tables.get(name or "")
        if tables is None:
            return None
        operation, found = find_operation(tables, method, path)
        return Place(tables, operation, path, found, parse_qsl(parts.query, keep_blank_values=True))

    def _of_host(self, host: str, path: str, provider: str | None) -> tuple[str | None, str]:
        fitting = [row for row in self._servers if row[0] == host and (path == row[1] or path.startswith(f"{row[1]}/"))]
        if not fitting:
            return None, path
        best = max(fitting, key=lambda row: len(row[1]))
        found = self._servers[best]
        return (found if provider in (None, found) else None), path[len(best[1]) :] or "/"


def _place(url: str) -> tuple[str, str] | None:
    """Host and start of the paths of a base URL."""
    try:
        parts = urlsplit(url)
        host = host_of(parts)
    except ValueError:
        return None
    return (host, parts.path.rstrip("/")) if host else None


def host_of(parts: SplitResult) -> str:
    """Host and port; an empty string without a host."""
    port = parts.port or _PORTS.get(parts.scheme.lower(), 0)
    return f"{parts.hostname}:{port}" if parts.hostname else ""


def host_shown(url: str) -> str:
    """The host of a URL as it may be counted: without user names and passwords."""
    parts = urlsplit(url)
    return parts.hostname if parts.hostname and parts.port is None else host_of(parts) or "no host"


def other_methods(tables: Provider, path: str) -> list[str]:
    """The methods that are documented for a path."""
    return [method for method in _METHODS if find_operation(tables, method, path)[0] is not None]


def shape_of(path: str) -> str:
    """A path with what looks like an id left out, so that requests for different tasks are one finding."""
    return "/".join("{id}" if _ID.fullmatch(part) else part for part in path.split("/"))
