"""Reads the spec: YAML with file and line on every node, checked against `spec/spec.schema.json`.

Nothing else in the project opens a spec file. Every problem is a `Finding`; all of them are collected before anybody gives up.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match  # pyright: ignore[reportUnknownVariableType] - its key function is not annotated


@dataclass(frozen=True, order=True, slots=True)
class Finding:
    """One problem of the spec, at one line of one file."""

    file: str  # ex) spec/uniall/families/veo-3.1.yaml
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class SpecError(Exception):
    """The spec cannot be used; `findings` says everything that is wrong with it."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = sorted(set(findings))
        super().__init__("\n".join(map(str, self.findings)))


class Map(dict[str, Any]):
    """A YAML mapping that knows its file, its line and the line of each key."""

    file: str
    line: int
    lines: dict[str, int]

    def line_of(self, key: object) -> int:
        return self.lines.get(str(key), self.line)


class List(list[Any]):
    """A YAML sequence that knows its file, its line and the line of each item."""

    file: str
    line: int
    lines: list[int]

    def line_of(self, index: object) -> int:
        return self.lines[index] if isinstance(index, int) and index < len(self.lines) else self.line


@dataclass(slots=True)
class Document:
    """One spec file."""

    path: str  # ex) spec/uniall/families/veo-3.1.yaml
    kind: str  # ex) family
    root: Map


@dataclass(slots=True)
class Provider:
    """All files of one provider."""

    name: str
    api: Document
    families: list[Document] = field(default_factory=list[Document])
    schemas: list[Document] = field(default_factory=list[Document])
    tasks: Document | None = None
    conflicts: Document | None = None

    def documents(self) -> Iterator[Document]:
        yield self.api
        yield from self.families
        yield from self.schemas
        yield from (d for d in (self.tasks, self.conflicts) if d)


_INT = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}
_YAML_11: Any = yaml.resolver.Resolver()  # what other YAML readers make of a plain scalar


def read_yaml(text: str, file: str) -> tuple[Any, list[Finding]]:
    """Parses one file; scalars follow YAML 1.2, and a scalar that YAML 1.1 would read otherwise must be quoted."""
    findings: list[Finding] = []
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return None, [Finding(file, mark.line + 1 if mark else 1, f"not YAML: {error.problem}")]
    if node is None:
        return Map(), [Finding(file, 1, "the file is empty")]
    return _construct(node, file, findings), findings


def _construct(node: yaml.Node, file: str, findings: list[Finding]) -> Any:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, file, line, findings)
    if isinstance(node, yaml.SequenceNode):
        items = List(_construct(item, file, findings) for item in node.value)
        items.file, items.line, items.lines = file, line, [item.start_mark.line + 1 for item in node.value]
        return items
    result = Map()
    result.file, result.line, result.lines = file, line, {}
    for key_node, value_node in node.value:
        key, key_line = str(key_node.value), key_node.start_mark.line + 1
        if key in result:
            findings.append(Finding(file, key_line, f"the key {key!r} is already there (line {result.lines[key]})"))
        result[key] = _construct(value_node, file, findings)
        result.lines[key] = key_line
    return result


def _scalar(node: yaml.ScalarNode, file: str, line: int, findings: list[Finding]) -> Any:
    text: str = node.value
    if node.style:  # quoted or block
        return text
    value: Any = text
    if text in _CONSTANTS:
        value = _CONSTANTS[text]
    elif _INT.match(text):
        value = int(text)
    elif _FLOAT.match(text):
        value = float(text)
    if isinstance(value, str) and _YAML_11.resolve(yaml.ScalarNode, text, (True, False)) != "tag:yaml.org,2002:str":
        findings.append(Finding(file, line, f"quote {text!r}: some YAML readers take it for something else than text"))
    return value


def _kind(relative: Path) -> str | None:
    match relative.parts:
        case (_, "api.yaml" | "tasks.yaml" | "conflicts.yaml"):
            return relative.stem
        case (_, "families", _):
            return "family"
        case (_, "schemas", _):
            return "schemas"
        case _:
            return None


def load(root: Path) -> dict[str, Provider]:
    """All providers below `root` (the spec folder), or `SpecError` with every finding."""
    findings: list[Finding] = []
    schema = json.loads((root / "spec.schema.json").read_text("utf-8"))
    documents: dict[str, list[Document]] = {}
    for path in sorted(root.glob("*/**/*.yaml")):
        relative = path.relative_to(root)
        label = f"{root.name}/{relative.as_posix()}"
        kind = _kind(relative)
        if kind is None:
            findings.append(Finding(label, 1, "not a file of the spec: see spec/README.md for the layout"))
            continue
        value, problems = read_yaml(path.read_text("utf-8"), label)
        findings += problems
        if not problems or value:
            findings += validate(value, label, kind, schema)
        documents.setdefault(relative.parts[0], []).append(Document(label, kind, value))
    if findings:
        raise SpecError(findings)
    return {name: _provider(name, docs, root.name) for name, docs in documents.items()}


def _provider(name: str, documents: list[Document], root: str) -> Provider:
    by_kind: dict[str, list[Document]] = {}
    for document in documents:
        by_kind.setdefault(document.kind, []).append(document)
    if "api" not in by_kind:
        raise SpecError([Finding(f"{root}/{name}/api.yaml", 1, f"the provider {name!r} has no api.yaml")])
    tasks, conflicts = (next(iter(by_kind.get(kind, [])), None) for kind in ("tasks", "conflicts"))
    return Provider(name, by_kind["api"][0], by_kind.get("family", []), by_kind.get("schemas", []), tasks, conflicts)


def validate(value: Any, file: str, kind: str, schema: dict[str, Any]) -> list[Finding]:
    """The findings of one document against its part of the schema of the spec."""
    if not isinstance(value, Map | List):
        return [Finding(file, 1, "expected a mapping or a list")]
    definition = {"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]}
    validator: Any = Draft202012Validator(definition)
    return [_finding(error, value, file) for error in validator.iter_errors(value)]


def _finding(error: Any, root: Any, file: str) -> Finding:
    """A `ValidationError` as a finding: the innermost cause, at its line."""
    while error.context:
        error = cast(Any, best_match)(error.context)
    node, line = root, root.line
    for step in error.absolute_path:
        line = node.line_of(step)
        node = node[step]
    schema: Any = error.schema
    if error.validator == "additionalProperties" and isinstance(node, Map):
        allowed = sorted(schema.get("properties", {}))
        patterns = schema.get("patternProperties", {})
        unknown = [k for k in node if k not in allowed and not any(re.search(p, k) for p in patterns)]
        if unknown:
            return Finding(file, node.line_of(unknown[0]), _unknown_key(unknown[0], allowed))
    if error.validator == "enum":
        return Finding(file, line, f"{error.instance!r} is not allowed here; allowed: {', '.join(map(str, schema['enum']))}")
    where = ".".join(map(str, error.absolute_path)) or "the file"
    return Finding(file, line, f"{where}: {error.message}")


def _unknown_key(key: str, allowed: list[str]) -> str:
    near = difflib.get_close_matches(key, allowed, 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"unknown key {key!r}{hint} Allowed: {', '.join(allowed)}"
