"""Requests that steer a gateway in another process, for tests in any language: its log, its time, its faults, its account.

    GET    /_unibind/log?since=2         the requests that arrived, from number 2 on; DELETE forgets them
    POST   /_unibind/clock               {"advance": 30}: seconds by which a clock that is moved by hand moves on; GET says the time
    POST   /_unibind/faults              {"fault": "rate-limited; seconds=1", "on": "submit", "times": 2}; GET lists them, DELETE forgets them
    PATCH  /_unibind/account             {"quota": 0, "keys": {"sk-a": "disabled"}}; GET shows it

They need no key, are not in the log and meet no faults. A mistake is answered with 400 and says what would be right.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Any, get_args

from starlette.types import Receive, Scope, Send

from .._core.shape import is_object
from . import asgi
from .app import Gateway
from .script import Step
from .tables import KeyState

PREFIX = "/_unibind/"
_STEP = [row.name for row in fields(Step) if row.init]
_ACCOUNT = ("quota", "keys")


class Mistake(ValueError):
    """A request that makes no sense; the message says what would."""


class Control:
    """An application that answers these requests itself and hands all others to the gateway."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._known: Mapping[str, Mapping[str, Callable[[Mapping[str, Any], Mapping[str, str]], Any]]] = {
            "log": {"GET": self._log, "DELETE": self._forget},
            "clock": {"GET": self._time, "POST": self._advance},
            "faults": {"GET": self._steps, "POST": self._add, "DELETE": self._clear},
            "account": {"GET": self._account, "PATCH": self._change},
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Called by the server."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._gateway(scope, receive, send)
            return
        status, body = self.answer(scope["method"], scope["path"], asgi.query_of(scope), await asgi.read(receive))
        content = json.dumps(body, ensure_ascii=False, default=str).encode()
        await asgi.send(asgi.Answer(status, {"content-type": "application/json"}, content), send)

    def answer(self, method: str, path: str, query: Mapping[str, str], content: bytes) -> tuple[int, Any]:
        """Status and body."""
        methods = self._known.get(path.removeprefix(PREFIX))
        if methods is None:
            return 404, {"error": f"there is no {path}; known are {', '.join(PREFIX + name for name in self._known)}"}
        if method not in methods:
            return 405, {"error": f"{path} takes {', '.join(methods)}"}
        try:
            return 200, methods[method](_object(content), query)
        except ValueError as error:
            return 400, {"error": str(error)}

    def _log(self, body: Mapping[str, Any], query: Mapping[str, str]) -> Any:
        since = query.get("since", "0")
        if not since.isdecimal():
            raise Mistake(f"since is the number of a request, from 0, not {since!r}")
        return [asdict(entry) for entry in self._gateway.log.since(int(since))]

    def _forget(self, *_: object) -> Any:
        self._gateway.log.clear()
        return []

    def _time(self, *_: object) -> Any:
        return {"now": self._gateway.clock.now()}

    def _advance(self, body: Mapping[str, Any], query: Mapping[str, str]) -> Any:
        seconds = _number(body, "advance")
        move: Any = getattr(self._gateway.clock, "advance", None)
        if move is None:
            raise Mistake("this clock moves by itself; the gateway has to be started with a clock that is moved by hand (--manual)")
        move(seconds)
        return self._time()

    def _steps(self, *_: object) -> Any:
        return [_shown(step) for step in self._gateway.faults.steps()]

    def _add(self, body: Mapping[str, Any], query: Mapping[str, str]) -> Any:
        _only(body, _STEP)
        if not isinstance(body.get("fault"), str):
            raise Mistake('a step has a fault: {"fault": "rate-limited; seconds=1", "on": "submit", "times": 2}')
        step = Step(**body)
        self._gateway.faults.script([step])
        return _shown(step)

    def _clear(self, *_: object) -> Any:
        self._gateway.faults.clear()
        return []

    def _account(self, *_: object) -> Any:
        account = self._gateway.account
        return {"quota": account.quota, "used": account.used, "price": account.price, "keys": account.keys}

    def _change(self, body: Mapping[str, Any], query: Mapping[str, str]) -> Any:
        _only(body, _ACCOUNT)
        quota = int(_number(body, "quota")) if "quota" in body else self._gateway.account.quota
        keys = body.get("keys", {})
        if not is_object(keys) or not {*keys.values()} <= {*get_args(KeyState)}:
            raise Mistake(f"keys is an object: each key one of {', '.join(get_args(KeyState))}")
        self._gateway.account.quota = quota
        self._gateway.account.keys.update(keys)
        return self._account()


def _object(content: bytes) -> Mapping[str, Any]:
    """The body; an empty one is an empty object."""
    try:
        body = json.loads(content or b"{}")
    except (ValueError, RecursionError):
        raise Mistake("the body is no JSON") from None
    if not is_object(body):
        raise Mistake("the body is a JSON object")
    return body


def _number(body: Mapping[str, Any], name: str) -> float:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise Mistake(f"{name} is a number from 0 on, not {json.dumps(value)}")
    return value


def _only(body: Mapping[str, Any], known: Any) -> None:
    unknown = sorted(body.keys() - {*known})
    if unknown:
        raise Mistake(f"there is no {unknown[0]}; known are {', '.join(known)}")


def _shown(step: Step) -> dict[str, Any]:
    return {name: getattr(step, name) for name in (*_STEP, "matched", "used")} | {"fault": str(step.fault)}
