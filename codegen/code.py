"""Lines of Python under construction."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager


class Code:
    """Collects lines; `block` writes a header and indents what follows."""

    def __init__(self, depth: int = 0) -> None:
        self.lines: list[str] = []
        self._depth = depth

    def __call__(self, line: str) -> None:
        self.lines.append("    " * self._depth + line)

    @contextmanager
    def block(self, header: str) -> Generator[None]:
        self(header)
        self._depth += 1
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self("pass")
        self._depth -= 1
