"""`unibind gateway`: the embedded gateway, to try things without a key."""

from __future__ import annotations

import threading
from typing import Annotated

import typer

from . import output, session
from .exits import Exit, Failure


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(gateway)


def gateway(
    provider: session.ProviderName,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the API; 0 takes a free one.", min=0, max=65535)] = 0,
    media_port: Annotated[int, typer.Option(help="Port of the outputs; 0 takes a free one.", min=0, max=65535)] = 0,
    seed: Annotated[int, typer.Option(help="Ids, durations and media follow from it.")] = 0,
    speed: Annotated[float, typer.Option(help="How much faster than the clock tasks run.", min=0.001)] = 1.0,
    as_json: session.AsJson = False,
) -> None:
    """Start a gateway on this machine that answers as documented, free of charge, until Ctrl-C.

    Example: unibind gateway uniall --speed 10
    """
    tables = session.tables(provider)
    try:
        from ..gateway import ScaledClock, serve
    except ImportError as error:
        raise Failure(f"{error}: pip install 'unibind[gateway]'", Exit.CONFIGURATION) from None
    with serve(provider, host=host, port=port, media_port=media_port, seed=seed, clock=ScaledClock(speed)) as running:
        if as_json:
            output.show_json(
                {"provider": provider, "base_url": running.base_url, "media_url": running.media_url, "api_key": running.api_key}
            )
        else:
            output.line(f"export {tables.env}_BASE_URL={running.base_url} {tables.env}_API_KEY={running.api_key}")
        output.flush()
        output.note(f"{tables.title} answers at {running.base_url}; Ctrl-C ends it")
        threading.Event().wait()
