"""`unibind gateway`: the embedded gateway, to try things without a key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import output, session
from .exits import Exit, Failure

if TYPE_CHECKING:
    from ..gateway import Clock, Entry, Running

_STATES = ("enabled", "disabled", "expired")


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
    step: Annotated[
        float | None, typer.Option(help="Seconds by which time moves with each request, and only then.", min=0, show_default=False)
    ] = None,
    manual: Annotated[bool, typer.Option("--manual", help="Time stands still until POST /_unibind/clock.")] = False,
    scenario: Annotated[
        str | None,
        typer.Option(
            help="Script of faults to play: busy, lost-submit, flaky-network, bad-proxy, slow, failing-tasks, stuck-tasks or odd-tasks.",
            show_default=False,
        ),
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FAULT[; on=KIND; times=N ...]",
            help="What goes wrong, for example 'rate-limited; seconds=1; on=submit; times=2'. Repeatable: the steps of a script.",
        ),
    ] = None,
    key: Annotated[list[str] | None, typer.Option(metavar="KEY[=STATE]", help="A key: enabled, disabled or expired. Repeatable.")] = None,
    quota: Annotated[int | None, typer.Option(help="What is left in the account.", min=0, show_default=False)] = None,
    media_lifetime: Annotated[
        float | None, typer.Option(help="Seconds for which links to results work; for ever by default.", min=0, show_default=False)
    ] = None,
    log: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write each request that arrives as a line of JSON; - shows them on stderr.", show_default=False),
    ] = None,
    as_json: session.AsJson = False,
) -> None:
    """Start a gateway on this machine that answers as documented, free of charge, until Ctrl-C.

    Prints the settings that lead clients to it, for `eval` in another shell. A request asks for a fault with the header x-unibind-fault,
    and for the course of its task with x-unibind-scenario. Below /_unibind/ of each base URL, log, clock, faults and account can be read
    and changed while it runs.

    Example: unibind gateway uniall --speed 10 --log requests.jsonl
    """
    wanted = [session.tables(name).name for name in provider or session.providers()]
    try:
        from ..gateway import Step, run
    except ImportError as error:
        raise Failure(f"{error}: pip install 'unibind[gateway]'", Exit.CONFIGURATION) from None
    settings: dict[str, Any] = {"seed": seed, "clock": _clock(speed, step, manual=manual), "keys": _keys(key or []), "quota": quota}
    try:
        script = [Step.read(text) for text in fault or []]
    except ValueError as error:
        raise Failure(f"--fault: {error}") from None
    with ExitStack() as opened:
        write = _writer(log, opened)

        def show(found: Sequence[Running]) -> None:
            for row in found:
                row.log.listener = write
            _show(wanted, found)

        try:
            run(
                wanted,
                host=host,
                port=port,
                media_port=media_port,
                scenario=scenario,
                script=script,
                on_ready=show,
                media_lifetime=media_lifetime,
                **settings,
            )
        except LookupError as error:
            raise Failure(str(error.args[0])) from None
        except OSError as error:
            raise Failure(f"{host}:{port}: {error.strerror or error}") from None


def _clock(speed: float, step: float | None, *, manual: bool) -> Clock:
    from ..gateway import ManualClock, ScaledClock, SteppedClock

    if sum((speed != 1, step is not None, manual)) > 1:
        raise Failure("--speed, --step and --manual are three ways to move time: take one")
    if manual:
        return ManualClock()
    return ScaledClock(speed) if step is None else SteppedClock(step)


def _keys(words: list[str]) -> dict[str, Any] | None:
    keys = {name: state or "enabled" for name, _, state in (word.partition("=") for word in words)}
    for name, state in keys.items():
        if not name or state not in _STATES:
            raise Failure(f"--key {name}={state}: write KEY or KEY=STATE, the state being {', '.join(_STATES)}")
    return keys or None


def _writer(target: str | None, opened: ExitStack) -> Callable[[Entry], object] | None:
    """What takes each request that arrives."""
    if target is None:
        return None
    if target == "-":
        return lambda entry: output.note(f"{entry.provider} {entry}")
    import json
    from dataclasses import asdict

    try:
        file = opened.enter_context(Path(target).open("a", encoding="utf-8", buffering=1))  # noqa: SIM115 - the stack closes it
    except OSError as error:
        raise Failure(f"{target}: {error.strerror or error}") from None
    return lambda entry: file.write(json.dumps(asdict(entry), ensure_ascii=False, default=str) + "\n")


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
