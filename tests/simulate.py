"""A pretended run: the same events as the real runner's, from recorded output.

It drives every face in tests, and the screenshots.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Callable, Optional, Union

from backends.action import Command, Prove
from wizard import privilege
from wizard.choices import Choices
from wizard.engine import Run
from wizard.errors import Exit
from wizard.events import (
    Event,
    Lines,
    Progressed,
    RunEnded,
    State,
    StepEnded,
    StepStarted,
    Waiting,
)
from wizard.export import command_text
from wizard.facts import Facts
from wizard.plan import Plan, Step, order
from wizard.progress import reader
from wizard.verify import Check, Linkage, Report


@dataclass(frozen=True)
class Scene:
    """How one step goes: what is printed, how it ends, and why.

    ``lines`` are told ``batch`` at a time with ``pause`` seconds between. ``waits`` names who
    holds a lock before the first line comes. An ``exit`` other than 0 is a failure with its
    ``cause``, ``excerpt`` and ``hints``. ``seconds`` is how long the step says that it took.
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
    hints: tuple[str, ...] = ()
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
        code, seconds = int(Exit.DONE), 0.0
        report: Optional[Report] = None
        for number, step in enumerate(order(plan), 1):
            if step.id in done:
                continue
            if code == Exit.DONE and cancel.is_set():
                code = int(Exit.CANCELLED)
            if code != Exit.DONE:
                emit(StepEnded(step.id, "skipped", 0.0))
                continue
            scene = next_scene(step)
            if isinstance(step.action, Prove):
                report = scene.report or plausible_report(plan)
            ended = _play(step, number, scene, facts, emit, cancel, report)
            seconds += ended.seconds
            code = _code(step, ended)
            emit(ended)
        last = RunEnded(code, seconds, None if code == Exit.CANCELLED else report)
        emit(last)
        return last

    return run


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
    cancel: threading.Event,
    report: Optional[Report],
) -> StepEnded:
    action = step.action
    command = action if isinstance(action, Command) else Command(())
    shown = (
        privilege.shown(action, facts.privilege)
        if isinstance(action, Command)
        else command_text(action, facts.system.name)
    )
    log = f"logs/{number:02d}-{step.id}.log" if isinstance(action, Command) else ""
    emit(StepStarted(step.id, shown, log))
    cancelled = StepEnded(step.id, "cancelled", scene.seconds, log=log)
    if scene.waits:
        emit(Waiting(step.id, scene.waits, command.busy_seconds))
        if _pause(scene, cancel):
            return cancelled
    progress = reader(command)
    for start in range(0, len(scene.lines), scene.batch):
        kept, advanced = progress.read(scene.lines[start : start + scene.batch])
        if kept:
            emit(Lines(step.id, tuple(kept)))
        if advanced:
            emit(Progressed(step.id, advanced.done, advanced.total, advanced.what))
        if _pause(scene, cancel):
            return cancelled
    if scene.forever:
        cancel.wait()
    if cancel.is_set():
        return cancelled
    unproved = isinstance(action, Prove) and report is not None and not report.ok
    state: State = "failed" if scene.exit or unproved else "done"
    cause = scene.cause or (" ".join(report.problems) if unproved and report else "")
    code = scene.exit if isinstance(action, Command) else None
    return StepEnded(*(step.id, state, scene.seconds, code, cause, scene.excerpt, scene.hints, log))


def _pause(scene: Scene, cancel: threading.Event) -> bool:
    if scene.pause:
        return cancel.wait(scene.pause)
    time.sleep(0)  # let a screen in another thread have its turn
    return cancel.is_set()


def _code(step: Step, ended: StepEnded) -> int:
    if ended.state == "done":
        return int(Exit.DONE)
    if ended.state == "cancelled":
        return int(Exit.CANCELLED)
    return int(Exit.UNPROVED if isinstance(step.action, Prove) else Exit.FAILED)
