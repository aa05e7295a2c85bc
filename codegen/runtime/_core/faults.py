"""What an exception of an HTTP library says about an attempt, told by names: httpx, httpx2 and httpcore share them."""

from __future__ import annotations

_FAMILIES = frozenset({"httpx", "httpx2", "httpcore", "httpcore2"})
_NOT_MADE = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol", "InvalidURL"})


class Unsendable(Exception):
    """A request that cannot be put on the wire. Never leaves the package."""


def not_made(error: BaseException) -> bool:
    """Whether the connection was surely never made, so that nothing can have been sent."""
    return isinstance(error, Unsendable) or any(
        cls.__name__ in _NOT_MADE and cls.__module__.partition(".")[0] in _FAMILIES for cls in type(error).__mro__
    )


def timed_out(error: BaseException) -> bool:
    """Whether it was a matter of time."""
    return any(cls.__name__ in ("TimeoutException", "TimeoutError") for cls in type(error).__mro__)


def describe(error: BaseException) -> str:
    """An exception of somebody else in words."""
    text = str(error).strip()
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
