"""Finds the calls and bodies that a fenced block shows: JSON, curl, JavaScript's fetch and Python's requests."""

from __future__ import annotations

import argparse
import ast
import mimetypes
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qs

from .literals import UnreadableError, javascript_object, json_values, python_expression, python_value
from .pages import Block

Form = Literal["json", "curl", "multipart", "javascript", "python"]

_URL = re.compile(r"(?:https?://[^/\s]+|\$?\{?\w*\}?)?(?P<path>/[^?#\s]*)(?:\?(?P<query>[^#\s]*))?")
_SHELL = {"bash", "sh", "shell", "curl", "zsh", "console"}
_OPERATORS = set("();<>|&")
_FETCH = re.compile(r"""\bfetch\(\s*(?P<quote>["'`])(?P<url>.*?)(?P=quote)""", re.DOTALL)
_FETCH_METHOD = re.compile(r"""\bmethod:\s*["'](\w+)["']""")
_STRINGIFY = re.compile(r"JSON\.stringify\(\s*(?=\{)")
_CONSTANT = re.compile(r"""\b(\w+)\s*=\s*["']([^"']*)["']""")
_PYTHON_CALL = re.compile(r"\b\w+\.(?P<method>get|post|put|patch|delete)\(", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Snippet:
    """One body or call as a block shows it.

    Attributes:
        form: How it is written.
        method, path, query: Where it is sent; unknown (None) for a bare JSON block.
        body: The value; None for a call without a body.
        problem: Why it cannot be read, if it cannot.
    """

    form: Form
    body: Any = None
    method: str | None = None
    path: str | None = None
    query: tuple[tuple[str, str], ...] = ()
    problem: str | None = None


def snippets(block: Block) -> list[Snippet]:
    """Everything that the block shows."""
    reader = _READERS.get(block.language or guessed(block.text))
    return list(reader(block.text)) if reader else []


def guessed(text: str) -> str:
    """The language of a block that does not name it."""
    return "json" if text[:1] in {"{", "["} else "shell" if text.startswith("curl ") else ""


def target(url: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Path and query of a URL whose origin may be a variable, as in `{BASE_URL}/v1/videos`."""
    match = _URL.match(url)
    if match is None:
        raise UnreadableError(f"no path in {url!r}")
    query = parse_qs(match["query"] or "", keep_blank_values=True)
    return match["path"], tuple((name, value) for name, values in query.items() for value in values)


def guarded(form: Form, read: Callable[[], Iterator[Snippet]]) -> Iterator[Snippet]:
    """What was read up to a problem, then the problem as a snippet: nothing disappears."""
    try:
        yield from read()
    except (UnreadableError, ValueError, argparse.ArgumentError) as error:
        yield Snippet(form, problem=str(error))


# --- JSON -----------------------------------------------------------------------------------------------------------------


def from_json(text: str) -> Iterator[Snippet]:
    return guarded("json", lambda: (Snippet("json", value) for value in json_values(text)))


# --- curl -----------------------------------------------------------------------------------------------------------------


def curl_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("-X", "--request")
    parser.add_argument("-d", "--data", "--data-raw", "--data-binary", "--json", dest="data", action="append", default=[])
    parser.add_argument("-F", "--form", "--form-string", dest="form", action="append", default=[])
    parser.add_argument("--url", dest="urls", action="append", default=[])
    for ignored in (("-H", "--header"), ("-o", "--output"), ("-u", "--user"), ("-m", "--max-time"), ("-w", "--write-out")):
        parser.add_argument(*ignored, dest="ignored", action="append")
    parser.add_argument("rest", nargs="*")
    return parser


def from_shell(text: str) -> Iterator[Snippet]:
    try:
        calls = list(curl_calls(re.sub(r"(?<!\\)\\\s+", " ", text)))
    except ValueError as error:  # shlex: no closing quotation
        yield Snippet("curl", problem=str(error))
        return
    for words in calls:
        yield from guarded("curl", lambda words=words: from_curl(words))  # type: ignore[misc]


def curl_calls(text: str) -> Iterator[list[str]]:
    """The arguments of each curl call of a script."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    call: list[str] | None = None
    for word in lexer:
        if word == "curl" or (word and set(word) <= _OPERATORS):
            if call:
                yield call
            call = [] if word == "curl" else None
        elif call is not None:
            call.append(word)
    if call:
        yield call


def from_curl(words: Sequence[str]) -> Iterator[Snippet]:
    options, _ = curl_parser().parse_known_args(list(words))
    urls = [*options.urls, *(word for word in options.rest if "/" in word)]
    if not urls:
        raise UnreadableError("a curl call without a URL")
    path, query = target(urls[0])
    method = (options.request or ("POST" if options.data or options.form else "GET")).upper()
    if options.form:
        yield Snippet("multipart", form_fields(options.form), method, path, query)
    elif options.data:
        yield from (Snippet("curl", value, method, path, query) for value in json_values(" ".join(options.data)))
    else:
        yield Snippet("curl", None, method, path, query)


def form_fields(parts: Sequence[str]) -> dict[str, Any]:
    """Fields of a multipart form; a name that comes again makes a list, `@path` is a file with a byte in it."""
    fields: dict[str, Any] = {}
    for part in parts:
        name, _, text = part.partition("=")
        value = upload(text[1:]) if text.startswith("@") else text
        earlier = fields.get(name)
        fields[name] = value if earlier is None else [*(earlier if isinstance(earlier, list) else [earlier]), value]
    return fields


def upload(path: str) -> tuple[str, bytes, str]:
    name = path.split(";")[0].rsplit("/", 1)[-1]
    return name, b"\0", mimetypes.guess_type(name)[0] or "application/octet-stream"


# --- JavaScript -------------------------------------------------------------------------------------------------------------


def from_javascript(text: str) -> Iterator[Snippet]:
    calls = list(_FETCH.finditer(text))
    ends = [call.start() for call in calls[1:]] + [len(text)]
    names = dict(_CONSTANT.findall(text))
    for call, end in zip(calls, ends, strict=True):
        span = text[call.start() : end]
        yield from guarded("javascript", lambda url=call["url"], span=span: fetched(url, span, names))  # type: ignore[misc]


def fetched(url: str, span: str, names: dict[str, str]) -> Iterator[Snippet]:
    path, query = target(url)
    method, body = _FETCH_METHOD.search(span), _STRINGIFY.search(span)
    value = javascript_object(span, body.end(), names) if body else None
    yield Snippet("javascript", value, method[1].upper() if method else "GET", path, query)


# --- Python -----------------------------------------------------------------------------------------------------------------


def from_python(text: str) -> Iterator[Snippet]:
    for call in _PYTHON_CALL.finditer(text):
        yield from guarded("python", lambda call=call: requested(text, call))  # type: ignore[misc]


def requested(text: str, call: re.Match[str]) -> Iterator[Snippet]:
    expression = python_expression(text, call.start(), ")")
    names = dict(_CONSTANT.findall(text))
    if not isinstance(expression, ast.Call) or not expression.args:
        return
    url = python_value(expression.args[0], {})
    if not (isinstance(url, str) and "/" in url):
        return  # a dictionary's get, not a request
    keywords = {keyword.arg: keyword.value for keyword in expression.keywords}
    path, query = target(url)
    parameters: dict[str, Any] = python_value(keywords["params"], names) if "params" in keywords else {}
    body = python_value(assigned(text, keywords["json"]), names) if "json" in keywords else None
    yield Snippet("python", body, call["method"].upper(), path, (*query, *((name, str(value)) for name, value in parameters.items())))


def assigned(text: str, node: ast.expr) -> ast.expr:
    """The dictionary that a name was given earlier in the block, else the expression itself."""
    if not isinstance(node, ast.Name):
        return node
    start = re.search(rf"\b{node.id}\s*=\s*(?=\{{)", text)
    return python_expression(text, start.end(), "}") if start else node


_READERS: dict[str, Callable[[str], Iterator[Snippet]]] = {
    "json": from_json,
    "jsonc": from_json,
    "javascript": from_javascript,
    "js": from_javascript,
    "python": from_python,
    "py": from_python,
    **dict.fromkeys(_SHELL, from_shell),
}
