"""Runs programs inside a tree: in new namespaces, as the user ada, with no other variables."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.mac.inside import places
from tests.mac.tree import HOME, Tree

_OUTER = (*("unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child"),)
_ENTER = (sys.executable, "-IS", str(Path(__file__).with_name("enter.py")))
_READ_ONLY = ("/usr", "/bin", "/sbin", "/System", "/Library", "/opt/local", "/private/etc")
_WRITABLE = ("/usr/local", "/Library/Frameworks")
"""What an administrator may write without sudo, inside the read-only folders."""


@functools.lru_cache
def obstacle() -> str:
    """Return why no tree can be entered here, or an empty string."""
    if sys.platform != "linux":
        return "the pretended Mac needs Linux"
    for program in ("unshare", "bash", "dash"):
        if shutil.which(program) is None:
            return f"the pretended Mac needs {program}"
    told = {
        "root": "/",
        "mounts": [],
        "proc": "/proc",
        "folder": "/",
        "env": {},
        "command": ["true"],
    }
    done = subprocess.run(
        (*_OUTER, *_ENTER, json.dumps(told)),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    lines = done.stderr.strip().splitlines()
    return f"no namespaces can be made here: {lines[-1]}" if done.returncode else ""


def possible() -> None:
    """Skip the test where no tree can be entered."""
    if obstacle():
        pytest.skip(obstacle())


def argv(
    tree: Tree, command: Sequence[str], env: Mapping[str, str], folder: str = HOME
) -> list[str]:
    """Return the command that runs ``command`` in the tree, with these variables only."""
    root = str(tree.folder)
    protected = [place for place in _READ_ONLY if tree.path(place).exists()]
    mounts = [
        (root, places.ROOT, False),
        *((root + place, place, True) for place in protected),
        *((f"{root}{places.ROOT}{place}", place, False) for place in _WRITABLE),
        *((what, _now(tree, where), read_only) for what, where, read_only in tree.mounts),
    ]
    told = {
        "root": root,
        "mounts": mounts,
        "proc": places.PROC,
        "folder": folder,
        "env": dict(env),
        "command": list(command),
    }
    return [*_OUTER, *_ENTER, json.dumps(told)]


def _now(tree: Tree, where: str) -> str:
    """Return where a place is now: the Command Line Tools may have been installed since."""
    stock = f"{places.STOCK}/tools"
    if where.startswith(stock) and not tree.path(stock).exists():
        return places.COMMAND_LINE_TOOLS + where.removeprefix(stock)
    return where
