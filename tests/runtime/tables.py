"""The tables of a small gateway that exists in these tests only."""

from __future__ import annotations

from codegen.runtime._core.tables import Model, Operation, Parameter, Provider, Response, Security, Task

_ID = (Parameter("task_id", "path", required=True),)
_JSON = {"200": Response("json", ("Any",), "application/json")}

VIDEO = Task(
    name="video",
    query={"createVideo": "retrieveVideo", "createVideoGeneration": "retrieveVideo"},
    family_query={"avatar": "retrieveAvatar"},
    parameter="task_id",
    id=(("id",), ("data", "task_id")),
    status=(("status",), ("data", "status")),
    states={
        "queued": "queued",
        "in_progress": "running",
        "SUCCESS": "succeeded",
        "completed": "succeeded",
        "failed": "failed",
        "cancelled": "failed",
    },
    progress=(("progress",),),
    outputs=(("video_url",), ("outputs", "[]"), ("result", "files", "[]", "url")),
    error=(("error", "message"), ("error",)),
    content="downloadVideoContent",
    poll=(2.0, 10.0),
)
_OPERATIONS = (
    Operation("listModels", "GET", "/v1/models", responses=_JSON),
    Operation(
        "createVideo",
        "POST",
        "/v1/videos",
        contents=("json",),
        dispatch="body",
        routes=("createVideoGeneration",),
        responses=_JSON,
        task="video",
        paid=True,
        families={"plain": "plain"},
    ),
    Operation(
        "createVideoGeneration",
        "POST",
        "/v1/video/generations",
        contents=("json",),
        dispatch="body",
        responses=_JSON,
        task="video",
        paid=True,
        families={"other": "other", "avatar-1": "avatar"},
    ),
    Operation("retrieveVideo", "GET", "/v1/videos/{task_id}", _ID, responses=_JSON),
    Operation("retrieveAvatar", "GET", "/v1/avatars/{task_id}", _ID, responses=_JSON),
    Operation("downloadVideoContent", "GET", "/v1/videos/{task_id}/content", _ID, responses={"200": Response("binary", (), "video/mp4")}),
    Operation("generateImage", "POST", "/v1/images", contents=("json", "multipart"), dispatch="body", responses=_JSON, paid=True),
    Operation("translate", "POST", "/v1/translations", contents=("multipart",), responses=_JSON, families={"": "translate"}),
    Operation("speak", "POST", "/v1/speech", contents=("json",), responses={"200": Response("binary", (), "audio/mpeg")}, paid=True),
    Operation(
        "chat", "POST", "/v1/chat", contents=("json",), responses={"200": Response("stream", ("Any",), "text/event-stream")}, paid=True
    ),
    Operation(
        "predict",
        "POST",
        "/api/{model}/run",
        (Parameter("model", "path", required=True, slashes=True),),
        contents=("json",),
        dispatch="path",
        responses=_JSON,
        paid=True,
        families={"vendor/uno": "uno"},
    ),
)
PROVIDER = Provider(
    name="tiny",
    title="Tiny",
    env="TINY",
    servers=("https://gateway.test",),
    security=(Security("bearer", "Authorization", "Bearer "),),
    operations={row.id: row for row in _OPERATIONS},
    tasks={"video": VIDEO},
    models={
        "plain": (Model("plain", "plain", "video", ("createVideo",)),),
        "other": (Model("other", "other", "video", ("createVideoGeneration",)),),
        "avatar-1": (Model("avatar-1", "avatar", "video", ("createVideoGeneration",)),),
    },
)
