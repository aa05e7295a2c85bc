"""Benchmarks: what the package costs beside bare httpx and pydantic, and beside the clients of other gateways.

`make bench` runs all, `make bench ONLY="poll cold"` some, `make bench ROUNDS=5` quicker, `JSON=file` keeps the figures. They run in an
environment of their own (`build/bench`, pinned in `requirements.txt` here), under the Python that made it, against a loopback server.

Every module here is one question and has a `QUESTION`:

    QUESTION = Question(
        "What a poll costs",
        rows=(
            Row(
                "typed poll, sync",
                contestants={"httpx": bare, "unibind": ours, "openai": openai},  # the first is what the others are divided by
                goals=(Goal(1.1),),
                calls=200,  # of the work, in one sample
            ),
        ),
    )

A contestant is one of

- a function `(url: str) -> work`: called once in a process of its own, with the origin of the loopback server; it imports what it needs,
  warms up, and returns the work to be repeated. `work` is called without arguments; a coroutine function is awaited in one event loop
  that lasts as long as the process. When it returns a number, the row can have a goal for `value` (the mean of a sample).
- a string: the source of a script, run anew in a fresh interpreter for every sample. `URL` is the origin of the loopback server.

A sample is CPU seconds of the process (user and system, all threads; without starting the interpreter), and peak memory. A round takes one
sample of each contestant, in random order; a figure is the median over the rounds of its ratio to the first contestant of the same round,
so that what else the machine does hits both. Goals say what is measured (`metric`: `cpu`, `memory`, `value`) and in which `unit`:
`"ratio"`, or an absolute one a call (`"ms"`, `"us"`, `"MB"`, or whatever `value` counts).

Answers of the loopback server are in `harness/server.py`: the first row whose method and path fit.
Nothing here is collected by pytest and no figure decides a test; `tests/runtime/test_benchmarks.py` only sees that everything still runs.
"""
