"""Recorded requests and answers against the spec, offline and free: what it does not know, what it gets wrong.

```python
from unibind.traffic import check_traffic

report = check_traffic(["session.har", "calls.jsonl"])
print(report.ok, [str(row) for row in report.findings])
```

A line of a file of JSON lines is an object with

- `method` and `url`; the URL may be a path when `provider` is there too;
- `status`, or nothing when there was no answer;
- `request` or `body`: the body, as JSON or as text; `null` when there was none, absent when it was not recorded;
- `response`: the body of the answer, likewise;
- `headers` and `response_headers`, objects, and `content_type` of the request, all of them optional.

Lines that the log of `unibind.gateway` makes (`dataclasses.asdict(entry)`) are such lines.
"""

from __future__ import annotations

from .check import check_traffic
from .errors import TrafficError
from .exchange import Position
from .report import KINDS, Counts, Finding, Report

__all__ = ["KINDS", "Counts", "Finding", "Position", "Report", "TrafficError", "check_traffic"]
