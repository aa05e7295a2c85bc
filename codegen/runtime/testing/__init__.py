"""Help for tests: requests that keep the rules, requests that break exactly one, answers as they are documented, and clients that do not wait.

`space` and `edges` need nothing but the package; `strategies` needs Hypothesis (extra `testing`). The fixtures are in `plugin`.
"""

from __future__ import annotations

from .hurry import hurry as hurry

__all__ = ["hurry"]
