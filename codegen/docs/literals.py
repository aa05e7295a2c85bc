"""Reads the values that documents show: JSON with comments, and object literals of JavaScript and Python.

No parser is written here: candidates are cut out of the text and handed to `json`, `yaml` (a JavaScript object literal is a YAML flow
mapping) and `ast`.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import yaml

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|(?P<comment>//)', re.DOTALL)
_AFTER_COMMENT = re.compile(r'["{}\[\]]')
_PLACEHOLDER = "{}"
_MAX_COMMENT_ENDS = 12

T = TypeVar("T")


class UnreadableError(Exception):
    """The text holds no value that can be read."""


def json_values(text: str) -> list[Any]:
    """Every JSON value of the text, one after the other; `//` comments are dropped, with or without the line break that ends them."""
    for candidate in without_comments(text):
        values = decode_all(candidate)
        if values:
            return values
    raise UnreadableError("not JSON")


def without_comments(text: str) -> Iterator[str]:
    """The text without its comments; where line breaks were lost a comment's end is a guess, and there are several candidates."""
    comment = next((token for token in _TOKEN.finditer(text) if token["comment"]), None)
    if comment is None:
        yield text
        return
    for end in comment_ends(text, comment.end()):
        yield from without_comments(f"{text[: comment.start()]} {text[end:]}")


def comment_ends(text: str, start: int) -> list[int]:
    """Where a comment can end: at its line break, else before whatever could go on the JSON."""
    line = text.find("\n", start)
    if line >= 0:
        return [line]
    return [match.start() for match in _AFTER_COMMENT.finditer(text, start)][:_MAX_COMMENT_ENDS]


def decode_all(text: str) -> list[Any]:
    decoder, values, rest = json.JSONDecoder(), list[Any](), text.strip()
    while rest:
        try:
            value, end = decoder.raw_decode(rest)
        except json.JSONDecodeError:
            return []
        values.append(value)
        rest = rest[end:].lstrip()
    return values


def balanced(text: str, start: int, closing: str, read: Callable[[str], T]) -> T:
    """Reads the shortest piece of the text from `start` to a closing character that `read` takes."""
    end = text.find(closing, start)
    while end >= 0:
        try:
            return read(text[start : end + 1])
        except (SyntaxError, ValueError, yaml.YAMLError):
            end = text.find(closing, end + 1)
    raise UnreadableError(f"no whole literal up to {closing!r}")


def javascript_object(text: str, start: int, names: dict[str, str]) -> Any:
    """The object literal that begins at `start`; a bare name is its constant, or stands for itself."""
    loader = yaml.SafeLoader("")

    def value(node: yaml.Node) -> Any:
        if isinstance(node, yaml.MappingNode):
            return {str(key.value): value(item) for key, item in node.value}
        if isinstance(node, yaml.SequenceNode):
            return [value(item) for item in node.value]
        plain = loader.construct_object(node)  # type: ignore[no-untyped-call]
        return names.get(node.value, node.value) if isinstance(plain, str) else plain

    return value(balanced(text, start, "}", lambda piece: yaml.compose(" ".join(piece.split()), Loader=yaml.SafeLoader)))


def python_expression(text: str, start: int, closing: str) -> ast.expr:
    """The expression that begins at `start` and ends with the closing character."""
    return balanced(text, start, closing, lambda piece: ast.parse(piece, mode="eval").body)


class _Names(ast.NodeTransformer):
    """Replaces what is no literal with a string that stands for it."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(self.names.get(node.id, node.id))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        return ast.Constant(fstring(node))


def fstring(node: ast.JoinedStr) -> str:
    """An f-string as a template: `{name}` for what it fills in."""
    return "".join(str(part.value) if isinstance(part, ast.Constant) else _PLACEHOLDER for part in node.values)


def python_value(node: ast.expr, names: dict[str, str]) -> Any:
    """The value of a literal; a bare name is its constant, or stands for itself."""
    try:
        return ast.literal_eval(_Names(names).visit(node))
    except ValueError as error:
        raise UnreadableError("not a literal") from error
