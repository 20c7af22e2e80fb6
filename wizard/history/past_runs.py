"""The runs that this user has made, from their folders."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Optional

from wizard import invocation, locations
from wizard.errors import BadRequest, Exit, WizardError
from wizard.method import methods
from wizard.plan import Plan
from wizard.running import journal, ownership
from wizard.running.run_state import RunState
from wizard.wording import did_you_mean, joined

Outcome = Literal[
    "done",
    "failed",
    "unproved",
    "cancelled",
    "cut off",
    "resumed",
    "running",
    "undone",
    "damaged",
]
"""How a run ended. ``cut off``: its process ended before the run did. ``resumed``: it ended early,
and a later run resumed it. ``unproved``: it installed something, but the proof failed.
``damaged``: its folder cannot be read."""
RECENT = 20
"""How many of the latest runs are searched for one that was cut off."""
NOT_BEGUN = "It was cut off before it began, and has changed nothing."
"""The problem of a run that has left nothing but its folder."""
_BY_CODE: dict[int, Outcome] = {
    Exit.DONE: "done",
    Exit.UNPROVED: "unproved",
    Exit.CANCELLED: "cancelled",
}


@dataclass(frozen=True)
class PastRun:
    """One run.

    ``name`` identifies it: the name of its ``folder``. ``started`` is ISO 8601, UTC, or empty.
    ``target`` is the environment or wheelhouse, ``working_folder`` where it was started, as far as
    that is known of a damaged one.
    ``undoes`` is the name of the run that it undid, or empty; ``repairs``: it was a repair of the
    doctor. ``continued_by`` is the last of the runs that continued it, if any did, and the one to
    undo. ``state`` is what happened in it;
    None if it is damaged: then ``problem`` says why.
    """

    name: str
    folder: str
    outcome: Outcome
    started: str = ""
    title: str = ""
    target: str = ""
    working_folder: str = ""
    undoes: str = ""
    repairs: bool = False
    continued_by: str = ""
    problem: str = ""
    state: Optional[RunState] = None

    @property
    def continues(self) -> str:
        """The name of the run that it continued, or empty."""
        attempt = self.state.attempt if self.state else None
        return attempt.earlier if attempt else ""

    @property
    def can_resume(self) -> bool:
        """Whether there is something left to do."""
        return self.outcome in ("failed", "unproved", "cancelled", "cut off") and not (
            self.undoes or self.repairs
        )

    @property
    def how_it_ended_early(self) -> str:
        """How it ended before all was done, at its user's wish or not: after "a run that"."""
        return "was stopped" if self.outcome == "cancelled" else "was cut off"

    @property
    def can_repeat(self) -> bool:
        """Whether its answers can be used again: not while it still uses them."""
        made = self.undoes or self.repairs or self.outcome == "running"
        return self.state is not None and not made and self.answers.is_file()

    @property
    def can_undo(self) -> bool:
        """Whether it can be undone: it is known, has ended, and did not undo another one itself.

        A run that another one continued is undone with that one.
        """
        known = self.state is not None and not self.undoes
        return known and self.outcome not in ("undone", "running", "resumed")

    @property
    def answers(self) -> Path:
        """The file that repeats it."""
        return Path(self.folder) / journal.ANSWERS_FILE

    @property
    def ways_out(self) -> tuple[str, ...]:
        """What can be done about it if it is damaged, as sentences."""
        if self.outcome != "damaged":
            return ()
        return (
            f"{invocation.command()} starts again: it looks at what is there now, and does the "
            "rest.",
            f"To have this run listed no more, delete its folder: {self.folder}",
        )


def read_runs() -> tuple[PastRun, ...]:
    """Return all runs, the newest first. Raises WizardError if their folder cannot be read."""
    root = locations.runs()
    try:
        folders = sorted((path for path in root.iterdir() if path.is_dir()), reverse=True)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise WizardError(f"{root} cannot be read.", shown=error.strerror or "") from None
    return _as_they_are_now([_read(folder) for folder in folders])


def _as_they_are_now(runs: Sequence[PastRun]) -> tuple[PastRun, ...]:
    """Return these runs, the newest first, with what the later ones have made of the earlier."""
    earlier = {run.name: run.continues for run in runs}
    undone: set[str] = set()
    for run in runs:
        name = run.undoes if run.outcome == "done" else ""
        while name and name not in undone:  # a run is undone together with those it continued
            undone.add(name)
            name = earlier.get(name, "")
    later = {earlier[run.name]: run.name for run in reversed(runs)}
    return tuple(_since(run, run.name in undone, _last(run.name, later)) for run in runs)


def _last(name: str, later: Mapping[str, str]) -> str:
    """Return the last of the runs that continued this one; empty if none did."""
    last, seen = "", {name}
    while name in later and later[name] not in seen:  # a journal may be damaged
        last = name = later[name]
        seen.add(name)
    return last


def _since(run: PastRun, undone: bool, last: str) -> PastRun:
    """Return the run with what later runs have made of it."""
    if undone:
        return replace(run, outcome="undone")
    if last and run.can_resume:
        return replace(run, outcome="resumed", continued_by=last)
    return run


def find(name: str = "") -> PastRun:
    """Return the run of this name, or the newest one of the working folder.

    The newest one is not a repair, nor did it undo another. It may be damaged. The beginning of a
    name is enough if no other run has it. Raises BadRequest if there is none.
    """
    runs = read_runs()
    if not name:
        here = str(Path.cwd())
        for run in runs:
            if run.working_folder == here and not (run.undoes or run.repairs):
                return run
        lost = [run.name for run in runs if not (run.working_folder or run.problem == NOT_BEGUN)]
        hint = f"{invocation.command('runs')} lists those of all folders. Name one of them."
        raise BadRequest(
            f"No earlier run was started in this folder, {here}.",
            why=f"The folder of these damaged runs is not known: {joined(lost)}." if lost else "",
            hints=(hint,) * bool(runs),
        )
    found = [run for run in runs if run.name == name] or [
        run for run in runs if run.name.startswith(name)
    ]
    if len(found) == 1:
        return found[0]
    what = f"Several runs begin with {name}" if found else f"There is no run {name}"
    raise BadRequest(
        f"{what}{did_you_mean(name, [run.name for run in runs])}.",
        hints=(f"{invocation.command('runs')} lists them.",) * bool(runs),
    )


def named(name: str) -> Optional[PastRun]:
    """Return the run of this whole name as its journal has it, or None if there is none."""
    folder = locations.runs() / name
    return _read(folder) if folder.is_dir() else None


def cut_off_in(folder: str) -> Optional[PastRun]:
    """Return the newest run of this working folder if it was cut off, otherwise None."""
    run = unfinished_in(folder)
    return run if run and run.outcome == "cut off" else None


def unfinished_in(folder: str) -> Optional[PastRun]:
    """Return the newest run of this working folder if it was cut off or stopped, otherwise None.

    A run that was undone or continued since, perhaps from another folder, does not count,
    nor does a repair. This only looks at the latest runs, and reads all of them only if it must:
    the wizard calls it at every start.
    """
    latest = _latest()
    for number, path in enumerate(latest, 1):
        ends = _first_and_last_event(path / journal.FILE)
        if ends and ends[0].get("folder") == folder and not _repairs(path):
            has_ended = ends[1].get("kind") == "run-ended"
            if has_ended and ends[1].get("code") != Exit.CANCELLED:
                return None
            run = _as_they_are_now([_read(each) for each in latest[:number]])[-1]
            return run if run.outcome in ("cut off", "cancelled") and run.can_resume else None
    return None


def last_in(folder: str) -> Optional[PastRun]:
    """Return the newest run of this working folder if its answers can be used again, or None.

    Only the latest runs are searched. Repairs, and runs that undid another one, do not count. While
    the newest one is still going on, there is no last time yet.
    """
    for path in _latest():
        ends = _first_and_last_event(path / journal.FILE)
        if ends and ends[0].get("folder") == folder and (path / journal.ANSWERS_FILE).is_file():
            run = _read(path)
            if run.outcome == "running":
                return None
            if run.can_repeat:
                return run
    return None


def continued_by(plan: Plan) -> str:
    """Return the name of the run that ended early and that this plan does again; empty if none.

    That is the newest run with the same target if it was for the same release, by the same method:
    somebody has repeated a command that was cut off or failed. Only the latest runs are searched.
    """
    target = plan.environment or plan.wheelhouse
    if plan.undoes or not target:
        return ""
    for path in _latest():
        try:
            earlier = json.loads((path / journal.PLAN_FILE).read_text(encoding="utf-8"))
            if target not in (earlier["environment"], earlier["wheelhouse"]):
                continue
            same = (earlier["release"], earlier["method"]) == (plan.release, plan.method)
        except (OSError, ValueError, KeyError, TypeError):
            continue  # `read_runs` lists it as damaged
        ends = _first_and_last_event(path / journal.FILE)
        if ends and ends[1].get("kind") == "run-ended" and ends[1].get("code") == Exit.DONE:
            return ""  # there is nothing to continue; reading all of it takes a tenth of a second
        run = _read(path)
        if run.state is None or run.state.attempt is None:
            continue  # it was cut off before its journal began
        return path.name if same and run.can_resume else ""
    return ""


def _latest() -> list[Path]:
    """Return the folders of the latest runs, the newest first."""
    try:
        return sorted(locations.runs().iterdir(), reverse=True)[:RECENT]
    except OSError:  # there are no runs yet, or they cannot be read: then none can be continued
        return []


def _repairs(run: Path) -> bool:
    """Return whether a run only put right what the doctor had found."""
    try:
        plan = json.loads((run / journal.PLAN_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False  # `read_runs` lists it as damaged
    return isinstance(plan, dict) and plan.get("repairs") is True


def _first_and_last_event(file: Path) -> Optional[tuple[dict[str, Any], dict[str, Any]]]:
    if not file.is_file():
        return None  # `read_runs` lists it as damaged; a pipe might never answer
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        first, last = json.loads(lines[0]), json.loads(lines[-1])
    except (OSError, ValueError, IndexError):
        return None  # `read_runs` lists it as damaged
    return (first, last) if isinstance(first, dict) and isinstance(last, dict) else None


def _first_event(file: Path) -> dict[str, Any]:
    """Return what the first line of a journal says; empty if that line is damaged, too."""
    if not file.is_file():
        return {}
    try:
        with file.open(encoding="utf-8") as lines:
            event = json.loads(lines.readline())
    except (OSError, ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}


def _title(plan: Plan) -> str:
    if plan.undoes:
        return f"undo {plan.undoes}"
    if plan.repairs:
        return "doctor --fix"
    method = methods().get(plan.method)
    return f"cryptography {plan.release}, {method.noun if method else plan.method}"


def _time_in(name: str) -> str:
    """Return the time in the name of a run's folder (``20261201T080000Z-7``), or empty."""
    from datetime import datetime, timezone  # slow to import

    try:
        time = datetime.strptime(name.partition("-")[0], locations.NAME_TIME)
    except ValueError:  # somebody else has made this folder
        return ""
    return time.replace(tzinfo=timezone.utc).isoformat()


def _damaged(folder: Path) -> PastRun:
    begins = _first_event(folder / journal.FILE).get("folder")
    return PastRun(
        name=folder.name,
        folder=str(folder),
        outcome="damaged",
        started=_time_in(folder.name),
        working_folder=begins if isinstance(begins, str) else "",
        problem=_problem(folder),
    )


def _problem(folder: Path) -> str:
    """Return which file of a damaged run is not as it should be, in plain words."""
    plan, events = folder / journal.PLAN_FILE, folder / journal.FILE
    if not os.path.lexists(plan) and not os.path.lexists(events):
        return NOT_BEGUN
    readers = ((plan, journal.read_plan), (events, journal.read))
    for file, read in readers:
        if not os.path.lexists(file):
            return f"Its file {file} is missing."
        try:
            read(folder)
        except WizardError:
            return f"Its file {file} is damaged, or another version of the wizard has written it."
    return f"Its files {plan} and {events} do not belong together."


def _read(folder: Path) -> PastRun:
    try:
        state = journal.replay(folder)
    except WizardError:
        return _damaged(folder)
    plan, attempt = state.plan, state.attempt
    outcome: Outcome = "cut off"
    if state.result is not None:
        outcome = _BY_CODE.get(state.result.code, "failed")
    elif ownership.holder(folder / ownership.RUN_LOCK) is not None:
        outcome = "running"
    return PastRun(
        name=folder.name,
        folder=str(folder),
        outcome=outcome,
        started=attempt.time if attempt else "",
        title=_title(plan),
        target=plan.environment or plan.wheelhouse,
        working_folder=attempt.folder if attempt else "",
        undoes=plan.undoes,
        repairs=plan.repairs,
        state=state,
    )
