"""PYTHONHOME and PYTHONPATH: variables that change what every Python imports."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

MODULES = ("cryptography/__init__.py", "cffi/__init__.py", "_cffi_backend*")
"""What must come from the environment: cryptography, and the packages with compiled files that it
needs."""


def shadowing(variables: Mapping[str, str]) -> tuple[str, ...]:
    """Return the folders in PYTHONPATH with a package that must come from the environment.

    Every Python imports from them before it looks into its own folders.
    """
    folders = dict.fromkeys(filter(None, variables.get("PYTHONPATH", "").split(os.pathsep)))
    return tuple(folder for folder in folders if _contains_a_module(Path(folder)))


def _contains_a_module(folder: Path) -> bool:
    try:
        return any(next(folder.glob(pattern), None) is not None for pattern in MODULES)
    except OSError:
        return False  # Python cannot read it either
