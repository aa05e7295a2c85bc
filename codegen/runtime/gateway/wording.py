"""What the placeholders of an answer about a job stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from .._core.shape import is_array
from .._core.tables import Provider, Task
from . import jobs
from .account import Account
from .behaviour import Behaviour
from .calls import Call, member
from .files import Files
from .jobs import UNKNOWN_STATUS, Job
from .placeholders import Scope
from .tables import Tables


class Wording:
    """Makes scopes for the templates of one gateway.

    Attributes:
        kept: Lists that answers add to, for example the voices that were made.
    """

    def __init__(
        self, provider: Provider, tables: Tables, account: Account, files: Files, behaviour: Behaviour, seed: int, base_url: str
    ) -> None:
        self._provider = provider
        self._tables = tables
        self._account = account
        self._files = files
        self._behaviour = behaviour
        self._seed = seed
        self._places = {"origin": base_url, "elsewhere": files.url}
        self.kept: dict[str, list[Any]] = {}
        self._models = [{"model": id} for id, rows in provider.models.items() if not all(row.deprecated for row in rows)]

    def scope(self, job: Job, row: Task | None, now: float, call: Call | None = None) -> Scope:
        """The scope of an answer about a job; `row` says how its state is called, where the answer names it."""
        state = self._behaviour.state(job, now)
        values = {
            **self._account.values(self._provider, call),
            **job.values(self._behaviour.progress(job, now)),
            **_times(job.created),
            **self._places,
        }
        if row is not None:
            values["status"] = UNKNOWN_STATUS if job.puzzles(now) else self._word(job, row, state)
        outputs = self._files.outputs(job) if job.paid and state == "succeeded" else []
        if outputs:
            values |= {"url": outputs[0]["url"], "urls": [item["url"] for item in outputs]}
        lists: Mapping[str, Sequence[Any]] = {"outputs": outputs, "models": self._models, **self._spelled(job, values["reply"])}
        return Scope(values, job.body, job.query, {**self.kept, **lists})

    def _word(self, job: Job, row: Task, state: str) -> str:
        """What a state is called: by the family's pages, otherwise by the first word of the table."""
        own = self._tables.tasks[row.name].words.get(job.family or "", {})
        words = (word for word, meaning in row.states.items() if meaning == state)
        return own.get(state) or next(words, state)

    def _spelled(self, job: Job, reply: str) -> dict[str, list[dict[str, Any]]]:
        """What is repeated in answers of text models."""
        answers = self._tables.operations.get(job.kind)
        if answers is None:
            return {}
        asked = _inputs(member(job.body, answers.inputs)) if answers.inputs else []
        vectors = [jobs.vector(self._seed, str(text)) for text in asked]
        return {
            "choices": [{"index": index} for index in range(job.count)],
            "inputs": [{"index": index, "vector": row, "packed": packed} for index, (row, packed) in enumerate(vectors)],
            "words": [{"word": word} for word in jobs.words(reply)],
        }


def _times(created: float) -> dict[str, Any]:
    date = datetime.fromtimestamp(int(created), UTC).isoformat().replace("+00:00", "Z")
    return {"created": int(created), "created_ms": int(created * 1000), "date": date}


def _inputs(value: Any) -> list[Any]:
    """What is answered one by one: the texts or token lists of a list; everything else is one input."""
    if is_array(value) and value and all(isinstance(item, str) or is_array(item) for item in value):
        return list(value)
    return [value]
