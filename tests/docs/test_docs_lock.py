"""The lock says what was read, and what changed since."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.docs.__main__ import main
from codegen.docs.drift import drift
from codegen.docs.lock import FACTS, dump, dump_facts, lock, read_lock, write
from codegen.docs.pages import read

DATA = Path(__file__).parent / "data"


def test_every_form_of_the_source_gives_the_same_lock() -> None:
    locks = [lock(read(DATA / form)) for form in ("dump.txt", "dump-lines.txt", "pages")]
    assert locks[0] == locks[1] == locks[2]
    assert len({dump(one) for one in locks}) == len({dump_facts(one) for one in locks}) == 1


def test_the_lock_names_no_machine_and_no_sentence() -> None:
    content = lock(read(DATA / "pages"))
    text = dump(content) + dump_facts(content)
    assert str(DATA) not in text
    assert "Two models draw" not in text
    assert "a red boat" not in text
    assert '"heading": "1.1 Smallest"' in text


def test_a_lock_is_written_once_and_read_back(tmp_path: Path) -> None:
    path, content = tmp_path / "docs.lock", lock(read(DATA / "dump.txt"))
    assert read_lock(path) == {}
    assert write(content, path)
    assert not write(content, path)
    assert read_lock(path) == content
    assert (tmp_path / FACTS).read_text("utf-8").startswith("en#Conventions\n\t")


def test_changes_name_the_section_to_read_again(tmp_path: Path) -> None:
    before = lock(read(DATA / "dump.txt"))
    changed = tmp_path / "dump.txt"
    text = (DATA / "dump.txt").read_text("utf-8")
    changed.write_text(text.replace("a red boat", "a blue boat").replace("## Next", "## More").replace("toy-2", "toy-3"), "utf-8")
    after = lock(read(changed))
    assert drift(before, before) == []
    assert [(change.kind.value, change.key) for change in drift(before, after)] == [
        ("wording", "en#More"),
        ("wording", "en/models/pictures#1.1 Smallest"),
        ("changed", "en/models/pictures#1.2 With remarks"),
        ("changed", "en/models/pictures#1.3 With a file"),
    ]


def test_the_command_writes_and_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "docs.lock"
    arguments = ["lock", str(DATA / "dump.txt"), "--out", str(path)]
    assert main([*arguments, "--check"]) == 1
    assert not path.exists()
    assert main(arguments) == 0
    assert main([*arguments, "--check"]) == 0
    assert "0 changes" in capsys.readouterr().out


def test_the_command_refuses_what_it_cannot_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lock", str(tmp_path / "nothing.txt")]) == 2
    assert main(["lock", str(tmp_path)]) == 2
    assert "no pages" in capsys.readouterr().err
