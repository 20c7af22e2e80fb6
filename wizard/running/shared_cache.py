"""What several wizards use in one cache: one builds an OpenSSL, and Rust stays while it is used.

The locks are files in the cache, which the system releases when a process ends, even if it was
killed. So the next wizard never waits for one that is gone.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Callable, Optional

from backends.action import Command, RemoveFolder, Seal
from wizard import locations
from wizard.cache import entries, integrity
from wizard.errors import WizardError
from wizard.plan import Plan, Step
from wizard.programs.processes import Cancelled
from wizard.running import ownership
from wizard.running.ownership import Owner
from wizard.wording import joined

LOCKS = "locks"
"""The folder of the cache with these locks."""
RUST_IN_USE = "rust-in-use.lock"
END_SECONDS = 3.0
"""How many seconds the programs of a killed wizard may still run (`wizard.programs.guardian`)."""
NAMED_FILES = 3
"""How many damaged files a sentence names."""


class SharedPart:
    """One thing in the cache that a plan makes: an OpenSSL, or Rust. One wizard at a time makes it.

    ``steps`` are the ids of the steps that make it. The lock is taken before the first of them, and
    released after the last one. ``folder`` is where the finished OpenSSL is; empty for Rust, whose
    installer leaves a finished one alone. An unfinished one is removed.
    """

    def __init__(self, name: str, title: str, steps: tuple[str, ...], folder: str = "") -> None:
        self.steps = steps
        self._lock = locations.cache() / LOCKS / f"{name}.lock"
        self._title = title
        self._folder = folder
        self._left = set(steps)
        self._held = contextlib.ExitStack()
        self._taking = threading.Lock()
        self._taken = False
        self._finished = False

    def begin(
        self,
        step: str,
        cancel: threading.Event,
        wait: Callable[[Owner, float], None],
        say: Callable[[str], None],
    ) -> bool:
        """Take the lock, and return whether the step has nothing to do: another wizard did it.

        ``wait`` gets the owner and the longest wait in seconds, and ``say`` sentences for the log.
        Raises Cancelled if ``cancel`` is set, WizardError if another wizard needs too long, and
        OSError if the cache cannot be written.
        """
        with self._taking:
            if not self._taken:
                killed = ownership.left_by_killed(self._lock)
                self._held.enter_context(
                    ownership.wait_for(self._lock, self._title, cancel, wait, what=self._title)
                )
                self._taken = True
                if killed and cancel.wait(END_SECONDS):
                    raise Cancelled
                self._finished = bool(self._folder) and not integrity.damaged_files(
                    Path(self._folder)
                )
                first = step == self.steps[0]  # before the installer is there: it is in that folder
                if first and not self._folder and entries.discard_unfinished_rust():
                    say("Removed an unfinished Rust: an earlier run was cut off.")
                if not self._finished and self._folder and step == self.steps[0]:
                    self._discard(say)
            if self._finished and step == self.steps[0]:
                say(f"Another wizard has built {self._title} in the meantime. This run uses it.")
        return self._finished

    def end(self, step: str) -> None:
        """Note the end of one of the steps."""
        self._left.discard(step)
        if not self._left:
            self.release()

    def release(self) -> None:
        """Release the lock, if it is held."""
        with self._taking:
            self._held.close()

    def _discard(self, say: Callable[[str], None]) -> None:
        """Remove what an interrupted build has left, or a damaged one. Raises OSError."""
        folder = Path(self._folder)
        if not os.path.lexists(folder):
            return
        if integrity.read_seal(folder) is not None:
            names = integrity.damaged_files(folder)
            shown = joined(names[:NAMED_FILES])
            more = f" and {len(names) - NAMED_FILES} more" if len(names) > NAMED_FILES else ""
            have = "have" if len(names) > 1 else "has"
            say(
                f"{self._title} in the cache is damaged, so it is built again: "
                f"{shown}{more} {have} changed since it was built."
            )
        entries.discard(folder)


def parts_of(plan: Plan) -> tuple[SharedPart, ...]:
    """Return what the steps of this plan make in the cache."""
    found = []
    rust = tuple(step.id for step in plan.steps if step.role == "rust")
    if rust:
        found.append(SharedPart("rust", "Rust", rust))
    for step in plan.steps:
        if isinstance(step.action, Seal):
            title = step.action.title.partition(",")[0]
            ids = _steps_of_build(plan, step)
            found.append(SharedPart(Path(step.action.folder).name, title, ids, step.action.folder))
    return tuple(found)


def _steps_of_build(plan: Plan, seal: Step) -> tuple[str, ...]:
    """Return the ids of the steps that make what ``seal`` seals, and of those that tidy up."""
    steps = {step.id: step for step in plan.steps}
    found: set[str] = set()
    pending = [seal]
    while pending:
        step = pending.pop()
        found.add(step.id)
        needed = (steps[need] for need in step.needs)
        pending += [s for s in needed if s.role == seal.role and s.id not in found]
    after = {
        s.id for s in plan.steps if s.needs == (seal.id,) and isinstance(s.action, RemoveFolder)
    }
    return tuple(step.id for step in plan.steps if step.id in found | after)


def rust_home() -> Path:
    """Return the folder of the Rust that the wizard installs."""
    return locations.cache() / "rust"


def uses_rust(plan: Plan) -> bool:
    """Return whether steps of this plan run, or install, the Rust in the cache."""
    home = str(rust_home())
    return any(
        step.role == "rust"
        or (isinstance(step.action, Command) and any(p.startswith(home) for p in step.action.path))
        for step in plan.steps
    )


def missing_rust(plan: Plan) -> bool:
    """Return whether this plan relies on a Rust in the cache that is not there any more."""
    installs = any(step.role == "rust" for step in plan.steps)
    return uses_rust(plan) and not installs and not rust_home().exists()


class RustUse:
    """A run's use of the Rust in the cache. The last run that uses it may remove it."""

    def __init__(self) -> None:
        self._held = contextlib.ExitStack()

    def begin(self, cancel: threading.Event) -> None:
        """From now on no other wizard removes it. Waits while another one does."""
        self._held.enter_context(entries.in_use(cancel, _rust_lock()))

    def end(self) -> None:
        """Let others remove it."""
        self._held.close()

    @contextlib.contextmanager
    def removing(self) -> Iterator[bool]:
        """Within this block no wizard uses it; False if another one does, so that it must stay."""
        self.end()
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(entries.alone(_rust_lock()))
            except WizardError:
                yield False
                return
            yield True


def _rust_lock() -> Path:
    return locations.cache() / LOCKS / RUST_IN_USE


def part_of(parts: tuple[SharedPart, ...], step: str) -> Optional[SharedPart]:
    """Return the part that this step makes, or None."""
    return next((part for part in parts if step in part.steps), None)
