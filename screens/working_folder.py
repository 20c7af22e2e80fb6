"""The folder in which the user started the wizard, and the one of an earlier run that goes on.

Such a run goes on in its own folder, because its answers may name files there. The user's shell
stays where it is, so what the wizard prints must be right there.
"""

from __future__ import annotations

import os
from pathlib import Path

_places: tuple[Path, Path] | None = None
"""The folder of the user, and the one that the wizard has entered."""


def of_user() -> Path:
    """Return the folder in which the user started the wizard. Raises FileNotFoundError."""
    here = Path.cwd()
    return _places[0] if _places is not None and _places[1] == here else here


def is_elsewhere() -> bool:
    """Return whether the wizard works in another folder than the user."""
    return of_user() != Path.cwd()


def enter(folder: str) -> bool:
    """Work in this folder if it is there; return whether it is not the one of the user."""
    global _places
    if folder and Path(folder).is_dir():
        users = of_user()
        os.chdir(folder)
        _places = (users, Path.cwd())
    return is_elsewhere()


def leave() -> None:
    """Work in the folder of the user again, if it is still there."""
    users = of_user()
    if users.is_dir():
        os.chdir(users)
