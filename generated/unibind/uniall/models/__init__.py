"""Emitted pydantic models: `responses` with one module an answer, and `requests` with one module a family."""
