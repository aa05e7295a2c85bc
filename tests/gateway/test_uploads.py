"""Uploads are streamed from disk, and links in answers are never asked with the key."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from unibind import WaveSpeed

SIZE = 512 * 1024 * 1024

UPLOAD = """
import json, resource, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unibind import UniAPI

class Counting(BaseHTTPRequestHandler):
    received = 0
    def do_POST(self):
        left = int(self.headers["content-length"])
        while left:
            chunk = self.rfile.read(min(left, 65536))
            left -= len(chunk)
            Counting.received += len(chunk)
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"text": "ok"}')
    def log_message(self, *_):
        pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Counting)
threading.Thread(target=server.serve_forever, daemon=True).start()
with UniAPI(api_key="k", base_url=f"http://127.0.0.1:{server.server_port}", timeout=300) as client:
    small = Path(sys.argv[2])
    client.audio.transcriptions.create(file=small, model="whisper-1")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    Counting.received = 0
    answer = client.audio.transcriptions.create(file=Path(sys.argv[1]), model="whisper-1")
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"received": Counting.received, "grown": (after - before) * 1024, "text": answer.text}))
"""


def test_a_large_file_does_not_enter_memory(tmp_path: Path) -> None:
    large, small = tmp_path / "large.wav", tmp_path / "small.wav"
    small.write_bytes(b"RIFF")
    with large.open("wb") as file:
        file.truncate(SIZE)
    run = subprocess.run([sys.executable, "-c", UPLOAD, str(large), str(small)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert found["text"] == "ok"
    assert found["received"] > SIZE  # the file and the frame of the form
    assert found["grown"] < SIZE / 16


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/result", "http://api.wavespeed.ai.example/x"])
def test_the_link_in_an_answer_is_not_followed(elsewhere: str) -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        status = "completed" if request.method == "GET" else "created"
        data: dict[str, Any] = {"id": "p1", "status": status, "outputs": [], "urls": {"get": elsewhere}}
        return httpx.Response(200, json={"code": 200, "message": "success", "data": data})

    transport = httpx.MockTransport(answer)
    with httpx.Client(transport=transport) as http, WaveSpeed(api_key="k", base_url="https://gateway.test", http_client=http) as client:
        task = client.uno.create(images=["https://x.example/a.png"], prompt="a fox")
        task.refresh()
    assert task.state == "succeeded"
    assert {url.host for url in asked} == {"gateway.test"}
    assert asked[-1].path == "/api/v3/predictions/p1/result"
