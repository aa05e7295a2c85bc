"""A gateway to test against: made from the tables of a provider, answering as documented, without a key and without a network.

    with gateway.serve("uniall") as running:
        client = UniAll(api_key=running.api_key, base_url=running.base_url)

Needs the extra `gateway` (starlette, uvicorn, python-multipart).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .app import Gateway as Gateway
    from .clock import Clock as Clock
    from .clock import ManualClock as ManualClock
    from .clock import RealClock as RealClock
    from .clock import ScaledClock as ScaledClock
    from .log import Entry as Entry
    from .log import Log as Log
    from .server import Running as Running
    from .server import serve as serve
    from .service import SCENARIO as SCENARIO
    from .service import KeyState as KeyState

_HOMES = {
    "Gateway": ".app",
    "Clock": ".clock",
    "ManualClock": ".clock",
    "RealClock": ".clock",
    "ScaledClock": ".clock",
    "Entry": ".log",
    "Log": ".log",
    "KeyState": ".service",
    "Running": ".server",
    "SCENARIO": ".service",
    "serve": ".server",
}
__all__ = ["SCENARIO", "Clock", "Entry", "Gateway", "KeyState", "Log", "ManualClock", "RealClock", "Running", "ScaledClock", "serve"]


def __getattr__(name: str) -> Any:
    """Loads a public name when it is first used: the emitted tables must not need the extra."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    try:
        value = getattr(import_module(home, __name__), name)
    except ModuleNotFoundError as error:
        if error.name not in ("starlette", "uvicorn", "python_multipart"):
            raise
        raise ImportError(f"the gateway needs {error.name}: install unibind[gateway]") from error
    globals()[name] = value
    return value
