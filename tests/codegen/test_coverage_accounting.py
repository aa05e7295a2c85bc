"""Nothing of the spec gets lost on the way: what no emitter writes stops the generation."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from tiny_spec import CLIP, ROOT, SpecFolder, tree, write_tree

from codegen import ir
from codegen.emit import openapi, params, validators
from codegen.emit.constraints import Rules
from codegen.emit.fields import Fields
from codegen.output import generate, write
from codegen.registry import Registry, Unclaimed
from codegen.rules import KEYWORDS

UNIONS = {"Type": get_args(ir.Type), "Condition": get_args(ir.Condition), "Constraint": get_args(ir.Constraint)}
REQUEST_TYPES = [kind for kind in UNIONS["Type"] if kind is not ir.Ref]  # a request has no named schemas
IMPLICIT = ["type", "required", "only", "deprecated", "suggested", "url", "link", "public", "variant"]


def below(node: Any) -> Iterator[Any]:
    """Everything in the IR, at any depth."""
    yield node
    if dataclasses.is_dataclass(node):
        for field in dataclasses.fields(node):
            yield from below(getattr(node, field.name))
    elif isinstance(node, tuple | list):
        for item in node:
            yield from below(item)


# --- the tiny spec is a fair witness -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [kind for kinds in UNIONS.values() for kind in kinds], ids=lambda kind: kind.__name__)
def test_the_tiny_spec_has_every_kind(kind: type, spec: ir.Spec) -> None:
    assert any(isinstance(node, kind) for node in below(spec))


def test_the_tiny_spec_has_every_keyword(spec: ir.Spec) -> None:
    assert {node.keyword for node in below(spec) if isinstance(node, ir.Bound)} == KEYWORDS.keys()


# --- an emitter that skips something -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keyword", [keyword for keyword in KEYWORDS if keyword != "type"])
def test_a_bound_that_is_not_written_stops_the_generation(keyword: str, spec: ir.Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Fields._bounds

    def without(self: Fields, bounds: ir.Bounds, *rest: Any) -> None:
        whole(self, tuple(bound for bound in bounds if bound.keyword != keyword), *rest)

    monkeypatch.setattr(Fields, "_bounds", without)
    with pytest.raises(Unclaimed, match=rf"spec/tiny/.*\.yaml:\d+: .*:{keyword}$"):
        validators.emit(spec)


@pytest.mark.parametrize("keyword", IMPLICIT)
def test_an_implicit_rule_that_is_not_written_stops_the_generation(keyword: str, spec: ir.Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Fields.add

    def without(self: Fields, name: str, *rest: Any) -> None:
        if name != keyword:
            whole(self, name, *rest)

    monkeypatch.setattr(Fields, "add", without)
    with pytest.raises(Unclaimed, match=rf"spec/tiny/.*\.yaml:\d+: .*:{keyword}\b"):
        validators.emit(spec)


def test_unknown_fields_that_are_not_looked_for_stop_the_generation(spec: ir.Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Fields, "unknown", lambda *_: None)
    with pytest.raises(Unclaimed, match="unknown-field"):
        validators.emit(spec)


@pytest.mark.parametrize("kind", UNIONS["Constraint"], ids=lambda kind: kind.__name__)
def test_a_rule_that_is_not_written_stops_the_generation(kind: type, provider: ir.Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Rules._constraint

    def without(self: Rules, rule: ir.Rule) -> None:
        if not isinstance(rule.constraint, kind):
            whole(self, rule)

    monkeypatch.setattr(Rules, "_constraint", without)
    family = provider.families[0]
    lost = sorted(rule.id for rule in family.rules if isinstance(rule.constraint, kind))
    assert lost
    with pytest.raises(Unclaimed) as caught:
        validators.family_view(family)
    assert [line.rpartition(" ")[2] for line in str(caught.value).splitlines()[1:]] == lost


def test_each_id_is_claimed_only_if_it_is_there(provider: ir.Provider) -> None:
    registry = Registry.of_family(provider.families[0])
    with pytest.raises(KeyError, match=r"clip-1\.0/no-such-rule is not a rule of the spec"):
        registry.use("clip-1.0/no-such-rule")


class Gone:
    """A kind that no emitter knows."""

    def __init__(self, *_: object, **__: object) -> None: ...


SPEAKERS: list[tuple[Callable[[ir.Spec], object], type]] = [
    *((emit, kind) for emit in (validators.emit, openapi.emit) for name in ("Condition", "Constraint") for kind in UNIONS[name]),
    *((emit, kind) for emit in (validators.emit, openapi.emit, params.emit) for kind in REQUEST_TYPES),
    (openapi.emit, ir.Ref),
]


@pytest.mark.parametrize(
    ("emit", "kind"),
    SPEAKERS,
    ids=lambda value: value.__module__.rpartition(".")[2] if callable(value) and not isinstance(value, type) else value.__name__,
)
def test_a_kind_that_an_emitter_does_not_know_stops_it(
    emit: Callable[[ir.Spec], object], kind: type, spec: ir.Spec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ir, kind.__name__, Gone)
    with pytest.raises((AssertionError, TypeError, AttributeError, Unclaimed)):
        emit(spec)


def test_a_generation_that_stops_writes_nothing(folder: SpecFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = write_tree({"old.py": "1\n"}, tmp_path / "unibind")
    monkeypatch.setattr(Fields, "unknown", lambda *_: None)
    with pytest.raises(Unclaimed):
        write(generate(folder.read()), package)
    assert tree(package) == {"old.py": b"1\n"}


def test_no_bound_is_dropped_because_it_is_zero(folder: SpecFolder) -> None:
    folder.replace(CLIP, "min_items: 1\n    max_items: 3", "min_items: 0\n    max_items: 0")
    folder.replace(CLIP, "    minimum: 2\n    maximum: 8", "    minimum: 0\n    maximum: 0")
    folder.replace(CLIP, "of: [images, last_image], minimum: 3}", "of: [images, last_image], minimum: 0, maximum: 0}")
    text = str(validators.emit(folder.read())["tiny/validators/clip_1_0.py"])
    document = str(openapi.emit(folder.read())["tiny/openapi.json"])
    for expected in ("number < 0", "number > 0", "len(v_images) > 0", "0 <= count(v_images, v_last_image) <= 0"):
        assert expected in text
    for expected in ('"minimum": 0', '"maximum": 0', '"minItems": 0', '"maxItems": 0'):
        assert expected in document


# --- every match is total ------------------------------------------------------------------------------------------------------

OPEN = {  # functions that look for some kinds only, and let the others pass on purpose
    "walk.py:types_at",
    "walk.py:field_paths",
    "walk.py:constraint_paths",
    "walk.py:constraint_bounds",
    "lint/references.py:walk",
    "emit/constraints.py:_per_model",
    "emit/openapi.py:open_type",
    "emit/spaces.py:node",
    "emit/validators.py:_form_kind",
    "emit/validators.py:numeric_paths",
}
SOURCES = sorted(path for folder in ("", "builder", "emit", "lint") for path in (ROOT / "codegen" / folder).glob("*.py"))


@dataclasses.dataclass
class Match:
    where: str
    named: set[str]  # kinds of the IR in its cases
    whole: set[str]  # those with a case of their own that takes all of them
    open: bool  # whether other kinds pass in silence


def matches(path: Path) -> Iterator[Match]:
    label = path.relative_to(ROOT / "codegen").as_posix()
    for function in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(function, ast.FunctionDef):
            inner = {
                node
                for child in ast.walk(function)
                if isinstance(child, ast.FunctionDef) and child is not function
                for node in ast.walk(child)
            }
            for node in ast.walk(function):
                if isinstance(node, ast.Match) and node not in inner:
                    yield match_of(node, f"{label}:{function.name}")


def match_of(node: ast.Match, where: str) -> Match:
    found = Match(where, set(), set(), False)
    for case in node.cases:
        for pattern in patterns(case.pattern):
            if isinstance(pattern, ast.MatchClass) and isinstance(pattern.cls, ast.Attribute):
                found.named.add(pattern.cls.attr)
                if case.guard is None and not pattern.patterns and not pattern.kwd_patterns:
                    found.whole.add(pattern.cls.attr)
            elif isinstance(pattern, ast.MatchAs) and pattern.pattern is None:
                found.open = "assert_never" not in ast.unparse(case)
    return found


def patterns(pattern: ast.pattern) -> list[ast.pattern]:
    return pattern.patterns if isinstance(pattern, ast.MatchOr) else [pattern]


MATCHES = [
    match for path in SOURCES for match in matches(path) if match.named & {kind.__name__ for kinds in UNIONS.values() for kind in kinds}
]


@pytest.mark.parametrize("match", [match for match in MATCHES if not match.open], ids=lambda match: match.where)
def test_a_match_names_every_kind(match: Match) -> None:
    for name, kinds in UNIONS.items():
        wanted = {kind.__name__ for kind in kinds}
        if match.named <= wanted:
            assert match.whole == wanted, f"{match.where} does not take {', '.join(sorted(wanted - match.whole))} of ir.{name}"
            return
    pytest.fail(f"{match.where} mixes kinds of several unions")


def test_only_these_let_kinds_pass() -> None:
    assert {match.where for match in MATCHES if match.open} == OPEN
