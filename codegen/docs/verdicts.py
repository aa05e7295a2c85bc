"""Runs examples through the package: requests must be accepted, responses must survive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

import yaml

from .endpoints import Endpoint
from .examples import Example, key

_JSON, _MULTIPART = "application/json", "multipart/form-data"


class Verdict(StrEnum):
    """What became of an example; for a response, accepted means that no key was lost."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    WRONG = "shown as wrong"
    FRAGMENT = "fragment"
    PLACEHOLDER = "placeholder"
    UNREADABLE = "not JSON"


class Violation(Protocol):
    """What `check_request` returns."""

    @property
    def rule(self) -> str: ...
    @property
    def severity(self) -> str: ...


class Response(Protocol):
    """What `parse_response` returns."""

    def to_dict(self) -> dict[str, Any]: ...


class Package(Protocol):
    """The two functions of the package that tools use."""

    def check_request(
        self,
        provider: str,
        method: str,
        path: str,
        body: Any,
        /,
        *,
        path_params: Mapping[str, str] | None = ...,
        query: Mapping[str, Any] | None = ...,
        content_type: str = ...,
    ) -> Sequence[Violation]: ...

    def parse_response(self, provider: str, method: str, path: str, status: int, body: Any, /) -> Response: ...


@dataclass(frozen=True, slots=True)
class Judgement:
    """A person's word on an example that the package refuses."""

    page: str
    section: str
    verdict: Verdict
    reason: str

    def covers(self, example: Example) -> bool:
        return example.page == self.page and example.section.startswith(self.section)


@dataclass(frozen=True, slots=True)
class Judged:
    """An example and what became of it; `notes` are rule ids, or why not."""

    example: Example
    verdict: Verdict
    notes: tuple[str, ...] = ()
    judgement: Judgement | None = None


def read_judgements(path: Path) -> list[Judgement]:
    """The judgements of a file; none where there is no file."""
    rows = yaml.safe_load(path.read_text("utf-8")) if path.exists() else None
    return [Judgement(row["page"], str(row["section"]), Verdict(row["verdict"]), row["reason"]) for row in rows or ()]


class Judge:
    """Gives a verdict on the examples of one provider."""

    def __init__(self, package: Package, provider: str, judgements: Sequence[Judgement] = ()) -> None:
        self.package, self.provider, self.judgements = package, provider, judgements

    def judge(self, example: Example) -> Judged:
        """The verdict; a judgement is heard only where the package refuses."""
        judged = self.run(example)
        judgement = next((one for one in self.judgements if one.covers(example)), None)
        if judged.verdict is not Verdict.REFUSED or judgement is None:
            return judged
        return Judged(example, judgement.verdict, judged.notes, judgement)

    def run(self, example: Example) -> Judged:
        if example.snippet.problem is not None:
            return Judged(example, Verdict.UNREADABLE, (example.snippet.problem,))
        if example.placeholder:
            return Judged(example, Verdict.PLACEHOLDER)
        if example.piece:
            return Judged(example, Verdict.FRAGMENT)
        if example.endpoint is None:
            return Judged(example, Verdict.REFUSED, ("no operation of the spec",))
        return self.request(example, example.endpoint) if example.kind == "request" else self.response(example, example.endpoint)

    def request(self, example: Example, endpoint: Endpoint) -> Judged:
        errors, warnings = self.check(example, endpoint)
        if example.shown_as_wrong:
            return Judged(example, Verdict.WRONG, errors or ("not refused", *warnings))
        return Judged(example, Verdict.REFUSED if errors else Verdict.ACCEPTED, errors or warnings)

    def check(self, example: Example, endpoint: Endpoint) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Rule ids of errors and of warnings."""
        content_type = _MULTIPART if example.snippet.form == "multipart" else _JSON
        try:
            violations = self.package.check_request(
                self.provider,
                endpoint.method,
                endpoint.path,
                example.body,
                path_params=dict(example.path_params) or None,
                query=dict(example.snippet.query) or None,
                content_type=content_type,
            )
        except Exception as error:  # noqa: BLE001 - a check that breaks is a finding about the example, not the end of the run
            return (f"{type(error).__name__}: {error}",), ()
        rules = {severity: tuple(v.rule for v in violations if v.severity == severity) for severity in ("error", "warning")}
        return rules["error"], tuple(f"({rule})" for rule in rules["warning"])

    def response(self, example: Example, endpoint: Endpoint) -> Judged:
        try:
            parsed = self.package.parse_response(self.provider, endpoint.method, endpoint.path, example.status, example.body)
            kept = key(parsed.to_dict()) == key(example.body)  # as JSON: 1, 1.0 and true are not the same
        except Exception as error:  # noqa: BLE001 - as above
            return Judged(example, Verdict.REFUSED, (f"{type(error).__name__}: {error}",))
        return Judged(example, Verdict.ACCEPTED if kept else Verdict.REFUSED, () if kept else ("the body changed",))
