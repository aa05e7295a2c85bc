"""What a check of recorded traffic raises."""

from __future__ import annotations


class TrafficError(Exception):
    """A recording that cannot be read at all, or servers that cannot be told apart; the message says which and why."""
