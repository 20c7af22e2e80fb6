"""The wizard as one file, for hosts: all its libraries are pure Python, so it runs everywhere."""

from __future__ import annotations

import os
import sys
import zipapp
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from wizard.locations import NAME

_MAIN = """\
import sys

from cryptography_wizard.__main__ import main

sys.exit(main())
"""
_LEFT_OUT = (".so", ".pyd", ".dylib", ".pyc", "/RECORD", "/direct_url.json")
"""What is not copied: of libraries that also have compiled files, the others are enough."""
_PACKAGES = ("cryptography_wizard", "assets", "backends", "screens", "wizard")
OLDEST = 9
"""The oldest minor version of Python 3 on which the wizard runs."""
_TIME = 315532800
"""The time of each file: the first that a zip file can have, so that equal contents are equal."""


def oldest_python() -> int:
    """Return the oldest minor version of Python 3 on which an archive of this installation runs.

    Its libraries are those that were chosen for the Python here; they may need a newer one than the
    wizard does, and one that only an older Python needs may be missing.
    """
    every = (metadata.distribution(NAME), *_needed())
    here = sys.version_info[1]
    return next((minor for minor in range(OLDEST, here) if _all_fit(every, minor)), here)


def _all_fit(distributions: Iterable[metadata.Distribution], minor: int) -> bool:
    installed = {_normal(one.metadata["Name"]) for one in distributions}
    version = f"3.{minor}"
    markers = {"python_version": version, "python_full_version": f"{version}.99", "extra": ""}
    for one in distributions:
        if not SpecifierSet(one.metadata["Requires-Python"] or "").contains(f"{version}.99"):
            return False
        for text in one.requires or ():
            requirement = Requirement(text)
            needed = requirement.marker is None or requirement.marker.evaluate(markers)
            if needed and _normal(requirement.name) not in installed:
                return False
    return True


def _normal(name: str) -> str:
    return str(canonicalize_name(name))


def make(folder: Path) -> Path:
    """Make an archive of this installation in ``folder``, and return its path."""
    inside = folder / "inside"
    for distribution in _needed():
        _copy(distribution, inside)
    _copy_wizard(inside)
    (inside / "__main__.py").write_text(_MAIN, encoding="utf-8")
    for path in inside.rglob("*"):
        os.utime(path, (_TIME, _TIME))
    target = folder / f"{NAME}.pyz"
    zipapp.create_archive(inside, target, compressed=True)
    return target


def _needed() -> Iterator[metadata.Distribution]:
    """Yield the installed distributions that the wizard needs, on any Python."""
    waiting, seen = list(_requirements(metadata.distribution(NAME))), set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # only another Python or another system needs it
        waiting += _requirements(found)
        yield found


def _requirements(distribution: metadata.Distribution) -> Iterator[str]:
    for text in distribution.requires or ():
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        if "extra" not in str(requirement.marker or ""):
            yield requirement.name.lower()


def _copy(distribution: metadata.Distribution, target: Path) -> None:
    for file in distribution.files or ():
        name = str(file)
        source = Path(str(distribution.locate_file(file)))
        if not name.startswith(("..", "/")) and not name.endswith(_LEFT_OUT) and source.is_file():
            _copy_file(source, target / name)


def _copy_wizard(target: Path) -> None:
    """Copy the wizard itself, which may be a clone: its packages say where they are."""
    place = target / _PACKAGES[0]
    for name in _PACKAGES:
        folder = Path(next(iter(__import__(name).__path__)))
        own = place if name == _PACKAGES[0] else place / name
        for source in folder.rglob("*"):
            inside = source.relative_to(folder)
            in_a_wheel = name == _PACKAGES[0] and inside.parts[0] in _PACKAGES
            skipped = {"__pycache__", "screenshots"} & set(inside.parts) or in_a_wheel
            if source.is_file() and not skipped:
                _copy_file(source, own / inside)


def _copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())
