"""Emitted TypedDicts of request bodies: one module a family."""
