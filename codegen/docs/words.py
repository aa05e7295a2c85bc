"""A word diff for people: what left the text in [-...-], what came in {+...+}, and a few words around."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

_WORD = re.compile(r"[A-Za-z0-9_./-]+|\s+|.", re.DOTALL)
AROUND = 6


def diff(old: str, new: str) -> str:
    """The changed places, each with words around it; equal text between them is left out."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    parts = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return "".join(shown(parts, before, after)).strip()


def shown(parts: Sequence[tuple[str, int, int, int, int]], before: list[str], after: list[str]) -> Iterator[str]:
    for index, (kind, start, end, new_start, new_end) in enumerate(parts):
        if kind == "equal":
            yield around(before[start:end], index > 0, index + 1 < len(parts))
            continue
        gone, come = "".join(before[start:end]), "".join(after[new_start:new_end])
        yield (f"[-{gone}-]" if gone else "") + (f"{{+{come}+}}" if come else "")


def around(words: list[str], follows: bool, precedes: bool) -> str:
    reach = 2 * AROUND
    if len(words) <= 2 * reach and follows and precedes:
        return "".join(words)
    head = "".join(words[:reach]) if follows else ""
    tail = "".join(words[-reach:]) if precedes else ""
    return f"{head.rstrip()} ... {tail.lstrip()}" if len(words) > reach else "".join(words) if follows or precedes else ""
