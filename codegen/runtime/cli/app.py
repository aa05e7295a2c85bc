"""The application: its commands, and the one place where exceptions become messages and exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from . import exits, output
from .exits import MEANING, Exit, Failure

# Modules of this folder, in the order of the help; each has `register(app)`.
COMMANDS = ("models", "show", "check", "run", "task", "batch", "balance", "contract", "traffic", "gateway")
_CODES = ", ".join(f"{code.value} {text}" for code, text in MEANING.items())
_CLICK_ERROR: type[Exception] = typer.BadParameter.__mro__[2]  # click's own root, which typer has in a place of its own


class Raised(Exception):
    """An exception of a command, on its way past click, which has ideas of its own about some of them."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class Group(TyperGroup):
    """The commands, without click's handling of interrupts and broken pipes."""

    def invoke(self, ctx: Any) -> Any:
        """Called by click."""
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, OSError, EOFError) as error:
            raise Raised(error) from None


def application() -> typer.Typer:
    """The application with all of its commands."""
    app = typer.Typer(
        name="unibind",
        cls=Group,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog=f"Exit codes: {_CODES}.",
    )
    app.callback()(_root)
    for name in COMMANDS:
        import_module(f".{name}", __package__).register(app)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        output.line(f"unibind {import_module(__name__.partition('.')[0]).__version__}")
        raise typer.Exit


def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)] = False,
) -> None:
    """Models of the media gateways: look at them, check requests, run them, without paying for mistakes."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code. No exception leaves."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in (words[: words.index("--")] if "--" in words else words)
    output.start(as_json=as_json)
    try:
        code = typer.main.get_command(application()).main(words, prog_name="unibind", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else Exit.OK
    except Raised as raised:
        return _end(raised.error)
    except Exception as error:  # noqa: BLE001 - a traceback is no message
        return _end(error)
    except KeyboardInterrupt as error:
        return _end(error)


def _end(error: BaseException) -> int:
    """Say what went wrong; the exit code."""
    if isinstance(error, BrokenPipeError):
        # What is still in the buffer would raise again when the interpreter flushes it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.PIPE
    try:
        output.failure(_usage(error) if isinstance(error, _CLICK_ERROR) else error)
    except BrokenPipeError as broken:
        return _end(broken)
    return exits.of(error) if not isinstance(error, _CLICK_ERROR) else Exit.USAGE


def _usage(error: Any) -> Failure:
    """Click's error about the words of the command, with where its help is."""
    path = error.ctx.command_path if getattr(error, "ctx", None) else "unibind"
    return Failure(error.format_message(), hints=[f"{path} --help"])
