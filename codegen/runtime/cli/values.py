"""`key=value` words of a command into a request, each value as the type that is documented for its field."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._core.checks import is_object
from .._core.files import media_type
from .exits import Failure

if TYPE_CHECKING:
    from .resolve import Target

_WORD = re.compile(r"([^=:\s]+)(:=|=)(.*)", re.DOTALL)
_INTEGER = re.compile(r"[+-]?\d{1,300}")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_LINKS = re.compile(r",(?=\s*(?:https?://|data:))")  # links may have commas of their own
_NONE: Any = object()


@dataclass(slots=True)
class Request:
    """What a command asks for."""

    body: dict[str, Any] = field(default_factory=dict[str, Any])
    path: dict[str, Any] = field(default_factory=dict[str, Any])
    query: dict[str, Any] = field(default_factory=dict[str, Any])


def request(found: Target, entry: Any, words: Sequence[str]) -> Request:
    """The request of `key=value` words; `Failure` for a word that cannot be understood."""
    made = Request()
    fields = {row["name"]: row for row in entry["fields"]} if entry else {}
    _name_model(made, found, fields)
    for key, given in _grouped(words).items():
        place = next((row.location for row in found.operation.parameters if row.name == key and key not in fields), "body")
        if place == "body":
            _put(made.body, key, fields, given)
        else:
            (made.path if place == "path" else made.query)[key] = given[-1][1]
    _message(made.body, fields)
    return made


def _name_model(made: Request, found: Target, fields: dict[str, Any]) -> None:
    """The name of the model where the operation takes it."""
    if not found.model:
        return
    name = found.operation.model_field
    in_path = {row.name for row in found.operation.parameters if row.location == "path"}
    if found.operation.dispatch == "path" or (found.operation.dispatch == "none" and name in in_path):
        made.path[name] = found.model
    elif found.operation.dispatch == "body" or name in fields:
        made.body[name] = found.model
    else:
        named = next((row for row in fields if row.startswith("model")), None)
        if named is None:
            raise Failure(f"{found.operation.id} names no model: say {found.family or found.operation.id} instead of {found.model}")
        made.body[named] = found.model


def _message(body: dict[str, Any], fields: dict[str, Any]) -> None:
    """A prompt, where conversations are taken, is what the user says in one."""
    if "prompt" not in body or "prompt" in fields:
        return
    for name, said in (("messages", {"role": "user", "content": body["prompt"]}), ("contents", {"parts": [{"text": body["prompt"]}]})):
        if name in fields and name not in body:
            body[name] = [said]
            del body["prompt"]
            return


def _grouped(words: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """Key -> (sign, text) of every word with it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for word in words:
        match = _WORD.fullmatch(word)
        if match is None:
            raise Failure(f"{word!r} is not key=value", hints=["key=value, key:=JSON or key=@file; quote what has spaces"])
        found.setdefault(match[1], []).append((match[2], match[3]))
    return found


def _put(body: dict[str, Any], key: str, fields: dict[str, Any], given: list[tuple[str, str]]) -> None:
    """Write a value into the body; dots in the key lead into objects."""
    parts = [key] if key in fields else key.split(".")
    types = list(_types(fields.get(parts[0]), parts[1:]))
    value = _value(key, types, given)
    for part in parts[:-1]:
        inner: Any = body.setdefault(part, {})
        if not is_object(inner):
            raise Failure(f"{key}: {part} is given as a whole already")
        body = inner
    body[parts[-1]] = value


def _types(type: Any, rest: Sequence[str]) -> Iterator[Any]:
    """The alternatives of the type of a field, or of a member of it."""
    if type is None:
        return
    if type["type"] == "union":
        for option in type["options"]:
            yield from _types({**option, "description": type.get("description", "")}, rest)
    elif not rest:
        yield type
    elif rest[0] == type.get("discriminator"):
        yield {"type": "string"}
    else:
        for member in (*type.get("fields", ()), *(row for case in type.get("variants", {}).values() for row in case)):
            if member["name"] == rest[0]:
                yield from _types(member, rest[1:])


def _value(key: str, types: list[Any], given: list[tuple[str, str]]) -> Any:
    array = next((row for row in types if row["type"] == "array"), None)
    if len(given) > 1:
        if array is None and types:
            raise Failure(f"{key} is given {len(given)} times, and takes one value")
        items = list(_types(array["items"], ())) if array else []
        return [_one(key, items, sign, text) for sign, text in given]
    return _one(key, types, *given[0])


def _one(key: str, types: list[Any], sign: str, text: str) -> Any:
    if sign == ":=":
        return _json(key, _read(key, text[1:]) if text.startswith("@") else text)
    if text.startswith("@"):
        return _file(key, types, text[1:])
    if not types:
        return text
    for type in sorted(types, key=lambda row: row["type"] in ("string", "any")):  # text is what everything else could be too
        value = _typed(key, type, text, alone=len(types) == 1)
        if value is not _NONE:
            return value
    wanted = " or ".join(dict.fromkeys(_called(row["type"]) for row in types))
    raise Failure(f"{key} takes {wanted}, not {text!r}", hints=[f"{key}:=JSON sends anything"])


def _typed(key: str, type: Any, text: str, *, alone: bool) -> Any:
    """The text as a type, or `_NONE`."""
    match type["type"]:
        case "integer":
            return int(text) if _INTEGER.fullmatch(text) else _NONE
        case "number":
            return int(text) if _INTEGER.fullmatch(text) else float(text) if _NUMBER.fullmatch(text) else _NONE
        case "boolean":
            return {"true": True, "false": False}.get(text.lower(), _NONE)
        case "array":
            return _list(key, type["items"], text) if alone or text.startswith("[") else _NONE
        case "object":
            return _decoded(text, dict)
        case "file":
            return _NONE
        case "any":
            return _decoded(text, dict | list | int | float | bool, text)
        case _:
            return text


def _list(key: str, items: Any, text: str) -> Any:
    whole = _decoded(text, list)
    if whole is not _NONE:
        return whole
    types = list(_types(items, ()))
    links = any(row.get("url") for row in types)
    if not any(row["type"] in ("string", "integer", "number", "boolean", "any") for row in types):
        return _NONE
    return [_one(key, types, "=", part.strip()) for part in (_LINKS.split(text) if links else text.split(","))]


def _decoded(text: str, kind: Any, otherwise: Any = _NONE) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return otherwise
    return value if isinstance(value, kind) else otherwise


def _json(key: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise Failure(f"{key}: not JSON: {error}") from None


def _called(type: str) -> str:
    return {"array": "a list", "object": "an object", "integer": "an integer", "boolean": "true or false", "any": "anything"}.get(
        type, f"a {type}"
    )


def _file(key: str, types: list[Any], name: str) -> Any:
    """What `key=@file` sends: an upload where one is documented, text, or base64 where that is."""
    flat = [row for type in types for row in (type, *(_types(type["items"], ()) if type["type"] == "array" else ()))]
    wrap = [] if any(row["type"] == "file" for row in types) or not any(row["type"] == "array" for row in types) else [0]
    path = Path(name).expanduser()
    if any(row["type"] == "file" for row in flat):
        if not path.is_file():
            raise Failure(f"{key}: there is no file {name}")
        return [path] if wrap else path
    if any(row.get("url") for row in flat):
        if not any(row.get("base64") for row in flat):
            raise Failure(f"{key} takes a link: no upload is documented for it", hints=["put the file where the gateway can fetch it"])
        value: Any = f"data:{media_type(name) or 'application/octet-stream'};base64,{base64.b64encode(_bytes(key, path)).decode()}"
    else:
        value = _text(key, flat, path)
    return [value] if wrap else value


def _text(key: str, types: list[Any], path: Path) -> str:
    if str(path) == "-":
        return _read(key, "-")
    content = _bytes(key, path)
    if "base64" in " ".join([key, *(row.get("description", "") for row in types)]).lower():
        return base64.b64encode(content).decode()
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Failure(f"{key}: {path} is no text, and no upload is documented for the field") from None


def _read(key: str, name: str) -> str:
    """The text of a file, or of stdin."""
    if name == "-":
        import sys

        return sys.stdin.read()
    try:
        return _bytes(key, Path(name).expanduser()).decode()
    except UnicodeDecodeError:
        raise Failure(f"{key}: {name} is no text") from None


def _bytes(key: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Failure(f"{key}: {path}: {error.strerror}") from None
