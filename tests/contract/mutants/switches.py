"""How one thing of the correct gateway is switched: hooks that change what the inherited method says."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from unibind._core.violations import Violation
from unibind.gateway import Behaviour, Call, Reply

When = Callable[[Call], bool]


def switched(**hooks: Callable[..., Any]) -> type[Behaviour]:
    """A behaviour whose methods pass their result through these functions, before the arguments: `check=lambda found, provider, call: ...`."""
    return type("Switched", (Behaviour,), {name: _through(name, change) for name, change in hooks.items()})


def _through(name: str, change: Callable[..., Any]) -> Callable[..., Any]:
    inherited = getattr(Behaviour, name)
    return lambda self, *args: change(inherited(self, *args), *args)


def always(call: Call) -> bool:
    """Every call."""
    return True


def field(name: str, *values: Any) -> When:
    """Calls whose body has one of these values at the top, or any value when none is given."""
    return lambda call: isinstance(call.body, dict) and name in call.body and (not values or call.body[name] in values)


def at(*operations: str) -> When:
    """Calls of these operations."""
    return lambda call: call.operation.id in operations


# --- rules -------------------------------------------------------------------------------------------------------------


def ignores(*rules: str, when: When = always) -> type[Behaviour]:
    """Takes what breaks these rules."""
    return switched(check=lambda found, provider, call: [row for row in found if row.rule not in rules or not when(call)])


def refuses(when: When) -> type[Behaviour]:
    """Refuses what the spec allows."""
    odd = Violation("mutant/odd", (), "not today", "error", "")
    return switched(check=lambda found, provider, call: [*found, odd] if when(call) else found)


# --- answers -------------------------------------------------------------------------------------------------------------


def accepted(call: Call, reply: Reply) -> bool:
    """What was taken."""
    return reply.verdict == "accepted"


def refused(call: Call, reply: Reply) -> bool:
    """What was not."""
    return reply.verdict != "accepted"


def replies(when: When, which: Callable[[Call, Reply], bool] = accepted, **members: Any) -> type[Behaviour]:
    """Answers with other members: status, media, headers ..."""
    return switched(reply=lambda reply, call, _: replace(reply, **members) if when(call) and which(call, reply) else reply)


def says(when: When, change: Callable[[Any], Any], which: Callable[[Call, Reply], bool] = accepted) -> type[Behaviour]:
    """Answers with another body: `change` edits a copy in place, or gives what takes its place."""

    def edited(reply: Reply, call: Call, _: Reply) -> Reply:
        if not when(call) or not which(call, reply) or not isinstance(reply.body, dict):
            return reply
        body = copy.deepcopy(reply.body)
        return replace(reply, body=change(body) or body)

    return switched(reply=edited)


def puts(path: str, value: Any) -> Callable[[Any], None]:
    """Sets a member that is there; `value` may be a function of the old one."""

    def change(body: Any) -> None:
        holder, name = _holder(body, path)
        if name in holder:
            holder[name] = value(holder[name]) if callable(value) else value

    return change


def drops(path: str) -> Callable[[Any], None]:
    """Takes a member away."""

    def change(body: Any) -> None:
        holder, name = _holder(body, path)
        holder.pop(name, None)

    return change


def renames(path: str, new: str) -> Callable[[Any], None]:
    """Gives a member another name."""

    def change(body: Any) -> None:
        holder, name = _holder(body, path)
        if name in holder:
            holder[new] = holder.pop(name)

    return change


def _holder(body: Any, path: str) -> tuple[dict[str, Any], str]:
    *steps, name = path.split(".")
    for step in steps:
        found = body.get(step) if isinstance(body, dict) else None
        body = found if isinstance(found, dict) else {}
    return body, name
