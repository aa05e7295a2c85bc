"""What is printed: results on stdout, everything else on stderr, and with `--json` nothing but JSON on stdout."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from . import exits
from .exits import Exit, Failure

if TYPE_CHECKING:
    from rich.console import Console

    from .._core.violations import Violation

_WIDE = 80  # columns of a terminal from which names stand on one line
_state = {"json": False}


def start(*, as_json: bool) -> None:
    """Set up the output of one command."""
    _state["json"] = as_json
    logger = logging.getLogger("unibind")
    if not any(isinstance(handler, _Warnings) for handler in logger.handlers):
        logger.addHandler(_Warnings(logging.WARNING))
        logger.propagate = False


class _Warnings(logging.Handler):
    """Warnings of the library as lines on stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        """Called by the logger."""
        note(record.getMessage(), "warning")


def is_json() -> bool:
    """Whether stdout is for a script."""
    return _state["json"]


@cache
def _rich(stderr: bool) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=not is_terminal(stderr=stderr))


def console(*, stderr: bool = False) -> Console:
    """The console of stdout, or of stderr."""
    return _rich(stderr)


def is_terminal(*, stderr: bool = False) -> bool:
    """Whether somebody looks."""
    stream = sys.stderr if stderr else sys.stdout
    return stream.isatty()


def line(text: str = "") -> None:
    """A line of the result."""
    sys.stdout.write(f"{text}\n")


def write(text: str) -> None:
    """A piece of the result, at once."""
    sys.stdout.write(text)
    sys.stdout.flush()


def show_json(data: Any) -> None:
    """The result as JSON."""
    line(json.dumps(data, ensure_ascii=False, indent=2, default=str))


def note(text: str, kind: str = "") -> None:
    """A line about what is going on, on stderr; `kind` is `error`, `warning`, `hint` or nothing."""
    if not is_terminal(stderr=True):
        sys.stderr.write(f"{kind}: {text}\n" if kind else f"{text}\n")
        return
    from rich.text import Text

    styles = {"error": "bold red", "warning": "yellow", "hint": "cyan"}
    head = Text(f"{kind}: ", style=styles[kind]) if kind else Text()
    console(stderr=True).print(head + Text(text), soft_wrap=True)


def rows(columns: Sequence[str], body: Sequence[Sequence[str]]) -> None:
    """A table: ruled on a terminal; otherwise one row a line with tabs between, for `grep` and `cut`."""
    if not is_terminal():
        for row in body:
            line("\t".join(cell.replace("\n", " ").replace("\t", " ") for cell in row))
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=number == 0 and console().width >= _WIDE)
    for row in body:
        table.add_row(*map(Text, row))
    console().print(table)


def heading(title: str, text: str) -> None:
    """What the result is about."""
    if is_terminal():
        from rich.text import Text

        console().print(Text(title, style="bold"))
        console().print(Text(text))
    else:
        line(title)
        line(text)


def text(words: str) -> None:
    """A sentence of the result, wrapped on a terminal."""
    if not is_terminal():
        line(words)
        return
    from rich.text import Text

    console().print(Text(words))


def section(title: str) -> None:
    """The beginning of a part of the result."""
    line()
    if is_terminal():
        from rich.text import Text

        console().print(Text(title, style="bold"))
    else:
        line(f"# {title}")


def judgement(row: dict[str, Any], *, stderr: bool = False) -> None:
    """A broken rule: what is wrong, and below where it was read."""
    where = ".".join(map(str, row["loc"])) or "body"
    place = "" if row["message"].startswith(f"{where} ") else f"{where}: "
    said, told = f"{row['severity']}: {place}{row['message']}", f"  {row['rule']}  {row['source']}".rstrip()
    if not is_terminal(stderr=stderr):
        (sys.stderr if stderr else sys.stdout).write(f"{said}\n{told}\n")
        return
    from rich.text import Text

    text = Text(said)
    text.stylize("bold red" if row["severity"] == "error" else "yellow", 0, len(row["severity"]))
    console(stderr=stderr).print(text)
    console(stderr=stderr).print(Text(told, style="dim"), soft_wrap=True)


def failure(error: BaseException) -> None:
    """What ended the command: in words on stderr, and with `--json` as an object on stdout."""
    code = exits.of(error)
    hints = error.hints if isinstance(error, Failure) else _hints(error)
    if is_json():
        show_json({"error": describe(error)})
    note(message(error), "error")
    for row in describe(error).get("violations", ()):
        judgement(row, stderr=True)
    for hint in (*hints, *getattr(error, "__notes__", ())):
        note(hint, "hint")
    if code is Exit.UNEXPECTED:
        note("this is a fault of unibind, please report it with the command", "hint")


def _hints(error: BaseException) -> list[str]:
    """What to do about an exception of the library."""
    if exits.of(error) is not Exit.UNKNOWN:
        return []
    found = describe(error)
    named = [f"the gateway named the task {found['task_id']}"] if "task_id" in found else []
    sent = json.dumps(found.get("request", {}), ensure_ascii=False, default=str)
    return [*named, "it is not sent again by itself: look at the gateway whether it was taken before you pay again", f"sent: {sent}"]


def message(error: BaseException) -> str:
    """An exception in words."""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}"
    violations: list[Violation] = getattr(error, "violations", [])
    if violations:
        return "the request breaks documented rules, nothing was sent"
    if exits.of(error) is Exit.UNEXPECTED:
        return f"{type(error).__name__}: {error} ({_place(error)})"
    return str(error)


def _place(error: BaseException) -> str:
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    return "no place" if step is None else f"{step.tb_frame.f_code.co_filename.rpartition('unibind/')[2]}:{step.tb_lineno}"


def describe(error: BaseException) -> dict[str, Any]:
    """An exception as plain data."""
    code = exits.of(error)
    found: dict[str, Any] = {"code": code.name.lower(), "exit": code.value, "message": message(error)}
    if isinstance(error, Failure):
        return {**found, **error.data, **({"hints": error.hints} if error.hints else {})}
    found["type"] = type(error).__name__
    for name in ("operation", "status", "request_id", "task_id", "reason", "request", "path", "received"):
        value = getattr(error, name, None)
        if value:
            found[name] = value
    violations: list[Violation] = getattr(error, "violations", [])
    if violations:
        found["violations"] = [violation(row) for row in violations]
    return found


def violation(row: Violation) -> dict[str, Any]:
    """A violation as plain data."""
    return {"rule": row.rule, "loc": list(row.loc), "message": row.message, "severity": row.severity, "source": row.source}


def flush() -> None:
    """Send what was printed on its way: somebody waits for it."""
    sys.stdout.flush()
