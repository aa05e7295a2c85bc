"""Several gateways behind the same two ports, each below its name."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from .._core import dispatch
from .app import Gateway
from .control import Control

_EMITTED = ("tables.py", "gateway.py")


def providers() -> tuple[str, ...]:
    """The providers whose answers were emitted."""
    folders = (folder for folder in resources.files(dispatch.PACKAGE).iterdir() if folder.is_dir())
    return tuple(sorted(folder.name for folder in folders if all(folder.joinpath(name).is_file() for name in _EMITTED)))


class Front:
    """Gateways by name; the application that serves them.

    Args:
        providers: Their names; one alone is not below its name but at the root.
        base_url: Origin of the API.
        media_url: Origin of the outputs.
        settings: Further arguments of each `Gateway`.
    """

    def __init__(self, providers: Sequence[str], base_url: str, media_url: str, **settings: Any) -> None:
        if not providers:
            raise LookupError("name at least one provider")
        below = len(set(providers)) > 1
        self.gateways = {
            name: Gateway(
                name,
                base_url=f"{base_url}/{name}" if below else base_url,
                media_url=f"{media_url}/{name}" if below else media_url,
                **settings,
            )
            for name in providers
        }
        self._apps = {name: Control(gateway) for name, gateway in self.gateways.items()}
        self.app: ASGIApp = self if below else self._apps[providers[0]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Called by the server."""
        if scope["type"] != "http":
            return
        name, _, rest = scope["path"][1:].partition("/")
        app = self._apps.get(name)
        if app is None:
            await _nobody(f"the first part of the path must be one of {', '.join(self.gateways)}\n".encode(), send)
            return
        raw: bytes = scope["raw_path"][len(name) + 1 :]
        await app({**scope, "path": f"/{rest}", "raw_path": raw}, receive, send)


async def _nobody(content: bytes, send: Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": content})
