"""From the words of a command to a client."""

from __future__ import annotations

import difflib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .exits import Failure

if TYPE_CHECKING:
    from .._core.tables import Provider

ApiKey = Annotated[
    str | None, typer.Option("--api-key", help="API key; better in the environment: <PROVIDER>_API_KEY.", show_default=False, metavar="KEY")
]
BaseUrl = Annotated[str | None, typer.Option("--base-url", help="Origin of the gateway.", show_default=False, metavar="URL")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
ProviderName = Annotated[str, typer.Argument(metavar="PROVIDER", help="Name of the gateway.", autocompletion=lambda: providers())]


@cache
def providers() -> list[str]:
    """Names of the providers of this package."""
    return sorted(
        path.parent.name
        for path in Path(__file__).parent.parent.glob("*/tables.py")
        if path.parent.name != "gateway" and path.parent.name[0] != "_"
    )


def tables(name: str) -> Provider:
    """The tables of a provider; `Failure` with the nearest name when there is none."""
    if name not in providers():
        near = difflib.get_close_matches(name.lower(), providers(), 1, 0.5)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise Failure(f"there is no provider {name!r}{hint}", hints=[f"providers: {', '.join(providers())}"])
    from .._core import dispatch

    return dispatch.provider(name)


def client(provider: str, *, api_key: str | None = None, base_url: str | None = None, **settings: Any) -> Any:
    """The client of a provider."""
    import unibind

    title = tables(provider).title
    return getattr(unibind, title)(api_key=api_key, base_url=base_url, **settings)
