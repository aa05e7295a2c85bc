"""Templates loop; they decide nothing, and neither they nor the generator know anybody's name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes
from tiny_spec import ROOT

from codegen.__main__ import read_spec
from codegen.render import TEMPLATES, environment

TEMPLATE_PATHS = sorted(TEMPLATES.rglob("*.jinja"))
CODE_PATHS = sorted(
    [
        *(ROOT / "codegen").glob("*.py"),
        *(path for folder in ("builder", "emit", "lint", "runtime") for path in (ROOT / "codegen" / folder).rglob("*.py")),
    ]
)
MOST_LINES, DEEPEST = 80, 4
DECISIONS = (
    nodes.Compare,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Assign,
    nodes.AssignBlock,
    nodes.CondExpr,
    nodes.Test,
    nodes.BinExpr,
    nodes.UnaryExpr,
    nodes.Concat,
)
FILTERS = {"indent"}
BLOCKS = (nodes.For, nodes.If, nodes.Macro, nodes.CallBlock, nodes.FilterBlock)
EXAMPLES = {"codegen/runtime/gateway/demo.py"}  # shows real requests: the one place where models are named


def breaches(tree: nodes.Template) -> Iterator[str]:
    """What a template does that it must not do."""
    macros = {macro.name for macro in tree.find_all(nodes.Macro)}
    for kind in DECISIONS:
        yield from (f"line {node.lineno}: {kind.__name__}" for node in tree.find_all(kind))
    for test in (node.test for node in tree.find_all(nodes.If)):
        if not is_plain(test):
            yield f"line {test.lineno}: if on more than an attribute"
    for loop in tree.find_all(nodes.For):
        if not is_plain(loop.iter) or loop.test is not None or loop.recursive:
            yield f"line {loop.lineno}: for over more than an attribute"
    yield from (f"line {node.lineno}: filter {node.name}" for node in tree.find_all(nodes.Filter) if node.name not in FILTERS)
    for call in tree.find_all(nodes.Call):
        if not (isinstance(call.node, nodes.Name) and call.node.name in macros):
            yield f"line {call.lineno}: call of something that is no macro"
    if depth(tree) > DEEPEST:
        yield f"{depth(tree)} blocks inside each other"


def is_plain(node: nodes.Node) -> bool:
    """A name, or attributes of one."""
    while isinstance(node, nodes.Getattr):
        node = node.node
    return isinstance(node, nodes.Name)


def depth(node: nodes.Node) -> int:
    return isinstance(node, BLOCKS) + max((depth(child) for child in node.iter_child_nodes()), default=0)


def test_there_are_templates() -> None:
    assert len(TEMPLATE_PATHS) > 5


@pytest.mark.parametrize("path", TEMPLATE_PATHS, ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_template_decides_nothing(path: Path) -> None:
    assert list(breaches(environment().parse(path.read_text("utf-8")))) == []


@pytest.mark.parametrize("path", TEMPLATE_PATHS, ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_template_is_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize(
    "text",
    [
        "{% if a.b == 1 %}{% endif %}",
        "{% if a and b %}{% endif %}",
        "{% if a or b %}{% endif %}",
        "{% if not a %}{% endif %}",
        "{% if a is defined %}{% endif %}",
        "{% if a[0] %}{% endif %}",
        "{% if a|length %}{% endif %}",
        "{% set a = 1 %}",
        "{% set a %}x{% endset %}",
        "{{ a if b else c }}",
        "{{ a + 1 }}",
        "{{ a ~ 'b' }}",
        "{{ a|upper }}",
        "{{ a.upper() }}",
        "{{ range(3) }}",
        "{% for a in b if a %}{% endfor %}",
        "{% for a in b|sort %}{% endfor %}",
        "{% for a in b %}" * 5 + "{% endfor %}" * 5,
    ],
)
def test_the_walk_sees_a_decision(text: str) -> None:
    assert list(breaches(Environment().parse(text)))


@pytest.mark.parametrize(
    "text",
    [
        "{% macro m(a) %}{{ a|indent }}{% endmacro %}{{ m(b.c) }}",
        "{% if a.b.c %}x{% else %}y{% endif %}",
        "{% for a, b in c.d %}{{ a }}{% endfor %}",
    ],
)
def test_the_walk_lets_the_rest_pass(text: str) -> None:
    assert list(breaches(Environment().parse(text))) == []


def test_each_template_is_used() -> None:
    """And mirrors the path of what it makes."""
    named = {
        text for path in (ROOT / "codegen" / "emit").glob("*.py") for text in re.findall(r'render\(\s*"([^"]+)"', path.read_text("utf-8"))
    }
    assert named == {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATE_PATHS}


# --- names -----------------------------------------------------------------------------------------------------------------------


WORDS = frozenset({"chat", "completion", "embedding", "moderation", "response", "speech", "transcription", "translation"})


def names_of_the_spec() -> frozenset[str]:
    """Providers, their titles, families, models and operations, without those that are words of the trade."""
    found: set[str] = set()
    for provider in read_spec(ROOT / "spec").providers:
        found |= {provider.name, provider.title, *(operation.id for operation in provider.operations)}
        found |= {name for family in provider.families for name in (family.id, *(model.id for model in family.models))}
    return frozenset(found - WORDS)


NAMES = names_of_the_spec()
NAMED = re.compile(rf"(?<![\w.-])({'|'.join(map(re.escape, sorted(NAMES, key=len, reverse=True)))})(?![\w-])", re.IGNORECASE)


@pytest.mark.parametrize("path", TEMPLATE_PATHS, ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_template_names_nobody(path: Path) -> None:
    assert NAMED.findall(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", CODE_PATHS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_code_names_nobody(path: Path) -> None:
    if path.relative_to(ROOT).as_posix() in EXAMPLES:
        pytest.skip("an example")
    found = [f"line {line}: {text!r}" for line, text in literals(path.read_text("utf-8")) if NAMED.search(text)]
    assert found == []


def literals(text: str) -> Iterator[tuple[int, str]]:
    """Strings of the code, docstrings apart."""
    tree = ast.parse(text)
    statements = (node.value for node in ast.walk(tree) if isinstance(node, ast.Expr))
    docstrings = {id(node) for node in statements if isinstance(node, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def test_the_search_finds_a_name() -> None:
    name = min(NAMES)
    assert [text for _, text in literals(f'"""{name}"""\n# {name}\nx = f"a {name}"\n') if NAMED.search(text)] == [f"a {name}"]
