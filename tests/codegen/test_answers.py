"""Response models are split into modules by who uses them."""

from __future__ import annotations

import pytest

from codegen.emit.answers import split

TEXT = """
from __future__ import annotations
from typing import Any
from base import Model

class Reason(Model):
    text: Any

class Failure(Model):
    reason: Reason

class Detail(Model):
    size: int

class Clip(Model):
    detail: Detail
    reason: Reason
    next: Clip
"""


def test_a_model_lives_with_its_only_user_and_alone_when_shared() -> None:
    files = split(TEXT, "spec/tiny/schemas")
    assert sorted(files) == ["__init__.py", "clip.py", "failure.py", "reason.py"]
    assert files["clip.py"].index("class Detail") < files["clip.py"].index("class Clip")
    assert "from .reason import Reason" in files["clip.py"]
    assert "from .reason import Reason" in files["failure.py"]
    assert "import" not in files["reason.py"].replace("from __future__ import", "").replace("from typing import", "").replace(
        "from base import", ""
    )
    for name, home in {"Clip": "clip", "Detail": "clip", "Failure": "failure", "Reason": "reason"}.items():
        assert f'"{name}": "{home}"' in files["__init__.py"]


def test_an_answer_has_its_own_module() -> None:
    files = split(TEXT, "spec/tiny/schemas", {"Clip", "Detail"})
    assert "class Detail" in files["detail.py"]
    assert "from .detail import Detail" in files["clip.py"]


def test_models_that_hold_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="hold each other: First, Second"):
        split("class First(Model):\n    a: Second\n\nclass Second(Model):\n    a: First\n", "spec")
