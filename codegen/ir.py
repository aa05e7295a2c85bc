"""The intermediate representation: what every emitter reads, and nothing else.

Frozen dataclasses, closed unions, no Python source text. Bounds are tuples of (keyword, value), so that a bound of 0 is never lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Path = tuple[str, ...]  # ex) ("extra_body", "seed"), ("content", "[]", "role")
ITEM = "[]"
Severity = Literal["error", "warning"]
Certainty = Literal["stated", "inferred", "disputed"]
Content = Literal["json", "multipart"]
Kind = Literal["string", "integer", "number", "boolean", "any"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Citation:
    """One place of the documentation; without a URL when its page is not known."""

    page: str  # ex) zh-CN/models/video/veo-3-1/create-task
    section: str | None = None  # beginning of a heading of the page
    url: str  # ex) https://docs.uniall.ai/zh-CN/models/video/veo-3-1/create-task


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where a row stands in the spec, and where it was read."""

    file: str  # ex) spec/uniall/families/veo-3.1.yaml
    line: int
    citations: tuple[Citation, ...] = ()
    certainty: Certainty = "stated"
    conflict: str | None = None  # id of a conflict


@dataclass(frozen=True, slots=True)
class PerModel:
    """A bound that is an attribute of the request's model; models without the attribute are not bound."""

    attribute: str  # ex) durations
    values: tuple[tuple[str, Any], ...]  # (model, value)

    def groups(self) -> tuple[tuple[tuple[str, ...], Any], ...]:
        """The models of each distinct value, in order of appearance."""
        grouped: dict[str, tuple[list[str], Any]] = {}
        for model, value in self.values:
            grouped.setdefault(repr(value), ([], value))[0].append(model)
        return tuple((tuple(models), value) for models, value in grouped.values())


@dataclass(frozen=True, slots=True)
class Bound:
    """One keyword of the table in `rules.py` with its value."""

    keyword: str  # ex) maximum
    value: Any  # ex) 15, or PerModel


Bounds = tuple[Bound, ...]


# --- types -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Scalar:
    kind: Kind
    bounds: Bounds = ()
    numeric_string: bool = False  # a string that holds the number is accepted too
    url: bool = False
    base64: bool = False  # data and base64 instead of a link are documented
    public: bool = False  # the link must not point into a private network


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    bounds: Bounds = ()  # media, max_bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Array:
    items: Type
    bounds: Bounds = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Object:
    fields: tuple[Field, ...] = ()
    closed: bool = False
    open: bool = False  # other members are nothing to warn about


@dataclass(frozen=True, kw_only=True, slots=True)
class Variants:
    """An object whose members depend on the value of one string member."""

    discriminator: str  # ex) type
    cases: tuple[tuple[str, Object], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Union:
    """Alternatives of different JSON types, so that one look at the value tells which is meant."""

    options: tuple[Type, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ref:
    """A named response schema."""

    name: str


Type = Scalar | File | Array | Object | Variants | Union | Ref


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    name: str
    type: Type
    source: Source
    description: str = ""
    required: bool = False
    default: Any = None
    has_default: bool = False
    suggested: Bounds = ()
    only: tuple[str, ...] = ()  # operation ids; empty = all
    form_name: str | None = None  # ex) include[]; name in multipart forms
    deprecated: bool = False
    replaced_by: str | None = None
    severity: Severity = "error"


# --- conditions ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Present:
    paths: tuple[Path, ...]  # all of them


@dataclass(frozen=True, slots=True)
class Absent:
    paths: tuple[Path, ...]  # all of them


@dataclass(frozen=True, slots=True)
class ModelIn:
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OperationIn:
    operations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContentIs:
    content: Content


@dataclass(frozen=True, slots=True)
class Value:
    """The value at `path` is there and within the bounds."""

    path: Path
    bounds: Bounds
    numeric: bool = False  # compare numeric strings as numbers


@dataclass(frozen=True, slots=True)
class Count:
    """Items given: absent 0, a list its length, anything else 1; summed over the paths."""

    paths: tuple[Path, ...]
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Contains:
    """How many items of the array at `path` satisfy `where` (whose paths start at the item)."""

    path: Path
    where: Condition
    minimum: int | None = 1
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class AllOf:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    condition: Condition


Condition = Present | Absent | ModelIn | OperationIn | ContentIs | Value | Count | Contains | AllOf | AnyOf | Not


# --- constraints of rules --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Require:
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Forbid:
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """How many of the fields may be present."""

    paths: tuple[Path, ...]
    minimum: int
    maximum: int | None


@dataclass(frozen=True, slots=True)
class Together:
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Equal:
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Values:
    """Each value that is present satisfies its bounds."""

    checks: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A summand: the number of items at `count`, or the number at `value` (or its default)."""

    count: tuple[Path, ...] = ()
    value: Path | None = None
    default: float = 0


@dataclass(frozen=True, slots=True)
class Sum:
    terms: tuple[Term, ...]
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Product:
    paths: tuple[Path, ...]
    minimum: Any = None  # number or PerModel
    maximum: Any = None


@dataclass(frozen=True, slots=True)
class Never:
    pass


Constraint = Require | Forbid | Group | Together | Equal | Values | Contains | Count | Sum | Product | Never


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    id: str  # ex) veo-3.1/references-are-standard-only
    condition: Condition | None
    constraint: Constraint
    message: str
    severity: Severity
    source: Source
    at: Path | None = None


# --- families, operations, providers -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    id: str  # ex) veo3.1-video-720p
    attributes: tuple[tuple[str, Any], ...]
    source: Source
    deprecated: bool = False
    replaced_by: str | None = None
    operations: tuple[str, ...] = ()  # narrows those of the family


@dataclass(frozen=True, kw_only=True, slots=True)
class Mode:
    name: str  # ex) first-last-frame
    condition: Condition
    source: Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    id: str  # ex) veo-3.1
    title: str
    summary: str
    output: str  # ex) video
    operations: tuple[str, ...]
    also: tuple[str, ...]  # operations that some page allows, against the family's own pages: taken with a warning
    query: str | None
    models: tuple[Model, ...]
    body: Object
    modes: tuple[Mode, ...]
    rules: tuple[Rule, ...]
    source: Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    name: str
    location: Literal["path", "query", "header"]
    field: Field
    slashes: bool = False  # a path parameter of several segments
    example: str = ""  # a value that the page names


@dataclass(frozen=True, kw_only=True, slots=True)
class Variant:
    """Another form of an answer, for requests with certain parameters."""

    body: Any
    present: tuple[str, ...] = ()  # all of them
    any_present: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[Any, ...]], ...] = ()  # (field of the body, values that it may have)
    media: str = ""  # of an answer that is text


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One event of a streamed answer, or one for each item of a list."""

    data: Any
    each: str  # list, or ""
    where: tuple[tuple[str, tuple[Any, ...]], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Streamed:
    """How a request with `stream: true` is answered."""

    events: tuple[Event, ...]
    name: str  # member that is also the name of the event, or ""
    done: bool  # whether [DONE] follows


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """Bodies that the fake gateway answers with, by state; their text may hold placeholders."""

    bodies: tuple[tuple[str, Any], ...]  # (submit, queued, running, succeeded or failed; JSON)
    families: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...]  # bodies that a family has of its own
    variants: tuple[Variant, ...]
    prefixes: tuple[tuple[str, str], ...]  # (family or "" for all others, beginning of ids)
    words: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]  # family -> words for states, where they are not the first of the row's
    count: tuple[str, ...]  # fields of the request that say how many outputs are wanted; the first that is there counts
    keep: tuple[tuple[str, str], ...]  # (list, member of the answer that is added to it)
    inputs: str  # field of the request whose items are answered one by one
    about: str  # row of tasks.yaml whose tasks are answered about
    ids: str  # field of the request that names these tasks; "" = the path does
    stream: Streamed | None
    source: Source

    def all_bodies(self) -> tuple[Any, ...]:
        own = (body for _, bodies in self.families for _, body in bodies)
        return (*(body for _, body in self.bodies), *own, *(variant.body for variant in self.variants))

    def conditions(self) -> tuple[str, ...]:
        """The fields of the request that decide which form is answered."""
        events = self.stream.events if self.stream else ()
        return tuple(field for where in (*(row.where for row in self.variants), *(row.where for row in events)) for field, _ in where)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """How the fake gateway refuses a request for one cause."""

    cause: str  # ex) missing_key
    status: int
    body: Any
    source: Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """The account at the fake gateway, in the gateway's unit."""

    quota: int
    used: int
    price: int  # of one piece of paid work
    unit: int  # amounts that make one unit of money
    rate: float  # of the money that is shown
    expired: tuple[str, ...] = ()  # operations that an expired key may still call


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    status: str  # ex) 200, 4XX
    kind: Literal["json", "binary", "stream"]
    schemas: tuple[str, ...]  # alternatives, the first that fits
    media: str  # ex) application/json
    stream: tuple[str, ...] = ()  # events, when the body has `stream: true`
    text: bool = False  # some requests are answered with plain text
    answers: Answers | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    id: str  # ex) createVideoGeneration
    method: str
    path: str
    resource: tuple[str, ...]  # ex) ("video", "generations")
    verb: str  # ex) create
    summary: str
    source: Source
    parameters: tuple[Parameter, ...] = ()
    contents: tuple[Content, ...] = ()  # of the request body; empty = no body
    dispatch: Literal["body", "path", "none"] = "none"  # where the model stands
    model_field: str = "model"
    model_default: str | None = None
    routes: tuple[str, ...] = ()  # operations this method may send a model to instead
    responses: tuple[Response, ...] = ()
    task: str | None = None  # name of a row of tasks.yaml
    paid: bool = False
    security: str | None = None  # name of a row of `security`; None = the first
    experimental: bool = False  # known from other sources than the provider's own pages
    refusals: tuple[Refusal, ...] = ()  # where they differ from those of the provider


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A named response schema."""

    name: str
    type: Type
    description: str
    source: Source
    match: tuple[str, ...] = ()  # members that must be there for this alternative


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """How a task of one kind is polled."""

    name: str  # ex) video
    submit: tuple[str, ...]
    query: tuple[tuple[str, str], ...]  # (submit operation, query operation)
    parameter: str  # ex) task_id
    id: tuple[Path, ...]
    status: tuple[Path, ...]
    states: tuple[tuple[str, str], ...]  # (word of the gateway, state)
    progress: tuple[Path, ...]
    outputs: tuple[Path, ...]
    error: tuple[Path, ...]
    content: str | None  # operation that streams the result
    initial: str  # state of a task whose answer has no status word
    accepted: tuple[tuple[Path, tuple[Any, ...]], ...]  # (path, values that mean a submit was taken)
    carry: tuple[str, ...]  # path parameters of the submit that the query needs too
    read: tuple[str, ...]  # other operations whose answers are about such tasks
    result: str | None  # operation that is asked once after success, and has the outputs
    poll: tuple[float, float]  # seconds: first interval, longest interval
    source: Source
    answers: Answers | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    id: str
    subject: str
    claims: tuple[tuple[Citation, str], ...]
    decision: str
    reason: str
    affects: tuple[str, ...]
    source: Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Irrelevant:
    """Sections of the documentation that were read and need no row."""

    pages: tuple[str, ...]  # patterns, ex) zh-CN/models/video/*
    sections: tuple[str, ...]  # beginnings of headings; empty = all
    reason: str
    source: Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Excepted:
    """Names that are known to be only in the documentation, or only in the spec."""

    kind: str  # model, operation, field or value
    names: tuple[str, ...]  # patterns
    pages: tuple[str, ...]  # patterns; empty = all
    reason: str
    source: Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    url: str
    description: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Security:
    name: str
    header: str  # ex) Authorization
    prefix: str  # ex) "Bearer "


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    name: str  # ex) uniall
    title: str  # ex) UniAll; also the class name of the client
    description: str
    version: str
    docs: str  # base URL of the documentation
    servers: tuple[Server, ...]
    security: tuple[Security, ...]
    operations: tuple[Operation, ...]
    families: tuple[Family, ...]
    schemas: tuple[Named, ...]
    tasks: tuple[Task, ...]
    conflicts: tuple[Conflict, ...]
    source: Source
    account: Account | None = None
    refusals: tuple[Refusal, ...] = ()
    irrelevant: tuple[Irrelevant, ...] = ()
    without_row: tuple[Excepted, ...] = ()
    without_page: tuple[Excepted, ...] = ()

    def operation(self, id: str) -> Operation:
        return next(o for o in self.operations if o.id == id)

    def families_of(self, operation: str) -> tuple[Family, ...]:
        return tuple(f for f in self.families if operation in f.operations or operation in f.also)


@dataclass(frozen=True, kw_only=True, slots=True)
class Spec:
    providers: tuple[Provider, ...]
