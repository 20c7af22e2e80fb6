"""No questions at all: recommended answers where none are given, one clear line a step."""

from __future__ import annotations

import threading
from typing import Callable, TextIO

from screens.signals import Voice, cancellable
from screens.text import messages
from screens.text.summary import Ledger
from screens.text.text_reporter import Teller, seconds
from wizard.choices import Choices
from wizard.codec import to_json
from wizard.engine import Decision, Engine, decide, plan_rest, require_root
from wizard.errors import Exit
from wizard.running.events import Event, Lines, RunEnded


def install(
    engine: Engine,
    choices: Choices,
    out: TextIO | None,
    err: TextIO | None,
    *,
    can_ask: bool,
    verbose: bool = False,
) -> int:
    """Look, plan, run and prove, in words; return the exit code.

    ``can_ask`` says that there is a terminal in which sudo can ask for a password. Raises
    BadRequest and Impossible before any work is done.
    """
    cancel = threading.Event()
    speak, complain = Voice(out, cancel.set), Voice(err, cancel.set)
    speak.say("Looking at this machine …")
    decision = decide(engine, choices)
    while True:
        plan = decision.plan
        speak.say(f"Plan: {messages.intention(plan)}.", *(f"Note: {note}" for note in plan.notes))
        require_root(engine, decision.facts, plan, can_ask=can_ask)
        over = _run(engine, decision, Teller(plan, speak, complain, verbose=verbose), cancel)
        speak.say(*messages.ending(plan, over))
        if over.code != Exit.DONE or not plan.prepares:
            break
        decision = plan_rest(engine, choices)
    if over.code in (Exit.DONE, Exit.UNPROVED):
        speak.say(f"It took {seconds(over.seconds)}.")
    return over.code


def install_for_scripts(
    engine: Engine,
    choices: Choices,
    out: TextIO | None,
    err: TextIO | None,
    *,
    can_ask: bool,
    verbose: bool = False,
) -> int:
    """The same for scripts: events as JSON lines on ``err``, the final report on ``out``.

    The output of the programs is among the events only if ``verbose``.
    """
    cancel = threading.Event()
    speak, events = Voice(out, cancel.set), Voice(err, cancel.set)
    decision = decide(engine, choices)
    while True:
        require_root(engine, decision.facts, decision.plan, can_ask=can_ask)
        ledger = Ledger(decision.plan)

        def emit(event: Event, ledger: Ledger = ledger) -> None:
            ledger(event)
            if verbose or not isinstance(event, Lines):
                events.say(to_json(event, indent=None))

        over = _run(engine, decision, emit, cancel)
        if over.code != Exit.DONE or not decision.plan.prepares:
            break
        decision = plan_rest(engine, choices)
    speak.say(to_json(ledger.summary(over)))
    return over.code


def _run(
    engine: Engine, decision: Decision, emit: Callable[[Event], None], cancel: threading.Event
) -> RunEnded:
    return cancellable(
        lambda: engine.run(decision.plan, decision.choices, decision.facts, emit, cancel), cancel
    )
