"""Finds the examples of a page and says what each one is: a request or a response, of which operation, and how the page shows it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from .endpoints import Catalogue, Endpoint, for_page
from .pages import Block, Page, Section
from .snippets import Snippet, snippets

Kind = Literal["request", "response"]

_RESPONSE_KEYS = {"object", "status", "created", "choices", "candidates", "error", "success", "code"}
_RESPONSE_TITLE = re.compile(r"respon|returned|返回|响应", re.IGNORECASE)
_REQUEST_TITLE = re.compile(r"request|\bminim(?:al|um)\b|template|请求|最小|模板|写法", re.IGNORECASE)
_QUERY_TITLE = re.compile(r"quer|poll|status|查询|轮询|状态", re.IGNORECASE)
_WRONG_TITLE = re.compile(r"\berrors?\b|mistake|pitfall|错误", re.IGNORECASE)
_WRONG_LEAD = re.compile(r"\bwrong|\bincorrect|\binvalid|\bdo not\b|\bdon't\b|错误|不要", re.IGNORECASE)
_RIGHT_LEAD = re.compile(r"\bcorrect|\bfix|\binstead\b|\brecommend|正确|修复|改为|应为|推荐", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[。;!?]|[.;!?]\s")
_STATUS = re.compile(r"(?<![\w.])[45]\d\d(?![\w.])")
_TYPE_NAMES = {"string", "integer", "number", "boolean", "object", "array"}


@dataclass(frozen=True, slots=True)
class Example:
    """One request or response of a page.

    Attributes:
        section: Heading it stands under.
        number: Its place on the page, from 1.
        path_params: A value for every variable of the operation's path.
        shown_as_wrong: The page presents it as what not to send.
        piece: The page shows it as a part of a body.
    """

    page: str
    section: str
    number: int
    kind: Kind
    snippet: Snippet
    endpoint: Endpoint | None = None
    path_params: Mapping[str, str] = field(default_factory=dict[str, str])
    status: int = 200
    shown_as_wrong: bool = False
    piece: bool = False

    @property
    def body(self) -> Any:
        return self.snippet.body

    @property
    def placeholder(self) -> bool:
        """Nothing in it but names of types, or nothing at all."""
        texts = list(strings(self.body))
        return self.body in ({}, []) or (bool(texts) and all(text in _TYPE_NAMES for text in texts))


def strings(value: Any) -> Iterator[str]:
    """Every text among the leaves of a value."""
    if isinstance(value, str):
        yield value
    for child in (*members(value).values(), *items(value)):
        yield from strings(child)


def items(value: Any) -> list[object]:
    """The items of an array; none for any other value."""
    return cast("list[object]", value) if isinstance(value, list) else []


def members(value: Any) -> dict[str, Any]:
    """The members of an object; none for any other value."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def examples(page: Page, catalogue: Catalogue) -> list[Example]:
    """Every example of the page."""
    reader = _Reader(page, catalogue)
    found = [example for section in page.sections for example in reader.section(section)]
    return [replace(example, number=index) for index, example in enumerate(found, 1)]


class _Reader:
    """Reads a page from top to bottom and remembers what was named last."""

    def __init__(self, page: Page, catalogue: Catalogue) -> None:
        self.page, self.catalogue, self.page_text = page, catalogue, page.text
        self.titles: list[tuple[int, str]] = []
        self.line, self.lead = "", ""
        self.named: list[list[Endpoint]] = []
        sent = list(self.sent())
        self.twins = {key(body): endpoint for body, endpoint in sent}
        self.request_keys = {name for body, _ in sent for name in members(body)}

    def sent(self) -> Iterator[tuple[Any, Endpoint]]:
        """Each body that some call of the page sends, with its operation."""
        for section in self.page.sections:
            for snippet in (snippet for block in section.blocks for snippet in snippets(block)):
                found = self.catalogue.find(snippet.method or "", snippet.path or "")
                if found and snippet.body is not None:
                    yield snippet.body, found[0]

    def section(self, section: Section) -> Iterator[Example]:
        self.titles = [*((level, line) for level, line in self.titles if level < section.level), (section.level, section.heading)]
        self.line = self.lead = section.line
        self.name(section.line)
        for part in section.flow:
            if isinstance(part, str):
                self.lead = part
                self.name(part)
            else:
                yield from self.block(part)

    def name(self, text: str) -> None:
        if named := self.catalogue.mentions(text):
            self.named.append(named)

    def block(self, block: Block) -> Iterator[Example]:
        found = snippets(block)
        if not found:
            self.name(block.text)
        for snippet in found:
            yield self.bare(snippet) if snippet.path is None else self.call(snippet)

    def call(self, snippet: Snippet) -> Example:
        """A call that says where it goes."""
        found = self.catalogue.find(snippet.method or "", snippet.path or "")
        if found is None:
            return self.example("request", snippet, None, {})
        self.named.append([found[0]])
        return self.example("request", snippet, *found)

    def bare(self, snippet: Snippet) -> Example:
        """A body that stands alone: its operation is the one that was named last."""
        kind = self.kind(snippet.body)
        if kind == "response" or (kind is None and self.last() and self.last()[0].method == "GET"):
            example = self.example("response", snippet, self.answered(), {})
            return replace(example, status=self.status(snippet.body), shown_as_wrong=False, piece=kind is None)
        endpoint = self.twins.get(key(snippet.body)) or self.asked()
        return replace(self.example("request", snippet, endpoint, {}), piece=lacks_model(snippet.body, endpoint))

    def kind(self, body: Any) -> Kind | None:
        """Request or response, by the keys, else by the titles from the nearest outwards; None where nothing tells."""
        keys = members(body).keys()
        if keys & _RESPONSE_KEYS:
            return "response"
        for _, title in reversed(self.titles):
            if _RESPONSE_TITLE.search(title):
                return "response"
            if _REQUEST_TITLE.search(title):
                return "request"
        return "request" if keys & {"model", *self.request_keys} else None

    def last(self) -> list[Endpoint]:
        return self.named[-1] if self.named else []

    def asked(self) -> Endpoint | None:
        """The operation named last that takes a body."""
        candidates = (endpoint for named in reversed(self.named) for endpoint in named if endpoint.method != "GET")
        return next(candidates, None)

    def answered(self) -> Endpoint | None:
        """The operation named last; where several were named together, the query or the submit, as the titles say."""
        named = self.last()
        query = any(_QUERY_TITLE.search(title) for _, title in self.titles)
        return next((endpoint for endpoint in named if (endpoint.method == "GET") == query), named[0] if named else None)

    def example(self, kind: Kind, snippet: Snippet, endpoint: Endpoint | None, given: Mapping[str, str]) -> Example:
        parameters = endpoint.fill(given, self.page_text) if endpoint else {}
        section = next((title for _, title in reversed(self.titles) if title), "")
        return Example(self.page.id, section, 0, kind, snippet, endpoint, parameters, shown_as_wrong=self.wrong())

    def wrong(self) -> bool:
        """Whether the page presents what comes as wrong: by the sentence before it, or by a title above it."""
        sentence = next((text for text in reversed(_SENTENCE_END.split(self.lead)) if text.strip()), "")
        if _RIGHT_LEAD.search(sentence):
            return False
        return bool(_WRONG_LEAD.search(sentence)) or any(_WRONG_TITLE.search(title) for _, title in self.titles)

    def status(self, body: Any) -> int:
        """The HTTP status of a response: what the section names for an error, else what the body looks like."""
        if not is_error(body):
            return 200
        named = _STATUS.search(f"{self.line} {self.lead}")
        return int(named[0]) if named else 400


def key(body: Any) -> str:
    return json.dumps(body, sort_keys=True, ensure_ascii=False, default=repr)


def is_error(body: Any) -> bool:
    """An error answer; a failed task, which has a status, is a good answer about a bad task."""
    answer = members(body)
    return answer.get("success") is False or (bool(answer.get("error")) and "status" not in answer)


def lacks_model(body: Any, endpoint: Endpoint | None) -> bool:
    """Only a part of a request: its operation wants the model in the body, and it is not there."""
    field_name = endpoint.model_field if endpoint else "model"
    wanted = endpoint is None or endpoint.model_in == "body"
    return wanted and field_name not in members(body)


def of_pages(pages: Sequence[Page], catalogues: Sequence[Catalogue]) -> Iterator[tuple[Page, Catalogue, list[Example]]]:
    """The examples of every page that belongs to a known provider."""
    for page in pages:
        known = for_page(catalogues, page.url)
        if known is not None:
            yield page, known, examples(page, known)
