"""Files in requests: taken where an upload is documented, refused with the reason where none is. Table-driven, over every documented field."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
import unibind

from codegen import ir
from codegen.__main__ import read_spec

CLIENTS = {"uniall": unibind.UniAll, "uniapi": unibind.UniAPI, "wavespeed": unibind.WaveSpeed}
SPEC = read_spec(Path(__file__).parent.parent.parent / "spec")
PIXEL = b"\x89PNG\r\n\x1a\n" + b"0" * 64


class Row(NamedTuple):
    """One top-level field of one family in one operation."""

    provider: str
    operation: str
    model: str
    field: str
    takes: str  # "file", "files" (a list), or "" for none

    def __str__(self) -> str:
        return f"{self.operation}-{self.model or 'any'}-{self.field}"


def rows() -> Iterator[Row]:
    """Every field that takes text or files, with the first model of each family."""
    for provider in SPEC.providers:
        for family in provider.families:
            for operation in (row for row in provider.operations if row.id in family.operations):
                model = next((m.id for m in family.models if operation.id in (m.operations or family.operations)), "")
                for field in family.body.fields:
                    takes = _takes(field.type) if "multipart" in operation.contents else ""
                    if takes or (_is_text(field.type) and not (field.only and operation.id not in field.only)):
                        yield Row(provider.name, operation.id, model, field.name, takes)


def _options(type: ir.Type) -> tuple[ir.Type, ...]:
    return type.options if isinstance(type, ir.Union) else (type,)


def _takes(type: ir.Type) -> str:
    if any(isinstance(option, ir.File) for option in _options(type)):
        return "file"
    lists = [option for option in _options(type) if isinstance(option, ir.Array)]
    return "files" if any(_takes(option.items) for option in lists) else ""


def _is_text(type: ir.Type) -> bool:
    return any(
        (isinstance(option, ir.Scalar) and option.kind == "string") or (isinstance(option, ir.Array) and _is_text(option.items))
        for option in _options(type)
    )


FORMS = {row.id for provider in SPEC.providers for row in provider.operations if row.contents == ("multipart",)}
ROWS = list(rows())
LINKS = [row for row in ROWS if not row.takes and row.operation not in FORMS]
UPLOADING = {row.operation for row in ROWS if row.takes}
UPLOADS = [row for row in ROWS if row.takes]


def body(row: Row, value: Any) -> dict[str, Any]:
    return ({"model": row.model} if row.model else {}) | {row.field: value}


def client(provider: str, seen: list[httpx.Request]) -> Any:
    def handler(request: httpx.Request) -> httpx.Response:
        request.read()
        seen.append(request)
        return httpx.Response(400, json={"error": {"message": "no"}})

    return CLIENTS[provider](api_key="sk-test-0123456789", http_client=httpx.Client(transport=httpx.MockTransport(handler)))


def call(made: Any, row: Row, given: dict[str, Any], **options: Any) -> None:
    chosen = unibind.Options(operation=row.operation, **options)
    made.call(row.operation, path={"model": row.model}, body=given, options=chosen)


def test_both_kinds_are_there() -> None:
    assert len(LINKS) > 300
    assert {row.operation for row in UPLOADS} >= {"editImage", "createImageTask", "createTranscription", "createImageVariation"}
    assert {row.provider for row in LINKS} == set(CLIENTS)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    path.write_bytes(PIXEL)
    return path


@pytest.mark.parametrize("row", LINKS, ids=str)
def test_a_file_where_only_links_are_taken_is_refused_with_the_reason(row: Row, picture: Path) -> None:
    seen: list[httpx.Request] = []
    with picture.open("rb") as file:
        for value in (picture, PIXEL, file, ("a.png", PIXEL, "image/png"), [picture]):
            with pytest.raises(unibind.RequestInvalid) as caught:
                call(client(row.provider, seen), row, body(row, value))
            found = [v for v in caught.value.violations if v.loc[0] == row.field and "No upload is documented" in v.message]
            assert [v.severity for v in found] == ["error"], caught.value
            if row.operation not in UPLOADING:
                with pytest.raises(unibind.RequestInvalid, match="no upload is documented"):
                    call(client(row.provider, seen), row, body(row, value), validate="off")
    assert seen == []


@pytest.mark.parametrize("row", UPLOADS, ids=str)
def test_a_file_where_an_upload_is_documented_is_sent_as_a_form(row: Row, picture: Path) -> None:
    seen: list[httpx.Request] = []
    value = [picture] if row.takes == "files" else picture
    content = "multipart/form-data"
    path = next(o.path for p in SPEC.providers for o in p.operations if (p.name, o.id) == (row.provider, row.operation))
    violations = unibind.check_request(row.provider, "POST", path, body(row, value), content_type=content)
    assert not [v for v in violations if v.loc[:1] == (row.field,) and v.rule.endswith(":type")]
    with pytest.raises(unibind.BadRequest):
        call(client(row.provider, seen), row, body(row, value), validate="off")
    assert seen[0].headers["content-type"].startswith("multipart/form-data")
    assert PIXEL in seen[0].content
    assert b'filename="picture.png"' in seen[0].content


def test_a_file_in_an_object_is_refused_with_the_reason(picture: Path) -> None:
    """Also where nothing is checked."""
    with pytest.raises(unibind.RequestInvalid, match=r"no upload is documented for extra_body\.image in createVideosGeneration") as caught:
        client("uniall", []).videos.generations.create(
            model="veo3.1-video-720p", extra_body={"image": picture}, options=unibind.Options(validate="off")
        )
    assert (caught.value.violations[0].rule, caught.value.violations[0].loc) == (
        "createVideosGeneration/body:file",
        ("extra_body", "image"),
    )


def test_a_form_field_without_uploads_says_so(picture: Path) -> None:
    with pytest.raises(unibind.RequestInvalid, match="No upload is documented for this field; put the file where"):
        client("uniall", []).images.edit(model="seedream-4.5", prompt="x", image=picture)


def unreadable(folder: Path) -> dict[str, Any]:
    closed = (folder / "closed.png").open("wb")
    closed.close()
    return {
        "there is no such file": folder / "missing.png",
        "is a folder": folder,
        "is closed": closed,
        "mode 'rb'": io.StringIO("text"),
        "nul.*there is no such": Path("nul\0.png"),
    }


@pytest.mark.parametrize("validate", ["strict", "warn", "off"])
@pytest.mark.parametrize("why", ["there is no such file", "is a folder", "is closed", "mode 'rb'", "nul.*there is no such"])
def test_a_file_that_cannot_be_read(tmp_path: Path, why: str, validate: Any) -> None:
    seen: list[httpx.Request] = []
    file = unreadable(tmp_path)[why]
    with pytest.raises(unibind.RequestInvalid, match=why) as caught:
        client("uniapi", seen).images.edit(
            prompt="x", image=[PIXEL_FILE, file], model="gpt-image-1", options=unibind.Options(validate=validate)
        )
    assert [(v.rule, v.loc) for v in caught.value.violations if v.rule.endswith(":file")] == [("editImage/body:file", ("image", 1))]
    assert seen == []


PIXEL_FILE = ("a.png", PIXEL, "image/png")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read(picture: Path) -> None:
    picture.chmod(0)
    with pytest.raises(unibind.RequestInvalid, match="may not be read"):
        client("uniapi", []).images.edit(prompt="x", image=picture)


def test_size_and_type_are_looked_at(tmp_path: Path) -> None:
    large, text = tmp_path / "large.png", tmp_path / "notes.txt"
    with large.open("wb") as file:
        file.truncate(30_000_000)
    text.write_bytes(b"x")
    for value, rule in ((large, "image-edit/image:max_bytes"), (("notes.txt", text, "text/plain"), "image-edit/image:media")):
        with pytest.raises(unibind.RequestInvalid) as caught:
            client("uniapi", []).images.edit(prompt="x", image=value)
        assert rule in [v.rule for v in caught.value.violations]
