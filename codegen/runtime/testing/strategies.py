"""Hypothesis strategies made from the tables: nothing is filtered, and what they give keeps, or breaks, the rules by construction.

```python
from hypothesis import given
from unibind.testing import strategies as unibind_st

@given(unibind_st.valid("uniall", "veo3.1-video-720p"))
def test_it(request):
    assert not unibind.check_request("uniall", request.method, request.path, request.body, ...)
```
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .._core import dispatch
from . import edges
from .answers import answer
from .boxes import Box, Boxer, Domain
from .edits import Edit, apply
from .space import Body, Space, spaces

_BOXES = 48  # boxes of one space
_WITNESSES = 24  # boxes of one broken rule


@dataclass(frozen=True, slots=True)
class Drawn:
    """A request that was drawn.

    Attributes:
        provider: Name of the provider.
        operation: Id of the operation.
        method: HTTP method.
        path: Path template.
        path_params: Values for the template, where the model stands in it.
        content: `"json"` or `"multipart"`.
        body: The body; files are `(name, content, media type)`.
        model: Model id, or an empty string.
        rule: Id of the one rule that it breaks; empty when it keeps all of them.
    """

    provider: str
    operation: str
    method: str
    path: str
    path_params: dict[str, str] | None
    content: str
    body: Body
    model: str
    rule: str = ""


def valid(provider: str, model: str | None = None, operation: str | None = None) -> SearchStrategy[Drawn]:
    """Requests that keep every rule of severity `"error"`.

    Args:
        provider: `"uniall"`, `"uniapi"` or `"wavespeed"`.
        model: Model id; None for all, those that name no model included.
        operation: Operation id; None for all that take the model.

    Raises:
        LookupError: There is no such model or operation.
    """
    chosen = _spaces(provider, model, operation)
    if model is None:
        return st.sampled_from(chosen).flatmap(_some_valid)
    return st.one_of([_as_twin(_valid_in, space) for space in chosen])


def invalid(provider: str, model: str | None = None, rule: str | None = None, operation: str | None = None) -> SearchStrategy[Drawn]:
    """Requests that break exactly one rule, one step outside of one of its edges.

    Args:
        provider: `"uniall"`, `"uniapi"` or `"wavespeed"`.
        model: Model id; None for all.
        rule: Id of the rule; None for all of severity `"error"`. A rule of severity `"warning"` may be named too.
        operation: Operation id; None for all that take the model.

    Raises:
        LookupError: There is no such model, operation or rule, or the rule cannot be broken without breaking another one.
    """
    if rule is None and model is None:
        ruled = [space for space in _spaces(provider, model, operation) if _errors(space)]
        return st.sampled_from(ruled).flatmap(_some_invalid)
    if rule is None:
        return st.one_of([_as_twin(_invalid_in, space) for space in _spaces(provider, model, operation)])
    named = [space for space in _spaces(provider, model, operation) if rule in space.infos]
    found = [case for space in named for case in islice(edges.invalid(space, rule, warnings=True), _WITNESSES)]
    if not found:
        raise LookupError(f"{rule} is no rule of these requests, or cannot be broken alone")
    return st.sampled_from(found).flatmap(_around)


def response(provider: str, operation: str, status: int = 200) -> SearchStrategy[dict[str, Any]]:
    """Bodies that an operation may answer with, after the documented shapes; members may be missing.

    Raises:
        LookupError: The operation is unknown, or answers with no documented JSON.
    """
    return answer(provider, operation, status)


def _spaces(provider: str, model: str | None, operation: str | None) -> list[Space]:
    found = list(spaces(provider, model, operation))
    if not found:
        named = " ".join(filter(None, (model and f"model {model!r}", operation and f"operation {operation!r}"))) or "anything"
        raise LookupError(f"{dispatch.provider(provider).title} documents no requests of {named}")
    return found


_twins: dict[tuple[str, ...], Space] = {}


def _twin(space: Space) -> Space:
    """The first space that reads the same but for the name of its model; most models have one."""
    return _twins.setdefault((space.provider, space.family, space.operation.id, space.content, repr(space.data)), space)


def _as_twin(made: Callable[[Space], SearchStrategy[Drawn]], space: Space) -> SearchStrategy[Drawn]:
    """The strategy of a space, worked out once for all that read the same."""
    twin = _twin(space)
    return made(space) if twin is space else made(twin).map(lambda drawn: _renamed(drawn, space))


def _renamed(drawn: Drawn, space: Space) -> Drawn:
    field = space.operation.model_field
    body = {**drawn.body, **space.empty} if drawn.body.get(field) == drawn.model else drawn.body
    return replace(drawn, body=body, model=space.model, path_params=space.path_params)


@cache
def _some_valid(space: Space) -> SearchStrategy[Drawn]:
    return _as_twin(_some_valid_in, space)


@cache
def _some_invalid(space: Space) -> SearchStrategy[Drawn]:
    return _as_twin(_some_invalid_in, space)


@cache
def _valid_in(space: Space) -> SearchStrategy[Drawn]:
    """Around the least request of each mode, and around requests that together stand on all edges of one space."""
    modes = [_in_mode(space, index) for index in range(1 + len(space.modes))]
    packed = [edges.Case(space, body, "", " ".join(names)) for body, names in islice(edges.packed(space), _BOXES)]
    return st.sampled_from([*enumerate([*modes, *packed])]).flatmap(_turned)


@cache
def _some_valid_in(space: Space) -> SearchStrategy[Drawn]:
    """Around the least request of one space out of many, or one of a mode: there is no time to look at all edges of it while drawing."""
    return st.sampled_from(range(1 + len(space.modes))).flatmap(lambda index: _boxed(_in_mode(space, index), index))


@cache
def _in_mode(space: Space, index: int) -> edges.Case:
    """The least request of a mode; the least of all for 0, and where the mode cannot be reached."""
    if index:
        edge, ways = next(islice(edges.goals(space), index - 1, None))
        body = next(edges.search(space).reach(ways), None)
        if body is not None:
            return edges.Case(space, space.sent(body), "", edge)
    return edges.Case(space, space.sent(edges.search(space).least), "", "least")


def _errors(space: Space) -> list[str]:
    return sorted(id for id, info in space.infos.items() if info.severity == "error")


def _turned(row: tuple[int, edges.Case]) -> SearchStrategy[Drawn]:
    return _boxed(row[1], row[0])


@cache
def _invalid_in(space: Space) -> SearchStrategy[Drawn]:
    by_rule: dict[str, list[edges.Case]] = {}
    for case in edges.invalid(space):
        by_rule.setdefault(case.rule, []).append(case)
    cases = [rows[:_WITNESSES] for _, rows in sorted(by_rule.items())]
    return st.sampled_from(cases).flatmap(st.sampled_from).flatmap(_around) if cases else st.nothing()


@cache
def _some_invalid_in(space: Space) -> SearchStrategy[Drawn]:
    """One rule of one space out of many; the next one where it cannot be broken alone."""
    rules = _errors(space)
    return st.sampled_from(range(len(rules))).flatmap(lambda index: _first_of(space, index))


@cache
def _first_of(space: Space, index: int) -> SearchStrategy[Drawn]:
    rules = _errors(space)
    rules = [*rules[index:], *rules[:index]]
    found = (cases for rule in rules if (cases := [*islice(edges.invalid(space, rule), _WITNESSES)]))
    return st.sampled_from(next(found)).flatmap(_around)


def _around(case: edges.Case) -> SearchStrategy[Drawn]:
    return _boxed(case, 0)


_boxes: dict[int, tuple[edges.Case, SearchStrategy[Drawn]]] = {}


def _boxed(case: edges.Case, turn: int) -> SearchStrategy[Drawn]:
    """The strategy of the box around a case, made when it is first drawn from; the case is kept, so that its id stays its own."""
    if id(case) not in _boxes:
        _boxes[id(case)] = case, _drawn(Boxer(case.space).box(case, turn), case.rule)
    return _boxes[id(case)][1]


def _drawn(box: Box, rule: str = "") -> SearchStrategy[Drawn]:
    space = box.space
    members = st.tuples(*(st.one_of([_values(domain) for domain in domains]) for _, domains in box.free))
    paths = [path for path, _ in box.free]

    def made(values: tuple[Any, ...]) -> Drawn:
        body = space.sent(apply(box.body, tuple(map(Edit, paths, values))))
        row = space.operation
        return Drawn(space.provider, row.id, row.method, row.path, space.path_params, space.content, body, space.model, rule)

    return members.map(made)


@cache
def _characters() -> SearchStrategy[str]:
    """Any; made once, as it takes longest."""
    return st.characters(codec="utf-8", exclude_characters="\0")


def _values(domain: Domain) -> SearchStrategy[Any]:
    match domain.kind:
        case "value":
            return st.just(domain.first)
        case "integers":
            return st.integers(domain.first, domain.last)
        case "text":
            return st.text(_characters(), min_size=domain.first, max_size=domain.last)
        case "links":
            return st.just(domain.samples()[0])


__all__ = ["Drawn", "invalid", "response", "valid"]
