"""Many paid requests from a file, none of them sent twice and none lost, whenever the process ends.

```python
from unibind.batch import run_batch

report = run_batch("jobs.jsonl", "out/", concurrency=8, max_submits=100)
print(report.counts, [job.id for job in report.unknown])
```

Each job is written down in `out/ledger.sqlite3` before its first byte can leave, and again as soon as it is known what came of it.
Running the same call again goes on where the last run ended, however it ended. A job that was being sent when the process was killed
is listed as unknown; it is never repeated by itself.
"""

from __future__ import annotations

from .entry import run_batch, run_batch_async
from .errors import Finding, JobsInvalid, LedgerError
from .jobs import Job, Jobs, read_jobs
from .ledger import Ledger
from .plan import Event, Plan, Preview, preview
from .report import Report, Unknown
from .run import Batch

__all__ = [
    "Batch",
    "Event",
    "Finding",
    "Job",
    "Jobs",
    "JobsInvalid",
    "Ledger",
    "LedgerError",
    "Plan",
    "Preview",
    "Report",
    "Unknown",
    "preview",
    "read_jobs",
    "run_batch",
    "run_batch_async",
]
