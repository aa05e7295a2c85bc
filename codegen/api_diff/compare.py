"""Two surfaces -> changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from . import members, requests
from .change import Change
from .surface import Provider, Surface, operations


def compare(old: Surface, new: Surface) -> list[Change]:
    """Every change, sorted; the same change of several operations is one."""
    return sorted(set(_changes(old, new)))


def _changes(old: Surface, new: Surface) -> Iterator[Change]:
    yield from _names("", "name", old.names, new.names)
    for name in sorted(old.providers.keys() | new.providers.keys()):
        if name not in new.providers:
            yield Change(name, "provider", name, "removed", "breaking", "the provider is gone")
        elif name not in old.providers:
            yield Change(name, "provider", name, "added", "compatible", "a new provider")
        else:
            yield from _of_provider(name, old.providers[name], new.providers[name])


def _names(provider: str, subject: str, old: frozenset[str] | set[str], new: frozenset[str] | set[str]) -> Iterator[Change]:
    for name in sorted(old - new):
        yield Change(provider, subject, name, "removed", "breaking", f"the {subject} is gone")
    for name in sorted(new - old):
        yield Change(provider, subject, name, "added", "compatible", f"a new {subject}")


def _of_provider(name: str, old: Provider, new: Provider) -> Iterator[Change]:
    before, after = (operations(provider) for provider in (old, new))
    yield from _names(name, "operation", set(before), set(after))
    for id in sorted(before.keys() & after.keys()):
        yield from members.operation(name, id, before[id], after[id])
    yield from _models(name, old, new)
    yield from members.methods(name, old.methods, new.methods)
    yield from requests.fields_and_rules(name, old, new)
    yield from members.answers(name, old.document, new.document)


def _models(name: str, old: Provider, new: Provider) -> Iterator[Change]:
    before, after = _taken(old.models), _taken(new.models)
    yield from _names(name, "model", set(before), set(after))
    for model in sorted(before.keys() & after.keys()):
        for operation in sorted(before[model] - after[model]):
            yield Change(name, "model", model, "tightened", "breaking", f"{operation} no longer takes it")
        for operation in sorted(after[model] - before[model]):
            yield Change(name, "model", model, "loosened", "compatible", f"{operation} takes it now")


def _taken(models: Mapping[str, Mapping[str, str]]) -> dict[str, set[str]]:
    taken: dict[str, set[str]] = {}
    for operation, row in models.items():
        for model in row:
            taken.setdefault(model, set()).add(operation)
    return taken
