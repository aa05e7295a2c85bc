"""Each kind of constraint and condition, with a body that passes and one that does not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from .interpreter import check, findings, severity
from .values import Loc, SpecError

Check = Callable[..., set[tuple[str, Loc]]]

API = """
operations:
  make: {dispatch: body, contents: [json, multipart]}
  other: {dispatch: body}
  also: {dispatch: body}
  anywhere: {dispatch: body, routes: [make, other]}
  native: {dispatch: path, model_field: modelId}
  clone: {}
  balance: {}
"""

MODELS = """
    m: {tier: standard, durations: [5, 10], cap: 3, low: 100, high: 400}
    fast: {tier: fast, durations: null, cap: null}
    old: {tier: standard, deprecated: true, disputed: some-conflict, operations: [make]}
"""


class Spec:
    """A provider `p` with one family `f`, written to a directory of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.families = 0
        (root / "p" / "families").mkdir(parents=True)
        (root / "p" / "api.yaml").write_text(API, encoding="utf-8")

    def family(self, text: str = "", **keys: Any) -> None:
        """Adds a family file."""
        table: dict[str, Any] = {"family": "f", "operations": ["make", "other"], "models": yaml.safe_load(MODELS), "fields": {}}
        table |= yaml.safe_load(text) or {}
        table |= keys
        self.families += 1
        (self.root / "p" / "families" / f"{self.families}.yaml").write_text(yaml.safe_dump(table), encoding="utf-8")

    def check(self, body: Any, operation: str = "make", **options: Any) -> set[tuple[str, Loc]]:
        """What a body breaks; the model is `m` unless the body says otherwise."""
        return check(self.root, "p", operation, {"model": "m", **body}, **options)


@pytest.fixture
def spec(tmp_path: Path) -> Spec:
    return Spec(tmp_path)


def upload(**about: Any) -> dict[str, Any]:
    return {"$file": {"name": "a.png", "size": 10, **about}}


# field, values that pass, values that break it, the rule they break (location ("x",) unless given)
FIELDS: list[tuple[str, list[Any], list[Any], str]] = [
    ("{type: string, required: true}", ["", "a"], [None], "x:required"),
    ("{type: string}", [None, ""], [1, True, [], {}], "x:type"),
    ("{type: integer}", [5, 5.0, -1], [5.5, True, "5", float("nan")], "x:type"),
    ("{type: number}", [5, 5.5], [True, "5", float("inf")], "x:type"),
    ("{type: boolean}", [True, False], [1, 0, "true"], "x:type"),
    ("{type: object}", [{}, {"a": 1}], [[], "a", upload()], "x:type"),
    ("{type: array}", [[], [1, None]], [{}, "a"], "x:type"),
    ("{type: file}", [None], [upload(), "a", {}], "x:type"),
    ("{type: any}", [1, "a", [], {}, True], [upload()], "x:type"),
    ("{type: any, enum: [1, a]}", [1, 1.0, "a"], [True, "1", 2, [1]], "x:enum"),
    ("{type: any, const: {a: [1]}}", [{"a": [1.0]}], [{"a": [True]}, {"a": []}, {"a": [1], "b": 1}], "x:const"),
    ("{type: number, minimum: 2}", [2, 2.5], [1.9], "x:minimum"),
    ("{type: number, maximum: 2}", [2, -5], [2.1], "x:maximum"),
    ("{type: number, exclusive_minimum: 0}", [0.1], [0, -1], "x:exclusive_minimum"),
    ("{type: number, exclusive_maximum: 1}", [0.9], [1, 2], "x:exclusive_maximum"),
    ("{type: number, multiple_of: 0.1}", [0.3, 1, 0], [0.35], "x:multiple_of"),
    ("{type: string, min_length: 2}", ["ab", "😀😀"], ["a", "", "😀"], "x:min_length"),
    ("{type: string, max_length: 2}", ["ab", "", "😀😀"], ["abc"], "x:max_length"),
    ("{type: string, pattern: '^[ab]+$'}", ["ab"], ["abc", ""], "x:pattern"),
    ("{type: string, pattern: b}", ["abc"], ["ac"], "x:pattern"),
    ("{type: array, min_items: 1}", [[1]], [[]], "x:min_items"),
    ("{type: array, max_items: 1}", [[], [1]], [[1, 2]], "x:max_items"),
    ("{type: array, unique_items: true}", [[1, True], [1, 2]], [[1, 1.0], [{"a": 1}, 2, {"a": 1}]], "x:unique_items"),
    ("{type: string, format: url}", ["http://a", "HTTPS://a/b"], [""], "x:min_length"),
    ("{type: string, format: url}", ["https://a"], ["a", "a b", "C:/a", "//a", "/a/b", "a.png", "9a:b", "iVBOR/+=="], "x:url"),
    (
        "{type: string, format: url}",
        ["https://a"],
        ["data:image/png;base64,AA", "ftp://a", "https://", "http:///a", "A" * 64, "a" * 64 + "=="],
        "x:link",
    ),
    ("{type: string, format: url, base64: true}", ["https://a", "DATA:image/png;base64,AA", "A" * 64], ["ftp://a", "asset:1"], "x:link"),
    ("{type: string, format: url, base64: true}", ["https://a"], ["a", "A" * 63, "A" * 64 + "==="], "x:url"),
    ("{type: string, format: url}", ["https://localhost/a"], [], ""),
    (
        "{type: string, format: url, public: true}",
        [
            "https://a",
            "http://11.0.0.1",
            "http://172.32.0.1",
            "http://10.example.com",
            "http://localhost.example.com",
            "http://10.0.0.1.nip.io/",
        ],
        [
            "http://LOCALHOST:80",
            "https://me@10.0.0.1/a",
            "http://172.16.9.9?a",
            "http://192.168.0.1",
            "http://nas.local",
            "http://[::1]/",
            "http://[fd00::1]",
        ],
        "x:public",
    ),
    ("{type: integer, suggested: {enum: [1, 2], maximum: 1}}", [1], [2, 3], "x:suggested"),
    ("{type: integer, only: [make]}", [1], [], ""),
    ("{type: integer, only: [other], required: true}", [None], [1, "a"], "x:only"),
    ("{type: integer, deprecated: true, replaced_by: y}", [None], [1], "x:deprecated"),
    ("{type: integer, numeric_string: true}", [5, "5", "-5", "05"], ["5.0", "a", "", " 5", "+5", True], "x:type"),
    ("{type: number, numeric_string: true}", [5, "5", "-5.25"], ["5.", ".5", "1e3", "a"], "x:type"),
    ("{type: number, numeric_string: true, maximum: 5}", [5, "5.0", "-9"], [6, "5.1", "10"], "x:maximum"),
    ("{type: integer, numeric_string: true, enum: [5, 10]}", [5, "5", "010"], [6, "6"], "x:enum"),
    ("{any_of: [{type: string, min_length: 1}, {type: array, items: {type: string}}]}", ["a", ["a"], []], [1, {}, True], "x:type"),
    ("{any_of: [{type: string, min_length: 1}, {type: integer, maximum: 3}]}", ["a", 3], [""], "x:min_length"),
    ("{any_of: [{type: string, min_length: 1}, {type: integer, maximum: 3}]}", ["a", 3], [4], "x:maximum"),
]


@pytest.mark.parametrize(("field", "passing", "failing", "rule"), FIELDS)
def test_field(spec: Spec, field: str, passing: list[Any], failing: list[Any], rule: str) -> None:
    spec.family(fields={"x": yaml.safe_load(field)})
    for value in passing:
        assert spec.check({"x": value}) == set(), value
    for value in failing:
        assert spec.check({"x": value}) == {(f"f/{rule}", ("x",))}, value


TREE = """
fields:
  list: {type: array, items: {type: integer, maximum: 3}}
  open:
    type: object
    fields:
      need: {type: string, required: true}
      deep: {type: object, closed: true, fields: {a: {type: integer}}}
  union:
    any_of:
      - {type: string, format: url}
      - {type: object, fields: {url: {type: string, format: url, required: true}}}
  parts:
    type: array
    items:
      type: object
      discriminator: kind
      fields: {note: {type: string}}
      variants:
        text: {fields: {text: {type: string, required: true}}}
        image: {closed: true, fields: {role: {type: string, enum: [first, last]}}}
"""
NESTED: list[tuple[dict[str, Any], set[tuple[str, Loc, str]]]] = [
    ({"list": [1, None, 4, "a"]}, {("list[]:maximum", ("list", 2), "error"), ("list[]:type", ("list", 3), "error")}),
    ({"list": [], "open": {"need": "a", "deep": {"a": 1, "b": None}}, "union": {"url": "http://a"}}, set()),
    ({"open": {}}, {("open.need:required", ("open", "need"), "error")}),
    ({"open": {"need": "a", "b": 1}}, {("open:unknown-field", ("open", "b"), "warning")}),
    ({"open": {"need": "a", "deep": {"b": 1}}}, {("open.deep:unknown-field", ("open", "deep", "b"), "error")}),
    ({"what": 1, "nothing": None}, {(":unknown-field", ("what",), "warning")}),
    ({"union": {}}, {("union.url:required", ("union", "url"), "error")}),
    ({"union": ""}, {("union:min_length", ("union",), "error")}),
    ({"union": {"url": "a"}}, {("union.url:url", ("union", "url"), "error")}),
    ({"union": "ab:c"}, {("union:link", ("union",), "warning")}),
    ({"parts": [{"kind": "text", "text": "a", "note": "b"}, {"kind": "image"}]}, set()),
    (
        {"parts": [{"kind": "text", "role": 1}]},
        {("parts[].text:required", ("parts", 0, "text"), "error"), ("parts[]:unknown-field", ("parts", 0, "role"), "warning")},
    ),
    ({"parts": [{"kind": "image", "role": "a"}]}, {("parts[].role:enum", ("parts", 0, "role"), "error")}),
    ({"parts": [{"kind": "image", "text": "a"}]}, {("parts[]:unknown-field", ("parts", 0, "text"), "error")}),
    (
        {"parts": [{"kind": "q", "text": 1, "note": 1}]},
        {("parts[].kind:variant", ("parts", 0, "kind"), "error"), ("parts[].note:type", ("parts", 0, "note"), "error")},
    ),
    ({"parts": [{"text": "a"}]}, {("parts[].kind:required", ("parts", 0, "kind"), "error")}),
    ({"parts": [{"kind": 1}]}, {("parts[].kind:variant", ("parts", 0, "kind"), "error")}),
    ({"parts": ["a"]}, {("parts[]:type", ("parts", 0), "error")}),
]


@pytest.mark.parametrize(("body", "expected"), NESTED)
def test_nested(spec: Spec, body: dict[str, Any], expected: set[tuple[str, Loc, str]]) -> None:
    spec.family(TREE)
    assert findings(spec.root, "p", "make", {"model": "m", **body}) == {(f"f/{rule}", loc, level) for rule, loc, level in expected}


def test_severity_of_fields(spec: Spec) -> None:
    spec.family(
        """
        closed: true
        fields:
          x: {type: integer, maximum: 1, severity: warning}
          y: {type: array, severity: warning, items: {type: integer}}
          o: {type: object, severity: warning, fields: {a: {type: integer}}}
          u: {severity: warning, any_of: [{type: integer, maximum: 1}]}
        """
    )
    assert findings(spec.root, "p", "make", {"model": "m", "x": 2, "y": ["a"], "o": {"a": "a"}, "u": 2, "z": 1}) == {
        ("f/x:maximum", ("x",), "warning"),
        ("f/y[]:type", ("y", 0), "warning"),
        ("f/o.a:type", ("o", "a"), "error"),
        ("f/u:maximum", ("u",), "warning"),
        ("f/:unknown-field", ("z",), "error"),
    }


RULE_FIELDS: dict[str, Any] = {
    **{name: {"type": "any"} for name in "abcde"},
    "list": {
        "type": "array",
        "items": {"type": "object", "fields": {"k": {"type": "any"}, "n": {"type": "integer", "numeric_string": True}}},
    },
    "o": {"type": "object", "fields": {"w": {"type": "number"}, "h": {"type": "number"}, "s": {"type": "any"}}},
    "n": {"type": "integer", "numeric_string": True},
    "pic": {"any_of": [{"type": "string"}, {"type": "file"}]},
}

# then (or whole rule), bodies that pass, bodies that break it with the locations
RULES: list[tuple[str, list[dict[str, Any]], list[tuple[dict[str, Any], set[Loc]]]]] = [
    ("{present: a}", [{"a": 0}], [({}, {("a",)}), ({"a": None}, {("a",)})]),
    ("{present: [a, o.s]}", [{"a": 1, "o": {"s": 1}}], [({}, {("a",), ("o", "s")}), ({"a": 1, "o": 5}, {("o", "s")})]),
    ("{present: 'list[].k'}", [{}, {"list": [{"k": 1}]}], [({"list": [{"k": 1}, {}]}, {("list", 1, "k")})]),
    ("{absent: [a, b]}", [{}, {"a": None}], [({"a": 1}, {("a",)}), ({"a": 1, "b": 1}, {("a",), ("b",)})]),
    ("{exactly_one: [a, b]}", [{"b": 1}], [({}, {("a",)}), ({"a": 1, "b": 1}, {("b",)})]),
    ("{at_least_one: [a, b]}", [{"b": 1}, {"a": 1, "b": 1}], [({}, {("a",)})]),
    ("{at_most_one: [a, b, c]}", [{}, {"b": 1}], [({"a": 1, "b": 1}, {("b",)})]),
    ("{together: [a, b, c]}", [{}, {"a": 1, "b": 1, "c": 1}], [({"b": 1}, {("a",), ("c",)})]),
    (
        "{equal: [a, b]}",
        [{}, {"a": 1}, {"a": 1, "b": 1.0}, {"a": [1], "b": [1]}],
        [({"a": 1, "b": True}, {("b",)}), ({"a": 1, "b": "1"}, {("b",)})],
    ),
    ("{equal: [n, o.s]}", [{"n": "5", "o": {"s": 5}}, {"n": 5, "o": {"s": "5.0"}}], [({"n": "5", "o": {"s": 6}}, {("o", "s")})]),
    ("{value: {a: {minimum: 2}, b: {const: x}}}", [{}, {"a": 2}, {"a": "1"}], [({"a": 1, "b": 1}, {("a",), ("b",)})]),
    ("{value: {n: {maximum: 2}}}", [{"n": "2"}], [({"n": "3"}, {("n",)})]),
    (
        "{value: {a: {max_items: 1, max_length: 2}}}",
        [{"a": [1]}, {"a": "ab"}, {"a": 5}],
        [({"a": [1, 2]}, {("a",)}), ({"a": "abc"}, {("a",)})],
    ),
    ("{value: {a: {type: boolean}}}", [{"a": True}], [({"a": "true"}, {("a",)})]),
    ("{value: {'list[].n': {enum: [1, 2]}}}", [{}, {"list": [{"n": "1"}, {}]}], [({"list": [{"n": 1}, {"n": "3"}]}, {("list", 1, "n")})]),
    ("{value: {a: {enum: $durations}}}", [{"a": 5}, {"a": 7, "model": "fast"}], [({"a": 7}, {("a",)})]),
    ("{value: {a: {maximum: $cap}, b: {const: 1}}}", [{"a": 3}, {"a": 7, "b": 2, "model": "fast"}], [({"a": 4}, {("a",)})]),
    (
        "{contains: {of: list, where: {value: {k: {const: 1}}}}}",
        [{}, {"list": [{}, {"k": 1}]}],
        [({"list": [{}]}, {("list",)}), ({"list": []}, {("list",)})],
    ),
    (
        "{contains: {of: list, where: {present: k, $tier: standard}, minimum: 0, maximum: 1}}",
        [{}, {"list": [{"k": 1}]}],
        [({"list": [{"k": 1}] * 2}, {("list",)})],
    ),
    (
        "{contains: {of: list, where: {value: {n: {const: 1}}}, maximum: 0}}",
        [{"list": [{"n": 2}]}],
        [({"list": [{"n": "1"}]}, {("list",)})],
    ),
    (
        "{count: {of: [a, b], minimum: 1, maximum: 3}}",
        [{"a": 0}, {"a": [1, 2], "b": "x"}],
        [({}, {("a",)}), ({"a": []}, {("a",)}), ({"b": [1, 2, 3, 4]}, {("b",)})],
    ),
    ("{count: {of: a, maximum: $cap}}", [{"a": [1, 2, 3]}], [({"a": [1, 2, 3, 4]}, {("a",)})]),
    (
        "{sum: {of: [{count: [a, b]}, {value: n, default: 2}], maximum: 4}}",
        [{"a": [1, 2]}, {"n": "4"}],
        [({"a": [1, 2, 3]}, {("a",)}), ({"b": 1, "n": "4"}, {("n",)})],
    ),
    ("{sum: {of: [{value: a}, {count: b}], minimum: 2}}", [{"a": 2}, {"a": "x"}], [({}, {("a",)}), ({"b": 1}, {("b",)})]),
    (
        "{product: {of: [o.w, o.h], minimum: $low, maximum: $high}}",
        [{"o": {"w": 1}}, {"o": {"w": 20, "h": 20}}],
        [({"o": {"w": 9, "h": 9}}, {("o",)})],
    ),
    (
        "{product: {of: [o.w, o.h], maximum: $high}}",
        [{"o": {"w": 99, "h": 99}, "model": "fast"}],
        [({"o": {"w": 0.1, "h": 4001}}, {("o",)})],
    ),
    ("{if: {present: [a, b]}, then: {never: true}, at: b}", [{"a": 1}], [({"a": 1, "b": 1}, {("b",)})]),
    ("{then: {present: [a, b]}, at: c}", [{"a": 1, "b": 1}], [({}, {("c",)})]),
]


def rule_table(text: str) -> dict[str, Any]:
    rule = yaml.safe_load(text)
    return {"id": "r", **(rule if "then" in rule else {"then": rule})}


@pytest.mark.parametrize(("text", "passing", "failing"), RULES)
def test_rule(spec: Spec, text: str, passing: list[dict[str, Any]], failing: list[tuple[dict[str, Any], set[Loc]]]) -> None:
    spec.family(fields=RULE_FIELDS, rules=[rule_table(text)])
    for body in passing:
        assert {loc for rule, loc in spec.check(body) if rule == "f/r"} == set(), body
    for body, locs in failing:
        assert {loc for rule, loc in spec.check(body) if rule == "f/r"} == locs, body


# condition, bodies for which it holds, bodies for which it does not
CONDITIONS: list[tuple[str, list[dict[str, Any]], list[dict[str, Any]]]] = [
    ("{}", [{}], []),
    ("{present: a}", [{"a": False}], [{}, {"a": None}]),
    ("{present: [a, o.s]}", [{"a": 1, "o": {"s": 1}}], [{"a": 1}, {"a": 1, "o": [1]}]),
    ("{present: 'list[].k'}", [{"list": [{}, {"k": 1}]}], [{"list": [{}]}, {}]),
    ("{absent: [a, b]}", [{}, {"a": None}], [{"b": 1}]),
    ("{any_present: [a, b]}", [{"b": 1}], [{}]),
    ("{model: fast}", [{"model": "fast"}], [{}]),
    ("{model: [fast, m]}", [{}, {"model": "fast"}], [{"model": "old"}]),
    ("{$tier: fast}", [{"model": "fast"}], [{}]),
    ("{$tier: [fast, slow], $cap: null}", [{"model": "fast"}], [{}, {"model": "old"}]),
    ("{operation: make}", [{}], []),
    ("{operation: [other]}", [], [{}]),
    ("{content: json}", [{}], []),
    ("{content: multipart}", [], [{}]),
    ("{mode: one}", [{"a": 1}], [{}]),
    ("{mode: [one, two]}", [{"b": 1}], [{}]),
    ("{mode: bound}", [{"c": 5}], [{"c": 7}, {"c": 5, "model": "fast"}]),
    ("{value: {a: {minimum: 2}, b: {const: x}}}", [{"a": 2, "b": "x"}], [{"a": 2}, {"a": 1, "b": "x"}]),
    ("{value: {n: {const: 5}}}", [{"n": "5"}, {"n": 5}], [{}, {"n": 6}]),
    ("{value: {'list[].k': {const: 1}}}", [{"list": [{"k": 2}, {"k": 1}]}], [{"list": [{"k": 2}]}, {}]),
    ("{not: {value: {a: {enum: $durations}}}}", [{"a": 7}], [{"a": 5}, {"a": 7, "model": "fast"}]),
    ("{count: {of: [a, b], minimum: 2, maximum: 3}}", [{"a": [1], "b": 1}], [{"a": 1}, {"a": [1, 2, 3, 4]}]),
    ("{contains: {of: list, where: {present: k}}}", [{"list": [{}, {"k": 1}]}], [{}, {"list": [{}]}]),
    ("{contains: {of: list, where: {present: k}, maximum: 0}}", [{}, {"list": [{}]}], [{"list": [{"k": 1}]}]),
    ("{all: [{present: a}, {present: b}]}", [{"a": 1, "b": 1}], [{"a": 1}]),
    ("{any: [{present: a}, {present: b}]}", [{"b": 1}], [{}]),
    ("{not: {present: a}, absent: b}", [{}], [{"a": 1}, {"b": 1}]),
]


@pytest.mark.parametrize(("text", "holding", "failing"), CONDITIONS)
def test_condition(spec: Spec, text: str, holding: list[dict[str, Any]], failing: list[dict[str, Any]]) -> None:
    modes = yaml.safe_load("{one: {present: a}, two: {present: b}, bound: {value: {c: {enum: $durations}}}}")
    rule = {"id": "r", "if": yaml.safe_load(text), "then": {"never": True}, "at": "e", "severity": "warning"}
    spec.family(fields=RULE_FIELDS, modes=modes, rules=[rule])
    for body in holding:
        assert ("f/r", ("e",)) in spec.check(body), body
        assert severity("f/r") == "warning"
    for body in failing:
        assert ("f/r", ("e",)) not in spec.check(body), body


FORM = """
fields:
  i: {type: integer, maximum: 3}
  b: {type: boolean}
  o: {type: object, fields: {a: {type: integer}}}
  l: {type: array, items: {type: integer}}
  file: {type: file, media: [image/png, audio/*], max_bytes: 20}
  pic: {any_of: [{type: string, format: url}, {type: file, max_bytes: 5}, {type: object}]}
  size: {any_of: [{type: integer, maximum: 3}, {type: string, enum: [auto]}]}
  files: {type: array, max_items: 2, items: {type: file, media: [image/png]}}
  some: {form_name: "some[]", any_of: [{type: file}, {type: array, max_items: 1, items: {type: file}}]}
  told: {any_of: [{type: object, fields: {a: {type: integer}}}, {type: string}]}
rules:
  - {id: r, if: {content: multipart, value: {pic: {type: file}}}, then: {value: {file: {media: [image/png]}}}}
"""
PARTS: list[tuple[dict[str, Any], set[tuple[str, Loc]]]] = [
    ({"i": "3", "b": "true", "o": '{"a": 1}', "l": "[1]"}, set()),
    ({"i": 3, "b": False, "o": {"a": 1}, "l": ["1", 2]}, set()),
    ({"i": "4"}, {("i:maximum", ("i",))}),
    ({"i": "x", "b": "1", "o": "{", "l": "5"}, {("i:type", ("i",)), ("b:type", ("b",)), ("o:type", ("o",)), ("l[]:type", ("l", 0))}),
    ({"o": '{"a": "1"}'}, {("o.a:type", ("o", "a"))}),
    ({"size": "3"}, set()),
    ({"size": "auto"}, set()),
    ({"size": "4"}, {("size:maximum", ("size",))}),
    ({"file": upload()}, set()),
    ({"file": upload(type="audio/wav; rate=1")}, set()),
    ({"file": upload(name="unknown")}, set()),
    ({"file": upload(name="a.jpg")}, {("file:media", ("file",))}),
    ({"file": upload(type="image/jpeg", size=21)}, {("file:media", ("file",)), ("file:max_bytes", ("file",))}),
    ({"file": "text", "o": upload()}, {("file:type", ("file",)), ("o:type", ("o",))}),
    ({"file": [upload()]}, {("file:type", ("file",))}),
    ({"files": [upload(), upload(name="a.jpg")]}, {("files[]:media", ("files", 1))}),
    ({"files": [upload()] * 3}, {("files:max_items", ("files",))}),
    ({"some[]": [upload()]}, set()),
    ({"some[]": upload(), "told": "words"}, set()),
    ({"some[]": [upload()] * 2}, {("some:max_items", ("some",))}),
    ({"some": [upload()] * 2}, {("some:max_items", ("some",))}),
    ({"some": "text", "told": '{"a": "1"}'}, {("some[]:type", ("some", 0)), ("told.a:type", ("told", "a"))}),
    ({"pic": "https://a"}, set()),
    ({"pic": upload()}, {("pic:max_bytes", ("pic",))}),
    ({"pic": upload(size=1), "file": upload(type="audio/wav")}, {("r", ("file",))}),
]


@pytest.mark.parametrize(("body", "expected"), PARTS)
def test_multipart(spec: Spec, body: dict[str, Any], expected: set[tuple[str, Loc]]) -> None:
    spec.family(FORM)
    assert spec.check(body, content="multipart") == {(f"f/{rule}", loc) for rule, loc in expected}


def test_open_family(spec: Spec) -> None:
    spec.family(fields={"a": {"type": "integer"}}, open=True)
    assert spec.check({"a": "x", "anything": 1}) == {("f/a:type", ("a",))}


def test_file_in_json(spec: Spec) -> None:
    spec.family(FORM)
    expected = {("f/file:type", ("file",)), ("f/pic:type", ("pic",)), ("f/files[]:type", ("files", 0))}
    assert spec.check({"file": upload(), "pic": upload(), "files": [upload()]}) == expected


MODEL: Loc = ("model",)
OPERATIONS: list[tuple[str, Any, dict[str, Any], set[tuple[str, Loc, str]]]] = [
    ("make", {"model": "m", "x": 1}, {}, set()),
    ("make", [], {}, {("make/body:type", (), "error")}),
    ("make", None, {}, {("make/body:type", (), "error")}),
    ("make", {"x": "a"}, {}, {("make/model:required", MODEL, "error")}),
    ("make", {"model": 5, "x": "a"}, {}, {("make/model:type", MODEL, "error")}),
    ("make", {"model": "new", "x": "a"}, {}, {("make/model:unknown", MODEL, "warning")}),
    ("make", {"model": "g", "x": "a"}, {}, {("make/model:operation", MODEL, "error")}),
    ("other", {"model": "old"}, {}, {("other/model:operation", MODEL, "error")}),
    ("make", {"model": ""}, {}, {("make/model:required", MODEL, "error")}),
    ("native", {}, {"modelId": 1}, {("native/model:type", ("modelId",), "error")}),
    ("also", {"model": "m", "x": "a"}, {}, {("f/model:route", MODEL, "warning"), ("f/x:type", ("x",), "error")}),
    ("anywhere", {"model": "m", "x": 1}, {}, {("anywhere/model:operation", MODEL, "error")}),
    ("make", {"model": "old"}, {}, {("f/model:deprecated", MODEL, "warning"), ("f/model:disputed", MODEL, "warning")}),
    ("native", {"x": 1}, {"modelId": "g"}, set()),
    ("native", {"model": "g", "x": "a"}, {"modelId": "g"}, {("g/:unknown-field", MODEL, "warning"), ("g/x:type", ("x",), "error")}),
    ("native", {"x": "a"}, {}, {("native/model:required", ("modelId",), "error")}),
    ("clone", {"x": "a", "model": "m"}, {}, {("v/x:type", ("x",), "error"), ("v/:unknown-field", MODEL, "warning")}),
    ("balance", None, {}, set()),
]


@pytest.mark.parametrize(("operation", "body", "path_params", "expected"), OPERATIONS)
def test_operation(spec: Spec, operation: str, body: Any, path_params: dict[str, Any], expected: set[tuple[str, Loc, str]]) -> None:
    fields = {"x": {"type": "integer"}, "y": {"type": "integer", "only": ["make"]}}
    spec.family(fields=fields, also=["also"])
    spec.family(family="g", operations=["native"], models={"g": None}, fields=fields)
    spec.family(family="v", operations=["clone"], models=None, fields=fields)
    found = findings(spec.root, "p", operation, body, path_params=path_params)
    assert found == expected
    assert all(severity(rule) == level for rule, _, level in found)


def test_one_model_in_two_families(spec: Spec) -> None:
    spec.family(operations=["make"])
    spec.family(family="g", operations=["make"], models={"m": {}})
    with pytest.raises(SpecError):
        spec.check({})
    assert spec.check({"model": "fast"}) == set()


def test_family_without_models_beside_another(spec: Spec) -> None:
    spec.family()
    spec.family(family="g", operations=["make"], models=None)
    with pytest.raises(SpecError):
        spec.check({})


@pytest.mark.parametrize(
    "rule", ["{never: true, present: a}", "{sometimes: a}", "{value: {a: {minimun: 1}}}", "{if: {presnt: a}, then: {absent: a}}"]
)
def test_words_the_format_does_not_have(spec: Spec, rule: str) -> None:
    spec.family(fields=RULE_FIELDS, rules=[rule_table(rule)])
    with pytest.raises(SpecError):
        spec.check({"a": 1})


def test_content_type(spec: Spec) -> None:
    spec.family(operations=["make", "other"])
    assert spec.check({}, content="multipart") == set()
    assert spec.check({}, "other", content="multipart") == {("other/body:content-type", ("content_type",))}
