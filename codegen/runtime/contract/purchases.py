"""Which valid requests a budget buys: the least of a family, then always the one that stands on the most that none before stood on.

An edge counts as seen wherever its field or rule reads the same: a bound is the same bound at every model and operation that share it.
What is new with a place is counted beside the edges: an operation, an encoding, a model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from heapq import heappop, heappush
from itertools import count

from ..testing import edges
from ..testing.space import Body, Space
from . import reading
from .probes import by_family

_OPERATION, _ENCODING, _MODEL = 12, 8, 4  # what a new one is worth, in edges
_FURTHER = 2  # spaces that are looked into beside those before, with each purchase


@dataclass(frozen=True, slots=True)
class Purchase:
    """A valid request.

    Attributes:
        edges: What it stands on.
        warnings: Rules that it breaks and that are only warnings.
    """

    space: Space
    edges: tuple[str, ...]
    body: Body
    warnings: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """A name that is the same whenever the request is."""
        where = (self.space.operation.id, self.space.model, self.space.content)
        return sha256(repr((where, self.body)).encode()).hexdigest()[:12]


class Purchases:
    """The valid requests of a family, worked out when they are asked for: most runs buy few."""

    def __init__(self, provider: str, family: str) -> None:
        self._rows: list[Purchase] = []
        self._more = _Cover(by_family(provider)[family]).rows()

    def get(self, index: int) -> Purchase | None:
        """The request of that number; None when there are no more."""
        while len(self._rows) <= index:
            row = next(self._more, None)
            if row is None:
                return None
            self._rows.append(row)
        return self._rows[index]


@cache
def purchases(provider: str, family: str) -> Purchases:
    """The valid requests of a family; worked out once."""
    return Purchases(provider, family)


class _Shelf:
    """One space: the edges that no request stood on yet, and the request that stands on the most of them.

    In the second round also edges that the documents dispute, and each edge of a bound that is looked up by model at every model.
    """

    def __init__(self, space: Space, *, second: bool) -> None:
        self.space = space
        self._second = second

    @cached_property
    def goals(self) -> list[edges.Goal]:
        """Every edge of the space."""
        return list(edges.goals(self.space))

    @cached_property
    def reads(self) -> dict[str, tuple[str, str]]:
        """What makes an edge the same as one of another space, by name."""
        return {name: (name, self._read(name)) for name, _ in self.goals}

    def _read(self, name: str) -> str:
        text = reading.of_edge(self.space, name)
        return f"{text} {self.space.model}" if self._second and reading.by_model(self.space, name) else text

    def fullest(self, seen: set[tuple[str, str]]) -> tuple[Body, list[str]]:
        """A request on as many edges as possible that are not seen, and their names."""
        wanted = [goal for goal in self.goals if self.reads[goal[0]] not in seen]
        return edges.together(self.space, wanted, undisputed=not self._second)

    def under(self, body: Body) -> set[tuple[str, str]]:
        """Every edge that a request stands on, wanted or not."""
        return {self.reads[name] for name, ways in self.goals if edges.stands(body, ways)}


class _Cover:
    """A greedy cover. What a request is worth only falls while others are bought: only what seems best is worked out anew."""

    def __init__(self, spaces: tuple[Space, ...]) -> None:
        first = {space.operation.id: space for space in reversed(spaces)}
        self._spaces = sorted(spaces, key=lambda space: (first[space.operation.id] is not space, space.content != spaces[0].content))
        self._operations = len(first)
        self._seen: set[tuple[str, str]] = set()
        self._places: set[tuple[str, str]] = set()
        self._heap: list[tuple[int, int, _Shelf]] = []
        self._turn = count()

    def rows(self) -> Iterator[Purchase]:
        """The requests, until nothing new can be stood on."""
        first = _Shelf(self._spaces[0], second=False)
        yield self._taken(first, edges.search(first.space).quiet, ["least"])
        yield from self._round(second=False)
        yield from self._round(second=True)

    def _round(self, *, second: bool) -> Iterator[Purchase]:
        closed = [_Shelf(space, second=second) for space in self._spaces]
        self._open(closed, self._operations)
        while self._heap or closed:
            purchase = self._best()
            if purchase is not None:
                yield purchase
            self._open(closed, _FURTHER)

    def _open(self, closed: list[_Shelf], number: int) -> None:
        for shelf in closed[:number]:
            self._put_back(shelf)
        del closed[:number]

    def _put_back(self, shelf: _Shelf) -> None:
        _, names = shelf.fullest(self._seen)
        self._push(shelf, self._worth(shelf, names))

    def _push(self, shelf: _Shelf, worth: int) -> None:
        if worth:
            heappush(self._heap, (-worth, next(self._turn), shelf))

    def _best(self) -> Purchase | None:
        while self._heap:
            _, _, shelf = heappop(self._heap)
            body, names = shelf.fullest(self._seen)
            worth = self._worth(shelf, names)
            if self._heap and worth < -self._heap[0][0]:
                self._push(shelf, worth)
            elif worth:
                purchase = self._taken(shelf, body, names)
                self._put_back(shelf)
                return purchase
        return None

    def _taken(self, shelf: _Shelf, body: Body, names: list[str]) -> Purchase:
        self._seen |= {shelf.reads[name] for name in names if name in shelf.reads} | shelf.under(body)
        self._places |= _places(shelf.space).keys()
        warnings = tuple(sorted(shelf.space.judge(body).warnings))
        return Purchase(shelf.space, tuple(names) or ("least",), shelf.space.sent(body), warnings)

    def _worth(self, shelf: _Shelf, names: list[str]) -> int:
        new = {place: worth for place, worth in _places(shelf.space).items() if place not in self._places}
        return len(names) + sum(new.values())


def _places(space: Space) -> dict[tuple[str, str], int]:
    """What is new with a space, with its worth."""
    operation = space.operation.id
    return {("operation", operation): _OPERATION, (operation, space.content): _ENCODING, ("model", space.model): _MODEL}
