"""A pretended run: the same events as the real runner's, from recorded output.

It drives every interface in tests, and the screenshots. Steps that would run side by side tell in
turn, a batch of lines each: always in the same order.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Callable, Optional, Union

from backends.action import Command, Prove, Wait
from wizard.choices import Choices
from wizard.engine import Run
from wizard.errors import Exit
from wizard.export.commands import command_text
from wizard.facts import Facts
from wizard.plan import Plan, Step, order
from wizard.programs.progress import progress_reader
from wizard.proof.verify import Check, Linkage, Report
from wizard.running import privilege
from wizard.running.events import (
    Event,
    Lines,
    Progressed,
    RunEnded,
    RunStarted,
    State,
    StepEnded,
    StepStarted,
    Waiting,
)
from wizard.running.schedule import startable


@dataclass(frozen=True)
class Scene:
    """How one step goes: what is printed, how it ends, and why.

    ``lines`` are sent ``batch`` at a time with ``pause`` seconds between. ``waits`` names who
    holds a lock before the first line comes. An ``exit`` other than 0 is a failure with its
    ``cause``, ``excerpt`` with the line ``evidence``, ``hints``, and ids of the cause and of what
    helps. ``seconds`` is how long the step says that it took.
    ``report`` is what a step that proves finds; one that is not ``ok`` fails. ``forever`` stays
    until somebody cancels.
    """

    lines: tuple[str, ...] = ()
    batch: int = 50
    pause: float = 0.0
    waits: str = ""
    exit: int = 0
    cause: str = ""
    excerpt: tuple[str, ...] = ()
    evidence: str = ""
    hints: tuple[str, ...] = ()
    failure: str = ""
    remedies: tuple[str, ...] = ()
    seconds: float = 1.0
    report: Optional[Report] = None
    forever: bool = False


Script = Mapping[str, Union[Scene, "tuple[Scene, ...]"]]
"""A scene for each step id, or several: one for each try. Steps that are not in it just succeed."""


def simulated(script: Optional[Script] = None) -> Run:
    """A runner that plays ``script``. It remembers between calls how often a step was tried."""
    scenes = script or {}
    tries: dict[str, int] = {}

    def next_scene(step: Step) -> Scene:
        found = scenes.get(step.id, Scene())
        if isinstance(found, Scene):
            return found
        turn = tries.get(step.id, 0)
        tries[step.id] = turn + 1
        return found[min(turn, len(found) - 1)]

    def run(
        plan: Plan,
        choices: Choices,
        facts: Facts,
        emit: Callable[[Event], None],
        cancel: threading.Event,
        done: frozenset[str] = frozenset(),
    ) -> RunEnded:
        return _Show(plan, facts, emit, cancel, next_scene).go(done)

    return run


class _Show:
    """One pretended run."""

    def __init__(
        self,
        plan: Plan,
        facts: Facts,
        emit: Callable[[Event], None],
        cancel: threading.Event,
        next_scene: Callable[[Step], Scene],
    ) -> None:
        self._plan = plan
        self._steps = order(plan)
        self._facts = facts
        self._emit = emit
        self._cancel = cancel
        self._next_scene = next_scene
        self._stop = threading.Event()
        self._playing: dict[str, Iterator[Optional[StepEnded]]] = {}
        self._ended: set[str] = set()
        self._seconds = 0.0
        self._code = int(Exit.DONE)
        self._failed = ""
        self._report: Optional[Report] = None

    def go(self, done: frozenset[str]) -> RunEnded:
        self._emit(RunStarted(tuple(each.id for each in self._steps if each.id in done)))
        while self._start(done | self._ended):
            for step, playing in tuple(self._playing.items()):
                ended = next(playing)
                if ended is not None:
                    del self._playing[step]
                    self._end(ended)
                    self._start(done | self._ended)
        for each in self._steps:
            if each.id not in done | self._ended:
                self._emit(StepEnded(each.id, "skipped", 0.0))
        report = None if self._code == Exit.CANCELLED else self._report
        last = RunEnded(self._code, self._seconds, report)
        self._emit(last)
        return last

    def _start(self, done: frozenset[str]) -> bool:
        if self._cancel.is_set() and len(done) < len(self._steps):
            self._code = self._code or int(Exit.CANCELLED)
            self._stop.set()
        if not self._stop.is_set():
            for step in startable(self._steps, done, self._playing):
                scene = self._next_scene(step)
                if isinstance(step.action, Prove):
                    self._report = scene.report or plausible_report(self._plan)
                number = self._steps.index(step) + 1
                playing = _play(
                    step, number, scene, self._facts, self._emit, self._waits, self._report
                )
                next(playing)  # it reports its start
                self._playing[step.id] = playing
        return bool(self._playing)

    def _end(self, ended: StepEnded) -> None:
        step = next(each for each in self._steps if each.id == ended.step)
        self._seconds += ended.seconds
        self._ended.add(ended.step)
        if ended.state == "cancelled" and self._failed:
            ended = replace(ended, cause=f"It was stopped because “{self._failed}” failed.")
        if ended.state == "failed":
            self._failed = self._failed or step.title
        if ended.state != "done":
            self._code = self._code or _code(step, ended)
            self._stop.set()
        self._emit(ended)

    def _waits(self, seconds: float) -> bool:
        """Let time go by; whether the run was stopped meanwhile."""
        if self._stop.is_set():
            return True
        if seconds:
            return self._cancel.wait(seconds)
        time.sleep(0)  # let a screen in another thread have its turn
        return self._cancel.is_set()


def plausible_report(plan: Plan) -> Report:
    """The proof of a plan that went well."""
    library = "/usr/lib/x86_64-linux-gnu/libssl.so.3"
    folder = f"{plan.environment}/lib/python3.11/site-packages/cryptography"
    linkage = Linkage(
        "dynamic" if plan.link == "dynamic" else "static",
        f"{folder}/hazmat/bindings/_rust.abi3.so",
        (library,) if plan.link == "dynamic" else (),
    )
    return Report(
        python=plan.python,
        ok=True,
        version=plan.release,
        openssl="OpenSSL 4.0.3 29 Sep 2026"
        if plan.link == "static"
        else "OpenSSL 3.0.22 3 Nov 2026",
        linkage=linkage,
        checks=(
            Check("import", True, f"cryptography {plan.release} from {folder}"),
            Check("Fernet", True, "encrypted and decrypted"),
            Check("AES-GCM", True, "encrypted and decrypted"),
            Check("X.509", True, "a certificate was made and parsed"),
        ),
    )


def _play(
    step: Step,
    number: int,
    scene: Scene,
    facts: Facts,
    emit: Callable[[Event], None],
    waits: Callable[[float], bool],
    report: Optional[Report],
) -> Iterator[Optional[StepEnded]]:
    """Play one step: nothing after its start and each batch of lines, and how it ended at last."""
    action = step.action
    command = action if isinstance(action, Command) else Command(())
    shown = (
        privilege.command_text(action, facts.privilege)
        if isinstance(action, Command)
        else command_text(action, facts.system.name)
    )
    log = f"logs/{number:02d}-{step.id}.log" if isinstance(action, Command) else ""
    emit(StepStarted(step.id, shown, log))
    yield None
    cancelled = StepEnded(step.id, "cancelled", scene.seconds, log=log)
    if scene.waits:
        limit = action.seconds if isinstance(action, Wait) else command.busy_seconds
        emit(Waiting(step.id, scene.waits, limit))
        if waits(scene.pause):
            yield cancelled
        yield None
    progress = progress_reader(command)
    for start in range(0, len(scene.lines), scene.batch):
        kept, advanced = progress.read(scene.lines[start : start + scene.batch])
        if kept:
            emit(Lines(step.id, tuple(kept)))
        if advanced:
            emit(Progressed(step.id, advanced.done, advanced.total, advanced.what))
        if waits(scene.pause):
            yield cancelled
        yield None
    while scene.forever and not waits(0.01):
        yield None
    if waits(0.0):
        yield cancelled
    unproved = isinstance(action, Prove) and report is not None and not report.ok
    state: State = "failed" if scene.exit or unproved else "done"
    cause = scene.cause or (" ".join(report.problems) if unproved and report else "")
    code = scene.exit if isinstance(action, Command) else None
    yield StepEnded(
        *(step.id, state, scene.seconds, code, cause, scene.excerpt, scene.hints, log),
        failure=scene.failure,
        remedies=scene.remedies,
        evidence=scene.evidence,
    )


def _code(step: Step, ended: StepEnded) -> int:
    if ended.state == "done":
        return int(Exit.DONE)
    if ended.state == "cancelled":
        return int(Exit.CANCELLED)
    return int(Exit.UNPROVED if isinstance(step.action, Prove) else Exit.FAILED)
