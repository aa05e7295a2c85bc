"""Reads the values that documents show: JSON with comments, and object literals of JavaScript and Python.

No parser is written here: candidates are cut out of the text and handed to `json`, `yaml` (a JavaScript object literal is a YAML flow
mapping) and `ast`.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

import yaml

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|(?P<comment>//)', re.DOTALL)
_AFTER_COMMENT = re.compile(r'["{}\[\]]')
_PLACEHOLDER = "{}"

T = TypeVar("T")


class UnreadableError(Exception):
    """The text holds no value that can be read."""


def json_values(text: str) -> list[Any]:
    """Every JSON value of the text, one after the other; `//` comments are dropped, with or without the line break that ends them."""
    while (comment := next_comment(text)) is not None:
        text = without(text, comment)
    try:
        return decode_all(text)
    except json.JSONDecodeError as error:
        raise UnreadableError(str(error)) from error


def next_comment(text: str) -> int | None:
    return next((token.start() for token in _TOKEN.finditer(text) if token["comment"]), None)


def without(text: str, comment: int) -> str:
    """The text without the comment; where its line break was lost, it ends where JSON goes on up to the next comment."""
    candidates = [f"{text[:comment]} {text[end:]}" for end in comment_ends(text, comment)]
    return next((candidate for candidate in candidates if sound(candidate)), candidates[0])


def comment_ends(text: str, comment: int) -> list[int]:
    line = text.find("\n", comment)
    return [line] if line >= 0 else [match.start() for match in _AFTER_COMMENT.finditer(text, comment)] or [len(text)]


def sound(text: str) -> bool:
    """Whether the text is JSON as far as its next comment."""
    try:
        decode_all(text)
    except json.JSONDecodeError as error:
        comment = next_comment(text)
        return comment is not None and text[error.pos : comment].strip() in {"", ","} and error.pos <= comment
    return True


def decode_all(text: str) -> list[Any]:
    decoder, values, position = json.JSONDecoder(), list[Any](), 0
    while not values or text[position:].strip():
        value, position = decoder.raw_decode(text, len(text) - len(text[position:].lstrip()))
        values.append(value)
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
    return yaml_value(balanced(text, start, "}", yaml_node), names)


def yaml_node(text: str) -> yaml.Node:
    node = yaml.SafeLoader(" ".join(text.split())).get_single_node()
    if node is None:
        raise ValueError("empty")
    return node


def yaml_value(node: yaml.Node, names: dict[str, str]) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): yaml_value(value, names) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [yaml_value(item, names) for item in node.value]
    text = str(node.value)
    quoted = isinstance(node, yaml.ScalarNode) and node.style is not None
    return text if quoted else scalar(text, names)


def scalar(text: str, names: dict[str, str]) -> Any:
    """A bare word of JavaScript: a number, a constant of the language, or a name."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return names.get(text, text)


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
