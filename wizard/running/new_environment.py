"""The environment that a run makes: marked as unfinished while programs write into it."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import IO, Optional

from backends import uv
from backends.action import Command, RemoveFolder
from wizard import unfinished
from wizard.plan import Plan, Step, order
from wizard.running.events import StepEnded


class NewEnvironment:
    """The environment of a plan, if the plan makes it; otherwise every method does nothing."""

    def __init__(self, plan: Plan) -> None:
        self.folder = Path(plan.environment)
        self._maker = ""
        self._dependents: set[str] = set()
        for step in order(plan) if plan.new else ():
            undone = (a.path for a in step.undo if isinstance(a, RemoveFolder))
            if plan.environment in undone:
                self._maker = step.id
            if step.id == self._maker or self._dependents.intersection(step.needs):
                self._dependents.add(step.id)
        self._writing = {s.id for s in plan.steps if s.id in self._dependents and not s.proves}
        self._running: set[str] = set()
        self._cut_off = False
        self._empty = True
        self._mark: Optional[IO[str]] = None

    def still_done(self, done: frozenset[str]) -> frozenset[str]:
        """Return which steps are still done; none of those that belong to a half written one."""
        if self._maker not in done:
            return done
        if unfinished.is_left(self.folder):
            whole = unfinished.is_as_noted(self.folder)
        else:
            whole = self.folder.is_dir()
        return done if whole else done - self._dependents

    def go_on(self, done: frozenset[str]) -> None:
        """Go on with the environment if the step that makes it is ``done``: its mark is ours now.

        Raises OSError.
        """
        self._empty = done.isdisjoint(self._writing - {self._maker})
        self._writing -= done
        if self._maker in done and self._writing and unfinished.is_left(self.folder):
            self._mark = unfinished.take_over(self.folder)

    def writes(self, step: Step) -> bool:
        """Return whether this step writes into the environment."""
        return step.id in self._writing

    def start(self, step: Step) -> None:
        """Note that a step starts."""
        if step.id in self._writing:
            self._running.add(step.id)

    def makes(self, step: Step) -> bool:
        """Return whether this step makes the environment."""
        return step.id == self._maker

    def begin(self, step: Step) -> str:
        """Prepare the step that makes it; return a sentence if an unfinished one was removed.

        Raises OSError if that cannot be removed.
        """
        said = ""
        if unfinished.is_left(self.folder):
            unfinished.remove(self.folder)
            said = f"Removed {self.folder}: an earlier run was cut off while it made it."
        if _accepts_folder(step) and not self.folder.exists():
            self.folder.mkdir(parents=True)
            self._mark = unfinished.mark(self.folder)
        return said

    def end(self, ended: StepEnded) -> None:
        """Note how a step ended. The mark goes with the last step that writes."""
        if ended.step not in self._writing:
            return
        self._running.discard(ended.step)
        # A program that ended by itself leaves a consistent environment, even if it failed.
        if ended.state == "cancelled" or (ended.exit or 0) < 0:
            self._cut_off = True
        self._writing.discard(ended.step)
        self._empty = self._empty and ended.step == self._maker
        if self._mark is None and self._writing and self.folder.is_dir():
            with contextlib.suppress(
                OSError
            ):  # the next step reports a folder that is not writable
                self._mark = unfinished.mark(self.folder)
        if not self._writing:
            self.close()
        elif self._mark is not None and ended.state == "done" and not self._running:
            with contextlib.suppress(OSError):  # then it is made again after a cut-off
                unfinished.note_contents(self._mark, self.folder)

    def release(self) -> None:
        """Let the folder be deleted: Windows does not delete a file that is open."""
        if self._mark is not None:
            self._mark.close()

    def close(self) -> None:
        """Remove the mark, unless a program was cut off while it wrote, or nothing has been
        installed yet: another run would take an empty environment for one that the user made.
        """
        if self._mark is None:
            return
        self._mark.close()
        self._mark = None
        cut_off = self._cut_off or (self._empty and bool(self._writing))
        if not cut_off and self.folder.is_dir():
            unfinished.unmark(self.folder)


def _accepts_folder(step: Step) -> bool:
    """Return whether the command makes an environment in a folder that exists."""
    if not isinstance(step.action, Command) or sys.platform == "win32":
        return False
    return "-m" in step.action.argv or uv.ALLOW_EXISTING in step.action.reporting
