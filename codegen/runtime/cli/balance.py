"""`unibind balance`: what is left of the money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer

from .._core.shape import is_object
from . import output, session
from .exits import Failure

_METHODS = (("balance", "retrieve"), ("billing", "usage"))  # of the clients; the first that there is


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(balance)


def balance(
    provider: session.ProviderName,
    api_key: session.ApiKey = None,
    base_url: session.BaseUrl = None,
    as_json: session.AsJson = False,
) -> None:
    """What the account of the API key has used and left.

    Example: unibind balance uniall
    """
    title = session.tables(provider).title
    with session.client(provider, api_key=api_key, base_url=base_url) as client:
        method = next((getattr(getattr(client, group), name) for group, name in _METHODS if hasattr(client, group)), None)
        if method is None:
            raise Failure(f"{title} documents no operation that tells the balance")
        body = method().to_dict()
    if as_json:
        output.show_json(body)
    else:
        output.rows(("", ""), [(name, shown(value)) for name, value in flat(body)])


def flat(body: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """The members of an answer at any depth, by dotted names."""
    found: list[tuple[str, Any]] = []
    for name, value in body.items():
        found += flat(value, f"{prefix}{name}.") if is_object(value) else [(f"{prefix}{name}", value)]
    return found


def shown(value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, float):
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
