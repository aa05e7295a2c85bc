"""Makes Python compare its compiled files with the sources themselves.

Python believes a compiled file whose source has the recorded size and time. An edit that keeps both would go on running as what it was,
and its output would be remembered as that of the new source. Compiled files that hold a hash of their source are checked against it.
"""

from __future__ import annotations

import contextlib
from importlib.util import cache_from_source
from pathlib import Path
from py_compile import PycInvalidationMode, PyCompileError
from py_compile import compile as compile_file

_CHECKED_HASH = b"\x03\x00\x00\x00"  # the flags of such a file, behind the magic number


def check_by_content(package: Path) -> None:
    """Compiles what is compiled already once more, so that its hash is checked from now on."""
    for source in package.rglob("*.py"):
        cached = Path(cache_from_source(str(source)))
        with contextlib.suppress(OSError, PyCompileError):
            if cached.is_file() and cached.read_bytes()[4:8] != _CHECKED_HASH:
                compile_file(str(source), str(cached), doraise=True, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
