"""Whatever is wrong with a spec is said with file and line, all of it, and nothing else is said."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

import pytest
from tiny_spec import ANSWERS, API, CLIP, CONFLICTS, ROOT, SKETCH, TASKS, SpecFolder, run_codegen

from codegen.load import SpecError, load, read_yaml

FIELD_KEYS = (
    "any_of, base64, certainty, cite, closed, conflict, const, default, deprecated, description, discriminator, enum, exclusive_maximum, "
    "exclusive_minimum, fields, form_name, format, items, max_bytes, max_items, max_length, maximum, media, min_items, min_length, minimum, multiple_of, "
    "numeric_string, only, pattern, public, ref, replaced_by, required, severity, suggested, type, unique_items, variants"
)


@dataclass(frozen=True)
class Bad:
    """One mistake: a replacement in a file, the line it is reported at (by how it begins) and what is said there."""

    id: str
    file: str
    old: str
    new: str
    at: str
    message: str
    reported_in: str = ""  # where that is another file

    def expected(self, folder: SpecFolder) -> str:
        file = self.reported_in or self.file
        return f"spec/{file}:{folder.line(file, self.at)}: {self.message}"


SHAPE = [
    Bad(
        "typo",
        CLIP,
        "    max_length: 20",
        "    max_lenght: 20",
        "max_lenght",
        f"unknown key 'max_lenght'; did you mean 'max_length'? Allowed: {FIELD_KEYS}",
    ),
    Bad(
        "unknown-key",
        TASKS,
        "    poll: [2, 10]",
        "    poll: [2, 10]\n    colour: red",
        "colour",
        "unknown key 'colour'. Allowed: accepted, answers, carry, cite,",
    ),
    Bad(
        "attribute-name",
        CLIP,
        "clip-standard: {tier: standard,",
        "clip-standard: {Tier: standard,",
        "clip-standard",
        "unknown key 'Tier'. Allowed: cite, deprecated, disputed, operations, replaced_by, names like ^[a-z][a-z0-9_]*$",
    ),
    Bad(
        "text-for-number",
        CLIP,
        "    maximum: 8",
        "    maximum: eight",
        "maximum: eight",
        "fields.seconds.maximum: expected a number, found 'eight'",
    ),
    Bad(
        "list-for-mapping",
        CLIP,
        "modes:\n  words: {absent: [images, last_image]}\n",
        "modes:\n  words: [images]\n",
        "words",
        "modes.words: expected a mapping, found a list",
    ),
    Bad(
        "part-of-a-choice",
        CLIP,
        "then: {together: [width, height]}",
        "then: {together: width}",
        "then: {together",
        "rules.5.then.together: expected a list, found 'width'",
    ),
    Bad(
        "value",
        CLIP,
        "output: video",
        "output: film",
        "output",
        "output: 'film' is not allowed here; allowed: video, image, speech, music, voice, text",
    ),
    Bad("missing-key", CLIP, "title: Clip 1.0\n", "", "family", "the file: 'title' is a required property"),
    Bad(
        "lost-link",
        CLIP,
        "format: url, base64: true}",
        "base64: true}",
        "- {type: string, base64",
        "fields.last_image.any_of.0: 'format' is a dependency of 'base64'",
    ),
    Bad(
        "lost-discriminator",
        CLIP,
        "      discriminator: type\n",
        "",
        "items:\n",
        "fields.content.items: 'discriminator' is a dependency of 'variants'",
    ),
    Bad(
        "duplicate-key",
        CLIP,
        "  width: {",
        "  ratio: {type: string}\n  width: {",
        "ratio: {type: string}",
        "the key 'ratio' is already there (line ",
    ),
    Bad(
        "duplicate-model",
        CLIP,
        "  clip-old:",
        "  clip-fast: {tier: x}\n  clip-old:",
        "clip-fast: {tier: x}",
        "the key 'clip-fast' is already there (line ",
    ),
    Bad(
        "unquoted-ratio",
        CLIP,
        '["16:9", "1:1"]',
        "[16:9, '1:1']",
        "enum: [16:9",
        "quote '16:9': some YAML readers take it for something else than text",
    ),
    Bad("unquoted-no", CLIP, "[high, low]", "[high, no]", "voice", "quote 'no': some YAML readers take it for something else than text"),
    Bad(
        "two-constraints",
        CLIP,
        "{together: [width, height]}",
        "{together: [width, height], absent: size}",
        "then: {together",
        "rules.5.then: together and absent cannot stand together; exactly one of absent, at_least_one,",
    ),
    Bad("not-yaml", CLIP, "operations: [createClip]", "operations: [createClip", "models", "not YAML: did not find expected ',' or ']'"),
    Bad("control-character", CLIP, "title: Clip 1.0", "title: Clip\a", "title", "not YAML: control characters are not allowed"),
]

NAMES = [
    Bad(
        "page-not-in-sources",
        CLIP,
        "cite: clip#Models",
        "cite: klip#Models",
        "clip-old",
        "the citation 'klip#Models' names the page 'klip', which is not among the sources of this file (clip); did you mean 'clip'?",
    ),
    Bad(
        "page-not-in-lock",
        TASKS,
        "{guide: en/guide}",
        "{guide: en/giude}",
        "clip",
        "the citation names the page 'en/giude', which is not in docs.lock; did you mean 'en/guide'?",
    ),
    Bad(
        "section-not-on-page",
        CLIP,
        "cite: clip#Limits",
        "cite: clip#Limitz",
        "- id: words-need-prompt",
        "en/clip has no section 'Limitz'; did you mean 'Limits'?",
    ),
    Bad(
        "half-a-word",
        CLIP,
        "cite: clip#Limits",
        "cite: clip#Limi",
        "- id: words-need-prompt",
        "en/clip has no section 'Limi'; did you mean 'Limits'?",
    ),
    Bad("inherited-once", CLIP, "cite: clip#Request parameters", "cite: clip#Requst", "family", "en/clip has no section 'Requst'"),
    Bad(
        "cited-by-a-variant", CLIP, "role: {type: string,", "role: {cite: clip#No, type: string,", "picture:", "en/clip has no section 'No'"
    ),
    Bad(
        "cited-by-a-parameter",
        API,
        "verbose: {in: query,",
        "verbose: {cite: guide#No, in: query,",
        "verbose",
        "en/guide has no section 'No'",
    ),
    Bad(
        "cited-by-an-answer",
        ANSWERS,
        "url: {type: string, description: Link.}\n      error",
        "url: {type: string, cite: guide#No, description: Link.}\n      error",
        "url: {type: string, cite",
        "en/guide has no section 'No'",
    ),
    Bad(
        "cited-by-a-claim",
        CONFLICTS,
        '"en/clip#Limits"',
        '"en/clop#Limits"',
        "- id: shortest-clip",
        "shortest-clip: the citation names the page 'en/clop', which is not in docs.lock; did you mean 'en/clip'?",
    ),
    Bad(
        "constraint-field",
        CLIP,
        "{together: [width, height]}",
        "{together: [width, heigth]}",
        "- id: width-with-height",
        "clip-1.0/width-with-height: there is no field 'heigth'; did you mean 'height'?",
    ),
    Bad(
        "condition-field",
        CLIP,
        "{present: content}, {",
        "{present: contents}, {",
        "- id: picture-or-content",
        "clip-1.0/picture-or-content: there is no field 'contents'; did you mean 'content'?",
    ),
    Bad(
        "mode-field",
        CLIP,
        "pictures: {any_present: [images, last_image]}",
        "pictures: {any_present: [images, last_imag]}",
        "pictures",
        "mode pictures: there is no field 'last_imag'; did you mean 'last_image'?",
    ),
    Bad(
        "item-field",
        CLIP,
        "{value: {role: {const: last}}}",
        "{value: {rol: {const: last}}}",
        "- id: no-role-with-many",
        "clip-1.0/no-role-with-many: there is no field 'rol'; did you mean 'role'?",
    ),
    Bad(
        "nested-field",
        CLIP,
        "{value: {seconds: {maximum: 2}}}",
        "{value: {extra.sead: {maximum: 2}}}",
        "- id: short",
        "clip-1.0/short: there is no field 'extra.sead'; did you mean 'extra.seed'?",
    ),
    Bad(
        "at",
        CLIP,
        "    at: content",
        "    at: contend",
        "- id: no-role-with-many",
        "clip-1.0/no-role-with-many: there is no field 'contend'; did you mean 'content'?",
    ),
    Bad(
        "every-item-in-condition",
        CLIP,
        "{value: {seconds: {maximum: 2}}}",
        '{value: {"images[]": {max_length: 2}}}',
        "- id: short",
        "clip-1.0/short: a condition cannot look at every item; use contains",
    ),
    Bad(
        "mode",
        CLIP,
        "if: {mode: words}",
        "if: {mode: word}",
        "if: {mode: word}",
        "unknown mode 'word'; did you mean 'words'? (modes of this family: words, pictures, both-ends)",
    ),
    Bad(
        "mode-of-itself",
        CLIP,
        "words: {absent: [images, last_image]}",
        "words: {mode: words}",
        "words",
        "the mode 'words' is defined by itself",
    ),
    Bad(
        "attribute",
        CLIP,
        "if: {$tier: fast}",
        "if: {$teir: fast}",
        "if: {$teir",
        "unknown attribute '$teir'; did you mean 'tier'? (attributes of this family: lengths, pixels, tier)",
    ),
    Bad(
        "attribute-in-bound",
        CLIP,
        "{enum: $lengths}",
        "{enum: $lenghts}",
        "then: {value: {seconds: {enum",
        "unknown attribute '$lenghts'; did you mean 'lengths'? (attributes of",
    ),
    Bad(
        "attribute-value",
        CLIP,
        "if: {$tier: fast}",
        "if: {$tier: [fats, standard]}",
        "if: {$tier",
        "no model of this family has $tier fats; did you mean 'fast'? (values of this family: standard, fast)",
    ),
    Bad(
        "different-attributes",
        CLIP,
        "clip-fast: {tier: fast, lengths: [2, 4], pixels: 1024}",
        "clip-fast: {tier: fast, lengths: [2, 4]}",
        "clip-fast",
        "clip-fast has the attributes lengths, tier, the first model lengths, pixels, tier",
    ),
    Bad(
        "model",
        CLIP,
        "{model: clip-standard,",
        "{model: clip-standart,",
        "if: {model",
        "unknown model 'clip-standart'; did you mean 'clip-standard'? (models of this family: clip-doubtful,",
    ),
    Bad(
        "replaced-by",
        CLIP,
        "replaced_by: clip-standard",
        "replaced_by: clip-standart",
        "clip-old",
        "replaced_by names an unknown model 'clip-standart'; did you mean 'clip-standard'?",
    ),
    Bad(
        "model-in-two-families",
        SKETCH,
        "  sketch-2-large:\n",
        "  sketch-2-large:\n  clip-fast:\n",
        "clip-fast",
        "createClip has 'clip-fast' already in 'clip-1.0'",
    ),
    Bad(
        "rule-operation",
        CLIP,
        "{operation: createClip}",
        "{operation: createClap}",
        "- id: no-role-with-many",
        "clip-1.0/no-role-with-many: 'createClap' is not an operation of the family",
    ),
    Bad(
        "only",
        SKETCH,
        "only: [editPicture]",
        "only: [editPictur]",
        "mask",
        "mask: `only` names 'editPictur', which is not an operation of the family",
    ),
    Bad(
        "unknown-operation",
        SKETCH,
        "[editPicture, drawPicture]",
        "[editPicture, drawPicture, drawPictur]",
        "family",
        "sketch-2: unknown operation 'drawPictur'; did you mean 'drawPicture'?",
    ),
    Bad(
        "operation-without-body",
        SKETCH,
        "[editPicture, drawPicture]",
        "[editPicture, drawPicture, retrieveClip]",
        "family",
        "sketch-2: retrieveClip takes no body, so no request of the family can go there",
    ),
    Bad(
        "query",
        CLIP,
        "operations: [createClip]",
        "operations: [createClip]\nquery: retrieveClap",
        "family",
        "clip-1.0: unknown operation 'retrieveClap'; did you mean 'retrieveClip'?",
    ),
    Bad(
        "response-schema",
        API,
        '"200": {schemas: [Pictures], answers: {succeeded: {data: [{$outputs: {url: $url}}]}}}\n      "4XX"',
        '"200": {schemas: [Picture], answers: {succeeded: {data: []}}}\n      "4XX"',
        "editPicture",
        "the response 200 names an unknown schema 'Picture'; did you mean 'Pictures'?",
    ),
    Bad("schema-in-schema", ANSWERS, "{ref: Failure,", "{ref: Fail,", "error:", "unknown schema 'Fail'; did you mean 'Failure'?"),
    Bad("ref-in-request", CLIP, "sound: {type: string,", "sound: {ref: Failure,", "sound", "sound: ref is for responses"),
    Bad("task", API, "    task: clip", "    task: clib", "createClip", "the task 'clib' is not in tasks.yaml; did you mean 'clip'?"),
    Bad(
        "task-operation",
        TASKS,
        "submit: [createClip]",
        "submit: [createClip, createClap]",
        "clip",
        "the task 'clip' names an unknown operation 'createClap'; did you mean 'createClip'?",
    ),
    Bad(
        "route",
        API,
        "    paid: true",
        "    paid: true\n    routes: [editPictur]",
        "createClip",
        "routes names an unknown operation 'editPictur'; did you mean 'editPicture'?",
    ),
    Bad(
        "model-parameter",
        API,
        "    model_field: model_name",
        "    model_field: model",
        "drawPicture",
        "drawPicture: the path has no parameter 'model' for the model",
    ),
    Bad(
        "conflict",
        CLIP,
        "    conflict: shortest-clip",
        "    conflict: shortest",
        "- id: short",
        "unknown conflict 'shortest'; did you mean 'shortest-clip'?",
    ),
    Bad("no-conflict", CLIP, "    conflict: shortest-clip\n", "", "- id: short", "the row is disputed, but names no `conflict`"),
    Bad(
        "model-conflict",
        CLIP,
        "disputed: shortest-clip",
        "disputed: shortest",
        "clip-doubtful",
        "unknown conflict 'shortest'; did you mean 'shortest-clip'?",
    ),
    Bad(
        "affects",
        CONFLICTS,
        "[clip-1.0/seconds]",
        "[clip-1.0/second]",
        "- id: shortest-clip",
        "shortest-clip: affects names 'clip-1.0/second', which is not in the spec; did you mean 'clip-1.0/seconds'?",
    ),
    Bad("minimum-above-maximum", CLIP, "    maximum: 8", "    maximum: 1", "seconds", "seconds: minimum 2 is above maximum 1"),
    Bad(
        "minimum-above-zero",
        CLIP,
        "seed: {type: integer, required: true, minimum: 0,",
        "seed: {type: integer, minimum: 1, maximum: 0,",
        "seed",
        "extra.seed: minimum 1 is above maximum 0",
    ),
    Bad("items-above", CLIP, "    max_items: 3", "    max_items: 0", "images", "images: min_items 1 is above max_items 0"),
    Bad(
        "rule-minimum-above-maximum",
        CLIP,
        "minimum: 1, maximum: 2}}",
        "minimum: 3, maximum: 2}}",
        "- id: one-text",
        "clip-1.0/one-text: minimum 3 is above maximum 2",
    ),
    Bad(
        "regular-expression",
        CLIP,
        '"^[^#]*$"',
        '"^[^#*$"',
        "prompt",
        "prompt: the pattern '^[^#*$' is no regular expression: unterminated character set",
    ),
    Bad("enum-of-another-type", CLIP, '"1:1"]', "11]", "ratio", "ratio: 11 is no string"),
    Bad(
        "bound-of-another-type",
        CLIP,
        "    max_length: 20",
        "    max_length: 20\n    maximum: 3",
        "maximum: 3",
        "'maximum' says nothing about a row with type string; what does: base64, const, enum,",
    ),
    Bad(
        "bound-beside-choice",
        CLIP,
        "Picture to end with.",
        "Picture to end with.\n    max_length: 3",
        "max_length: 3",
        "'max_length' says nothing about a row with any_of; what does: any_of",
    ),
    Bad(
        "advice-of-another-type",
        CLIP,
        "suggested: {enum: [2, 4, 8]}",
        "suggested: {max_length: 2}",
        "suggested",
        "'max_length' under `suggested` says nothing about a row with type integer",
    ),
    Bad(
        "one-json-type",
        CLIP,
        "      - {type: object, closed: true, fields: {url: {type: string, format: url, required: true}}}",
        "      - {type: string}",
        "last_image",
        "last_image: two alternatives of any_of are a JSON string; the value would not tell which is meant",
    ),
    Bad(
        "never-without-at",
        CLIP,
        "    at: content\n",
        "",
        "- id: no-role-with-many",
        "the rule 'clip-1.0/no-role-with-many' needs `at`: never names no field",
    ),
    Bad(
        "keyword-argument",
        CLIP,
        "  watermark:",
        "  timeout:",
        "timeout",
        "the field 'timeout' has the name of a keyword argument of the client",
    ),
    Bad("python-word", CLIP, "  watermark:", "  from:", "from", "the field 'from' is a word of Python"),
    Bad("model-field", CLIP, "  watermark:", "  model:", "model:", "the field 'model' is the model, which is there by itself"),
    Bad(
        "same-variable",
        CLIP,
        "  sound: {",
        "  wi-dth: {type: any}\n  wi_dth: {type: any}\n  sound: {",
        "wi_dth",
        "'wi_dth' gets the same variable as 'wi-dth': v_wi_dth",
    ),
    Bad(
        "same-route",
        API,
        "    path: /v1/pictures/edits",
        "    path: /v1/clips",
        "editPicture",
        "'editPicture' gets the same route as 'createClip': POST /v1/clips",
    ),
    Bad(
        "same-method",
        API,
        "    verb: edit\n",
        "    verb: draw\n",
        "drawPicture",
        "'drawPicture' gets the same method of the client as 'editPicture': pictures.draw",
    ),
    Bad("folder-of-provider", API, "provider: tiny", "provider: tini", "provider", "the provider 'tini' must be in a folder of its name"),
]


@pytest.mark.parametrize("bad", [*SHAPE, *NAMES], ids=lambda bad: bad.id)
def test_one_mistake_is_one_finding(bad: Bad, folder: SpecFolder) -> None:
    if bad.id == "model-in-two-families":
        folder.replace(SKETCH, "[editPicture, drawPicture]", "[editPicture, drawPicture, createClip]")
    folder.replace(bad.file, bad.old, bad.new)
    findings, expected = folder.findings(), bad.expected(folder)
    assert [finding[: len(expected)] for finding in findings] == [expected], "\n".join(findings)


def test_a_sound_spec_has_no_findings(folder: SpecFolder) -> None:
    assert folder.findings() == []


# --- mistakes that show in several places ----------------------------------------------------------------------------------


def test_duplicate_rule_is_reported_at_both(folder: SpecFolder) -> None:
    folder.replace(CLIP, "  - id: short\n", "  - id: weight\n")
    lines = [number for number, text in enumerate(folder.text(CLIP).splitlines(), 1) if text == "  - id: weight"]
    assert folder.findings() == [f"spec/{CLIP}:{line}: the rule id 'clip-1.0/weight' is there more than once" for line in lines]
    assert len(lines) == 2


def test_duplicate_family_is_reported_at_both(folder: SpecFolder) -> None:
    folder.replace(SKETCH, "family: sketch-2", "family: clip-1.0")
    assert folder.findings() == [f"spec/{file}:1: the family 'clip-1.0' is there more than once" for file in (CLIP, SKETCH)]


def test_families_with_one_module(folder: SpecFolder) -> None:
    folder.replace(SKETCH, "family: sketch-2", "family: clip-1-0")
    assert f"spec/{SKETCH}:1: 'clip-1-0' gets the same module as 'clip-1.0': clip_1_0" in folder.findings()


def test_operation_that_no_family_has(folder: SpecFolder) -> None:
    folder.replace(SKETCH, "[editPicture, drawPicture]", "[editPicture]")
    assert folder.findings() == [
        f"spec/{API}:{folder.line(API, 'drawPicture')}: drawPicture takes a body, but no family has it among its operations",
        f"spec/{SKETCH}:{folder.line(SKETCH, '- id: large')}: sketch-2/large-needs-picture: 'drawPicture' is not an operation of the family",
    ]


def test_path_parameters_both_ways(folder: SpecFolder) -> None:
    folder.replace(API, "/v1/clips/{clip_id}/content", "/v1/clips/{clip-id}/content")
    line = folder.line(API, "downloadClip")
    assert folder.findings() == [
        f"spec/{API}:{line}: downloadClip: the path has {{clip-id}}, which is not among the parameters; did you mean 'clip_id'?",
        f"spec/{API}:{line}: downloadClip: the path parameter 'clip_id' is not in the path /v1/clips/{{clip-id}}/content",
    ]


def test_misspelled_required_key(folder: SpecFolder) -> None:
    folder.replace(CLIP, "    then: {together:", "    than: {together:")
    assert folder.findings() == [
        f"spec/{CLIP}:{folder.line(CLIP, '- id: width-with-height')}: rules.5: 'then' is a required property",
        f"spec/{CLIP}:{folder.line(CLIP, 'than')}: unknown key 'than'; did you mean 'then'? Allowed: at, certainty, cite, conflict, id, if, message, severity, then",
    ]


def test_all_of_several_mistakes(folder: SpecFolder) -> None:
    """Of shape in one file and another, twice in one mapping."""
    folder.replace(CLIP, "    max_length: 20\n", "    max_lenght: 20\n    min_lenght: 1\n")
    folder.replace(SKETCH, "output: image", "output: imag")
    folder.write(TASKS, "")
    places = [finding.split(": ")[0] for finding in folder.findings()]
    line = folder.line(CLIP, "max_lenght")
    assert places == [f"spec/{CLIP}:{line}", f"spec/{CLIP}:{line + 1}", f"spec/{SKETCH}:3", f"spec/{TASKS}:1"]


def test_all_of_several_mistakes_of_meaning(folder: SpecFolder) -> None:
    """What cannot be resolved does not hide what does not fit."""
    folder.replace(CLIP, "if: {mode: words}", "if: {mode: word}")
    folder.replace(CLIP, "{together: [width, height]}", "{together: [width, heigth]}")
    folder.replace(SKETCH, "cite: sketch#Request", "cite: sketsh#Request")
    folder.replace(API, "    task: clip", "    task: clib")
    said = [finding.split(": ", 1)[1] for finding in folder.findings()]
    assert [text.split("'")[0] for text in said] == [
        "the task ",
        "unknown mode ",
        "clip-1.0/width-with-height: there is no field ",
        "the citation ",
    ]


# --- files -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n", "---\n"])
def test_empty_file(text: str, folder: SpecFolder) -> None:
    folder.write(CLIP, text)
    expected = f"spec/{CLIP}:1: " + ("the file is empty" if "-" not in text else "expected a mapping")
    assert [finding[: len(expected)] for finding in folder.findings()] == [expected]


@pytest.mark.parametrize(
    ("text", "said"), [("hello\n", "expected a mapping or a list"), ("- hello\n", "the file: expected a mapping, found a list")]
)
def test_file_of_another_shape(text: str, said: str, folder: SpecFolder) -> None:
    folder.write(CLIP, text)
    assert folder.findings() == [f"spec/{CLIP}:1: {said}"]


def test_no_api(folder: SpecFolder) -> None:
    (folder.root / API).unlink()
    assert folder.findings() == [f"spec/{API}:1: the provider 'tiny' has no api.yaml"]


def test_no_provider(folder: SpecFolder) -> None:
    shutil.rmtree(folder.root / "tiny")
    assert folder.findings() == ["spec:1: there is no provider"]


@pytest.mark.parametrize(
    "path", ["tiny/notes.yaml", "tiny/families/clip.yml", "tiny/families/old/clip.yaml", "tiny/schemas/notes.txt", "notes.yaml"]
)
def test_stray_file(path: str, folder: SpecFolder) -> None:
    folder.write(path, "a: 1\n")
    assert folder.findings() == [f"spec/{path}:1: not a file of the spec: see spec/README.md for the layout"]


@pytest.mark.parametrize("path", ["README.md", ".DS_Store", "tiny/.clip.yaml.swp"])
def test_file_that_may_lie_there(path: str, folder: SpecFolder) -> None:
    folder.write(path, "text")
    assert folder.findings() == []


def test_not_utf8(folder: SpecFolder) -> None:
    (folder.root / CLIP).write_bytes(b"family: clip\ntitle: caf\xe9\n")
    assert folder.findings() == [f"spec/{CLIP}:2: not UTF-8: invalid continuation byte"]


@pytest.mark.parametrize("lock", [None, "{", "{}", '{"pages": [{}]}'])
def test_citations_are_never_left_unchecked(lock: str | None, folder: SpecFolder) -> None:
    if lock is None:
        (folder.root / "docs.lock").unlink()
    else:
        folder.write("docs.lock", lock)
    expected = "spec/docs.lock:1: not to be read, so no citation was checked; `python -m codegen.docs lock` writes it: "
    assert [finding[: len(expected)] for finding in folder.findings()] == [expected]


def test_no_spec(folder: SpecFolder) -> None:
    with pytest.raises(SpecError, match="is no spec: this file is not there"):
        load(folder.root / "tiny")


# --- scalars ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-1", -1),
        ("0", 0),
        ("1.50", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("clip3.1", "clip3.1"),
        ("'1'", "1"),
        ('"true"', "true"),
        ("2026-06", "2026-06"),
        ("4k", "4k"),
    ],
)
def test_scalar(text: str, value: object) -> None:
    read, findings = read_yaml(f"a: {text}\n", "f")
    assert (read["a"], type(read["a"]), findings) == (value, type(value), [])


@pytest.mark.parametrize(
    "text", ["yes", "No", "on", "OFF", "True", "NULL", "16:9", "1:30:00", "0x1F", "1_000", "2026-06-26", ".inf", ".NaN"]
)
def test_scalar_that_must_be_quoted(text: str) -> None:
    _, findings = read_yaml(f"a: 1\nb: {text}\n", "f")
    assert [str(finding) for finding in findings] == [f"f:2: quote {text!r}: some YAML readers take it for something else than text"]


# --- the command -------------------------------------------------------------------------------------------------------------


def test_command_on_a_bad_spec(folder: SpecFolder) -> None:
    folder.replace(CLIP, "    max_length: 20", "    max_lenght: 20")
    out = folder.root.parent / "out"
    for command in ("lint", "generate", "check"):
        run = run_codegen(command, "--spec", folder.root, "--out", out)
        line = folder.line(CLIP, "max_lenght")
        assert run.returncode == 1
        assert run.stderr.startswith(f"spec/{CLIP}:{line}: unknown key 'max_lenght'")
        assert run.stderr.endswith("1 findings in the spec; nothing was generated\n")
        assert "Traceback" not in run.stderr
    assert not out.exists()


def test_command_on_a_sound_spec(folder: SpecFolder) -> None:
    run = run_codegen("lint", "--spec", folder.root)
    assert (run.returncode, run.stdout, run.stderr) == (0, "the spec is sound: tiny 5 operations, 2 families\n", "")


def test_the_spec_of_the_project_is_sound() -> None:
    assert run_codegen("lint", "--spec", ROOT / "spec").returncode == 0
