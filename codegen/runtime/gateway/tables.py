"""Row types of the emitted answers: what the gateway says, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Body = Any  # JSON; text that begins with "$" is filled in, see placeholders.py
Cause = Literal["missing_key", "unknown_key", "disabled_key", "no_balance", "invalid", "not_found", "not_ready", "failed"]
CAUSES: tuple[Cause, ...] = get_args(Cause)
KeyState = Literal["enabled", "disabled", "expired"]
Kind = Literal["submit", "direct", "query", "content", "other", "media"]  # of a request
KINDS: tuple[Kind, ...] = get_args(Kind)
Sight = Literal["right", "wrong", "none"]  # of a request: it has an enabled key, other credentials, or none


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """Another form of an answer, for requests with certain parameters."""

    body: Body
    present: tuple[str, ...] = ()  # all of these parameters
    any_present: tuple[str, ...] = ()  # or one of these
    where: Mapping[str, tuple[Any, ...]] = field(default_factory=dict[str, tuple[Any, ...]])  # field of the body -> values it may have
    media: str = ""  # of a body that is text


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """One event of a streamed answer, or one for each item of a list."""

    data: Body
    each: str = ""  # the list
    where: Mapping[str, tuple[Any, ...]] = field(default_factory=dict[str, tuple[Any, ...]])  # as in variants


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """How a request with `stream: true` is answered."""

    events: tuple[Event, ...]
    name: str = ""  # member that is also the name of the event
    done: bool = True  # whether [DONE] follows


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What is answered by an operation, or about tasks of one kind."""

    bodies: Mapping[str, Body]  # submit, queued, running, succeeded, failed
    families: Mapping[str, Mapping[str, Body]] = field(default_factory=dict[str, Mapping[str, Body]])  # family -> bodies of its own
    variants: tuple[Variant, ...] = ()
    prefixes: Mapping[str, str] = field(default_factory=dict[str, str])  # family -> beginning of ids; "" = all others
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])  # family -> state -> its word
    count: tuple[str, ...] = ()  # fields of the request that say how many outputs are wanted; the first that is there counts
    keep: Mapping[str, str] = field(default_factory=dict[str, str])  # list -> member of the answer that is added to it
    inputs: str = ""  # field of the request whose items are answered one by one
    about: str = ""  # kind of the tasks that are answered about
    ids: str = ""  # field of the request that names these tasks; "" = the path does
    stream: Stream | None = None

    def body(self, state: str, family: str | None) -> Body:
        """The body of a state; what is queued reads as running where there is nothing of its own."""
        own = self.families.get(family or "", {})
        for name in (state, "running") if state == "queued" else (state,):
            if name in own:
                return own[name]
            if name in self.bodies:
                return self.bodies[name]
        raise LookupError(f"no answer for the state {state!r}")

    def prefix(self, family: str | None) -> str:
        """The beginning of ids."""
        return self.prefixes.get(family or "", self.prefixes.get("", ""))


@dataclass(frozen=True, slots=True, eq=False)
class Refusal:
    """How a request is refused for one cause."""

    status: int
    body: Body


@dataclass(frozen=True, slots=True)
class Account:
    """The account of the key: amounts in the gateway's unit."""

    quota: int
    used: int
    price: int  # of one piece of paid work
    unit: int  # amounts that make one unit of money
    rate: float  # of the money that is shown
    expired: tuple[str, ...] = ()  # operations that an expired key may still call


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """Everything that the gateway of a provider says."""

    account: Account
    operations: Mapping[str, Answers]
    tasks: Mapping[str, Answers]
    refusals: Mapping[str, Mapping[str, Refusal]]  # operation ("" = all others) -> cause -> refusal
    outputs: Mapping[str, str]  # family -> video, image, speech, music, voice, text

    def refusal(self, cause: Cause, operation: str) -> Refusal:
        """The refusal of an operation, or the one of all."""
        return self.refusals.get(operation, {}).get(cause) or self.refusals[""][cause]
