"""Runs without questions: recommended answers if none are given, one clear line per step."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Callable, TextIO

from screens.signals import OutputStream, cancel_on_signals
from screens.text import slow_probe
from wizard.choices import Choices
from wizard.codec import to_json
from wizard.engine import Decision, Engine, decide, plan_rest, require_root
from wizard.errors import Exit

if TYPE_CHECKING:
    from wizard.fixes.fix import Fix
    from wizard.plan import Plan
    from wizard.running.events import Event, RunEnded
    from wizard.running.run_state import RunState

# What reports a run is imported after the machine has answered: then most of it is there already.


def install(
    engine: Engine,
    choices: Choices,
    out: TextIO | None,
    err: TextIO | None,
    *,
    can_ask: bool,
    verbose: bool = False,
    resumes: str = "",
) -> int:
    """Probe, plan, run and prove, reporting as text; return the exit code.

    ``can_ask`` says whether there is a terminal in which sudo can ask for a password. ``resumes``
    is the name of the run that this one continues, or empty. Raises BadRequest and Impossible
    before any work is done.
    """
    cancel = threading.Event()
    output, errors = OutputStream(out, cancel.set), OutputStream(err, cancel.set)
    output.write_lines("Looking at this machine …")
    output.check()
    with slow_probe.announced(output.write_lines):
        decision = decide(engine, choices)
    from screens.text import messages
    from screens.text.text_reporter import TextReporter, format_seconds
    from wizard.history import resume
    from wizard.running.run_state import RunState

    while True:
        decision = replace(decision, plan=replace(decision.plan, resumes=resumes))
        plan = decision.plan
        notes = (f"Note: {note}" for note in plan.notes)
        _, done = resume.continued_by(plan)
        output.write_lines(f"Plan: {messages.plan_sentence(plan, done)}.", *notes)
        require_root(engine, decision.facts, plan, can_ask=can_ask)
        reporter = TextReporter(RunState.before_run(plan), output, errors, verbose=verbose)
        result = _run(engine, decision, reporter, cancel)
        output.write_lines(*messages.end_of_run(plan, result))
        if result.code == Exit.CANCELLED:
            output.write_lines(*messages.begun_again(reporter.state))
        if result.code != Exit.DONE or not plan.prepares:
            fixes = _fixes(engine, decision, reporter.state)
            output.write_lines(*messages.fix_lines(fixes, choices, plan.system))
            break
        decision = plan_rest(engine, choices)
    if result.code in (Exit.DONE, Exit.UNPROVED):
        output.write_lines(f"It took {format_seconds(result.seconds)}.")
    errors.write_lines(*messages.cancelled_by(output, result.code))
    output.check()
    return result.code


def install_for_scripts(
    engine: Engine,
    choices: Choices,
    out: TextIO | None,
    err: TextIO | None,
    *,
    can_ask: bool,
    verbose: bool = False,
    resumes: str = "",
) -> int:
    """Do the same as `install` for scripts: events as JSON lines on ``err``, the report on ``out``.

    The events include the output of the programs only if ``verbose``.
    """
    cancel = threading.Event()
    output, errors = OutputStream(out, cancel.set), OutputStream(err, cancel.set)
    decision = decide(engine, choices)
    from screens.text.summary import Offer, Problem, Summary
    from wizard.running.run_state import RunState

    while True:
        decision = replace(decision, plan=replace(decision.plan, resumes=resumes))
        require_root(engine, decision.facts, decision.plan, can_ask=can_ask)
        reporter = _JsonReporter(RunState.before_run(decision.plan), errors, verbose=verbose)
        result = _run(engine, decision, reporter, cancel)
        if result.code != Exit.DONE or not decision.plan.prepares:
            break
        decision = plan_rest(engine, choices)
    offers = tuple(Offer.of(fix, choices) for fix in _fixes(engine, decision, reporter.state))
    summary = Summary.from_run(reporter.state, offers)
    if result.code == Exit.CANCELLED and errors.problem:
        what = "The run was cancelled: its events could not be written to standard error."
        summary = replace(summary, error=Problem(what, errors.problem))
    output.write_lines(to_json(summary), whole=True)
    output.check()
    return result.code


def carry_out(
    engine: Engine,
    plan: Plan,
    out: TextIO | None,
    err: TextIO | None,
    *,
    can_ask: bool,
    as_json: bool,
) -> int:
    """Run a plan that was made without choices, and report as the other functions do."""
    from screens.text.summary import Summary

    state = carried_out(engine, plan, out, err, can_ask=can_ask, as_json=as_json)
    summary = Summary.from_run(state)
    if as_json:
        output = OutputStream(out, lambda: None)
        output.write_lines(to_json(summary), whole=True)
        output.check()
    return summary.code


def carried_out(
    engine: Engine,
    plan: Plan,
    out: TextIO | None,
    err: TextIO | None,
    *,
    can_ask: bool,
    as_json: bool,
) -> RunState:
    """Do the same, but write no summary for scripts; return what has happened."""
    from screens.text import messages
    from screens.text.text_reporter import TextReporter
    from wizard.running.run_state import RunState

    cancel = threading.Event()
    output, errors = OutputStream(out, cancel.set), OutputStream(err, cancel.set)
    facts = engine.probe(Choices(), everything=plan.needs_root)
    require_root(engine, facts, plan, can_ask=can_ask)
    state = RunState.before_run(plan)
    reporter: _JsonReporter | TextReporter = (
        _JsonReporter(state, errors, verbose=False)
        if as_json
        else TextReporter(state, output, errors)
    )
    result = cancel_on_signals(lambda: engine.run(plan, Choices(), facts, reporter, cancel), cancel)
    if not as_json:
        output.write_lines(*messages.end_of_run(plan, result))
        errors.write_lines(*messages.cancelled_by(output, result.code))
    return reporter.state


class _JsonReporter:
    """Writes a run as events, one JSON object per line."""

    def __init__(self, state: RunState, out: OutputStream, *, verbose: bool) -> None:
        self.state = state
        self._out = out
        self._verbose = verbose

    def __call__(self, event: Event) -> None:
        from wizard.running.events import Lines

        self.state = self.state.apply(event)
        if self._verbose or not isinstance(event, Lines):
            self._out.write_lines(to_json(event, indent=None), whole=True)


def _fixes(engine: Engine, decision: Decision, state: RunState) -> tuple[Fix, ...]:
    """Return what the wizard could do after a failure: nothing is done without being asked for."""
    if state.failure is None:
        return ()
    from wizard.fixes import offers

    return offers.offered(engine.settle, decision.case, state)


def _run(
    engine: Engine, decision: Decision, emit: Callable[[Event], None], cancel: threading.Event
) -> RunEnded:
    return cancel_on_signals(
        lambda: engine.run(decision.plan, decision.choices, decision.facts, emit, cancel), cancel
    )
