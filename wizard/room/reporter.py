"""What a laptop reports to its room, and what it says about that to its user."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, Optional, Protocol

from wizard import locations, target_environment
from wizard.errors import Exit, WizardError
from wizard.plan import Plan, order
from wizard.room import codes, signing
from wizard.room.ending import Ending
from wizard.room.keys import RoomAddress, authentication_code
from wizard.room.message import LONGEST_VALUE, MOST_REMEDIES, MOST_STEPS, Envelope, Message, State
from wizard.room.sender import Sender
from wizard.running.events import RunEnded, StepEnded, StepStarted

if TYPE_CHECKING:
    from wizard.choices import Choices
    from wizard.engine import Engine
    from wizard.facts import Facts
    from wizard.running.events import Event

END_SECONDS = 8.0
"""How many seconds the end of the wizard waits for its last message, at most."""
LAPTOP_FILE = "room-laptop"


class Transport(Protocol):
    """How messages leave: see `wizard.room.sender.Sender`."""

    @property
    def problem(self) -> str: ...

    @property
    def wrong_key(self) -> bool: ...

    @property
    def delivered(self) -> bool: ...

    def send(self, make: Callable[[], Envelope]) -> None: ...

    def wait(self, seconds: float) -> bool: ...

    def close(self) -> None: ...


class Reporter:
    """Tells one room how this laptop stands. No method waits for the network, except `finish`."""

    def __init__(
        self,
        address: RoomAddress,
        name: str = "",
        *,
        laptop: str = "",
        sender: Optional[Transport] = None,
    ) -> None:
        self._address = address
        self._sender: Transport = sender or Sender(address)
        self._lock = threading.Lock()
        self._last = Message(
            laptop=laptop or laptop_in(address.key),
            session=secrets.token_hex(8),
            number=0,
            state="looking",
            name=name,
        )
        self._ended: Optional[Message] = None
        self._code = ""

    def tell(self, state: State, **values: Any) -> Message:
        """Send a new message: what is not in ``values`` stays as it was."""
        message = self._new(state, values)
        self._sender.send(partial(Envelope.sealed, message, self._address.key))
        return message

    def looked(self, facts: Facts) -> None:
        """The machine was looked at."""
        self.tell("looking", system=facts.system.name, machine=facts.system.machine)

    def watching(
        self, plan: Plan, python: str, emit: Callable[[Event], None]
    ) -> Callable[[Event], None]:
        """Return an ``emit`` for a run that also tells the room; ``python`` is its version."""
        steps = order(plan)
        numbers = {step.id: number for number, step in enumerate(steps, 1)}

        def told(event: Event) -> None:
            emit(event)
            if isinstance(event, StepStarted):
                number = numbers[event.step]
                place = {
                    "step": min(number, MOST_STEPS),
                    "steps": min(len(steps), MOST_STEPS),
                    "role": steps[number - 1].role,
                }
                self.tell("installing", python=python, **place)
            elif isinstance(event, StepEnded) and event.state == "failed":
                self._failed(event)
            elif isinstance(event, RunEnded):
                self._end(plan, event)

        return told

    def give_up(self, code: int, cause: str = "") -> None:
        """The wizard ends with this exit code, and no run has said how."""
        if self._ended is None and code != Exit.DONE:
            self.ended("stopped" if code == Exit.CANCELLED else "failed", cause=cause)

    def ended(self, state: State, **values: Any) -> None:
        """A run has ended without a proof."""
        message = self.tell(state, **values)
        inside = codes.contents(message)
        with self._lock:
            self._ended = message
            self._code = codes.spoken(inside, codes.code_of(inside, self._address.key))

    def proved(self, python: str, **values: Any) -> None:
        """A run has ended with a proof; the Python at this path signs it."""
        message = self._new("proved", values)
        with self._lock:
            self._ended, self._code = message, ""
        self._sender.send(partial(self._signed, python, message))

    def ending(self) -> Optional[Ending]:
        """Return what has become of the last message, so far; None if no run has ended."""
        sender = self._sender
        delivered, wrong_key = sender.delivered, sender.wrong_key
        with self._lock:
            if self._ended is None:
                return None
            code = "" if delivered or wrong_key else self._code
        return Ending(self._address.place, delivered, sender.problem, code, wrong_key)

    def trouble(self) -> str:
        """Return why the room does not know yet how this laptop stands; empty if nothing is wrong.

        Unlike `ending`, it also says so before a run.
        """
        problem, wrong_key = self._sender.problem, self._sender.wrong_key
        if not problem:
            return ""
        lines = Ending(self._address.place, False, problem, wrong_key=wrong_key).lines()
        return "\n".join(lines)

    def finish(self, seconds: float = END_SECONDS) -> Optional[Ending]:
        """Wait at most so long for the last message, and end."""
        if self._ended is not None:
            self._sender.wait(seconds)
        ending = self.ending()
        self._sender.close()
        return ending

    def _new(self, state: State, values: dict[str, Any]) -> Message:
        with self._lock:
            number = max(self._last.number + 1, time.time_ns() // 1_000_000)
            cleared = {"cause": "", "remedies": ()} if state != "failed" else {}
            changed = {**cleared, **values, "state": state, "number": number}
            self._last = replace(self._last, **changed)
            return self._last

    def _failed(self, event: StepEnded) -> None:
        remedies = tuple(filter(None, event.remedies))[:MOST_REMEDIES]
        self.tell("failed", cause=event.failure, remedies=remedies)

    def _end(self, plan: Plan, event: RunEnded) -> None:
        report = event.report
        if plan.prepares and event.code == Exit.DONE:
            return  # the plan for the rest follows
        if event.code == Exit.DONE and report is not None and report.ok:
            self.proved(
                report.python,
                release=report.version[:LONGEST_VALUE],
                openssl=report.openssl[:LONGEST_VALUE],
                linkage=report.linkage.kind,
            )
        elif event.code in (
            Exit.CANCELLED,
            Exit.DONE,
        ):  # done without a proof: there was nothing to prove
            self.ended("stopped")
        else:
            last = self._last if self._last.state == "failed" else None
            self.ended(
                "failed",
                cause=last.cause if last else "",
                remedies=last.remedies if last else (),
            )

    def _signed(self, python: str, message: Message) -> Envelope:
        """Return the signed message; in the thread of the sender, because a program signs it."""
        inside, key = codes.contents(message), self._address.key
        try:
            signatures = signing.sign(python, key, message.text(), inside)
        except signing.NotSigned:
            return Envelope.sealed(message, key)  # the room's page says that it is not signed
        if signatures.code:
            with self._lock:
                self._code = codes.spoken(inside, signatures.code)
        return Envelope.sealed(message, key, signatures)


def laptop_in(key: str) -> str:
    """Return the name of this laptop in a room: random, kept, and another one in each room."""
    file = locations.state() / LAPTOP_FILE
    try:
        kept = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeError):
        kept = ""
    if len(kept) != 32:
        kept = secrets.token_hex(16)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            locations.write_private(file, kept)
        except OSError:
            pass  # then the next run counts as another laptop
    return authentication_code(key, "laptop", kept)[:16]


def reporting(engine: Engine, reporter: Reporter) -> Engine:
    """Return an engine that does the same, and tells the room about it."""

    def probe(choices: Choices, **how: Any) -> Facts:
        facts = engine.probe(choices, **how)
        reporter.looked(facts)
        return facts

    def run(
        plan: Plan,
        choices: Choices,
        facts: Facts,
        emit: Callable[[Event], None],
        *more: Any,
        **named: Any,
    ) -> RunEnded:
        if not (plan.undoes or plan.repairs or plan.wheelhouse):
            emit = reporter.watching(plan, _python_version(facts, choices), emit)
        return engine.run(plan, choices, facts, emit, *more, **named)

    return replace(
        engine, probe=probe, run=run, ending=reporter.ending, room_trouble=reporter.trouble
    )


def _python_version(facts: Facts, choices: Choices) -> str:
    try:
        return target_environment.find_target(facts, choices).python.version
    except WizardError:
        return ""  # the proof does not depend on it
