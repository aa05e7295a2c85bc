"""The pytest plugin, run by pytest on tests of somebody else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
BODY = '{"model": "veo3.1-video-720p", "prompt": "A paper boat", "size": "720p", "duration": 4}'
FIRST = f"""
import asyncio
import pytest
import unibind
VIDEO = {BODY}
"""

USES = {
    "a client and its gateway": """
        def test(uniall, uniall_gateway, tmp_path):
            video = uniall.videos.run(**VIDEO)
            assert video.download(tmp_path / "a.mp4").stat().st_size > 1000
            assert [row.verdict for row in uniall_gateway.log.submits()] == ["accepted"]
            assert {row.key for row in uniall_gateway.log if row.origin == "api"} == {"right"}
            assert uniall_gateway.log.leaks() == []
        """,
    "an asynchronous client, with any runner": """
        def test(async_uniall, uniall_gateway):
            async def main():
                return await async_uniall.videos.run(**VIDEO)
            assert asyncio.run(main()).outputs[0].startswith(uniall_gateway.media_url)
        """,
    "without a socket": """
        @pytest.mark.unibind_gateway(socket=False)
        def test(uniall, async_uniall, uniall_gateway, tmp_path):
            path = uniall.videos.run(**VIDEO).download(tmp_path / "a.mp4")
            async def main():
                async with async_uniall as client:
                    return await (await client.videos.run(**VIDEO)).download(tmp_path / "b.mp4")
            assert asyncio.run(main()).read_bytes() != path.read_bytes()
            assert uniall_gateway.base_url == "http://gateway.test"
            assert len(uniall_gateway.log.downloads()) == 2
        """,
    "every provider": """
        def test(uniapi, wavespeed, unibind_gateway):
            uniapi.suno.music.run(gpt_description_prompt="rain")
            wavespeed.uno.run(prompt="a lamp", images=["https://example.com/1.png"])
            assert [len(unibind_gateway(name).log.paid()) for name in ("uniall", "uniapi", "wavespeed")] == [0, 1, 1]
        """,
    "a fresh gateway for each test": """
        def test_1(uniall, uniall_gateway):
            test_1.id = uniall.submit("createVideoGeneration", VIDEO).id
            assert len(uniall_gateway.log) == 1
        def test_2(uniall, uniall_gateway):
            assert len(uniall_gateway.log) == 0
            assert uniall.submit("createVideoGeneration", VIDEO).id == test_1.id
        """,
    "faults in order": """
        @pytest.mark.unibind_faults("rate-limited; seconds=30", "unavailable", on="submit")
        @pytest.mark.unibind_faults("reset", on="query", skip=1)
        def test(uniall, uniall_gateway):
            uniall.videos.run(**VIDEO)
            log = uniall_gateway.log
            assert [row.fault for row in log.submits()] == ["rate-limited; seconds=30.0", "unavailable", ""]
            assert [row.fault for row in log.queries()][:3] == ["", "reset", ""]
            assert uniall_gateway.faults.pending() == []
        """,
    "a scenario": """
        @pytest.mark.unibind_gateway(scenario="lost-submit")
        def test(uniall, uniall_gateway):
            with pytest.raises(unibind.SubmitOutcomeUnknown):
                uniall.videos.run(**VIDEO)
            assert len(uniall_gateway.log.paid()) == 1
        """,
    "time by hand": """
        @pytest.mark.unibind_gateway(clock="manual")
        def test(uniall, uniall_gateway):
            task = uniall.videos.create(**VIDEO)
            assert task.refresh().state == "queued"
            uniall_gateway.clock.advance(30)
            assert task.refresh().state == "succeeded"
        """,
    "an account": """
        @pytest.mark.unibind_gateway(quota=0, keys={"sk-mine": "enabled"})
        def test(uniall, uniall_gateway):
            assert uniall_gateway.api_key == "sk-mine"
            with pytest.raises(unibind.PermissionDenied):
                uniall.videos.create(**VIDEO)
        """,
}


@pytest.mark.parametrize("use", USES)
def test_uses(use: str, pytester: pytest.Pytester) -> None:
    import textwrap

    pytester.makepyfile(FIRST + textwrap.dedent(USES[use]))
    # in a process of its own: in this one, modules that are first loaded inside would be loaded twice
    result = pytester.runpytest_subprocess("-W", "error", "--strict-markers", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=USES[use].count("def test"))


MARKERS = {
    "unibind_faults('rate-limit')": "there is no fault 'rate-limit'; did you mean 'rate-limited'?*",
    "unibind_faults('reset', on='submits')": "on must be one of any, paid, submit*",
    "unibind_faults('reset', time=2)": "unibind_faults takes no 'time'; did you mean 'times'? It takes on, operation*",
    "unibind_faults(on='query')": "unibind_faults names a fault*",
    "unibind_gateway(clok='manual')": "unibind_gateway takes no 'clok'; did you mean 'clock'?*",
    "unibind_gateway(clock='fast')": "clock is 'manual', 'real', a speed or a clock, not 'fast'",
    "unibind_gateway(scenario='bussy')": "there is no scenario 'bussy'; known are busy*",
}


def test_a_wrong_marker_is_an_error_that_helps(pytester: pytest.Pytester) -> None:
    rows = "".join(f"@pytest.mark.{marker}\ndef test_{number}(uniall): ...\n" for number, marker in enumerate(MARKERS))
    pytester.makepyfile(f"import pytest\n{rows}")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(errors=len(MARKERS))
    result.stdout.fnmatch_lines([*MARKERS.values()])
    result.stdout.no_fnmatch_line("*stage.py*")
    result.stdout.no_fnmatch_line("*another exception*")


def test_without_the_gateway_it_says_what_to_install(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import sys\nsys.modules['starlette'] = sys.modules['starlette.types'] = None")
    pytester.makepyfile("def test(uniall): ...\ndef test_other(): ...")
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines(["*starlette*: the gateway needs pip install 'unibind[[]gateway[]]'"])
    result.stdout.no_fnmatch_line("*another exception*")


def test_the_fixtures_say_what_they_are(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--fixtures")
    said = "\n".join(result.outlines)
    for name in ("uniapi", "async_wavespeed", "uniall_gateway", "unibind_gateway"):
        assert f"\n{name} -- " in said
    assert "A synchronous client of `uniapi_gateway`." in said


def test_nothing_heavy_is_imported_before_it_is_wanted(tmp_path: Path) -> None:
    """A session that does not use the fixtures pays for a few small modules."""
    test = tmp_path / "test_other.py"
    test.write_text(
        "import sys\n"
        "def test():\n"
        "    assert 'unibind.testing.plugin' in sys.modules\n"
        "    heavy = {'httpx', 'pydantic', 'starlette', 'uvicorn', 'hypothesis', 'unibind.gateway', 'unibind.testing.stage'}\n"
        "    assert not heavy & set(sys.modules) and 'unibind._core.dispatch' not in sys.modules\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:hypothesispytest", "-p", "no:anyio", str(test)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout
