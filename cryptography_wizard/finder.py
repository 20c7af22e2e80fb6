"""Finds the wizard's four packages in the wizard's own folder, and nowhere else.

The code imports ``wizard``, ``screens``, ``backends`` and ``assets`` by these names. They are too
common to be top-level packages in site-packages: another distribution, a folder in PYTHONPATH or
the current folder may have them too. A wheel therefore holds the four inside
``cryptography_wizard``, and this finder is asked for them before any other. The code that is
installed is the code that is tested, unchanged, and an editable installation is just as safe.

A folder at the front of ``sys.path`` would not be enough: the finders that some editable
installations and .pth files add are asked before ``sys.path`` is searched. Neither ``sys.path`` nor
the environment changes, so the programs that the wizard starts inherit nothing from it.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

import cryptography_wizard

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

PACKAGES = frozenset({"assets", "backends", "screens", "wizard"})


def install() -> None:
    """Make imports of the four packages, and of what is in them, find the wizard's own.

    Modules of these names that are loaded already are forgotten: a .pth file or a
    ``sitecustomize`` of another distribution has imported them. A second call does nothing.
    """
    if any(isinstance(finder, PackageFinder) for finder in sys.meta_path):
        return
    for name in [name for name in sys.modules if _is_ours(name)]:
        del sys.modules[name]
    sys.meta_path.insert(0, PackageFinder(_folder()))


class PackageFinder:
    """A finder for ``sys.meta_path`` that looks for the four packages in ``folder`` only.

    ``folder`` may be inside a zip file.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of one of our modules, or None if the name is not one of ours."""
        if not _is_ours(name):
            return None
        return PathFinder.find_spec(name, [self.folder] if path is None else path, target)


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in PACKAGES


def _folder() -> str:
    """Return the folder that holds the four packages.

    It is this package's own in a wheel, and the one above it in a checkout of the repository.
    """
    here = Path(cryptography_wizard.__path__[0]).absolute()
    in_a_wheel = PathFinder.find_spec("screens", [str(here)]) is not None
    return str(here if in_a_wheel else here.parent)
