"""`python -m codegen.trace ID`: the way of one rule, field, model, mode, family, operation or conflict through the project.

Exit code 0; 1 when the id names nothing, with the most similar ones.
"""

from __future__ import annotations

import argparse
import json
import sys

from ..__main__ import read_spec
from ..inputs import PROJECT as ROOT
from .report import as_text, traced
from .subjects import UnknownId, find


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="codegen.trace", description=__doc__)
    parser.add_argument("id", help="for example veo-3.1/duration:enum, veo-3.1/duration, createVideoGeneration, veo3.1-video-720p")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    options = parser.parse_args(arguments)
    sys.path.insert(0, str(ROOT / "generated"))
    from unibind import check_request

    try:
        found = find(read_spec(ROOT / "spec"), options.id)
    except UnknownId as unknown:
        print(unknown, file=sys.stderr)
        return 1
    traces = [traced(subject, ROOT, check_request) for subject in found]
    if options.format == "json":
        print(json.dumps(traces, ensure_ascii=False, indent=1, default=str))
    else:
        print("\n".join(as_text(trace) for trace in traces), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
