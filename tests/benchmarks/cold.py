"""A fresh process up to its first submit and first poll."""

from __future__ import annotations

from .harness.question import Goal, Question, Row
from .imports import BARE

HTTPX = (
    BARE
    + """
client = httpx.Client(base_url=URL, headers={"authorization": "Bearer sk-x"})
made = client.post("/v1/video/generations", json={"model": "seedance2.0-720p", "prompt": "A boat at dawn", "duration": 5})
task = Task.model_validate_json(made.raise_for_status().content)
task = Task.model_validate_json(client.get(f"/v1/video/generations/{task.id}").raise_for_status().content)
assert task.status
"""
)
UNIBIND = """
from unibind import UniAll
client = UniAll(api_key="sk-x", base_url=URL)
task = client.videos.create(model="seedance2.0-720p", prompt="A boat at dawn", duration=5)
task.refresh()
assert task.state == "running"
"""
UNIBIND_MODEL = """
from unibind import UniAll
client = UniAll(api_key="sk-x", base_url=URL)
task = client.videos.create(model="seedance2.0-720p", prompt="A boat at dawn", duration=5)
answer = client.call("retrieveVideosGeneration", path={"task_id": task.id})
assert answer.state == "running" and answer.model_fields_set
"""
UNIBIND_CLASS = """
from unibind import UniAll
from unibind.uniall.models.requests.seedance_2_0 import Seedance20Request
client = UniAll(api_key="sk-x", base_url=URL)
request = Seedance20Request(model="seedance2.0-720p", prompt="A boat at dawn", duration=5)
task = client.submit("createVideoGeneration", request.to_body())
answer = client.call("retrieveVideosGeneration", path={"task_id": task.id})
assert answer.state == "running" and answer.model_fields_set
"""
OPENAI = """
from openai import OpenAI
client = OpenAI(api_key="sk-x", base_url=URL + "/v1")
task = client.videos.create(model="sora-2", prompt="A boat at dawn", seconds="4")
assert client.videos.retrieve(task.id).status
"""
RUNWAYML = """
from runwayml import RunwayML
client = RunwayML(api_key="key_x", base_url=URL)
task = client.text_to_video.create(model="veo3.1", prompt_text="A boat at dawn", ratio="1280:720", duration=4)
assert client.tasks.retrieve(task.id).status
"""
FAL = """
import fal_client.client
fal_client.client.QUEUE_URL_FORMAT = URL + "/"
client = fal_client.client.SyncClient(key="x:y")
task = client.submit("fal-ai/x", {"prompt": "A boat at dawn"})
assert client.status("fal-ai/x", task.request_id)
"""
REPLICATE = """
import replicate
client = replicate.Client(api_token="x", base_url=URL)
task = client.models.predictions.create("bytedance/seedance-2.0", {"prompt": "A boat at dawn"})
assert client.predictions.get(task.id).status
"""

OTHERS = {"openai": OPENAI, "runwayml": RUNWAYML, "fal-client": FAL, "replicate": REPLICATE}

QUESTION = Question(
    "Cold start through submit and poll",
    (
        Row("first submit and poll", {"httpx+pydantic": HTTPX, "unibind": UNIBIND, **OTHERS}, (Goal(1.1), Goal(1.1, "memory"))),
        Row("the same, poll as a pydantic model", {"httpx+pydantic": HTTPX, "unibind": UNIBIND_MODEL}, (Goal(1.1), Goal(1.1, "memory"))),
        Row("a request class and a pydantic answer", {"httpx+pydantic": HTTPX, "unibind": UNIBIND_CLASS}, (Goal(1.1), Goal(1.1, "memory"))),
    ),
)
