"""What a file makes known to its rows: where the pages stand, their short names, the citation that rows inherit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

from .. import ir
from ..load import Finding, Map, near


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


def split(text: str) -> ir.Path:
    """`content[].role` -> ("content", "[]", "role")."""
    return tuple(text.replace(ir.ITEM, f".{ir.ITEM}").split("."))


def as_list(value: Any) -> list[Any]:
    return value if is_list(value) else [value]


def listed(what: str, names: Iterable[str]) -> str:
    """What there is, for the end of a finding."""
    return f" ({what} of this family: {', '.join(names) or 'none'})"


def is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def paths(texts: Iterable[str]) -> tuple[ir.Path, ...]:
    return tuple(split(text) for text in texts)


def freeze(value: Any) -> Any:
    """Lists as tuples, so that the IR is immutable and hashable."""
    return tuple(freeze(item) for item in as_list(value)) if isinstance(value, list) else value
