"""The synchronous half is the asynchronous one, line for line, or an error."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import codegen.runtime
from codegen import unasync
from codegen.unasync import Rewriter, UnasyncError, rewrite, rewrite_all

RUNTIME = Path(codegen.runtime.__file__).parent
TEXTS = {path.name: path.read_text("utf-8") for path in sorted((RUNTIME / "_async").glob("*.py"))}
TWINS = rewrite_all(TEXTS, kept=["clock.py", "sockets.py"])


@pytest.mark.parametrize(
    ("text", "twin"),
    [
        ("async def f() -> None: ...\n", "def f() -> None: ...\n"),
        ("x = await f()\n", "x = f()\n"),
        ("return  await   f()\n", "return  f()\n"),
        ("async with a as b:\n    pass\n", "with a as b:\n    pass\n"),
        ("[x async for x in y]\n", "[x for x in y]\n"),
        ("if await f() and await g(): pass\n", "if f() and g(): pass\n"),
        ("class AsyncTask(base.AsyncThing): ...\n", "class Task(base.Thing): ...\n"),
        ("await r.aclose()\n", "r.close()\n"),
        ("__all__ = ['AsyncTask', \"aclose\", r'x']\n", "__all__ = ['Task', \"close\", r'x']\n"),
        ('"""AsyncTask"""\n', '"""Task"""\n'),
        ("def f():\n    return 1  # a comment\n", "def f():\n    return 1  # a comment\n"),
        ("x = '''two\nlines'''; await f()\n", "x = '''two\nlines'''; f()\n"),
        ("é = 'ü'; await f(é)\n", "é = 'ü'; f(é)\n"),
        ("asynchronous = 1\n", None),
        ("'an asynchronous job'\n", "'an asynchronous job'\n"),
    ],
)
def test_texts(text: str, twin: str | None) -> None:
    if twin is None:
        with pytest.raises(UnasyncError):
            rewrite(text)
    else:
        assert rewrite(text) == twin


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('"""Use await here."""\n', "await"),
        ("'async with'\n", "async"),
        ("# calls aclose\n", "aclose"),
        ("x = 'list[AsyncTask]'\n", "AsyncTask"),
        ("x = f'{AsyncTask}'\n", "AsyncTask"),
        ("x = f'{await_}' f'{self.aclose}'\n", "aclose"),
        ("import asyncio\n", "asyncio"),
        ("_AsyncThing = 1\n", "_AsyncThing"),
        ("make_async()\n", "make_async"),
        ("x = (await\n f())\n", "same line"),
        ("x = (await # why\n f())\n", "same line"),
    ],
)
def test_what_would_be_wrong_in_the_twin_is_an_error(text: str, word: str) -> None:
    with pytest.raises(UnasyncError, match=word) as caught:
        Rewriter().rewrite("\n" + text, "file.py")
    assert str(caught.value).startswith("file.py:2")


def test_rows_that_nothing_uses_are_an_error() -> None:
    rewriter = Rewriter({"aclose": "close", "aread": "read"})
    rewriter.rewrite("r.aclose()\n")
    with pytest.raises(UnasyncError, match="aread"):
        rewriter.finish()
    rewriter.rewrite("'aread'\n")
    rewriter.finish()


def test_a_whole_run_skips_what_is_written_by_hand() -> None:
    assert rewrite_all({"a.py": "await f()\n", "clock.py": "import asyncio\n"}, {}, kept=["clock.py"]) == {"a.py": "f()\n"}


@pytest.mark.parametrize("name", TWINS)
def test_the_runtime_line_for_line(name: str) -> None:
    twin = TWINS[name]
    assert twin.count("\n") == TEXTS[name].count("\n")
    tree = ast.parse(twin)
    kinds = (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await)
    assert not [node for node in ast.walk(tree) if isinstance(node, kinds)]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.comprehension) and node.is_async]
    assert rewrite(twin, {}) == twin


@pytest.mark.parametrize(("name", "more"), [("clock.py", {"left"}), ("sockets.py", set[str]())])
def test_twins_by_hand_offer_the_same(name: str, more: set[str]) -> None:
    def public(path: Path) -> set[str]:
        names: set[str] = set()
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names.add(node.name.removeprefix("Async"))
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                names |= {item.id for item in ast.walk(node) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)}
        return {name for name in names if not name.startswith("_")}

    mine, twin = public(RUNTIME / "_async" / name), public(RUNTIME / "_sync" / name)
    assert mine <= twin
    assert twin - mine == more  # `left` is for the other of the two


def test_every_row_of_the_table_is_a_name() -> None:
    assert all(name.isidentifier() and twin.isidentifier() for name, twin in unasync.NAMES.items())
