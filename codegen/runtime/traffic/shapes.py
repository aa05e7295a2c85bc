"""A body held against its documented shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from .._core.checks import is_type
from .._core.shape import is_array, is_object
from ..testing.space import Node, response_data
from ..testing.values import keeps, limits

_KIND_NAMES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
_DEEPEST = 100


class Difference(NamedTuple):
    """A place of a body that is not as documented; `kind` is a kind of finding."""

    kind: str
    path: str
    message: str


class Members:
    """Which members of each object were there, over many bodies."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str, str], set[str]] = {}
        self._documented: dict[tuple[str, str, str], set[str]] = {}

    def add(self, place: tuple[str, str, str], documented: set[str], given: Any) -> None:
        """Count the members of one object."""
        self._documented.setdefault(place, set()).update(documented)
        self._seen.setdefault(place, set()).update(documented & {*given})

    def never(self) -> Iterator[tuple[str, str, str]]:
        """Provider, operation and path of each documented member that no answer had, although the object around it was there."""
        for place, names in self._documented.items():
            provider, operation, path = place
            yield from ((provider, operation, below(path, name)) for name in sorted(names - self._seen[place]))


class Shape:
    """The documented shape of one body of an answer."""

    def __init__(self, provider: str, operation: str, name: str, members: Members) -> None:
        self._shapes = response_data(provider)
        self._place = (provider, operation)
        self._node = self._shapes[name]
        self._members = members

    def differences(self, body: Any) -> list[Difference]:
        """Where the body is not as documented; `null` passes for every type."""
        found = list(self._walk(self._node, body, "", 0))
        self._count(self._node, body, "", 0)
        return found

    def _walk(self, node: Node, value: Any, path: str, depth: int) -> Iterator[Difference]:
        if value is None or depth > _DEEPEST:
            return
        match node["is"]:
            case "Ref":
                yield from self._walk(self._shapes[node["name"]], value, path, depth + 1)
            case "Object" if is_object(value):
                yield from self._object(node, value, path, depth)
            case "Array" if is_array(value):
                for item in value:
                    yield from self._walk(node["items"], item, f"{path}[]", depth + 1)
            case "Union":
                yield from self._best(node, value, path, depth)[1]
            case "Variants" if is_object(value):
                case = node["cases"].get(value.get(node["discriminator"]))
                if case is None:
                    yield Difference("unknown-value", below(path, node["discriminator"]), f"not one of {', '.join(node['cases'])}")
                else:
                    fields = [*case.get("fields", ()), {"name": node["discriminator"], "type": {"is": "Scalar", "kind": "string"}}]
                    yield from self._object({**case, "fields": fields}, value, path, depth)
            case "Scalar":
                yield from _scalar(node, value, path)
            case kind:
                yield _wrong(path, kind.lower(), value)

    def _object(self, node: Node, value: Any, path: str, depth: int) -> Iterator[Difference]:
        fields = {row["name"]: row for row in node.get("fields", ())}
        if not fields:
            return
        for name, member in value.items():
            if name not in fields:
                yield Difference("unknown-member", below(path, str(name)), f"a member of type {_kind(member)} that is not documented")
            else:
                yield from self._walk(fields[name]["type"], member, below(path, name), depth + 1)
        for name, row in fields.items():
            if row.get("required") and name not in value:
                yield Difference("missing-member", below(path, name), "documented as always there")

    def _best(self, node: Node, value: Any, path: str, depth: int) -> tuple[Node, list[Difference]]:
        """The option that fits, or fits most: one of the right type before all others."""
        tried = [(option, list(self._walk(option, value, path, depth + 1))) for option in node["options"]]
        return min(
            tried,
            key=lambda pair: (
                any(row.kind == "wrong-type" and row.path.partition(": ")[0] == (path or "body") for row in pair[1]),
                len(pair[1]),
            ),
        )

    def _count(self, node: Node, value: Any, path: str, depth: int) -> None:
        """Note which members are there."""
        if depth > _DEEPEST:
            return
        match node["is"]:
            case "Ref":
                self._count(self._shapes[node["name"]], value, path, depth + 1)
            case "Union":
                self._count(self._best(node, value, path, depth)[0], value, path, depth + 1)
            case "Array" if is_array(value):
                for item in value:
                    self._count(node["items"], item, f"{path}[]", depth + 1)
            case "Object" if is_object(value) and node.get("fields"):
                fields = {row["name"]: row["type"] for row in node["fields"]}
                self._members.add((*self._place, path), {*fields}, value)
                for name in fields.keys() & value.keys():
                    self._count(fields[name], value[name], below(path, name), depth + 1)
            case _:
                pass


def below(path: str, name: str) -> str:
    """`data[]`, `url` -> `data[].url`."""
    return f"{path}.{name}" if path else name


def _scalar(node: Node, value: Any, path: str) -> Iterator[Difference]:
    kind = node["kind"]
    if kind != "any" and not is_type(value, kind):
        yield _wrong(path, kind, value)
    elif not keeps(value, limits(node.get("bounds", []))):
        bounds = limits(node["bounds"])
        listed = f" of {', '.join(map(str, bounds['enum']))}" if "enum" in bounds else f"; documented: {bounds}"
        subject = f"{path} = {_start(value)}" if "enum" in bounds else path
        yield Difference("unknown-value", subject, f"{_start(value)} is none{listed}")


def _wrong(path: str, wanted: str, value: Any) -> Difference:
    got = _kind(value)
    return Difference("wrong-type", f"{path or 'body'}: {got}", f"documented as {wanted}, was {got}")


def _kind(value: Any) -> str:
    return "null" if value is None else next((name for kind, name in _KIND_NAMES.items() if isinstance(value, kind)), "file")


def _start(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 60 else f"{text[:57]}..."
