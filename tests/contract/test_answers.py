"""Answers with something wrong, in families of every kind: a member that is missing, has another name or is of another kind."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from unibind import gateway
from unibind._core import dispatch
from unibind.contract import Row, SteppedWait, probes, run_contract
from unibind.gateway import Behaviour, Call, Reply
from unibind.gateway.calls import kinds

from .mutants.switches import switched

SEED = 3
SMALL = 60  # near misses: what is tried here is not about them
FAMILIES = 16


def places() -> list[tuple[str, str]]:
    """Some families of each provider."""
    found = [
        (provider, family)
        for provider in ("uniall", "uniapi", "wavespeed")
        for family in probes.by_family(provider)
        if sum(len(group.probes) for group in probes.groups(provider, family)) <= SMALL
    ]
    return random.Random(SEED).sample(found, FAMILIES)


class Found(Exception):
    """Something was said."""


def stop(row: Row) -> None:
    if row.is_finding:
        raise Found(row)


class Members:
    """A gateway whose answers of success have one member changed; counts the answers that it changed."""

    def __init__(self, provider: str, number: int, change: Callable[[dict[str, Any], str], None]) -> None:
        self.kinds = kinds(dispatch.provider(provider))
        self.number, self.change = number, change
        self.changed = 0

    def behaviour(self) -> Behaviour:
        return switched(reply=lambda reply, call, _: self.edited(reply, call))()

    def edited(self, reply: Reply, call: Call) -> Reply:
        body = reply.body
        due = reply.verdict == "accepted" and self.kinds[call.operation.id] in ("submit", "direct", "query")
        names = [name for name, value in body.items() if value is not None] if due and isinstance(body, dict) else []
        if self.number >= len(names):
            return reply
        self.changed += 1
        body = dict(body)
        self.change(body, names[self.number])
        return replace(reply, body=body)


def drops(body: dict[str, Any], name: str) -> None:
    del body[name]


def renames(body: dict[str, Any], name: str) -> None:
    body[f"{name}_x"] = body.pop(name)


def turns(body: dict[str, Any], name: str) -> None:
    body[name] = 7 if isinstance(body[name], str) else "seven"


@pytest.mark.parametrize("change", [drops, renames, turns], ids=lambda change: change.__name__)
@pytest.mark.parametrize(("provider", "family"), places())
def test_each_member_of_an_answer_matters(provider: str, family: str, change: Callable[[dict[str, Any], str], None]) -> None:
    for number in range(8):
        members = Members(provider, number, change)
        clock = gateway.ManualClock()
        made = gateway.Gateway(provider, clock=clock, behaviour=members.behaviour())
        try:
            run_contract(
                made.base_url, made.api_key, (provider,), families=(family,), budget=1, on_row=stop,
                transport=made.sync_transport(), wait=SteppedWait(clock.advance),
            )  # fmt: skip
        except Found:
            continue
        assert not members.changed, f"the answers without their member {number} were taken for good"
