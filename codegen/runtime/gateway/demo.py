"""What unibind does, on this machine and without a key: `python -m unibind.gateway.demo`.

Starts the gateway, checks a wrong request, submits real ones through the emitted client, downloads the results to `demo-output/`.
"""

from __future__ import annotations

import queue
import sys
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .._core import dispatch
from . import Running, ScaledClock, serve  # says what is missing when the extra is not installed

FOLDER = Path("demo-output")
_BAR = 20  # characters
_WIDTH = 100
_SPEED = 2
_SIGNATURES = {b"\x89PNG": "PNG image", b"RIFF": "WAV audio", b"ftyp": "MP4 video"}


@dataclass(frozen=True, slots=True)
class Example:
    """A request of the demo."""

    what: str  # ex) video; also the name of the file
    resource: str  # of the client, ex) images.tasks
    request: Mapping[str, Any]
    verb: str = "create"


@dataclass(frozen=True, slots=True)
class Show:
    """What is shown of one provider."""

    provider: str
    wrong: Example
    examples: tuple[Example, ...]
    spoken: Example | None = None  # answered with a stream of words


SHOWS = (
    Show(
        "uniall",
        wrong=Example(
            "video",
            "videos",
            {
                "model": "veo3.1-fast-video-720p",
                "prompt": "A paper boat on a river",
                "size": "1080p",
                "duration": 5,
                "images": ["https://example.com/1.png", "https://example.com/2.png"],
                "last_image": "https://example.com/end.png",
            },
        ),
        examples=(
            Example("video", "videos", {"model": "veo3.1-video-720p", "prompt": "A paper boat on a river", "size": "720p", "duration": 4}),
            Example("image", "images.tasks", {"model": "gpt-image-2", "prompt": "A blue glass ball on a desk", "size": "1024x1024"}),
            Example(
                "speech",
                "audio.tasks",
                {"model": "minimax-speech-2.8-hd", "text": "Welcome aboard.", "voice_id": "Chinese (Mandarin)_Kind-hearted_Elder"},
            ),
            Example("music", "audio.tasks", {"model": "minimax-music-2.6", "prompt": "Calm piano, slow", "is_instrumental": True}),
        ),
    ),
    Show(
        "uniapi",
        wrong=Example("image", "images", {"model": "whisper-1", "prompt": "A paper boat on a river"}, "generate"),
        examples=(
            Example(
                "song", "suno.music", {"gpt_description_prompt": "A song of paper boats", "make_instrumental": False, "mv": "chirp-v4"}
            ),
            Example("picture", "midjourney", {"prompt": "A paper boat on a river --ar 16:9", "botType": "MID_JOURNEY"}, "imagine"),
        ),
        spoken=Example("chat", "chat.completions", {"model": "gpt-4o", "messages": [{"role": "user", "content": "Describe a river."}]}),
    ),
    Show(
        "wavespeed",
        wrong=Example("image", "uno", {"prompt": "A lamp", "images": ["https://example.com/lamp.png"], "num_images": 9}),
        examples=(Example("lamp", "uno", {"prompt": "A lamp on a desk", "images": ["https://example.com/lamp.png"]}),),
    ),
)


def main() -> int:
    """Run the demo; the exit code."""
    with suppress(AttributeError):  # a stream that is not the console's
        sys.stdout.reconfigure(errors="replace", line_buffering=True)  # type: ignore[union-attr]
    try:
        return max([show(row) for row in SHOWS])
    except KeyboardInterrupt:
        print("\nStopped.")
        return 130


def show(row: Show) -> int:
    """The demo of one provider."""
    tables = dispatch.provider(row.provider)
    begun = time.monotonic()
    with serve(row.provider, clock=ScaledClock(_SPEED)) as running:
        title(tables.title, "=")
        print(f"A gateway that answers as {tables.title} documents it runs at {running.base_url}; no key, no network.")
        client = getattr(import_module(dispatch.PACKAGE), tables.title)(api_key=running.api_key, base_url=running.base_url)
        with client:
            check(client, row.wrong, running)
            if row.spoken is not None:
                speak(client, row.spoken)
            tasks = submit(client, row.examples)
            files = download(tasks)
            summary(files, running, time.monotonic() - begun)
    return 0 if len(files) == len(row.examples) else 1


def check(client: Any, example: Example, running: Running) -> None:
    """A wrong request: what is wrong, and that nothing was sent."""
    title("A wrong request is refused before it is sent")
    print(f"client.{example.resource}.{example.verb}(")
    for name, value in example.request.items():
        print(f"    {name}={value!r},")
    print(")")
    errors = import_module(f"{dispatch.PACKAGE}._core.errors")
    try:
        method(client, example.resource, example.verb)(**example.request)
        raise RuntimeError("the wrong request was not refused")
    except errors.RequestInvalid as error:
        for violation in error.violations:
            said = f"{violation.severity} in {'.'.join(map(str, violation.loc)) or 'the body'}: {violation.message}"
            print("\n" + textwrap.fill(said, _WIDTH, initial_indent="  ", subsequent_indent="    "))
            print(f"    rule    {violation.rule}")
            print(f"    source  {violation.source}")
    print(f"\nRequests in the gateway's log: {len(running.log)}. Nothing was sent.")


def speak(client: Any, example: Example) -> None:
    """The words of a streamed answer, as they arrive."""
    title("An answer, word by word")
    print(f"  client.{example.resource}.stream(model={example.request['model']!r}, ...)\n\n  ", end="")
    with method(client, example.resource, "stream")(**example.request) as stream:
        for chunk in stream:
            words = (choice["delta"].get("content", "") for choice in chunk.to_dict()["choices"])
            print("".join(words), end="", flush=True)
    print(f"\n  ({len(stream.events)} events)")


def submit(client: Any, examples: tuple[Example, ...]) -> dict[str, Any]:
    """The tasks that succeeded, after showing the progress of all."""
    title("A request" if len(examples) == 1 else f"{len(examples)} requests at once")
    events: queue.Queue[tuple[str, Any]] = queue.Queue()

    def work(example: Example) -> None:
        def note(task: Any) -> None:
            events.put((example.what, seen(task)))

        try:
            task = method(client, example.resource, example.verb)(**example.request).wait(on_progress=note)
            events.put((example.what, task))
        except Exception as error:  # noqa: BLE001 - shown by the main thread
            events.put((example.what, error))

    for example in examples:
        name, value = next(iter(example.request.items()))
        print(f"  {example.what:<7} client.{example.resource}.{example.verb}({name}={value!r}, ...).wait()")
        threading.Thread(target=work, args=(example,), daemon=True).start()
    print()
    return dict(collected(events, len(examples)))


def collected(events: queue.Queue[tuple[str, Any]], count: int) -> Iterator[tuple[str, Any]]:
    """Prints progress and errors; gives the tasks that succeeded."""
    while count:
        what, event = events.get()
        if isinstance(event, str):
            print(f"  {what:<7} {event}")
            continue
        count -= 1
        if isinstance(event, Exception):
            print(f"  {what:<7} {event}")
        else:
            yield what, event


def seen(task: Any) -> str:
    """One line about a task as it is now."""
    part = task.progress
    if part is None:  # not every model says
        return f"{'':{_BAR + 8}} {task.state}"
    return f"[{'#' * round(part * _BAR):<{_BAR}}] {part:>4.0%}  {task.state}"


def download(tasks: Mapping[str, Any]) -> list[Path]:
    """The first output of each task, in the folder of the demo."""
    FOLDER.mkdir(exist_ok=True)
    return [task.download(FOLDER / f"{what}{suffix(task.outputs[0])}", overwrite=True) for what, task in sorted(tasks.items())]


def suffix(url: str) -> str:
    """The ending of the file that a link names."""
    return Path(urlsplit(url).path).suffix


def summary(files: list[Path], running: Running, seconds: float) -> None:
    """What was done."""
    title("Done")
    for path in files:
        print(f"  {path.as_posix():<24} {kind(path):<10} {path.stat().st_size:>8,} bytes")
    counts = Counter("downloads" if entry.origin == "media" else "paid requests" if entry.paid else "queries" for entry in running.log)
    keyed = sum("authorization" in entry.headers for entry in running.log if entry.origin == "media")
    print(f"\nThe gateway saw {', '.join(f'{count} {name}' for name, count in counts.items())} in {seconds:.0f} s.")
    print(f"Downloads that carried the API key: {keyed}.")


def kind(path: Path) -> str:
    """The format of a file, by its first bytes."""
    start = path.read_bytes()[:8]
    return next((name for mark, name in _SIGNATURES.items() if mark in start), "unknown")


def method(client: Any, resource: str, name: str) -> Any:
    """A method of a client, by its dotted place."""
    return getattr(reduce(getattr, resource.split("."), client), name)


def title(text: str, line: str = "-") -> None:
    """A heading."""
    print(f"\n{text}\n{line * len(text)}")


if __name__ == "__main__":
    sys.exit(main())
