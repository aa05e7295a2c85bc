"""What importing costs."""

from __future__ import annotations

from .harness.question import Goal, Question, Row

BARE = """
import httpx, pydantic
class Task(pydantic.BaseModel):
    id: str
    status: str
    progress: float | None = None
"""

QUESTION = Question(
    "Import, against httpx, pydantic and one model",
    (
        Row(
            "import",
            {
                "httpx+pydantic": BARE,
                "unibind": "import unibind",
                "openai": "import openai",
                "runwayml": "import runwayml",
                "fal-client": "import fal_client",
                "replicate": "import replicate",
            },
            (Goal(0.2), Goal(None, "memory")),
        ),
    ),
)
