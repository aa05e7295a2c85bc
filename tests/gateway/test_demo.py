"""The demo runs, says what it did, and leaves files that can be played."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import av

GENERATED = Path(__file__).parent.parent.parent / "generated"
COMMAND = [sys.executable, "-m", "unibind.gateway.demo"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(GENERATED), "PYTHONIOENCODING": "ascii"}


def test_it_ends_well(tmp_path: Path) -> None:
    done = subprocess.run(COMMAND, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "rule    veo-3.1/duration:enum" in done.stdout
    assert "Requests in the gateway's log: 0." in done.stdout
    assert "carried the API key: 0." in done.stdout
    assert [f"{count} paid requests" in done.stdout for count in (4, 3, 1)] == [True] * 3
    assert done.stdout.count("Nothing was sent.") == 3
    assert re.search(r"chat\.completions\.stream\(.*\n\n  (\S+ ){6}\S+\.\n  \(9 events\)", done.stdout)
    names = sorted(path.name for path in (tmp_path / "demo-output").iterdir())
    assert names == ["image.png", "lamp.png", "music.wav", "picture.png", "song.wav", "speech.wav", "video.mp4"]
    for name in names:
        with av.open(str(tmp_path / "demo-output" / name)) as container:
            assert next(container.decode(container.streams[0]))


def test_it_can_be_stopped(tmp_path: Path) -> None:
    with subprocess.Popen(COMMAND, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        time.sleep(2.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=15)
    assert (process.returncode, err) == (130, "")
    assert out.endswith("Stopped.\n")
