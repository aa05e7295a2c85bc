"""Documentation to try the reports on: the real dump where it is there, and a made-up one that always is."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import yaml

from codegen.docs.lock import write
from codegen.docs.work import Project

ROOT = Path(__file__).resolve().parents[2]
REAL = Path(os.environ.get("UNIBIND_DOCS") or ROOT.parent / "shared" / "docs")
REAL_DUMP = REAL / "uniall" / "llms-full.txt"
STUDIO = Path(__file__).parent / "data" / "studio"


@dataclass(frozen=True)
class Site:
    """A dump, and the spec whose lock was made from it."""

    name: str
    dump: Path
    spec: Path

    @property
    def text(self) -> str:
        return self.dump.read_text("utf-8")

    @property
    def project(self) -> Project:
        return Project(self.spec)


def studio(folder: Path) -> Site:
    """The made-up site, locked."""
    spec = folder / "spec"
    shutil.copytree(STUDIO / "spec", spec)
    shutil.copy(ROOT / "spec" / "spec.schema.json", spec)
    project = Project(spec)
    write(project.locked(project.read([STUDIO / "dump.txt"])), project.path)
    return Site("studio", STUDIO / "dump.txt", spec)


def real() -> Site:
    return Site("uniall", REAL_DUMP, ROOT / "spec")


def cited_by_file(spec: Path) -> dict[str, list[str]]:
    """What each file of the spec cites, as `page#section`, read from the YAML alone."""
    files = sorted(spec.rglob("*.yaml"))
    return {f"spec/{file.relative_to(spec).as_posix()}": citations(yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)) for file in files}


def is_about(cited: str, page: str, heading: str) -> bool:
    of_page, _, section = cited.partition("#")
    rest = heading[len(section) :]
    return of_page == page and heading.startswith(section) and not (section[-1:].isalnum() and rest[:1].isascii() and rest[:1].isalnum())


def citations(root: object) -> list[str]:
    """Every citation of a file as `page#section`."""
    sources = root.get("sources", {}) if isinstance(root, dict) else {}
    found: list[str] = []

    def walk(node: object) -> None:
        if isinstance(node, dict):
            cited = node.get("cite", [])
            for text in cited if isinstance(cited, list) else [cited]:
                key, mark, section = str(text).partition("#")
                found.append(sources.get(key, key) + mark + section)
        for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            walk(child)

    walk(root)
    return found
