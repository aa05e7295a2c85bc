"""Examples: what each one is, which operation it belongs to, and what becomes of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from codegen.docs import __main__ as command
from codegen.docs import commands, report
from codegen.docs.endpoints import Catalogue, Endpoint, for_page
from codegen.docs.examples import Example, examples, members, of_pages
from codegen.docs.pages import parse, read
from codegen.docs.verdicts import Judge, Judged, Judgement, Verdict, read_judgements

DATA = Path(__file__).parent / "data"
DRAW = Endpoint("POST", "/v1/pictures", "body", models=("toy-1", "toy-2"))
LOOK = Endpoint("GET", "/v1/pictures/{task_id}")
LAST = Endpoint("GET", "/v1/pictures/last")
SING = Endpoint("POST", "/v1/songs", "body", models=("toy-song",))
HEAR = Endpoint("GET", "/v1/songs/{id}")
LIST = Endpoint("GET", "/v1/songs")
PATH = Endpoint("POST", "/v1/models/{name}:draw", "path", "name", ("toy-1", "toy-2"))
TOY = Catalogue("toy", "https://docs.example.com", (DRAW, LOOK, LAST, SING, HEAR, LIST, PATH))


@dataclass(frozen=True)
class Violation:
    rule: str
    severity: str


@dataclass(frozen=True)
class Response:
    body: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        return self.body


class Toy:
    """A package with three rules; it loses the key `lost` of a response and breaks on `broken`."""

    calls: ClassVar[list[tuple[Any, ...]]] = []

    def check_request(self, provider: str, method: str, path: str, body: Any, /, **options: Any) -> list[Violation]:
        self.calls.append((provider, method, path, body, options))
        found = [Violation("toy/prompt:type", "error")] if isinstance(members(body).get("prompt"), list) else []
        found += [Violation("toy/text:required", "error")] if path == SING.path and body is not None and "text" not in body else []
        return found + ([Violation("toy/size:doubtful", "warning")] if "size" in members(body) else [])

    def parse_response(self, provider: str, method: str, path: str, status: int, body: Any, /) -> Response:
        self.calls.append((provider, method, path, status, body))
        if "broken" in body:
            raise KeyError("broken")
        return Response({key: value for key, value in body.items() if key != "lost"})


def read_toy(spec: Path) -> list[Catalogue]:
    return [TOY]


def load_toy(folder: Path) -> Toy:
    return Toy()


def page(text: str) -> list[Example]:
    return examples(parse(f"<!-- url: https://docs.example.com/x -->\n# Toys\n\n{text}")[0], TOY)


def judged(text: str, *judgements: Judgement) -> list[Judged]:
    return [Judge(Toy(), "toy", judgements).judge(example) for example in page(text)]


def of_source(name: str) -> list[Judged]:
    return [Judge(Toy(), "toy").judge(example) for _, _, found in of_pages(read(DATA / name), [TOY]) for example in found]


PICTURES = [
    ("1.1 Smallest", "request", "json", DRAW, Verdict.ACCEPTED),
    ("1.1 Smallest", "request", "curl", DRAW, Verdict.ACCEPTED),
    ("1.2 With remarks", "request", "json", DRAW, Verdict.ACCEPTED),
    ("1.2 With remarks", "request", "json", DRAW, Verdict.ACCEPTED),
    ("1.3 With a file", "request", "multipart", DRAW, Verdict.ACCEPTED),
    ("1.4 All sizes", "request", "json", DRAW, Verdict.PLACEHOLDER),
    ("2. Submit Response", "response", "json", DRAW, Verdict.ACCEPTED),
    ("3. Asking for the state", "request", "curl", LOOK, Verdict.ACCEPTED),
    ("3. Asking for the state", "response", "json", LOOK, Verdict.ACCEPTED),
    ("4.1 Two prompts Do not send this:", "request", "json", DRAW, Verdict.WRONG),
    ("4.1 Two prompts Do not send this:", "request", "json", DRAW, Verdict.ACCEPTED),
    ("4.1 Two prompts Do not send this:", "request", "json", DRAW, Verdict.FRAGMENT),
    ("4.2 No key HTTP status: `401`", "response", "json", LOOK, Verdict.ACCEPTED),
]
SONGS = [
    ("2. JavaScript", "request", "javascript", SING, Verdict.ACCEPTED),
    ("2. JavaScript", "request", "javascript", HEAR, Verdict.ACCEPTED),
    ("3. Python", "request", "python", SING, Verdict.ACCEPTED),
    ("3. Python", "request", "python", LIST, Verdict.ACCEPTED),
    ("4.1 没有歌词 错误请求:", "request", "json", SING, Verdict.WRONG),
    ("5. 响应示例", "response", "json", LIST, Verdict.PLACEHOLDER),
]


@pytest.mark.parametrize("name", ["dump.txt", "dump-lines.txt", "pages"])
def test_every_form_of_the_source_gives_the_same_examples(name: str) -> None:
    found = [
        (one.example.section, one.example.kind, one.example.snippet.form, one.example.endpoint, one.verdict) for one in of_source(name)
    ]
    assert found == PICTURES + SONGS


def test_what_is_sent_to_the_package() -> None:
    Toy.calls.clear()
    of_source("dump.txt")
    sent = {call[:3]: call for call in Toy.calls}
    (body, options), *_ = [call[3:] for call in Toy.calls if members(call[4]).get("content_type") == "multipart/form-data"]
    assert body == {"model": "toy-2", "prompt": "boats", "image": [("one.png", b"\0", "image/png"), ("two.png", b"\0", "image/png")]}
    assert options["path_params"] is None
    looked = next(call for call in Toy.calls if call[:3] == ("toy", "GET", LOOK.path) and isinstance(call[4], dict) and "query" in call[4])
    assert looked[4]["path_params"] == {"task_id": "t-1"}
    assert looked[4]["query"] == {"verbose": "1"}
    assert next(call for call in Toy.calls if call[3] == 401)[4] == {"error": {"message": "who are you"}}
    assert ("toy", "GET", HEAR.path) in sent


def test_a_refused_request_names_its_rules() -> None:
    (one,) = judged('```bash\ncurl /v1/songs -d \'{"model": "m"}\'\n```')
    assert (one.verdict, one.notes) == (Verdict.REFUSED, ("toy/text:required",))


def test_warnings_do_not_refuse() -> None:
    (one,) = judged('```bash\ncurl /v1/pictures -d \'{"model": "m", "size": 1}\'\n```')
    assert (one.verdict, one.notes) == (Verdict.ACCEPTED, ("(toy/size:doubtful)",))


def test_what_is_shown_as_wrong_but_not_refused_says_so() -> None:
    (one,) = judged('`POST /v1/pictures` Do not send:\n\n```json\n{"model": "m"}\n```')
    assert (one.verdict, one.notes) == (Verdict.WRONG, ("not refused",))


@pytest.mark.parametrize(
    ("body", "note"), [('{"id": "1", "status": "x", "lost": 1}', "the body changed"), ('{"status": "x", "broken": 1}', "KeyError")]
)
def test_a_response_must_survive(body: str, note: str) -> None:
    (one,) = judged(f"`GET /v1/songs/{{id}}`\n\n```json\n{body}\n```")
    assert one.verdict is Verdict.REFUSED
    assert one.notes[0].startswith(note)


def test_a_call_of_no_operation_is_refused() -> None:
    (one,) = judged("```bash\ncurl /v9/nothing\n```")
    assert (one.verdict, one.notes) == (Verdict.REFUSED, ("no operation of the spec",))


def test_what_cannot_be_read_is_counted() -> None:
    (one,) = judged('`POST /v1/pictures`\n\n```json\n{"model": ...}\n```')
    assert one.verdict is Verdict.UNREADABLE


def test_a_body_belongs_to_the_call_that_sends_it() -> None:
    body = '{"model": "m", "text": "la"}'
    first, _ = page(f"`POST /v1/pictures`\n\n```json\n{body}\n```\n```bash\ncurl /v1/songs -d '{body}'\n```")
    assert first.endpoint == SING


@pytest.mark.parametrize(("title", "endpoint"), [("Submit Response", DRAW), ("Query Response", LOOK)])
def test_of_several_operations_the_title_chooses(title: str, endpoint: Endpoint) -> None:
    (example,) = page(f'```http\nPOST /v1/pictures\nGET /v1/pictures/{{task_id}}\n```\n## {title}\n```json\n{{"id": "1"}}\n```')
    assert (example.kind, example.endpoint) == ("response", endpoint)


def test_a_model_in_the_path_is_one_that_the_page_names() -> None:
    (example,) = page("Use toy-2. ```bash\ncurl {BASE_URL}/v1/models/{name}:draw -d '{\"a\": 1}'\n```")
    assert (example.endpoint, example.path_params, example.piece) == (PATH, {"name": "toy-2"}, False)
    (example,) = page("```bash\ncurl {BASE_URL}/v1/models/toy-9:draw -d '{\"a\": 1}'\n```")
    assert example.path_params == {"name": "toy-9"}


def test_the_path_without_variables_wins() -> None:
    assert TOY.find("GET", "/v1/pictures/last") == (LAST, {})
    assert TOY.find("GET", "/v1/pictures/other/") == (LOOK, {"task_id": "other"})
    assert TOY.find("DELETE", "/v1/pictures/last") is None


def test_operations_are_found_in_prose_and_tables() -> None:
    text = "Send `POST https://api.example.com/v1/pictures`, then GET {BASE_URL}/v1/pictures/{task_id}. | `GET` | `/v1/songs` | GET /v9/no"
    assert TOY.mentions(text) == [DRAW, LOOK, LIST]


def test_a_judgement_is_heard_only_where_the_package_refuses(tmp_path: Path) -> None:
    path = tmp_path / "judgements.yaml"
    path.write_text(
        "- {page: en/x, section: Songs, verdict: fragment, reason: the words are elsewhere}\n- {page: en/x, section: No, verdict: fragment, reason: none}\n"
    )
    assert read_judgements(tmp_path / "none.yaml") == []
    judgements = read_judgements(path)
    text = '## Songs\n```bash\ncurl /v1/songs -d \'{"model": "m"}\'\n```\n## No\n```bash\ncurl /v1/songs\n```'
    found = judged(text, *judgements)
    assert [one.verdict for one in found] == [Verdict.FRAGMENT, Verdict.ACCEPTED]
    assert report.stale(found, judgements) == judgements[1:]


def test_the_tables_hide_nothing() -> None:
    found = of_source("dump.txt")
    rows = {
        line.split("  ")[0]: [int(word) if word != "-" else 0 for word in line.split() if word.isdigit() or word == "-"]
        for line in report.tables(found)
        if line.startswith("en/")
    }
    assert all(numbers[0] == sum(numbers[1:]) for numbers in rows.values())
    totals = [line.split() for line in report.tables(found) if line.startswith("all pages")]
    assert sum(int(total[2]) for total in totals) == len(found) == len(list(report.listing(found)))
    assert list(report.tables(found))[-1] == "19 examples: 2 curl, 2 javascript, 12 json, 1 multipart, 2 python"


def test_what_no_example_was_looked_for_in_is_said() -> None:
    pages = [*read(DATA / "dump.txt"), *parse("<!-- url: https://elsewhere.example/y -->\n# Y\n")]
    assert for_page([TOY], "https://elsewhere.example/y") is None
    assert list(report.unread(pages, [TOY])) == ["blocks without an example: 1 http", "of no provider in the spec, not read: en/y"]


def test_the_command_fails_on_a_refusal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    monkeypatch.setattr(commands, "read_catalogues", read_toy)
    monkeypatch.setattr(commands, "load_package", load_toy)
    arguments = ["examples", "--judgements", str(tmp_path / "none.yaml")]
    assert command.main([*arguments, "--list", str(DATA / "pages")]) == 0
    assert Counter(line.split("  ")[0] for line in capsys.readouterr().out.splitlines())["placeholder"] == 2
    refused = tmp_path / "page.md"
    refused.write_text(
        "<!-- url: https://docs.example.com/x -->\n# X\n```bash\ncurl /v1/songs -d '{}'\n```\n```bash\ncurl /v1/songs -d '{\"model\": \"m\"}'\n```\n"
    )
    assert command.main([*arguments, str(refused)]) == 1
    assert "toy/text:required" in capsys.readouterr().out
