"""What may be set for one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Validate = Literal["strict", "warn", "off"]


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of one call; None takes the client's.

    Attributes:
        timeout: Seconds that the whole call may take, repeats included.
        validate: `"strict"` refuses a request that breaks a rule, `"warn"` logs it, `"off"` does not look.
        headers: Headers to add. Their values are treated as secrets.
        query: Query parameters to add.
        fields: Fields to add to the body, for what the documentation does not name yet.
        max_retries: How often a call may be repeated after the first attempt.
        operation: Id of the operation to send to, in place of the one that is documented for the model.
    """

    timeout: float | None = None
    validate: Validate | None = None
    headers: Mapping[str, str] | None = field(default=None, repr=False)
    query: Mapping[str, Any] | None = None
    fields: Mapping[str, Any] | None = None
    max_retries: int | None = None
    operation: str | None = None
