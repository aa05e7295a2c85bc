"""Reads the spec: YAML with file and line on every node, checked against `spec/spec.schema.json`.

Nothing else in the project opens a spec file. Every problem is a `Finding`; all of them are collected before anybody gives up.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml
from jsonschema_rs import Draft202012Validator


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
    reading: Document | None = None

    def documents(self) -> Iterator[Document]:
        yield self.api
        yield from self.families
        yield from self.schemas
        yield from (d for d in (self.tasks, self.conflicts, self.reading) if d)


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
    except yaml.reader.ReaderError as error:
        return None, [Finding(file, text.count("\n", 0, error.position) + 1, f"not YAML: {error.reason}")]
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
    if isinstance(value, str) and not _text_everywhere(text):
        findings.append(Finding(file, line, f"quote {text!r}: some YAML readers take it for something else than text"))
    return value


@cache
def _text_everywhere(text: str) -> bool:
    """Whether YAML 1.1 takes a plain scalar for text as well."""
    return bool(_YAML_11.resolve(yaml.ScalarNode, text, (True, False)) == "tag:yaml.org,2002:str")


_BESIDE = ("README.md", "docs.lock", "docs.facts", "spec.schema.json")  # what stands beside the folders of the providers


def _kind(relative: Path) -> str | None:
    match relative.parts:
        case (_, "api.yaml" | "tasks.yaml" | "conflicts.yaml" | "reading.yaml"):
            return relative.stem
        case (_, "families", name) if name.endswith(".yaml"):
            return "family"
        case (_, "schemas", name) if name.endswith(".yaml"):
            return "schemas"
        case _:
            return None


def load(root: Path) -> dict[str, Provider]:
    """All providers below `root` (the spec folder), or `SpecError` with every finding."""
    if not (root / "spec.schema.json").is_file():
        raise SpecError([Finding(f"{root.name}/spec.schema.json", 1, f"{root} is no spec: this file is not there")])
    schema = json.loads((root / "spec.schema.json").read_text("utf-8"))
    findings: list[Finding] = []
    documents: dict[str, list[Document]] = {}
    for path in spec_files(root):
        document = _document(path, root, schema, findings)
        if document is not None:
            documents.setdefault(path.relative_to(root).parts[0], []).append(document)
    for name, found in documents.items():
        if not any(document.kind == "api" for document in found):
            findings.append(Finding(f"{root.name}/{name}/api.yaml", 1, f"the provider {name!r} has no api.yaml"))
    if not documents:
        findings.append(Finding(root.name, 1, "there is no provider"))
    if findings:
        raise SpecError(findings)
    return {name: _provider(name, docs) for name, docs in documents.items()}


def spec_files(root: Path) -> list[Path]:
    """Everything below the folder that is, or should not be, a file of a provider."""
    found = (path for path in root.rglob("*") if path.is_file() and not any(part.startswith(".") for part in path.relative_to(root).parts))
    return sorted(path for path in found if path.parent != root or path.name not in _BESIDE)


def _document(path: Path, root: Path, schema: dict[str, Any], findings: list[Finding]) -> Document | None:
    relative = path.relative_to(root)
    label = f"{root.name}/{relative.as_posix()}"
    kind = _kind(relative)
    if kind is None:
        findings.append(Finding(label, 1, "not a file of the spec: see spec/README.md for the layout"))
        return None
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        findings.append(Finding(label, path.read_bytes().count(b"\n", 0, error.start) + 1, f"not UTF-8: {error.reason}"))
        return Document(label, kind, Map())
    value, problems = read_yaml(text, label)
    findings += problems
    if not problems or value:
        findings += validate(value, label, kind, schema)
    return Document(label, kind, value)


def _provider(name: str, documents: list[Document]) -> Provider:
    by_kind: dict[str, list[Document]] = {}
    for document in documents:
        by_kind.setdefault(document.kind, []).append(document)
    tasks, conflicts, reading = (next(iter(by_kind.get(kind, [])), None) for kind in ("tasks", "conflicts", "reading"))
    return Provider(name, by_kind["api"][0], by_kind.get("family", []), by_kind.get("schemas", []), tasks, conflicts, reading)


def validate(value: Any, file: str, kind: str, schema: dict[str, Any]) -> list[Finding]:
    """The findings of one document against its part of the schema of the spec."""
    if not isinstance(value, Map | List):
        return [Finding(file, 1, "expected a mapping or a list")]
    definition = {"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]}
    if Draft202012Validator(definition).is_valid(value):
        return []
    from jsonschema import Draft202012Validator as Explaining  # slow to load and to run, and its errors can be told apart

    validator: Any = Explaining(definition)
    return [finding for error in validator.iter_errors(value) for finding in _findings(error, value, file)]


def _findings(error: Any, root: Any, file: str) -> Iterator[Finding]:
    """A `ValidationError` as findings: the innermost cause, at its line; of an unknown key, each."""
    from jsonschema.exceptions import best_match  # pyright: ignore[reportUnknownVariableType] - its key function is not annotated

    while error.context:
        meant = [
            cause for cause in error.context if cause.validator != "type" or cause.relative_path
        ]  # another JSON type is not what was meant
        error = cast(Any, best_match)(meant or error.context)
    node, line = root, root.line
    for step in error.absolute_path:
        line = node.line_of(step)
        node = node[step]
    schema: Any = error.schema
    if error.validator == "additionalProperties" and isinstance(node, Map):
        allowed = sorted(schema.get("properties", {}))
        patterns = list(schema.get("patternProperties", {}))
        unknown = [k for k in node if k not in allowed and not any(re.search(p, k) for p in patterns)]
        yield from (Finding(file, node.line_of(key), _unknown_key(key, allowed, patterns)) for key in unknown)
        return
    where = ".".join(map(str, error.absolute_path)) or "the file"
    if error.validator == "enum":
        yield Finding(file, line, f"{where}: {error.instance!r} is not allowed here; allowed: {', '.join(map(str, schema['enum']))}")
    elif error.validator == "type":
        yield Finding(file, line, f"{where}: expected {_KINDS[schema['type']]}, found {_found(error.instance)}")
    elif error.validator == "maxProperties":
        yield Finding(
            file, line, f"{where}: {' and '.join(node)} cannot stand together; exactly one of {', '.join(sorted(schema['properties']))}"
        )
    else:
        yield Finding(file, line, f"{where}: {error.message}")


_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


def _found(value: Any) -> str:
    return _KINDS["object"] if isinstance(value, Map) else _KINDS["array"] if isinstance(value, List) else repr(value)


def near(name: str, known: Iterable[str]) -> str:
    """The most similar name that there is, for the end of a finding."""
    match = difflib.get_close_matches(name, list(known), 1)
    return f"; did you mean {match[0]!r}?" if match else ""


def _unknown_key(key: str, allowed: list[str], patterns: list[str]) -> str:
    return f"unknown key {key!r}{near(key, allowed) or '.'} Allowed: {', '.join([*allowed, *(f'names like {pattern}' for pattern in patterns)])}"
