"""Emitted checks: one module a family."""
