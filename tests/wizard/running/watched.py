"""Runs of small programs through the real runner, watched."""

from __future__ import annotations

import sys
import threading

from backends.action import Action
from wizard.choices import Choices
from wizard.facts import Facts, Privilege, System
from wizard.plan import Plan, Step
from wizard.running import runner
from wizard.running.events import Event, Lines, StepEnded
from wizard.running.run_state import RunState

ROOT = Privilege("root")
CHOICES = Choices(method="source", release="50.0.2")


def program(text: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-c", text, *arguments)


def plan(*steps: Step, environment: str = "/nowhere", new: bool = False) -> Plan:
    return Plan("50.0.2", "source", "dynamic", "/nowhere/bin/python", environment, new, steps)


def step(name: str, action: Action, *needs: str) -> Step:
    return Step(name, f"Title of {name}", "Because.", action, needs)


class Watched:
    """A run, all its events, and the state that they make.

    It is cancelled when ``cancel_when`` was in its events, so many ``times``.
    """

    def __init__(
        self,
        what: Plan,
        *,
        privilege: Privilege = ROOT,
        done: frozenset[str] = frozenset(),
        cancel_when: str = "",
        times: int = 1,
    ) -> None:
        self.events: list[Event] = []
        self.state = RunState.before_run(what)
        self.cancel = threading.Event()
        self._cancel_when = cancel_when
        self._times = times
        facts = Facts(System("linux", "x86_64"), privilege=privilege)
        self.end = runner.run(what, CHOICES, facts, self._take, self.cancel, done)

    def _take(self, event: Event) -> None:
        self.events.append(event)
        self.state = self.state.apply(event)
        if self._cancel_when and self._cancel_when in repr(event):
            self._times -= 1
        if self._times <= 0:
            self.cancel.set()

    def ended(self, name: str) -> StepEnded:
        (found,) = [e for e in self.events if isinstance(e, StepEnded) and e.step == name]
        return found

    def states(self) -> list[tuple[str, str]]:
        return [(e.step, e.state) for e in self.events if isinstance(e, StepEnded)]

    def lines(self, name: str) -> list[str]:
        return [
            line for e in self.events if isinstance(e, Lines) and e.step == name for line in e.lines
        ]


STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pids = []
if os.fork() == 0:
    os.setsid()
    child = os.fork()
    if child == 0:
        time.sleep(60)
    print('child', child, flush=True)
    os._exit(0)
os.wait()
print('child', os.getpid(), flush=True)
print('now', 'ready', flush=True)
time.sleep(60)
"""
