"""A gateway that can be called over sockets."""

from __future__ import annotations

from dataclasses import dataclass

from .app import Gateway
from .clock import Clock
from .log import Log
from .script import Faults


@dataclass(frozen=True, slots=True)
class Running:
    """A gateway that can be called.

    Attributes:
        base_url: Origin of the API.
        media_url: Origin of the outputs.
        api_key: A key that it takes.
        log: What arrived.
        gateway: The application itself.
    """

    base_url: str
    media_url: str
    api_key: str
    log: Log
    gateway: Gateway

    @classmethod
    def of(cls, gateway: Gateway) -> Running:
        """A gateway that is being served."""
        return cls(gateway.base_url, gateway.media_url, gateway.api_key, gateway.log, gateway)

    @property
    def faults(self) -> Faults:
        """What goes wrong on purpose."""
        return self.gateway.faults

    @property
    def clock(self) -> Clock:
        """Its time."""
        return self.gateway.clock
