"""Row types of the emitted tables: what the runtime knows about a provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Path = tuple[str, ...]
Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A path, query or header parameter of an operation."""

    name: str
    location: Literal["path", "query", "header"]
    required: bool = False
    slashes: bool = False  # a path parameter of several segments
    example: str = ""  # a value that the page names


@dataclass(frozen=True, slots=True)
class Response:
    """What an operation answers with one status (`200`, or a class such as `4XX`)."""

    kind: Literal["json", "binary", "stream"]
    schemas: tuple[str, ...]  # names of response models, the first that fits is taken
    media: str
    stream: tuple[str, ...] = ()  # models of the events, when the body has `stream: true`
    text: bool = False  # some requests are answered with plain text


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One documented method and path."""

    id: str
    method: str
    path: str  # template, ex) /v1/videos/{task_id}
    parameters: tuple[Parameter, ...] = ()
    contents: tuple[str, ...] = ()  # "json", "multipart"; empty = no request body
    dispatch: Literal["body", "path", "none"] = "none"  # where the model id stands
    model_field: str = "model"
    routes: tuple[str, ...] = ()  # operations that this method may send a model to instead
    responses: Mapping[str, Response] = field(default_factory=dict[str, Response])
    task: str | None = None  # key of Provider.tasks
    paid: bool = False
    security: str | None = None  # name of the row of Provider.security; None = the first
    families: Mapping[str, str] = field(default_factory=dict[str, str])  # model id -> family; "" = the only family
    source: str = ""  # URL of the documentation


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """How tasks of one kind are polled; paths are tried in order."""

    name: str
    query: Mapping[str, str]  # submit operation -> query operation
    family_query: Mapping[str, str]  # family -> query operation, where it differs
    parameter: str  # path parameter of the query that takes the task id
    id: tuple[Path, ...]
    status: tuple[Path, ...]
    states: Mapping[str, Literal["queued", "running", "succeeded", "failed"]]
    progress: tuple[Path, ...]
    outputs: tuple[Path, ...]  # "[]" = every item
    error: tuple[Path, ...]
    content: str | None  # operation that streams the result
    poll: tuple[float, float]  # seconds: first interval, longest interval
    initial: Literal["queued", "running"] = "running"  # state of a task whose answer has no status word
    accepted: tuple[tuple[Path, tuple[Any, ...]], ...] = ()  # (path, values that mean a submit was taken)
    carry: tuple[str, ...] = ()  # path parameters of the submit that the query needs too
    read: tuple[str, ...] = ()  # other operations whose answers are about such tasks
    result: str | None = None  # operation that is asked once after success, and has the outputs


@dataclass(frozen=True, slots=True)
class Security:
    """One way to send the API key."""

    name: str
    header: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """A documented model id."""

    id: str
    family: str
    output: str  # video, image, speech, music, voice, text
    operations: tuple[str, ...]
    deprecated: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Provider:
    """One gateway: everything that is emitted about it, except the rules."""

    name: str  # ex) uniall; also the package below unibind
    title: str  # ex) UniAll
    env: str  # ex) UNIALL, prefix of the environment variables
    servers: tuple[str, ...]  # the first is the default
    security: tuple[Security, ...]
    operations: Mapping[str, Operation]
    tasks: Mapping[str, Task]
    models: Mapping[str, tuple[Model, ...]]
    matches: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]]
    )  # response model -> members that tell it from others

    def operation(self, method: str, path: str) -> Operation | None:
        """The operation of a method and a path template."""
        return next((row for row in self.operations.values() if row.path == path and row.method == method.upper()), None)

    def security_of(self, operation: Operation) -> Security:
        """How the API key of an operation is sent."""
        return next((row for row in self.security if row.name == operation.security), self.security[0])


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What is said about a rule that was broken."""

    message: str
    severity: Severity
    source: str  # URL of the page, with the section after "#"
    certainty: str = "stated"


Json = Any
