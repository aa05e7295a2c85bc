"""A gateway to test against: made from the tables of a provider, answering as documented, without a key and without a network.

    with gateway.serve("uniall") as running:
        client = UniAll(api_key=running.api_key, base_url=running.base_url)

Needs the extra `gateway` (starlette, uvicorn, httptools, python-multipart).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .account import Account as Account
    from .app import Gateway as Gateway
    from .behaviour import Behaviour as Behaviour
    from .calls import FAULT as FAULT
    from .calls import RULES as RULES
    from .calls import SCENARIO as SCENARIO
    from .calls import WARNINGS as WARNINGS
    from .calls import Call as Call
    from .calls import Reply as Reply
    from .clock import Clock as Clock
    from .clock import ManualClock as ManualClock
    from .clock import RealClock as RealClock
    from .clock import ScaledClock as ScaledClock
    from .clock import SteppedClock as SteppedClock
    from .control import Control as Control
    from .faults import FAULTS as FAULTS
    from .faults import Fault as Fault
    from .faults import UnknownFault as UnknownFault
    from .front import providers as providers
    from .jobs import Job as Job
    from .jobs import Plan as Plan
    from .log import Entry as Entry
    from .log import Log as Log
    from .running import Running as Running
    from .script import SCENARIOS as SCENARIOS
    from .script import Faults as Faults
    from .script import Step as Step
    from .server import run as run
    from .server import serve as serve
    from .tables import KeyState as KeyState
    from .wire import NeedsSocket as NeedsSocket

_HOMES = {
    "Account": ".account",
    "Behaviour": ".behaviour",
    "Call": ".calls",
    "Clock": ".clock",
    "Control": ".control",
    "Entry": ".log",
    "FAULT": ".calls",
    "FAULTS": ".faults",
    "Fault": ".faults",
    "Faults": ".script",
    "Gateway": ".app",
    "Job": ".jobs",
    "KeyState": ".tables",
    "Log": ".log",
    "ManualClock": ".clock",
    "NeedsSocket": ".wire",
    "Plan": ".jobs",
    "RULES": ".calls",
    "RealClock": ".clock",
    "Reply": ".calls",
    "Running": ".running",
    "SCENARIO": ".calls",
    "SCENARIOS": ".script",
    "ScaledClock": ".clock",
    "Step": ".script",
    "SteppedClock": ".clock",
    "UnknownFault": ".faults",
    "WARNINGS": ".calls",
    "providers": ".front",
    "run": ".server",
    "serve": ".server",
}
__all__ = [
    "FAULT",
    "FAULTS",
    "RULES",
    "SCENARIO",
    "SCENARIOS",
    "WARNINGS",
    "Account",
    "Behaviour",
    "Call",
    "Clock",
    "Control",
    "Entry",
    "Fault",
    "Faults",
    "Gateway",
    "Job",
    "KeyState",
    "Log",
    "ManualClock",
    "NeedsSocket",
    "Plan",
    "RealClock",
    "Reply",
    "Running",
    "ScaledClock",
    "Step",
    "SteppedClock",
    "UnknownFault",
    "providers",
    "run",
    "serve",
]


def __getattr__(name: str) -> Any:
    """Loads a public name when it is first used: the emitted tables must not need the extra."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    try:
        value = getattr(import_module(home, __name__), name)
    except ModuleNotFoundError as error:
        if error.name not in ("starlette", "uvicorn", "python_multipart", "httptools"):
            raise
        raise ImportError(f"the gateway needs {error.name}: install unibind[gateway]") from error
    globals()[name] = value
    return value
