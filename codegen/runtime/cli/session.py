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


def complete_provider() -> list[str]:
    """Names of providers, for the shell."""
    return providers()


def complete_model(ctx: typer.Context, incomplete: str) -> list[str]:
    """Names that MODEL may have, for the shell."""
    from . import resolve

    wanted = ctx.params.get("provider")
    found = [name for row in ([wanted] if wanted in providers() else providers()) for name in resolve.names(tables(row))]
    return [name for name in found if name.startswith(incomplete)]


ProviderName = Annotated[str, typer.Argument(metavar="PROVIDER", help="Name of the gateway.", autocompletion=complete_provider)]
ProviderOption = Annotated[
    str | None, typer.Option("--provider", "-p", help="Name of the gateway.", autocompletion=complete_provider, show_default=False)
]
ModelName = Annotated[
    str, typer.Argument(metavar="MODEL", help="A model; a family or an operation where no models are named.", autocompletion=complete_model)
]
OperationOption = Annotated[
    str | None, typer.Option("--operation", help="Operation to send to, or its method and path.", metavar="ID", show_default=False)
]


OutputOption = Annotated[
    str | None, typer.Option("--output", "-o", help="File, or folder, for the result.", metavar="FILE", show_default=False)
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")]
Timeout = Annotated[float, typer.Option("--timeout", help="Seconds for everything.", min=0.1)]


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


def options(**settings: Any) -> Any:
    """Settings of one call."""
    from .._core.options import Options

    return Options(**settings)


def pairs(option: str, words: list[str]) -> dict[str, str]:
    """The values of an option that takes name=value again and again."""
    found = [word.partition("=") for word in words]
    if any(not name or not sign for name, sign, _ in found):
        raise Failure(f"{option} takes name=value")
    return {name: value for name, _, value in found}
