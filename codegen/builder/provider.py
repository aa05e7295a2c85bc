"""The documents of one provider -> `ir.Provider`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from .. import ir, load
from ..load import Finding, Map
from .gateway import account, answers, refusals
from .rules import RuleBuilder
from .scope import Scope, Site, freeze, own_source, paths, split
from .types import TypeBuilder

T = TypeVar("T")
RESERVED_ATTRIBUTES = {"deprecated", "replaced_by", "disputed", "operations", "cite"}


class ProviderBuilder:
    """The documents of one provider -> `ir.Provider`."""

    def __init__(self, provider: load.Provider, findings: list[Finding]) -> None:
        self.provider, self.findings = provider, findings
        self.api = provider.api.root
        self.site = Site(self.api)
        self.scope = Scope(self.api, self.site, findings)

    def build(self) -> ir.Provider:
        api = self.api
        source = self.scope.source(api)
        gateway: Map = api.get("gateway") or Map()
        return ir.Provider(
            name=api["provider"],
            title=api["title"],
            description=api["description"],
            version=api["version"],
            docs=api["docs"],
            servers=tuple(ir.Server(url=row["url"], description=row["description"]) for row in api["servers"]),
            security=tuple(ir.Security(name=row["name"], header=row["header"], prefix=row.get("prefix", "")) for row in api["security"]),
            operations=self.rows(api["operations"], lambda name, node: self.operation(name, node, source)),
            families=tuple(self.family(document.root) for document in self.provider.families),
            schemas=tuple(named for document in self.provider.schemas for named in self.schemas(document.root)),
            tasks=self.tasks(),
            conflicts=self.conflicts(),
            source=source,
            account=account(gateway["account"]) if "account" in gateway else None,
            refusals=refusals(self.scope, gateway.get("refusals") or Map(), source),
            irrelevant=tuple(irrelevant(node) for node in self.reading("irrelevant")),
            without_row=tuple(excepted(node) for node in self.reading("without_row")),
            without_page=tuple(excepted(node) for node in self.reading("without_page")),
        )

    def reading(self, key: str) -> list[Map]:
        document = self.provider.reading
        return document.root.get(key) or [] if document else []

    @staticmethod
    def rows(table: Map, make: Callable[[str, Map], T]) -> tuple[T, ...]:
        return tuple(make(key, value) for key, value in table.items())

    def operation(self, id: str, node: Map, inherited: ir.Source) -> ir.Operation:
        source = own_source(self.scope.source(node, inherited=inherited), self.api["operations"], id)
        types = TypeBuilder(self.scope)
        parameters = node.get("parameters") or Map()
        return ir.Operation(
            id=id,
            method=node["method"],
            path=node["path"],
            resource=tuple(node["resource"].split(".")),
            verb=node["verb"],
            summary=node["summary"],
            source=source,
            parameters=tuple(
                ir.Parameter(
                    name=name,
                    location=row["in"],
                    field=types.field(name, row, parameters, source),
                    slashes=row.get("slashes", False),
                    example=row.get("example", ""),
                )
                for name, row in parameters.items()
            ),
            contents=tuple(node.get("contents") or ()),
            dispatch=node.get("dispatch", "none"),
            model_field=node.get("model_field", "model"),
            model_default=node.get("model_default"),
            routes=tuple(node.get("routes") or ()),
            responses=tuple(self.response(status, row, source) for status, row in node["responses"].items()),
            task=node.get("task"),
            paid=node.get("paid", False),
            security=node.get("security"),
            experimental=node.get("experimental", False),
            refusals=refusals(self.scope, node.get("refusals") or Map(), source),
        )

    @staticmethod
    def response(status: str, node: Map, source: ir.Source) -> ir.Response:
        return ir.Response(
            status=status,
            kind=node.get("kind", "json"),
            schemas=tuple(node.get("schemas") or ()),
            media=node.get("media", "application/json"),
            stream=tuple(node.get("stream") or ()),
            text=node.get("text", False),
            answers=answers(node, source),
        )

    def family(self, root: Map) -> ir.Family:
        scope = Scope(root, self.site, self.findings)
        source = scope.source(root)
        rows: Map = root.get("models") or Map()
        models = tuple(self.model(scope, id, node or Map(), rows, source) for id, node in rows.items())
        rules = RuleBuilder(scope, root, models)
        fields = root.get("fields") or Map()
        return ir.Family(
            id=root["family"],
            title=root["title"],
            summary=root["summary"],
            output=root["output"],
            operations=tuple(root["operations"]),
            also=tuple(root.get("also") or ()),
            query=root.get("query"),
            models=models,
            body=TypeBuilder(scope).object(root, fields, source),
            modes=rules.modes(source),
            rules=tuple(rules.rule(node, source) for node in root.get("rules") or ()),
            source=source,
        )

    def model(self, scope: Scope, id: str, node: Map, parent: Map, inherited: ir.Source) -> ir.Model:
        if not hasattr(node, "file"):  # a model without attributes
            node.file, node.line, node.lines = parent.file, parent.line_of(id), {}
        source = own_source(scope.source(node, inherited=inherited), parent, id)
        disputed = node.get("disputed")
        if disputed:
            source = ir.Source(file=source.file, line=source.line, citations=source.citations, certainty="disputed", conflict=disputed)
        return ir.Model(
            id=id,
            attributes=tuple((key, freeze(value)) for key, value in node.items() if key not in RESERVED_ATTRIBUTES),
            source=source,
            deprecated=node.get("deprecated", False),
            replaced_by=node.get("replaced_by"),
            operations=tuple(node.get("operations") or ()),
        )

    def schemas(self, root: Map) -> Iterable[ir.Named]:
        scope = Scope(root, self.site, self.findings)
        for name, node in root["schemas"].items():
            source = own_source(scope.source(node), root["schemas"], name)
            built = TypeBuilder(scope).object(node, node["fields"], source)
            yield ir.Named(name=name, type=built, description=node["description"], source=source, match=tuple(node.get("match") or ()))

    def tasks(self) -> tuple[ir.Task, ...]:
        if self.provider.tasks is None:
            return ()
        root = self.provider.tasks.root
        scope = Scope(root, self.site, self.findings)
        return self.rows(root["tasks"], lambda name, node: self.task(scope, name, node, root["tasks"]))

    @staticmethod
    def task(scope: Scope, name: str, node: Map, parent: Map) -> ir.Task:
        source = own_source(scope.source(node), parent, name)
        accepted: Map = node.get("accepted") or Map()
        return ir.Task(
            name=name,
            submit=tuple(node["submit"]),
            query=tuple(node["query"].items()),
            parameter=node["parameter"],
            id=paths(node["id"]),
            status=paths(node["status"]),
            states=tuple(node["states"].items()),
            progress=paths(node.get("progress") or ()),
            outputs=paths(node["outputs"]),
            error=paths(node.get("error") or ()),
            content=node.get("content"),
            initial=node.get("initial", "running"),
            accepted=tuple((split(text), freeze(values)) for text, values in accepted.items()),
            carry=tuple(node.get("carry") or ()),
            read=tuple(node.get("read") or ()),
            result=node.get("result"),
            poll=(node["poll"][0], node["poll"][1]),
            source=source,
            answers=answers(node, source),
        )

    def conflicts(self) -> tuple[ir.Conflict, ...]:
        if self.provider.conflicts is None:
            return ()
        rows = self.provider.conflicts.root["conflicts"]
        return tuple(self.conflict(node) for node in rows)

    def conflict(self, node: Map) -> ir.Conflict:
        claims = tuple((self.scope.citation(claim, claim["cite"], full=True), claim["says"]) for claim in node["claims"])
        return ir.Conflict(
            id=node["id"],
            subject=node["subject"],
            claims=claims,
            decision=node["decision"],
            reason=node["reason"],
            affects=tuple(node.get("affects") or ()),
            source=ir.Source(file=node.file, line=node.line),
        )


def irrelevant(node: Map) -> ir.Irrelevant:
    return ir.Irrelevant(pages=tuple(node["pages"]), sections=tuple(node.get("sections") or ()), reason=node["reason"], source=place(node))


def excepted(node: Map) -> ir.Excepted:
    return ir.Excepted(
        kind=node["kind"],
        names=tuple(node["names"]),
        pages=tuple(node.get("pages") or ()),
        reason=node["reason"],
        source=place(node),
    )


def place(node: Map) -> ir.Source:
    return ir.Source(file=node.file, line=node.line)
