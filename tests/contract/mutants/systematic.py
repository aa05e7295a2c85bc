"""Gateways whose rules of one family differ from the spec in one place, and the mutants among them that nobody can tell from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from types import SimpleNamespace
from typing import Any

from unibind._core import dispatch
from unibind._core.tables import Provider
from unibind._core.violations import Report, Violation
from unibind.gateway import Behaviour, Call
from unibind.testing import edges
from unibind.testing.binding import bound
from unibind.testing.space import Space, spaces

from codegen import ir, load
from codegen.builder.provider import ProviderBuilder
from codegen.emit.spaces import node
from codegen.emit.validators import family_view, model_in_body
from codegen.render import render
from tests.rules.requests import PROVIDERS, SPEC

from . import tree


@cache
def built(provider: str) -> ir.Provider:
    """The IR of a provider."""
    return ProviderBuilder(load.load(SPEC)[provider], []).build()


def families(provider: str) -> Iterator[ir.Family]:
    """The families that some request goes to."""
    yield from built(provider).families


@dataclass(frozen=True, eq=False)
class Mutant:
    """One change of the rules of one family.

    Attributes:
        kind: What sort of change, for example `maximum relaxed`.
        where: The place of the spec that was changed.
        number: Its place among those of its family.
    """

    provider: str
    family: str
    kind: str
    where: str
    number: int
    tree: ir.Family

    def __str__(self) -> str:
        return f"{self.provider}/{self.family} {self.number}: {self.kind}, {self.where}"

    @cached_property
    def checks(self) -> Any:
        """The emitted checks, compiled in memory."""
        view = family_view(self.tree, model_in_body(built(self.provider), self.tree))
        names: dict[str, Any] = {"__package__": f"unibind.{self.provider}.validators", "__name__": "mutant"}
        exec(render("validators/family.py.jinja", module=view), names)
        return SimpleNamespace(**{name: value for name, value in names.items() if not name.startswith("_")})

    def errors(self, request: Request) -> set[str]:
        """The rules of the mutant that a request breaks."""
        return errors(self.checks, request)

    def behaviour(self) -> Behaviour:
        """What a gateway with this change does."""
        return Changed(self)


class Changed(Behaviour):
    """The correct behaviour, but for the rules of one family."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def check(self, provider: Provider, call: Call) -> list[Violation]:
        """Rules of the other families, of routes and of parameters as they are; those of this family as the mutant has them."""
        found = super().check(provider, call)
        place = call.body if call.operation.dispatch == "body" else call.path
        model = place.get(call.operation.model_field, "") if isinstance(place, dict) and call.operation.dispatch != "none" else ""
        if not isinstance(call.body, dict) or not isinstance(model, str) or call.operation.families.get(model) != self._mutant.family:
            return found
        checks, report = self._mutant.checks, Report()
        body = dict(dispatch.from_form(provider, call.operation, call.body)) if call.content == "multipart" else call.body
        checks.check(body, model, call.operation.id, call.content, report)
        others = [row for row in found if not row.rule.startswith(f"{self._mutant.family}/")]
        infos = [(row, checks.RULES[row.rule]) for row in report]
        return others + [Violation(row.rule, row.loc, info.message, info.severity, info.source) for row, info in infos]


@cache
def mutants(provider: str, family: str) -> tuple[Mutant, ...]:
    """All mutants of a family."""
    row = next(row for row in families(provider) if row.id == family)
    return tuple(
        Mutant(provider, family, change.kind, change.where, number, change.node) for number, change in enumerate(tree.changes(row))
    )


def every() -> Iterator[Mutant]:
    """All mutants of all families."""
    for provider in PROVIDERS:
        for family in families(provider):
            yield from mutants(provider, family.id)


# --- which of them can be told from the spec -------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Request:
    """One request as the checks of its family see it."""

    model: str
    operation: str
    content: str
    body: Any
    edge: str = ""


def errors(checks: Any, request: Request) -> set[str]:
    """The errors that checks find in a request."""
    report = Report()
    checks.check(request.body, request.model, request.operation, request.content, report)
    return {row.rule for row in report if checks.RULES[row.rule].severity == "error"} if report else set()


def findings(checks: Any, request: Request) -> set[tuple[str, Any]]:
    """Everything that checks find in a request, warnings included."""
    report = Report()
    checks.check(request.body, request.model, request.operation, request.content, report)
    return {(row.rule, row.loc) for row in report}


@cache
def family_spaces(provider: str, family: str) -> tuple[Space, ...]:
    """The spaces of a family."""
    return tuple(space for space in spaces(provider) if space.family == family)


@cache
def pool(provider: str, family: str) -> tuple[tuple[Request, bool], ...]:
    """Requests on every edge of the family and one step outside of it, and whether each keeps the rules."""
    module = dispatch.family_module(provider, family)
    found = [request for space in family_spaces(provider, family) for request in on_edges(space)]
    return tuple((request, not errors(module, request)) for request in found)


def on_edges(space: Space, *, warnings: bool = False) -> Iterator[Request]:
    """The requests of one space, on the edges and beside them."""
    for case in (*edges.valid(space), *edges.invalid(space, warnings=warnings)):
        body = dict(dispatch.from_form(space.tables, space.operation, case.body)) if space.content == "multipart" else case.body
        yield Request(space.model, space.operation.id, space.content, body, case.edge)


@cache
def warned(provider: str, family: str) -> tuple[tuple[Request, bool], ...]:
    """Requests that break a rule which is only a warning."""
    found = [request for space in family_spaces(provider, family) for request in on_edges(space, warnings=True)]
    module = dispatch.family_module(provider, family)
    return tuple((request, True) for request in found if findings(module, request) and not errors(module, request))


class MutantSpace(Space):
    """The space of a model as the mutant has it: its edges are where the mutant differs."""

    def __init__(self, space: Space, mutant: Mutant) -> None:
        super().__init__(space.provider, space.operation.id, space.model, space.content)
        self._module = mutant.checks
        self._tree = mutant.tree

    @cached_property
    def data(self) -> dict[str, Any]:
        """The family of the mutant for this model."""
        found: dict[str, Any] = bound(node(self._tree), self.model, self.operation.id, self.content)
        return found


@dataclass(frozen=True)
class Effect:
    """What tells a mutant from the spec.

    Attributes:
        accepts: The first request that it takes against the spec.
        refuses: The first that it refuses against the spec.
        beyond: Whether no edge of the spec tells, but one of the mutant's own.
        why: Why nothing tells, of an equivalent one.
    """

    accepts: Request | None = None
    refuses: Request | None = None
    beyond: bool = False
    why: str = ""

    @property
    def sort(self) -> str:
        """`relaxed`, `tightened`, `moved` (both) or `equivalent`."""
        if self.accepts and self.refuses:
            return "moved"
        return "relaxed" if self.accepts else "tightened" if self.refuses else "equivalent"


@cache
def effect(mutant: Mutant) -> Effect:
    """How the mutant differs, on the edges of the spec, and where these do not tell on its own edges."""
    found = on_spec(mutant)
    if found.sort != "equivalent":
        return found
    own = tuple(_own(mutant))
    found = _difference(mutant, own)
    return (
        replace(found, beyond=True)
        if found.sort != "equivalent"
        else Effect(why=_reason(mutant, (*pool(mutant.provider, mutant.family), *own)))
    )


def on_spec(mutant: Mutant) -> Effect:
    """How the mutant differs on the edges of the spec; what differs only beyond them is not seen."""
    return _difference(mutant, pool(mutant.provider, mutant.family))


def _own(mutant: Mutant) -> Iterator[tuple[Request, bool]]:
    module = dispatch.family_module(mutant.provider, mutant.family)
    for space in family_spaces(mutant.provider, mutant.family):
        for request in on_edges(MutantSpace(space, mutant)):
            yield request, not errors(module, request)


def _difference(mutant: Mutant, requests: Iterable[tuple[Request, bool]]) -> Effect:
    accepts: Request | None = None
    refuses: Request | None = None
    for request, keeps in requests:
        if keeps and refuses is None and mutant.errors(request):
            refuses = request
        elif not keeps and accepts is None and not mutant.errors(request):
            accepts = request
        if accepts and refuses:
            break
    return Effect(accepts, refuses)


def _reason(mutant: Mutant, requests: Sequence[tuple[Request, bool]]) -> str:
    """Why a mutant takes and refuses what the spec does: what is found in the requests by the one and by the other."""
    module = dispatch.family_module(mutant.provider, mutant.family)
    requests = (*requests, *warned(mutant.provider, mutant.family))
    implied: set[str] = set()
    differs = False
    for request, _ in requests:
        before, after = errors(module, request), errors(mutant.checks, request)
        if before != after:
            implied |= before & after
        differs = differs or findings(module, request) != findings(mutant.checks, request)
    if implied:
        return f"also refused by {', '.join(sorted(implied))}"
    return "changes warnings only" if differs else f"no finding changes in {len(requests)} requests"
