"""`unibind gateway`: the embedded gateway, to try things without a key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from . import output, session
from .exits import Exit, Failure


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(gateway)


def gateway(
    provider: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PROVIDER]...", help="Names of gateways; all of them without one.", autocompletion=session.complete_provider
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the API; 0 takes a free one.", min=0, max=65535)] = 8484,
    media_port: Annotated[
        int | None, typer.Option(help="Port of the outputs; the next one by default.", min=0, max=65535, show_default=False)
    ] = None,
    seed: Annotated[int, typer.Option(help="Ids, durations and media follow from it.")] = 0,
    speed: Annotated[float, typer.Option(help="How much faster than the clock tasks run.", min=0.001)] = 1.0,
    scenario: Annotated[str | None, typer.Option(help="Script of faults to play.", show_default=False)] = None,
    as_json: session.AsJson = False,
) -> None:
    """Start a gateway on this machine that answers as documented, free of charge, until Ctrl-C.

    Prints the settings that lead clients to it, for `eval` in another shell.

    Example: unibind gateway uniall --speed 10
    """
    wanted = [session.tables(name).name for name in provider or session.providers()]
    try:
        from ..gateway import ScaledClock, run
    except ImportError as error:
        raise Failure(f"{error}: pip install 'unibind[gateway]'", Exit.CONFIGURATION) from None
    clock = ScaledClock(speed)

    def show(found: Sequence[Any]) -> None:
        _show(wanted, found)

    try:
        run(wanted, host=host, port=port, media_port=media_port, scenario=scenario, on_ready=show, seed=seed, clock=clock)
    except LookupError as error:
        raise Failure(str(error.args[0])) from None
    except OSError as error:
        raise Failure(f"{host}:{port}: {error.strerror or error}") from None


def _show(names: Sequence[str], found: Sequence[Any]) -> None:
    """Where the gateways are, once they answer."""
    pairs = list(zip(names, found, strict=True))
    if output.is_json():
        rows = [{"provider": name, "base_url": row.base_url, "media_url": row.media_url, "api_key": row.api_key} for name, row in pairs]
        output.show_json(rows)
    else:
        for name, row in pairs:
            env = session.tables(name).env
            output.line(f"export {env}_BASE_URL={row.base_url} {env}_API_KEY={row.api_key}")
    output.flush()
    output.note("Ctrl-C ends it")
