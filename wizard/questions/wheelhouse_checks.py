"""Checks of a wheelhouse request before any work: its folder, its targets, its files."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from wizard.choices import Choices
from wizard.errors import BadRequest
from wizard.proof import kit_manifest, manifest

TARGET_VERSION = re.compile(r"(pypy)?3\.\d+(\.\d+)?t?", re.ASCII)
"""The form of a target that is not a path: ``3.11``, ``3.11.7``, ``pypy3.11``."""


def check(choices: Choices, python: Callable[[str], str]) -> Choices:
    """Return the choices with absolute paths; ``python`` does that for a path of a Python.

    The wheelhouse to install from may be a kit: then the result names its folder of wheels. Raises
    BadRequest if a folder is unsuitable, a target cannot be a Python, or the wheelhouse to install
    from is empty, damaged or incomplete; Impossible if a file of the kit is.
    """
    if choices.wheelhouse:
        choices = replace(choices, wheelhouse=_check_new_folder(choices.wheelhouse))
    if choices.targets:
        names = [name.strip() for name in choices.targets.split(",")]
        checked = (
            name if TARGET_VERSION.fullmatch(name) else _check_target(name, python)
            for name in names
        )
        choices = replace(choices, targets=",".join(dict.fromkeys(checked)))
    if choices.from_wheelhouse:
        folder = _absolute(choices.from_wheelhouse)
        kit = kit_manifest.kit_of(folder)
        if kit is not None:
            kit_manifest.compare(kit, kit_manifest.load(kit))
            folder = kit / kit_manifest.WHEELS
        manifest_of_wheels = manifest.load(folder)
        if kit is None:
            manifest.compare(folder, manifest_of_wheels)
        choices = replace(choices, from_wheelhouse=str(folder))
    return choices


def _check_target(name: str, python: Callable[[str], str]) -> str:
    if not name:
        raise BadRequest(
            "--targets contains an empty entry.",
            hints=("Separate versions or paths with commas: --targets 3.9,3.12",),
        )
    if re.fullmatch(r"[\d.]+t?", name):
        raise BadRequest(
            f"{name!r} is not a version of Python that a wheelhouse can be made for.",
            hints=("A target is a version such as 3.11, or the path of a Python.",),
        )
    return python(name)


def _check_new_folder(text: str) -> str:
    """Return the absolute path of a folder that is a wheelhouse, or can become one."""
    folder = _absolute(text)
    try:
        anchor = next(parent for parent in (folder, *folder.parents) if os.path.lexists(parent))
        if not anchor.is_dir():
            raise BadRequest(
                f"{anchor} is a file, not a folder.",
                hints=("Choose another folder: --wheelhouse FOLDER",),
            )
        if not os.access(anchor, os.W_OK | os.X_OK):
            raise BadRequest(
                f"{folder} cannot be written.",
                shown=f"{anchor}: permission denied",
                hints=("Choose a folder that you may write to: --wheelhouse FOLDER",),
            )
        contents = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
        if manifest.FILE in contents:
            own_files = {wheel.file for wheel in manifest.load(folder).wheels} | {manifest.FILE}
            contents = [name for name in contents if name not in own_files]
    except OSError as error:
        raise BadRequest(f"{folder} cannot be used.", shown=error.strerror or str(error)) from None
    if contents:
        raise BadRequest(
            f"{folder} contains files that do not belong to a wheelhouse.",
            shown="\n".join([*contents[:5], *(["…"] if len(contents) > 5 else [])]),
            hints=("Choose an empty folder, or one that does not exist yet: --wheelhouse FOLDER",),
        )
    return str(folder)


def _absolute(text: str) -> Path:
    if "\0" in text:
        raise BadRequest(
            "The folder's name contains a character that is not allowed in file names."
        )
    return Path(os.path.abspath(os.path.expanduser(text)))  # noqa: PTH100,PTH111 - no links
