"""From a method and a path to the operation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote

from .._core.tables import Operation

_PARAMETER = re.compile(r"\{(\w+)\}")


class Routes:
    """The paths of one provider, looked up as they were sent: a slash that is percent-encoded belongs to its parameter."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._fixed: dict[str, dict[str, Operation]] = {}
        self._patterns: dict[str, tuple[re.Pattern[str], dict[str, Operation]]] = {}
        for row in operations:
            self._methods(row)[row.method] = row
        # The paths with the fewest parameters first; then those with one of several segments, the longest first: it alone has a request.
        self._ordered = sorted(
            self._patterns.values(), key=lambda row: (1, -len(row[0].pattern)) if _is_long(row[0]) else (0, row[0].groups)
        )

    def find(self, method: str, path: str) -> tuple[Operation | None, dict[str, str], int]:
        """The operation and its path parameters; or None, and the status 404 or 405."""
        wanted = "GET" if method == "HEAD" else method
        fixed = self._fixed.get(path)
        if fixed is not None and wanted in fixed:
            return fixed[wanted], {}, 200
        known = fixed is not None
        for match, methods in self._fitting(path):
            if wanted in methods:
                return methods[wanted], {name: unquote(value) for name, value in match.groupdict().items()}, 200
            known = True
        return None, {}, 405 if known else 404

    def allowed(self, path: str) -> list[str]:
        """The methods that are documented for a path; of paths with parameters those that it fits."""
        found = set(self._fixed.get(path, ()))
        if not found:
            found = {method for _, methods in self._fitting(path) for method in methods}
        return sorted(found | ({"HEAD"} if "GET" in found else set()))

    def _fitting(self, path: str) -> Iterator[tuple[re.Match[str], Mapping[str, Operation]]]:
        """The paths with parameters that one fits, the best first."""
        known = False
        for pattern, methods in self._ordered:
            match = pattern.fullmatch(path)
            if match is not None and not (known and _is_long(pattern)):
                known = True
                yield match, methods

    def _methods(self, row: Operation) -> dict[str, Operation]:
        if "{" not in row.path:
            return self._fixed.setdefault(row.path, {})
        return self._patterns.setdefault(row.path, (_pattern(row), {}))[1]


def _pattern(row: Operation) -> re.Pattern[str]:
    long = {parameter.name for parameter in row.parameters if parameter.slashes}
    pieces = _PARAMETER.split(row.path)
    texts = (
        re.escape(piece) if index % 2 == 0 else f"(?P<{piece}>{'.+' if piece in long else '[^/]+'})" for index, piece in enumerate(pieces)
    )
    return re.compile("".join(texts))


def _is_long(pattern: re.Pattern[str]) -> bool:
    return ".+" in pattern.pattern
