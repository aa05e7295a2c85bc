"""The only place that makes Python names out of spec names."""

from __future__ import annotations

import keyword
import re


def module(family: str) -> str:
    """`veo-3.1` -> `veo_3_1`."""
    return re.sub(r"\W", "_", family)


def klass(family: str) -> str:
    """`veo-3.1` -> `Veo31`, `wan-2.2-animate` -> `Wan22Animate`."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"\W", family))


def snake(name: str) -> str:
    """`createVideoGeneration` -> `create_video_generation`, `modeName` -> `mode_name`, `x-api-key` -> `x_api_key`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return identifier(re.sub(r"\W", "_", spaced).lower())


def identifier(name: str) -> str:
    """A valid identifier that is no keyword."""
    text = re.sub(r"\W", "_", name, flags=re.ASCII).lstrip("_") or "field"
    if text[0].isdigit() or keyword.iskeyword(text):
        text = f"{text}_" if keyword.iskeyword(text) else f"n{text}"
    return text


def local(path: tuple[str, ...]) -> str:
    """The local variable of a field in emitted checks: `("extra_body", "seed")` -> `v_extra_body_seed`."""
    return "v_" + "_".join(identifier(part) for part in path)
