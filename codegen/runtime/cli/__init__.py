"""`unibind` on the command line. Needs the extra `cli` (typer and rich).

`app.py` is the application and the one place where exceptions become messages; `exits.py` has the exit codes. A command is a module with a
function `register(app)`, named in `app.COMMANDS`; it imports what is heavy inside of its functions, so that `unibind --help` is quick.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

_EXTRA = ("typer", "rich", "click", "shellingham")
_CONFIGURATION = 9  # as `exits.Exit.CONFIGURATION`, which is not imported here: it is for those who have the extra


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code.

    Args:
        arguments: Words after `unibind`; those of the process when None.
    """
    try:
        from .app import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        print("unibind: the command line needs an extra: pip install 'unibind[cli]'", file=sys.stderr)
        return _CONFIGURATION
    return run(arguments)
