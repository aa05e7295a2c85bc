"""Gateways with one bug that somebody might make, over all providers: each a switch of a rule or of a handler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from unibind.gateway import Behaviour, Call, Job, Reply

from .switches import at, drops, field, ignores, puts, refused, refuses, renames, replies, says, switched


@dataclass(frozen=True)
class Hand:
    """One bug.

    Attributes:
        sort: What sort of bug: `rule`, `strict`, `auth`, `refusal`, `answer`, `life`, `media`, `account`.
        family: Whose requests meet it.
    """

    id: str
    sort: str
    provider: str
    family: str
    make: type[Behaviour]

    def behaviour(self) -> Behaviour:
        """What the gateway does; new at each call, as some keep state."""
        return self.make()

    def __str__(self) -> str:
        return self.id


# --- parts -----------------------------------------------------------------------------------------------------------------

VIDEO, IMAGE, AUDIO = (
    at("retrieveVideo", "retrieveVideoGeneration", "retrieveVideosGeneration"),
    at("retrieveImageTask"),
    at("retrieveAudioTask"),
)
NEW_VIDEO = at("createVideo", "createVideoGeneration", "createVideosGeneration")
CONTENT = at("downloadVideoContent")


def listed(body: Any, name: str) -> int:
    """How many items a list of the request has."""
    found = body.get(name) if isinstance(body, dict) else None
    return len(found) if isinstance(found, list) else 0


def status(reply: Reply, *words: str) -> bool:
    """Whether an answer about a task has one of these words for its state."""
    return any(_has(reply.body, word) for word in words)


def _has(node: Any, word: str) -> bool:
    values = list(node.values()) if isinstance(node, Mapping) else node if isinstance(node, list) else []
    return any(value == word or (isinstance(value, Mapping | list) and _has(value, word)) for value in values)


def when_is(*words: str) -> Any:
    """Answers of tasks in this state."""
    return lambda call, reply: reply.verdict == "accepted" and status(reply, *words)


def cut(file: Any, *_: Any) -> Any:
    """A file that ends early, under the tag of the whole."""
    return replace(file, content=file.content[: len(file.content) // 2])


def unauthorised(*operations: str, only: str) -> type[Behaviour]:
    """Takes one kind of bad key at these operations, or at all."""
    return switched(
        authenticate=lambda problem, provider, account, call: (
            None if problem == only and (not operations or call.operation.id in operations) else problem
        )
    )


def echo(body: Any, call: Call) -> Any:
    """An error that repeats the key."""
    key = call.headers.get("authorization", "")
    holder = body["error"] if isinstance(body.get("error"), dict) else body
    return {
        **body,
        **(
            {"error": {**holder, "message": f"{holder['message']} ({key})"}}
            if holder is not body
            else {"message": f"{body['message']} ({key})"}
        ),
    }


def echoing(verdict: str) -> type[Behaviour]:
    """Repeats the key in errors of one cause."""
    return switched(reply=lambda reply, call, _: replace(reply, body=echo(reply.body, call)) if reply.verdict == verdict else reply)


def stuck(provider: str) -> type[Behaviour]:
    """Tasks run for ever."""
    return switched(plan=lambda plan, call, *_: replace(plan, course="never-end"))


class Backwards(Behaviour):
    """A finished task is seen running the second time that it is asked about after its end."""

    def __init__(self) -> None:
        self._told: dict[str, int] = {}

    def find(self, jobs: Mapping[str, Job], row: Any, id: str, now: float) -> Job | None:
        job = super().find(jobs, row, id, now)
        if job is not None and super().state(job, now) == "succeeded":
            self._told[job.id] = self._told.get(job.id, 0) + 1
        return job

    def state(self, job: Job, now: float) -> Any:
        found = super().state(job, now)
        return "running" if found == "succeeded" and self._told.get(job.id) == 2 else found


class Forgets(Behaviour):
    """A task is not found any more once it has finished."""

    def find(self, jobs: Mapping[str, Job], row: Any, id: str, now: float) -> Job | None:
        job = super().find(jobs, row, id, now)
        return None if job is not None and job.state(now) == "succeeded" else job


class AnyTask(Behaviour):
    """Asked about an id that it does not know, it answers about another task, or about one that it makes up."""

    def find(self, jobs: Mapping[str, Job], row: Any, id: str, now: float) -> Job | None:
        return super().find(jobs, row, id, now) or next((job for job in jobs.values() if job.kind == row.name), None)


def slower(progress: int, job: Job, now: float) -> int:
    """Percent that go down."""
    return 100 - progress


# --- the table -----------------------------------------------------------------------------------------------------------------

HAND: tuple[Hand, ...] = tuple(
    Hand(id, sort, provider, family, make)
    for provider, rows in {
        "uniall": (
            # rules that are not kept
            ("veo-any-duration", "rule", "veo-3.1", ignores("veo-3.1/duration:enum")),
            ("veo-any-duration-of-4k", "rule", "veo-3.1", ignores("veo-3.1/duration:enum", when=field("model", "veo3.1-video-4k"))),
            ("veo-references-in-fast-tier", "rule", "veo-3.1", ignores("veo-3.1/references-are-standard-only")),
            (
                "veo-one-image-too-many",
                "rule",
                "veo-3.1",
                ignores("veo-3.1/images:max_items", when=lambda call: len(call.body["images"]) == 4),
            ),
            ("veo-last-frame-alone", "rule", "veo-3.1", ignores("veo-3.1/last-frame-needs-first")),
            ("veo-size-of-another-tier", "rule", "veo-3.1", ignores("veo-3.1/size-matches-model")),
            ("veo-images-may-be-empty", "rule", "veo-3.1", ignores("veo-3.1/images:min_items")),
            ("veo-images-of-words", "rule", "veo-3.1", ignores("veo-3.1/images[]:url", "veo-3.1/images[]:min_length", "veo-3.1/image:url")),
            ("seedance-duration-one-more", "rule", "seedance-2.0", ignores("seedance-2.0/duration:maximum")),
            ("seedance-duration-left-out", "rule", "seedance-2.0", ignores("seedance-2.0/duration:required")),
            ("seedance-unknown-part", "rule", "seedance-2.0", ignores("seedance-2.0/content[].type:variant")),
            ("seedance-images-one-more", "rule", "seedance-2.0", ignores("seedance-2.0/images:max_items")),
            ("seedance-references-without-operation", "rule", "seedance-2.0", ignores("seedance-2.0/references-need-operation")),
            ("sora-no-prompt", "rule", "sora-2", ignores("sora-2/prompt:required")),
            ("sora-ratio-of-another-model", "rule", "sora-2", ignores("sora-2/ratio-follows-model")),
            ("sora-chat-fields", "rule", "sora-2", ignores("sora-2/no-chat-fields")),
            ("gpt-image-any-size", "rule", "gpt-image-2", ignores("gpt-image-2/size-of-matrix")),
            ("gpt-image-n-of-none", "rule", "gpt-image-2", ignores("gpt-image-2/n:minimum")),
            ("gpt-image-edit-of-nothing", "rule", "gpt-image-2", ignores("gpt-image-2/edit-needs-image")),
            ("speech-two-texts", "rule", "minimax-speech", ignores("minimax-speech/input-equals-text")),
            ("kling-longer", "rule", "kling-v3", ignores("kling-v3/duration:maximum")),
            (
                "wan-flash-durations",
                "rule",
                "wan-2.6",
                ignores("wan-2.6/i2v-durations", "wan-2.6/r2v-durations", "wan-2.6/video-durations"),
            ),
            # valid requests that are refused
            ("veo-refuses-8-seconds", "strict", "veo-3.1", refuses(field("duration", 8))),
            (
                "veo-refuses-fourth-image",
                "strict",
                "veo-3.1",
                refuses(lambda call: listed(call.body, "images") == 3),
            ),
            ("seedance-refuses-longest", "strict", "seedance-2.0", refuses(field("duration", 15))),
            ("sora-refuses-12-seconds", "strict", "sora-2", refuses(lambda call: "12s" in str(call.body) or field("duration", 12)(call))),
            ("gpt-image-refuses-n-1", "strict", "gpt-image-2", refuses(field("n", 1))),
            ("gpt-image-refuses-webp", "strict", "gpt-image-2", refuses(field("output_format", "webp"))),
            ("kling-refuses-last-image", "strict", "kling-v3", refuses(field("last_image"))),
            ("wan-refuses-astral-prompt", "strict", "wan-2.6", refuses(lambda call: any(char > "\uffff" for char in str(call.body)))),
            # keys
            ("submit-without-key", "auth", "veo-3.1", unauthorised("createVideo", only="missing_key")),
            ("any-key-may-ask", "auth", "veo-3.1", unauthorised("retrieveVideo", only="unknown_key")),
            ("balance-for-anybody", "auth", "veo-3.1", unauthorised("retrieveBalance", only="missing_key")),
            ("models-for-any-key", "auth", "veo-3.1", unauthorised("listModels", only="unknown_key")),
            (
                "no-key-is-400",
                "auth",
                "veo-3.1",
                replies(at("createVideo"), lambda call, reply: reply.verdict == "missing_key", status=400),
            ),
            ("key-echoed-to-wrong-key", "auth", "veo-3.1", echoing("unknown_key")),
            ("key-echoed-in-refusals", "auth", "veo-3.1", echoing("invalid")),
            # refusals
            ("refusal-is-200", "refusal", "veo-3.1", replies(NEW_VIDEO, lambda call, reply: reply.verdict == "invalid", status=200)),
            ("refusal-is-500", "refusal", "sora-2", replies(NEW_VIDEO, lambda call, reply: reply.verdict == "invalid", status=500)),
            ("refusal-in-html", "refusal", "sora-2", replies(NEW_VIDEO, refused, body="<h1>no</h1>", media="text/html")),
            ("refusal-of-another-shape", "refusal", "veo-3.1", replies(NEW_VIDEO, refused, body={"detail": [{"msg": "no"}]})),
            ("refusal-without-message", "refusal", "gpt-image-2", says(at("createImageTask"), drops("error.message"), refused)),
            ("unknown-task-is-200", "refusal", "gpt-image-2", replies(IMAGE, lambda call, reply: reply.verdict == "not_found", status=200)),
            ("unknown-task-is-500", "refusal", "veo-3.1", replies(VIDEO, lambda call, reply: reply.verdict == "not_found", status=500)),
            ("unknown-task-of-somebody", "refusal", "veo-3.1", AnyTask),
            # answers
            ("submit-is-202", "answer", "veo-3.1", replies(NEW_VIDEO, status=202)),
            ("submit-in-plain-text", "answer", "veo-3.1", replies(NEW_VIDEO, media="text/plain")),
            (
                "submit-without-id",
                "answer",
                "sora-2",
                says(NEW_VIDEO, lambda body: {k: v for k, v in body.items() if k not in ("id", "task_id")}),
            ),
            ("status-renamed", "answer", "veo-3.1", says(VIDEO, renames("status", "state"))),
            (
                "status-of-another-word",
                "answer",
                "kling-v3",
                says(VIDEO, puts("status", "in-progress"), when_is("in_progress", "processing")),
            ),
            ("created-as-text", "answer", "veo-3.1", says(VIDEO, puts("created_at", "yesterday"))),
            ("progress-as-text", "answer", "veo-3.1", says(VIDEO, puts("progress", "half"))),
            ("image-task-without-data", "answer", "gpt-image-2", says(IMAGE, renames("data", "result"))),
            (
                "balance-as-text",
                "answer",
                "veo-3.1",
                says(at("retrieveBalance"), lambda body: {name: str(value) for name, value in body.items()}),
            ),
            ("models-without-list", "answer", "veo-3.1", says(at("listModels"), renames("data", "models"))),
            (
                "models-without-veo",
                "answer",
                "veo-3.1",
                says(at("listModels"), puts("data", lambda rows: [row for row in rows if "veo" not in row["id"]])),
            ),
            ("wrong-id", "answer", "veo-3.1", says(VIDEO, lambda body: {**body, "id": "task_0", "task_id": "task_0"})),
            ("wrong-model", "answer", "veo-3.1", says(NEW_VIDEO, puts("model", "veo3.1-video-4k"))),
            # the life of tasks
            ("video-never-completes", "life", "veo-3.1", stuck("uniall")),
            ("video-goes-backwards", "life", "veo-3.1", Backwards),
            ("video-vanishes", "life", "sora-2", Forgets),
            (
                "video-without-link",
                "life",
                "veo-3.1",
                says(VIDEO, lambda body: {k: v for k, v in body.items() if k != "video_url"}, when_is("completed", "succeeded")),
            ),
            ("image-without-outputs", "life", "gpt-image-2", says(IMAGE, puts("data.result_url", ""), when_is("succeeded", "completed"))),
            (
                "link-before-the-end",
                "life",
                "veo-3.1",
                says(
                    VIDEO,
                    lambda body: {**body, "video_url": "http://media.test/media/early.mp4"},
                    when_is("queued", "in_progress", "processing"),
                ),
            ),
            ("content-before-completion", "life", "veo-3.1", switched(ready=lambda ready, job, now: True)),
            ("every-task-fails", "life", "kling-v3", switched(plan=lambda plan, *_: replace(plan, course="fail"))),
            ("progress-goes-down", "life", "veo-3.1", switched(progress=slower)),
            # media
            ("video-truncated", "media", "veo-3.1", switched(file=cut)),
            ("image-is-empty", "media", "gpt-image-2", switched(file=lambda file, *_: replace(file, content=b""))),
            ("video-as-json", "media", "veo-3.1", switched(file=lambda file, *_: replace(file, media="application/json"))),
            ("media-origin-takes-keys-only", "media", "veo-3.1", switched(refuses_media=lambda refused, headers, query: not refused)),
            (
                "image-is-a-video",
                "media",
                "gpt-image-2",
                switched(file=lambda file, *_: replace(file, media="video/mp4", content=b"not a video at all")),
            ),
            # money
            ("balance-fails-with-200", "account", "veo-3.1", says(at("retrieveBalance"), puts("success", False))),
        ),
        "uniapi": (
            (
                "image-edit-large-file",
                "rule",
                "image-edit",
                ignores("image-edit/image:max_bytes", "image-edit/image[]:max_bytes", "image-edit/below-4-mb"),
            ),
            ("image-edit-n-11", "rule", "image-edit", ignores("image-edit/n:maximum")),
            ("image-edit-size-of-another-model", "rule", "image-edit", ignores("image-edit/size-of-dall-e-2")),
            ("transcription-hot", "rule", "transcription", ignores("transcription/temperature:maximum")),
            ("transcription-words-without-verbose", "rule", "transcription", ignores("transcription/granularities-need-verbose-json")),
            (
                "image-edit-refuses-n-10",
                "strict",
                "image-edit",
                refuses(lambda call: isinstance(call.body, dict) and str(call.body.get("n")) == "10"),
            ),
            ("udio-without-key", "auth", "udio", unauthorised("submitUdioMusic", only="missing_key")),
            ("suno-any-key", "auth", "suno-music", unauthorised("retrieveSunoTask", only="unknown_key")),
            ("usage-echoes-key", "auth", "udio", echoing("unknown_key")),
            (
                "luma-unknown-task",
                "refusal",
                "luma",
                replies(at("retrieveLumaGeneration"), lambda call, reply: reply.verdict == "not_found", status=200),
            ),
            ("luma-state-renamed", "answer", "luma", says(at("retrieveLumaGeneration"), renames("state", "status"))),
            (
                "midjourney-status-word",
                "answer",
                "midjourney-imagine",
                says(at("fetchMidjourneyTask"), puts("status", "DONE"), when_is("SUCCESS")),
            ),
            ("udio-submit-without-id", "answer", "udio", says(at("submitUdioMusic"), drops("data"))),
            ("suno-never-completes", "life", "suno-music", stuck("uniapi")),
            (
                "midjourney-without-picture",
                "life",
                "midjourney-imagine",
                says(at("fetchMidjourneyTask"), puts("imageUrl", None), when_is("SUCCESS")),
            ),
            ("kling-without-videos", "life", "kling-text-to-video", says(at("retrieveKlingTextToVideo"), drops("data.task_result"))),
            ("luma-goes-backwards", "life", "luma", Backwards),
            ("udio-song-truncated", "media", "udio", switched(file=cut)),
            ("speech-in-json", "media", "speech", replies(at("createSpeech"), file=None, body={"audio": "later"})),
        ),
        "wavespeed": (
            ("uno-six-images", "rule", "uno", ignores("uno/images:max_items")),
            ("uno-seed-below", "rule", "uno", ignores("uno/seed:minimum")),
            ("uno-steps-above", "rule", "uno", ignores("uno/num_inference_steps:maximum")),
            ("uno-any-size", "rule", "uno", ignores("uno/image_size:enum")),
            (
                "uno-refuses-four-images",
                "strict",
                "uno",
                refuses(lambda call: listed(call.body, "images") == 4),
            ),
            ("uno-refuses-png", "strict", "uno", refuses(field("output_format", "png"))),
            ("uno-without-key", "auth", "uno", unauthorised(only="missing_key")),
            ("uno-key-echoed", "auth", "uno", echoing("unknown_key")),
            (
                "uno-unknown-prediction-is-200",
                "refusal",
                "uno",
                replies(at("retrievePrediction"), lambda call, reply: reply.verdict == "not_found", status=200),
            ),
            ("uno-code-without-message", "refusal", "uno", says(at("createUno"), drops("message"), refused)),
            ("uno-id-missing", "answer", "uno", says(at("createUno"), drops("data.id"))),
            ("uno-wrong-id", "answer", "uno", says(at("retrievePrediction"), puts("data.id", "pred-0"))),
            ("uno-status-word", "answer", "uno", says(at("retrievePrediction"), puts("data.status", "succeeded"), when_is("completed"))),
            ("uno-never-completes", "life", "uno", stuck("wavespeed")),
            ("uno-outputs-empty", "life", "uno", says(at("retrievePrediction"), puts("data.outputs", []), when_is("completed"))),
            ("uno-goes-backwards", "life", "uno", Backwards),
            ("uno-one-output-for-four", "life", "uno", switched(job=lambda job, _: replace(job, count=1))),
            ("uno-media-truncated", "media", "uno", switched(file=cut)),
        ),
    }.items()
    for id, sort, family, make in rows
)
