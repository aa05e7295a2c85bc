"""The synchronous half from the asynchronous one, token by token and line for line.

`async` and `await` are dropped, names are mapped by a table, `AsyncX` becomes `X`. A string that is exactly such a name is mapped too;
text that merely holds one, or what is left of the asynchronous world, is an error, as is a row of the table that nothing used.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

NAMES: Mapping[str, str] = {
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "aclose": "close",
    "aiter_bytes": "iter_bytes",
    "aiter_stream": "iter_stream",
    "handle_async_request": "handle_request",
    "AsyncByteStream": "SyncByteStream",
}
_KEYWORDS = ("async", "await")
_PREFIXED = re.compile(r"Async(?=[A-Z])")
_QUOTED = re.compile(r"""([rbuRBU]*)('''|\"""|'|")(.*)\2""", re.DOTALL)
_WORD = re.compile(r"(?<![\w/-])\w+(?![\w-])")  # parts of paths and of hyphenated names are no words
_LAYOUT = frozenset({tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.COMMENT})
# From Python 3.12 an f-string is several tokens; before, it is one string.
_F_START = getattr(tokenize, "FSTRING_START", -1)
_F_TEXT = getattr(tokenize, "FSTRING_MIDDLE", -1)
_F_END = getattr(tokenize, "FSTRING_END", -1)


class UnasyncError(ValueError):
    """A text cannot be rewritten; the message says where and why."""


class Edit(NamedTuple):
    """A stretch of one line and what takes its place."""

    line: int
    start: int
    end: int
    text: str


class Rewriter:
    """Rewrites texts by one table, and knows which of its rows were needed."""

    def __init__(self, names: Mapping[str, str] = NAMES) -> None:
        self._names = names
        self._unused = set(names)

    def rewrite(self, text: str, where: str = "<text>") -> str:
        """The synchronous twin of a text; `UnasyncError` where there is none."""
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
        lines = text.splitlines(keepends=True)
        for edit in sorted(self._edits(tokens, where), reverse=True):
            line = lines[edit.line - 1]
            lines[edit.line - 1] = line[: edit.start] + edit.text + line[edit.end :]
        return "".join(lines)

    def finish(self) -> None:
        """Called after the last text; `UnasyncError` when rows of the table were never used."""
        if self._unused:
            raise UnasyncError(f"unused rows of the table of names: {', '.join(sorted(self._unused))}")

    def _edits(self, tokens: list[tokenize.TokenInfo], where: str) -> Iterator[Edit]:
        depth = 0
        for token, following in zip(tokens, [*tokens[1:], None], strict=True):
            depth += (token.type == _F_START) - (token.type == _F_END)
            place = f"{where}:{token.start[0]}"
            if token.type == tokenize.NAME and not depth:
                yield from self._name(token, following, place)
            elif token.type == tokenize.STRING:
                yield from self._string(token, place)
            elif token.type in (tokenize.COMMENT, _F_TEXT) or depth:
                self._refuse(token.string, place)

    def _name(self, token: tokenize.TokenInfo, following: tokenize.TokenInfo | None, place: str) -> Iterator[Edit]:
        line, start = token.start
        if token.string in _KEYWORDS:
            if following is None or following.type in _LAYOUT or following.start[0] != line:
                raise UnasyncError(f"{place}: what follows {token.string} must be on the same line")
            yield Edit(line, start, following.start[1], "")
            return
        name = self._mapped(token.string)
        if name != token.string:
            yield Edit(line, start, token.end[1], name)
        if "async" in name.lower():
            raise UnasyncError(f"{place}: {token.string} is left over")

    def _string(self, token: tokenize.TokenInfo, place: str) -> Iterator[Edit]:
        match = _QUOTED.fullmatch(token.string)
        if match and self._mapped(match[3]) != match[3]:
            text = match[1] + match[2] + self._mapped(match[3]) + match[2]
            yield Edit(token.start[0], token.start[1], token.end[1], text)
        else:
            self._refuse(token.string, place)

    def _mapped(self, name: str) -> str:
        if name in self._names:
            self._unused.discard(name)
            return self._names[name]
        return _PREFIXED.sub("", name, count=1) if _PREFIXED.match(name) and name.isidentifier() else name

    def _refuse(self, text: str, place: str) -> None:
        """Raise when a text speaks of the asynchronous world, which would be wrong in its twin."""
        for word in _WORD.findall(text):
            if word in self._names or word in _KEYWORDS or _PREFIXED.match(word):
                raise UnasyncError(f"{place}: a string or comment holds {word!r}")


def rewrite(text: str, names: Mapping[str, str] = NAMES) -> str:
    """The synchronous twin of one text; rows of the table may stay unused."""
    return Rewriter(names).rewrite(text)


def rewrite_all(texts: Mapping[str, str], names: Mapping[str, str] = NAMES, *, kept: Iterable[str] = ()) -> dict[str, str]:
    """The twins of a whole run, by name, without those that are `kept` as they were written by hand."""
    rewriter = Rewriter(names)
    skipped = set(kept)
    twins = {name: rewriter.rewrite(text, name) for name, text in texts.items() if name not in skipped}
    rewriter.finish()
    return twins
