"""After how many paid submits a contract run tells each mutant from the spec, worked out from the requests that it would send."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from unibind._core import dispatch
from unibind.contract import probes
from unibind.contract.purchases import purchases
from unibind.testing.space import Body, Space

from .systematic import Mutant, Request

MOST = 300  # purchases that are looked at


def told_after(mutant: Mutant) -> int | None:
    """How many valid requests were bought when the first was refused; 0 when a near miss is accepted; None when nothing tells."""
    if any(not mutant.errors(request) for request in near_misses(mutant.provider, mutant.family)):
        return 0
    for number, request in enumerate(bought(mutant.provider, mutant.family), 1):
        if mutant.errors(request):
            return number
    return None


@cache
def near_misses(provider: str, family: str) -> tuple[Request, ...]:
    """What a run sends to a family for nothing."""
    return tuple(_request(probe.space, probe.body, probe.edge) for group in probes.groups(provider, family) for probe in group.probes)


@cache
def bought(provider: str, family: str) -> tuple[Request, ...]:
    """What a run with a large budget buys of a family, in its order."""
    return tuple(_bought(provider, family))


def _bought(provider: str, family: str) -> Iterator[Request]:
    for index in range(MOST):
        row = purchases(provider, family).get(index)
        if row is None:
            return
        yield _request(row.space, row.body, ", ".join(row.edges))


def _request(space: Space, body: Body, edge: str) -> Request:
    """A request as the checks of its family see it."""
    arrived = dict(dispatch.from_form(space.tables, space.operation, body)) if space.content == "multipart" else body
    return Request(space.model, space.operation.id, space.content, arrived, edge)
