"""Spec nodes -> IR. Names are resolved here (sources, modes, attributes, inherited citations); what cannot be resolved is a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from . import ir, load
from .build_rules import RuleBuilder, as_list, split
from .load import Finding, Map, near
from .rules import KEYWORDS

T = TypeVar("T")
RESERVED_ATTRIBUTES = {"deprecated", "replaced_by", "disputed", "operations", "cite"}
SCALARS = {"string", "integer", "number", "boolean", "any"}


def build(providers: Mapping[str, load.Provider], findings: list[Finding]) -> ir.Spec:
    """The IR of all providers; what cannot be resolved becomes a finding, and is left open in the IR."""
    return ir.Spec(providers=tuple(ProviderBuilder(provider, findings).build() for _, provider in sorted(providers.items())))


class Site:
    """Where the pages of a provider's documentation stand."""

    def __init__(self, api: Map) -> None:
        self.docs: str = api["docs"]
        self.pages: Mapping[str, str] = api.get("page_urls") or {}

    def url(self, page: str) -> str:
        """The URL of a page id; the longest row of `page_urls` that it begins with decides."""
        known = max((key for key in self.pages if page == key or page.startswith(f"{key}/")), key=len, default=None)
        return f"{self.docs}/{page}" if known is None else self.pages[known] + page[len(known) :]


class Scope:
    """What a file makes known to its rows: the short names of pages, and the citation that rows inherit."""

    def __init__(self, root: Map, site: Site, findings: list[Finding]) -> None:
        self.root, self.site, self.findings = root, site, findings
        self.pages: Mapping[str, str] = root.get("sources") or {}

    def finding(self, node: Any, key: object, message: str) -> None:
        self.findings.append(Finding(node.file, node.line_of(key), message))

    def citations(self, node: Map) -> tuple[ir.Citation, ...]:
        cited = node.get("cite")
        return () if cited is None else tuple(self.citation(node, text) for text in as_list(cited))

    def citation(self, node: Map, text: str, full: bool = False) -> ir.Citation:
        key, _, section = text.partition("#")
        page = key if full else self.pages.get(key)
        if page is None:
            known = ", ".join(self.pages) or "none"
            hint = near(key, self.pages)
            self.finding(
                node, "cite", f"the citation {text!r} names the page {key!r}, which is not among the sources of this file ({known}){hint}"
            )
            return ir.Citation(page=key, section=section or None, url="")
        return ir.Citation(page=page, section=section or None, url=self.site.url(page))

    def source(self, node: Map, key: object = None, inherited: ir.Source | None = None) -> ir.Source:
        """The source of a row: its own citation or the inherited one, and its own line."""
        citations = self.citations(node) or (inherited.citations if inherited else ())
        return ir.Source(
            file=node.file,
            line=node.line_of(key) if key is not None else node.line,
            citations=citations,
            certainty=node.get("certainty") or (inherited.certainty if inherited else "stated"),
            conflict=node.get("conflict") or (inherited.conflict if inherited and "certainty" not in node else None),
        )


def own_source(source: ir.Source, parent: Map, key: object) -> ir.Source:
    """The same source, at the line of the key that introduces the row."""
    return ir.Source(
        file=source.file, line=parent.line_of(key), citations=source.citations, certainty=source.certainty, conflict=source.conflict
    )


# --- types -------------------------------------------------------------------------------------------------------------


class TypeBuilder:
    """Field nodes -> `ir.Type`."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def object(self, node: Map, fields: Map, inherited: ir.Source) -> ir.Object:
        built = tuple(self.field(name, value, fields, inherited) for name, value in fields.items())
        return ir.Object(fields=built, closed=bool(node.get("closed")), open=bool(node.get("open")))

    def field(self, name: str, node: Map, parent: Map, inherited: ir.Source) -> ir.Field:
        source = own_source(self.scope.source(node, inherited=inherited), parent, name)
        return ir.Field(
            name=name,
            type=self.type(node, source),
            source=source,
            description=node.get("description", ""),
            required=node.get("required", False),
            default=node.get("default"),
            has_default="default" in node,
            suggested=bounds(node.get("suggested") or {}),
            only=tuple(node.get("only") or ()),
            form_name=node.get("form_name"),
            deprecated=node.get("deprecated", False),
            replaced_by=node.get("replaced_by"),
            severity=node.get("severity", "error"),
        )

    def type(self, node: Map, source: ir.Source) -> ir.Type:
        for key, problem in misplaced(node):
            self.scope.finding(node, key, problem)
        if "ref" in node:
            return ir.Ref(name=node["ref"])
        if "any_of" in node:
            return ir.Union(options=tuple(self.type(option, source) for option in node["any_of"]))
        kind = node.get("type")
        if "variants" in node:
            cases = tuple((value, self.object(case, case.get("fields") or Map(), source)) for value, case in node["variants"].items())
            return ir.Variants(discriminator=node["discriminator"], cases=cases)
        if kind == "object":
            return self.object(node, node["fields"], source) if "fields" in node else ir.Object()
        if kind == "array":
            items = node.get("items")
            return ir.Array(items=self.type(items, source) if items else ir.Scalar(kind="any"), bounds=bounds(node, "array"))
        if kind == "file":
            return ir.File(bounds=bounds(node, "file"))
        if kind in SCALARS:
            return self.scalar(node, kind)
        self.scope.finding(node, "type", "the row needs a type, any_of or ref")
        return ir.Scalar(kind="any")

    def scalar(self, node: Map, kind: ir.Kind) -> ir.Scalar:
        url = node.get("format") == "url"
        limits = bounds(node)
        if url and not any(bound.keyword == "min_length" for bound in limits):
            limits = (*limits, ir.Bound("min_length", 1))
        numeric = node.get("numeric_string", False)
        return ir.Scalar(
            kind=kind, bounds=limits, numeric_string=numeric, url=url, base64=node.get("base64", False), public=node.get("public", False)
        )


def bounds(node: Mapping[str, Any], only: str | None = None) -> ir.Bounds:
    """The bounds among the keys of a node, in the order of the keyword table."""
    rows = (row for row in KEYWORDS.values() if row.name in node and row.name != "type" and (only is None or row.applies in (only, "any")))
    return tuple(ir.Bound(row.name, freeze(node[row.name])) for row in rows)


_OWN = {
    "string": "format base64 public",
    "integer": "numeric_string",
    "number": "numeric_string",
    "object": "fields closed discriminator variants",
    "array": "items",
    "any_of": "any_of",
    "ref": "ref",
}
_APPLIES = {
    "string": "any string",
    "integer": "any number",
    "number": "any number",
    "boolean": "any",
    "any": "any",
    "array": "array",
    "file": "file",
}
_SHAPING = {key for keys in _OWN.values() for key in keys.split()} | KEYWORDS.keys() - {"type"}


def misplaced(node: Map) -> Iterable[tuple[str, str]]:
    """Keys that say nothing about a value of the row's type, and what is said instead: they would get lost."""
    kind = next((kind for kind in ("any_of", "ref") if kind in node), node.get("type"))
    allowed = keys_of(kind or "")
    for key in node:
        if key in _SHAPING and key not in allowed:
            yield key, f"{key!r} says nothing about a row with {kind_in_words(kind)}; what does: {', '.join(sorted(allowed)) or 'nothing'}"
    kinds = [option.get("type") for option in node.get("any_of") or ()] or [kind]
    advised = {key for kind in kinds for key in keys_of(kind or "") & KEYWORDS.keys()}
    for key in node.get("suggested") or ():
        if key not in advised:
            yield "suggested", f"{key!r} under `suggested` says nothing about a row with {kind_in_words(kind)}"


def keys_of(kind: str) -> set[str]:
    """The keys that say something about a type."""
    rows = {row.name for row in KEYWORDS.values() if row.applies in _APPLIES.get(kind, "").split() and row.name != "type"}
    return rows | {*_OWN.get(kind, "").split()}


def kind_in_words(kind: str | None) -> str:
    return kind if kind in ("any_of", "ref") else f"type {kind}" if kind else "no type"


def freeze(value: Any) -> Any:
    """Lists as tuples, so that the IR is immutable and hashable."""
    return tuple(freeze(item) for item in as_list(value)) if isinstance(value, list) else value


# --- providers ---------------------------------------------------------------------------------------------------------


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
            account=ir.Account(**gateway["account"]) if "account" in gateway else None,
            refusals=refusals(self.scope, gateway.get("refusals") or Map(), source),
        )

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
                    name=name, location=row["in"], field=types.field(name, row, parameters, source), slashes=row.get("slashes", False)
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


# --- the fake gateway ----------------------------------------------------------------------------------------------------

STATES = ("submit", "queued", "running", "succeeded", "failed")


def answers(node: Map, inherited: ir.Source) -> ir.Answers | None:
    """What the fake gateway answers, where the row says it."""
    if "answers" not in node:
        return None
    table: Map = node["answers"]
    families: Map = table.get("families") or Map()
    prefixes = {"": table.get("prefix"), **{family: row.get("prefix") for family, row in families.items()}}
    return ir.Answers(
        bodies=bodies(table),
        families=tuple((family, bodies(row)) for family, row in families.items()),
        variants=tuple(variant(row) for row in table.get("variants") or ()),
        prefixes=tuple((family, prefix) for family, prefix in prefixes.items() if prefix is not None),
        count=table.get("count", ""),
        keep=tuple((table.get("keep") or Map()).items()),
        inputs=table.get("inputs", ""),
        about=table.get("about", ""),
        ids=table.get("ids", ""),
        stream=streamed(table["stream"]) if "stream" in table else None,
        source=own_source(inherited, node, "answers"),
    )


def bodies(table: Map) -> tuple[tuple[str, Any], ...]:
    return tuple((state, plain(table[state])) for state in STATES if state in table)


def variant(node: Map) -> ir.Variant:
    return ir.Variant(
        body=plain(node["body"]),
        present=tuple(node.get("present") or ()),
        any_present=tuple(node.get("any_present") or ()),
        where=where(node),
        media=node.get("media", ""),
    )


def where(node: Map) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    return tuple((field, tuple(values)) for field, values in (node.get("where") or Map()).items())


def streamed(node: Map) -> ir.Streamed:
    events = tuple(ir.Event(data=plain(row["data"]), each=row.get("each", ""), where=where(row)) for row in node["events"])
    return ir.Streamed(events=events, name=node.get("name", ""), done=node.get("done", True))


def refusals(scope: Scope, table: Map, inherited: ir.Source) -> tuple[ir.Refusal, ...]:
    def refusal(cause: str, node: Map) -> ir.Refusal:
        source = own_source(scope.source(node, inherited=inherited), table, cause)
        return ir.Refusal(cause=cause, status=node["status"], body=plain(node["body"]), source=source)

    return tuple(refusal(cause, node) for cause, node in table.items())


def plain(node: Any) -> Any:
    """JSON without lines and files."""
    if isinstance(node, Map):
        return {name: plain(value) for name, value in node.items()}
    if isinstance(node, load.List):
        return [plain(item) for item in node]
    return node


def paths(texts: Iterable[str]) -> tuple[ir.Path, ...]:
    return tuple(split(text) for text in texts)
