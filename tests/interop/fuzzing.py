"""Schemathesis against a gateway: the command that its users run, and what its report says."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unibind._core import dispatch
from unibind.gateway.running import Running

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / "interop" / "venv" / "bin" / "st"


@dataclass(frozen=True)
class Failure:
    """A check that failed, and the exchange that it failed on.

    Attributes:
        label: Method and path template, or `Stateful tests`.
        media: Content type of the request as the document names it.
        sent: The request's content as it was sent.
    """

    check: str
    label: str
    message: str
    media: str
    path: str
    sent: bytes
    content_type: str
    status: int
    headers: dict[str, str]
    answer: bytes

    def __str__(self) -> str:
        said = self.answer[:300].decode("utf-8", "replace")
        return f"{self.label}: {self.check}: {self.message}\n  sent to {self.path}: {self.sent[:600]!r}\n  answer: {self.status} {said}"


@dataclass(frozen=True)
class Report:
    """What one run found.

    Attributes:
        errors: Operation, phase and message of what broke inside the tool.
        cases: Test cases that were sent.
    """

    failures: list[Failure]
    errors: list[tuple[str, str, str]]
    cases: int
    operations: frozenset[str]


def run(running: Running, document: Path, folder: Path, options: Sequence[str] = ()) -> Report:
    """One run of `st run` from a document of the gateway's provider, with every check on; its files are left in the folder."""
    config, found = folder / "schemathesis.toml", folder / "report.ndjson"
    config.write_text(_settings(running.gateway.provider, running.api_key), "utf-8")
    command = [str(PROGRAM), "--config-file", str(config), "run", str(document), "--url", running.base_url, "--checks", "all"]
    command += [
        "--report",
        "ndjson",
        "--report-ndjson-path",
        str(found),
        "--generation-database",
        "none",
        "--continue-on-failure",
        *options,
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"schemathesis ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return _read(found)


def _settings(provider: str, key: str) -> str:
    """Its settings: the key for each way of sending one, and a model where the path names it, for a document cannot tie the body to that."""
    tables, rows = dispatch.provider(provider), list[str]()
    for row in tables.security:
        bearer = row.prefix.strip().lower() == "bearer"
        value = f"bearer = {json.dumps(key)}" if bearer else f"api_key = {json.dumps(row.prefix + key)}"
        rows.append(f"[auth.openapi.{json.dumps(row.name)}]\n{value}\n")
    rows.append("[parameters]")
    for operation in tables.operations.values():
        if operation.dispatch == "path":
            rows.append(f'"path.{operation.model_field}" = {json.dumps(next(iter(operation.families)))}')
    return "\n".join(rows) + "\n"


def _read(path: Path) -> Report:
    failures: list[Failure] = []
    errors: list[tuple[str, str, str]] = []
    cases, operations = 0, set[str]()
    for line in path.read_text("utf-8").splitlines():
        (kind, event), *_ = json.loads(line).items()
        if kind == "NonFatalError":
            errors.append((event["label"], event["phase"], event["value"]["message"]))
        elif kind == "FatalError":
            raise RuntimeError(f"schemathesis broke: {line[:2000]}")
        elif kind == "ScenarioFinished":
            recorder = event["recorder"]
            cases += len(recorder.get("interactions", ()))
            operations.add(recorder["label"])
            failures += _failures(recorder)
    return Report(failures, errors, cases, frozenset(operations))


def _failures(recorder: dict[str, Any]) -> Iterator[Failure]:
    for id, checks in recorder.get("checks", {}).items():
        for check in checks:
            if check["status"] == "failure":
                case, exchange = recorder["cases"][id]["value"], recorder["interactions"][id]
                told = check["failure_info"]["failure"]
                request, response = exchange["request"], exchange.get("response") or {}
                yield Failure(
                    check=check["name"],
                    label=told["operation"] or recorder["label"],
                    message=" ".join(told["message"].split()),
                    media=case.get("media_type") or "",
                    path=request["uri"],
                    sent=_content(request.get("body")),
                    content_type=_headers(request).get("content-type", ""),
                    status=response.get("status_code", 0),
                    headers=_headers(response),
                    answer=_content(response.get("content")),
                )


def _headers(message: dict[str, Any]) -> dict[str, str]:
    return {name.lower(): values[-1] for name, values in message.get("headers", {}).items()}


def _content(value: Any) -> bytes:
    return base64.b64decode(value["$base64"]) if value else b""
