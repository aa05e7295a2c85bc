"""The field tree: what each field says about its own value."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .values import Loc, Node, broken, fits, link_keyword

Finding = tuple[str, Loc, str]


@dataclass(frozen=True)
class Request:
    """A body on its way to one operation, with the family and model that judge it."""

    family: Node
    model: str | None
    attributes: Node
    operation: str
    content: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Place:
    """A spot in the tree: its path in rule ids and its location in the body."""

    path: str = ""
    loc: Loc = ()

    def member(self, name: str) -> "Place":
        """The spot of a member."""
        return Place(f"{self.path}.{name}" if self.path else name, (*self.loc, name))

    def item(self, index: int) -> "Place":
        """The spot of an item."""
        return Place(f"{self.path}[]", (*self.loc, index))

    def finding(self, request: Request, keyword: str, severity: str) -> Finding:
        """A finding about this spot."""
        return f"{request.family['family']}/{self.path}:{keyword}", self.loc, severity


def check_fields(request: Request, owner: Node) -> Iterator[Finding]:
    """Everything the field tree says about the body."""
    yield from _members(request, owner, request.body, Place(), "error")


def _field(request: Request, node: Node, value: Any, place: Place, inherited: str) -> Iterator[Finding]:
    severity = node.get("severity", inherited)
    documented = request.operation in node.get("only", [request.operation])
    if value is None:
        if node.get("required") and documented:
            yield place.finding(request, "required", severity)
    elif not documented:
        yield place.finding(request, "only", "warning")
    else:
        if node.get("deprecated"):
            yield place.finding(request, "deprecated", "warning")
        yield from _value(request, node, value, place, severity)


def _value(request: Request, node: Node, value: Any, place: Place, severity: str) -> Iterator[Finding]:
    if not fits(node, value, request.content):
        yield place.finding(request, "type", severity)
        return
    yield from _own(request, node, value, place, severity)
    if "any_of" in node:
        branch = next(branch for branch in node["any_of"] if fits(branch, value, request.content))
        yield from _field(request, branch, value, place, severity)
    elif isinstance(value, list) and "items" in node:
        for index, item in enumerate(value):
            yield from _field(request, node["items"], item, place.item(index), severity)
    elif node["type"] == "object":
        yield from _members(request, node, value, place, severity)


def _own(request: Request, node: Node, value: Any, place: Place, severity: str) -> Iterator[Finding]:
    numeric = bool(node.get("numeric_string"))
    for keyword in broken(node, value, numeric):
        yield place.finding(request, keyword, severity)
    if any(broken(node.get("suggested", {}), value, numeric)):
        yield place.finding(request, "suggested", "warning")
    if node.get("format") == "url" and isinstance(value, str):
        trouble = link_keyword(value, bool(node.get("base64")), bool(node.get("public"))) if value else "min_length"
        if trouble:
            yield place.finding(request, trouble, "warning" if trouble == "link" else severity)


def _members(request: Request, owner: Node, value: dict[str, Any], place: Place, severity: str) -> Iterator[Finding]:
    variant = _variant(owner, value)
    if variant is None:
        yield from _no_variant(request, owner, value, place, severity)
    declared = _declared(owner, variant or {}, severity)
    for name, node in declared.items():
        yield from _field(request, node, value.get(name), place.member(name), "error")
    if variant is not None and _lists_members(owner) and not owner.get("open"):
        closed = owner.get("closed") or variant.get("closed")
        for name in value.keys() - declared.keys():
            if value[name] is not None:
                rule, _, level = place.finding(request, "unknown-field", severity if closed else "warning")
                yield rule, (*place.loc, name), level


def _lists_members(owner: Node) -> bool:
    return bool(owner.keys() & {"fields", "variants", "closed"})


def _variant(owner: Node, value: dict[str, Any]) -> Node | None:
    """The variant that the discriminator chooses, None where it chooses none."""
    if "variants" not in owner:
        return {}
    choice = value.get(owner["discriminator"])
    return owner["variants"].get(choice) if isinstance(choice, str) else None


def _no_variant(request: Request, owner: Node, value: dict[str, Any], place: Place, severity: str) -> Iterator[Finding]:
    """A missing discriminator is found as a field."""
    name = owner["discriminator"]
    if value.get(name) is not None:
        yield place.member(name).finding(request, "variant", severity)


def _declared(owner: Node, variant: Node, severity: str) -> dict[str, Node]:
    declared = {**(owner.get("fields") or {}), **(variant.get("fields") or {})}
    if "variants" in owner:
        name = owner["discriminator"]
        declared[name] = {"type": "any", "severity": severity, **declared.get(name, {}), "required": True}
    return declared
