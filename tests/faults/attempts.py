"""Real attempts of the wizard under bad conditions, and what must be true after each."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.faults.calls import CODES
from tests.faults.kind import Wrong
from tests.faults.place import RUN_SECONDS, Place
from tests.live.command import Done, finished

MOUNT = 'mount -t "$1" -o "$2" none "$3"; shift 3; exec "$@"'
READ_ONLY = 'mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"; shift; exec "$@"'


def need_root() -> None:
    """Skip the case if nothing can be mounted in a separate namespace."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount something")
    done = subprocess.run(("unshare", "-m", "true"), capture_output=True, check=False, timeout=10)
    if done.returncode:
        pytest.skip("no namespace for mounts here")


def mounted(options: str, folder: Path, kind: str = "tmpfs") -> tuple[str, ...]:
    """Return the words that run a program where an own file system is mounted at ``folder``."""
    folder.mkdir(exist_ok=True)
    return ("unshare", "-m", "sh", "-e", "-c", MOUNT, "sh", kind, options, str(folder))


def read_only(folder: Path) -> tuple[str, ...]:
    """Return the words that run a program where ``folder`` is read-only."""
    folder.mkdir(exist_ok=True)
    return ("unshare", "-m", "sh", "-e", "-c", READ_ONLY, "sh", str(folder))


def attempt(
    place: Place,
    *arguments: str,
    words: Sequence[str] = (),
    more: Mapping[str, str] | None = None,
    without: Sequence[str] = (),
    folder: Path | str | bytes | None = None,
) -> Done:
    """Run the wizard by ``words``, with ``more`` variables and ``without`` some of the usual ones.

    Raises Wrong if it does not end, or ends in a way that no wizard may.
    """
    variables = {**place.variables, **(more or {})}
    for name in without:
        variables.pop(name, None)
    try:
        argv = [*words, *place.wizard.argv(*arguments)]
        ended = finished(argv, RUN_SECONDS, cwd=folder or place.work, env=variables)
    except subprocess.TimeoutExpired as late:
        raise Wrong(f"no end within {RUN_SECONDS:g} s: {late.output!r}") from None
    if ended.code not in CODES:
        raise Wrong(f"an exit code that means nothing: {ended.said}")
    for word in ("Traceback (most recent", "This is a bug", "Neither a wheel nor"):
        if word in ended.said:
            raise Wrong(ended.said)
    return ended


def proved(done: Done) -> None:
    """Raise Wrong unless the wizard has installed cryptography and proved it."""
    if done.code or " works in " not in done.out:
        raise Wrong(f"it is not proved: {done.said}")


def refused(done: Done, code: int, *sentences: str) -> None:
    """Raise Wrong unless the wizard ended with this code and said all of this."""
    missing = [text for text in sentences if text not in done.said]
    if done.code != code or missing:
        raise Wrong(f"not {code}, or not said: {missing}: {done.said}")


def recovers(place: Place, *arguments: str) -> None:
    """Raise Wrong unless the next run is proved, and leaves no temporary folder."""
    proved(place.must("--yes", *arguments))
    left = [entry.name for entry in (place.folder / "tmp").glob("cryptography-wizard-*")]
    if left:
        raise Wrong(f"left over: {left}")


def wheelhouse(folder: Path) -> Path:
    """Make a wheelhouse that all cases can install from. Skips them if there is no index."""
    house = folder / "house"
    place = Place(folder / "maker")
    done = attempt(place, "--yes", "--wheelhouse", str(house))
    if done.code:
        pytest.skip(f"no wheelhouse could be made: {done.said[-300:]}")
    return house
