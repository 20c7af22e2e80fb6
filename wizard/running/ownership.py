"""One wizard at a time: who works on an environment, with a package manager, or in a run's folder.

Each has a file that its owner locks; another file beside it says who the owner is. The system
releases the lock when the process ends, even if it was killed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Callable, Optional

from wizard import file_locks, locations
from wizard.errors import WizardError
from wizard.programs.processes import Cancelled
from wizard.wording import clock_time

RUN_LOCK = "running.lock"
"""The lock in a run's folder that is held while the run goes on."""
WAIT_SECONDS = 1800.0
"""The longest time, in seconds, that a run waits until another wizard has installed packages, or
has built an OpenSSL."""
POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Owner:
    """The process that holds a lock, since when (ISO 8601, UTC), and what it does.

    ``process`` is 0 if it could not be read.
    """

    process: int = 0
    since: str = ""
    title: str = ""

    def __str__(self) -> str:
        if not self.process:
            return "another wizard"
        what = f": {self.title}" if self.title else ""
        return f"another wizard (process {self.process}, since {clock_time(self.since)}{what})"


class Held(Exception):
    """Another process holds the lock."""

    def __init__(self, owner: Owner):
        super().__init__(str(owner))
        self.owner = owner


def folder_lock(folder: str) -> Path:
    """Return the lock of an environment or a wheelhouse."""
    name = hashlib.sha256(os.path.realpath(folder).encode("utf-8", "surrogateescape")).hexdigest()
    return locations.state() / "locks" / f"folder-{name[:16]}.lock"


def manager_lock(manager: str) -> Path:
    """Return the lock of a package manager."""
    return locations.state() / "locks" / f"manager-{manager}.lock"


@contextlib.contextmanager
def hold(lock: Path, title: str) -> Iterator[None]:
    """Within this block, this process holds ``lock``, in order to do ``title``.

    Raises Held if another process holds it. On a file system without locks it holds nothing.
    """
    lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(lock, "ab", opener=locations.private) as file:
        if not _take(file, lock):
            yield
            return
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        owner = _owner_file(lock)
        locations.write_private(owner, json.dumps(asdict(Owner(os.getpid(), now, title))))
        try:
            yield
        finally:
            owner.unlink(missing_ok=True)


@contextlib.contextmanager
def wait_for(
    lock: Path,
    title: str,
    cancel: threading.Event,
    tell: Callable[[Owner, float], None],
    *,
    what: str = "The package manager",
) -> Iterator[None]:
    """Do the same as `hold`, but wait for at most `WAIT_SECONDS` while it is held.

    ``tell`` gets the owner and that limit once. Raises WizardError after the limit, which says that
    ``what`` is still used. If ``cancel`` is set, it raises Cancelled.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    told = False
    with contextlib.ExitStack() as stack:
        while True:
            try:
                stack.enter_context(hold(lock, title))
                break
            except Held as error:
                if time.monotonic() > deadline:
                    raise WizardError(
                        f"{what} is still used by {error.owner}.",
                        hints=("Wait until that wizard has finished, and try again.",),
                    ) from None
                if not told:
                    tell(error.owner, WAIT_SECONDS)
                    told = True
            if cancel.wait(POLL_SECONDS):
                raise Cancelled
        yield


def holder(lock: Path) -> Optional[Owner]:
    """Return who holds ``lock`` now, or None if nobody does."""
    try:
        with lock.open("r+b") as file:
            file_locks.lock(file, exclusive=True)
    except BlockingIOError:
        return _read_owner(lock)
    except OSError:  # it does not exist, or there are no locks
        return None
    return None


def left_by_killed(lock: Path) -> bool:
    """Return whether the last owner of ``lock`` was killed: it has not tidied up."""
    return _owner_file(lock).exists() and holder(lock) is None


def _take(file: IO[bytes], lock: Path) -> bool:
    """Lock the file; return False if its file system has no locks. Raises Held."""
    try:
        file_locks.lock(file, exclusive=True)
    except BlockingIOError:
        raise Held(_read_owner(lock)) from None
    except OSError:
        return False
    return True


def _owner_file(lock: Path) -> Path:
    return lock.with_suffix(".owner.json")


def _read_owner(lock: Path) -> Owner:
    try:
        return Owner(**json.loads(_owner_file(lock).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # it is being written, or was damaged
        return Owner()
