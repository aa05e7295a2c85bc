"""Emitted pydantic models: `responses`, and `requests` with one module a family."""
