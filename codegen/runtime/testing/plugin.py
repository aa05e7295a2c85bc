"""The pytest plugin: for each provider a gateway, a client and an asynchronous client. Nothing is imported before a test asks for them.

    def test_video(uniall, uniall_gateway):
        video = uniall.videos.run(model="veo3.1-video-720p", prompt="A paper boat", duration=4)
        assert len(uniall_gateway.log.submits()) == 1

    @pytest.mark.unibind_faults("rate-limited; seconds=1", on="submit", times=2)
    def test_busy(uniall): ...

Fixtures of a provider `p`: `p` (client), `async_p` (asynchronous client, for whatever runs the test's coroutines), `p_gateway`
(`gateway.Running`: `log`, `faults`, `clock`, `base_url`, `api_key`). `unibind_gateway` gives the gateway of any provider by name.
Pauses of the clients between polls and repeats are cut to a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ..gateway import Running
    from .stage import Scene, Stage

_MARKERS = (
    "unibind_gateway(clock=, seed=, keys=, quota=, media_lifetime=, behaviour=, scenario=, socket=): the gateways of the test; clock is "
    "'manual', 'real', a speed or a clock; socket=False serves without a socket",
    "unibind_faults(*faults, on=, operation=, method=, path=, skip=, times=, share=): what goes wrong, see unibind.gateway.Step",
)


def pytest_configure(config: pytest.Config) -> None:
    """Name the markers."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)


@pytest.fixture(scope="session")
def _unibind_stage() -> Iterator[Stage]:
    stage, lacking = _stage()
    if stage is None:
        pytest.fail(f"{lacking}: the gateway needs pip install 'unibind[gateway]'", pytrace=False)
    yield stage
    stage.close()


def _stage() -> tuple[Stage | None, str]:
    """The stage, or what it lacks."""
    try:
        from .stage import Stage
    except ImportError as error:
        return None, str(error)
    return Stage(), ""


@pytest.fixture
def _unibind_scene(request: pytest.FixtureRequest, _unibind_stage: Stage) -> Iterator[Callable[[str], Scene]]:
    from .hurry import hurry
    from .stage import play_faults

    scenes: dict[str, Scene] = {}
    marker = request.node.get_closest_marker("unibind_gateway")

    def scene(provider: str) -> Scene:
        if provider not in scenes:
            mistake = ""  # of what the markers say
            try:
                scenes[provider] = _unibind_stage.play(provider, marker.kwargs if marker else {})
                play_faults(scenes[provider].running, reversed(list(request.node.iter_markers("unibind_faults"))))
            except (ValueError, LookupError) as error:
                mistake = str(error.args[0])
            if mistake:
                pytest.fail(mistake, pytrace=False)
        return scenes[provider]

    with hurry():
        yield scene


@pytest.fixture
def unibind_gateway(_unibind_scene: Callable[[str], Scene]) -> Callable[[str], Running]:
    """The gateway of a provider in this test, by its name."""
    return lambda provider: _unibind_scene(provider).running


def _providers() -> list[str]:
    tables = Path(__file__).parent.parent.glob("*/tables.py")
    return sorted(path.parent.name for path in tables if path.with_name("gateway.py").is_file())


def _fixtures(provider: str) -> Iterator[tuple[str, Any]]:
    def client(_unibind_scene: Callable[[str], Scene]) -> Iterator[Any]:
        with _unibind_scene(provider).client() as made:
            yield made

    def async_client(_unibind_scene: Callable[[str], Scene]) -> Any:
        return _unibind_scene(provider).async_client()

    def running(_unibind_scene: Callable[[str], Scene]) -> Running:
        return _unibind_scene(provider).running

    for name, made, what in (
        (provider, client, f"A synchronous client of `{provider}_gateway`."),
        (f"async_{provider}", async_client, f"An asynchronous client of `{provider}_gateway`, for whatever runs the test's coroutines."),
        (f"{provider}_gateway", running, f"The gateway of {provider} in this test: `log`, `faults`, `clock`, `base_url`, `api_key`."),
    ):
        made.__doc__ = what
        yield f"_fixture_{name}", pytest.fixture(name=name)(made)


for _provider in _providers():
    globals().update(_fixtures(_provider))
