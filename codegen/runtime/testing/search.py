"""From a body with some members fixed to one that breaks exactly the wanted rules: the others are mended one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from .edits import DROP, ITEM, Edit, Path, apply, at, touches
from .space import Body, Space, Verdict
from .ways import Way, Ways, vocabulary

_DEPTH = 8
_TRIES = 400  # bodies that are looked at for one goal


class Search:
    """Finds bodies in one space."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.ways = Ways(space.body, space.content, vocabulary(space.data))
        self._mends: dict[str, list[Way]] = {}

    @cached_property
    def least(self) -> Body:
        """A body that keeps all rules, with next to nothing in it."""
        found = self.solve(self.space.empty, ())
        if found is None:
            raise LookupError(f"no request of {self.space!r} keeps all rules")
        return found

    @cached_property
    def quiet(self) -> Body:
        """The least body, changed so that it breaks as few as possible of the rules that are only warnings."""
        body, left = self.least, self.space.judge(self.least).warnings
        for rule in sorted(left):
            for way in self.mends(rule):
                changed = apply(body, way)
                verdict = self.space.judge(changed)
                if not verdict.errors and verdict.warnings < left:
                    body, left = changed, verdict.warnings
                    break
        return body

    def solve(
        self, body: Body, fixed: Iterable[Path], *, errors: frozenset[str] = frozenset(), warning: str = "", tries: int = _TRIES
    ) -> Body | None:
        """The body, mended so that it breaks exactly `errors` (and `warning`, when that is named); None when no way was found.

        Members at the `fixed` paths stay as they are. `tries` is how many bodies are looked at, at most.
        """
        return _Descent(self, tuple(fixed), errors, warning, tries).run(body)

    def reach(self, ways: Iterable[Way], *, errors: frozenset[str] = frozenset(), warning: str = "") -> Iterator[Body]:
        """A body for each of the ways that can be gone."""
        for way in ways:
            start = self.least if self.space.empty or self.space.body.get("fields") else {}
            found = self.solve(apply(start, way), _ends(way), errors=errors, warning=warning)
            if found is not None:
                yield found

    def mends(self, rule: str) -> list[Way]:
        """Ways after which a rule may be kept."""
        if rule not in self._mends:
            self._mends[rule] = list(self._mending(rule))
        return self._mends[rule]

    def _mending(self, rule: str) -> Iterator[Way]:
        row = self.space.rules.get(rule)
        if row is not None:
            yield from self.ways.keeping(row["constraint"])
            yield from self.ways.meeting(row.get("condition"), wanted=False)
            return
        path = path_of(rule)
        yield from ((Edit(path, value),) for value in self.ways.fitting(path)[:6])
        while path:
            yield (Edit(path, DROP),)
            path = path[: path.index(ITEM)] if ITEM in path else path[:-1]


def _ends(way: Way) -> list[Path]:
    """The paths of a way, without those of objects that are only there for a member."""
    paths = [edit.path for edit in way]
    return [path for path in paths if not any(len(other) > len(path) and touches(path, other) for other in paths)]


def path_of(rule: str) -> Path:
    """`seedance-2.0/content[].role:enum` -> `("content", "[]", "role")`."""
    dotted = rule.partition("/")[2].rpartition(":")[0]
    return tuple(step for part in dotted.split(".") for step in (part.replace("[]", ""), *[ITEM] * part.count("[]")) if step)


class _Descent:
    """One search, depth first, the most promising body first."""

    def __init__(self, search: Search, fixed: tuple[Path, ...], errors: frozenset[str], warning: str, tries: int) -> None:
        self.search, self.fixed, self.errors, self.warning = search, fixed, errors, warning
        self.left = tries

    def run(self, body: Body) -> Body | None:
        return self._descend(body, self.search.space.judge(body), _DEPTH)

    def _wrong(self, verdict: Verdict) -> int:
        missing = self.warning != "" and self.warning not in verdict.warnings
        return len(verdict.errors ^ self.errors) + missing

    def _descend(self, body: Body, verdict: Verdict, depth: int) -> Body | None:
        if not self._wrong(verdict):
            return body
        surplus = sorted(verdict.errors - self.errors)
        if not surplus or not depth or self.left <= 0:
            return None
        for _, _, mended, judged in sorted(self._mended(body, surplus), key=lambda row: row[:2]):
            found = self._descend(mended, judged, depth - 1)
            if found is not None:
                return found
        return None

    def _mended(self, body: Body, surplus: list[str]) -> Iterator[tuple[int, int, Body, Verdict]]:
        for index, way in enumerate(self.search.mends(surplus[0])):
            rest = self._loose(body, way)
            if rest is None:
                continue
            self.left -= 1
            mended = apply(body, rest)
            verdict = self.search.space.judge(mended)
            if mended != body:
                yield self._wrong(verdict), index, mended, verdict

    def _loose(self, body: Body, way: Way) -> Way | None:
        """The edits that leave the fixed members as they are; None when the way wants one of those to come or go."""
        loose: list[Edit] = []
        for edit in way:
            if not any(touches(edit.path, path) for path in self.fixed):
                loose.append(edit)
            elif (edit.value is DROP) is not (next(at(body, edit.path), None) is None):
                return None
        return tuple(loose)
