"""The clients of a batch, one a provider."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, cast

from .._core import dispatch
from .errors import LedgerError
from .ledger import Ledger

if TYPE_CHECKING:
    from .._async.client import AsyncClient


class Clients:
    """Hands out the client of a provider: the caller's, or one made from the environment, which is closed at the end."""

    def __init__(self, given: Mapping[str, AsyncClient], ledger: Ledger) -> None:
        self._given = given
        self._ledger = ledger
        self._own: dict[str, AsyncClient] = {}

    def get(self, provider: str) -> AsyncClient:
        """The client of a provider.

        Raises:
            ConfigurationError: There is no API key.
            LedgerError: The tasks in the ledger are at another address.
        """
        if provider in self._own:
            return self._own[provider]
        client = self._given[provider] if provider in self._given else _made(provider)
        self._own[provider] = client
        known = self._ledger.base_url(provider)
        if known is None:
            self._ledger.bind(provider, client.base_url)
        elif known != client.base_url:
            raise LedgerError(f"this batch was sent to {known}, where its tasks are; now {provider} is {client.base_url}")
        return client

    async def close(self) -> None:
        """Close what was made here."""
        for provider, client in self._own.items():
            if provider not in self._given:
                await client.close()


def _made(provider: str) -> AsyncClient:
    title = dispatch.provider(provider).title
    module = import_module(f"{dispatch.PACKAGE}.{provider}._async.client")
    return cast("type[AsyncClient]", getattr(module, f"Async{title}"))()
