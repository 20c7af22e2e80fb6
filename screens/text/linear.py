"""The wizard line by line, for prompts and for plain numbered questions.

The two differ only in their `Asker`, which asks the questions.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Callable, Protocol

from screens import ways
from screens.session import Session
from screens.signals import OutputStream, cancel_on_signals
from screens.terminal import discard_typeahead, is_terminal
from screens.text import messages, slow_probe
from screens.text.text_reporter import TextReporter
from wizard import invocation
from wizard.choices import Choices, described
from wizard.engine import Engine, require_root
from wizard.errors import BadRequest, Exit, Impossible, WizardError
from wizard.facts import Facts
from wizard.plan import Plan
from wizard.questions.question import Question
from wizard.running.events import RunEnded
from wizard.wording import age

if TYPE_CHECKING:
    from wizard.fixes.fix import Fix
    from wizard.history.past_runs import PastRun


class Back(Exception):
    """The user wants to return to the previous question."""


def quits(text: str) -> bool:
    """Return whether a typed answer means to quit. A folder of such a name is ``./q``."""
    return text.strip().lower() in ("q", "quit")


class Asker(Protocol):
    """Asks questions in one way.

    Every method raises KeyboardInterrupt on Ctrl-C, or if the user quits in another way, and
    EOFError at the end of input.
    """

    def ask(self, question: Question, current: str, *, first: bool) -> str:
        """Ask a question and return the answer: an option's value, or free text.

        ``current`` is the answer if the user only presses Enter. ``first`` says that this is the
        first question; for the others it may raise Back.
        """

    def pick(self, prompt: str, options: tuple[tuple[str, str], ...]) -> str:
        """Let the user pick one of some (value, label) pairs; the first is the default.

        It decides what happens, so what was typed before it appeared does not count.
        A label may have a second line, which says what follows from it.
        """


def install(
    engine: Engine,
    choices: Choices,
    asker: Asker,
    find_unfinished: Callable[[], PastRun | None] = lambda: None,
) -> int:
    """Probe, ask, plan, run and prove; return the exit code.

    ``find_unfinished`` returns an earlier run that was cut off or stopped, to offer to resume
    it. Raises WizardError if the request is wrong, the machine cannot be used, or the input ends
    before the run, and KeyboardInterrupt if the user quits.
    """
    return _Conversation(engine, choices, asker).run(find_unfinished)


def go_on(
    engine: Engine, choices: Choices, asker: Asker, resumes: str, *, verbose: bool = False
) -> int:
    """Show the plan for what is left of the run ``resumes``, ask, run and prove; return the exit
    code.

    ``choices`` are those to go on with. Raises the errors of `install`.
    """
    return _Conversation(engine, choices, asker, verbose=verbose).go_on(resumes)


class _Conversation:
    def __init__(
        self,
        engine: Engine,
        choices: Choices,
        asker: Asker,
        *,
        verbose: bool = False,
    ) -> None:
        self.verbose = verbose
        self.engine = engine
        self.asker = asker
        self.session = Session(engine, choices)
        self.quit_code = Exit.CANCELLED  # the exit code if the user quits now
        self.cancel = threading.Event()
        self.output = OutputStream(sys.stdout, self.cancel.set)

    def run(self, find_unfinished: Callable[[], PastRun | None]) -> int:
        """Ask, plan and run until the user is done; return the exit code."""
        self._look()
        facts, _ = self.session.probed()
        self.output.write_lines(*describe_machine(facts), *describe_given(self.session.given))
        code = self._offer_to_resume(find_unfinished())
        return self._until_done() if code is None else code

    def go_on(self, resumes: str) -> int:
        """Go on with a run; return the exit code."""
        self._look()
        self.session.use(self.session.given, resumes=resumes)
        return self._until_done()

    def _look(self) -> None:
        self.output.write_lines("Looking at this machine …")
        self.output.check()  # nobody would see a question
        with slow_probe.announced(self.output.write_lines):
            self.session.probe()
        discard_typeahead()

    def _until_done(self) -> int:
        """Plan and run until the user is done; return the exit code."""
        while True:
            try:
                plan = self._agree_on_plan()
            except EOFError:
                raise BadRequest(
                    "The input ended before all questions were answered. Nothing was done.",
                    hints=(f"{invocation.command('--yes')} asks nothing.",),
                ) from None
            if plan is None:
                return int(self.quit_code)
            code = self._run_plan(plan)
            if code != Exit.DONE or not plan.prepares:
                return code
            self.session.continue_after_preparation(self.session.look_again())
            # All questions are answered, so planning comes next.
            self.session.position = len(self.session.questions())

    def _offer_to_resume(self, past: PastRun | None) -> int | None:
        """If an earlier run ended early, ask what to do; return an exit code if that is all."""
        if past is None:
            return None
        when = f"{age(past.started)} ago" if age(past.started) else "just now"
        self.output.write_lines(
            "", f"An earlier run {past.how_it_ended_early} {when}: {past.title}."
        )
        ways = (
            ("resume", "Resume it"),
            ("new", "Start again from the beginning"),
            ("undo", "Undo it: remove what it has installed so far"),
        )
        try:
            decision = self.asker.pick("What now?", ways)
        except EOFError:
            raise BadRequest(
                "The input ended before all questions were answered. Nothing was done.",
                hints=(f"{invocation.command('--yes')} asks nothing.",),
            ) from None
        if decision == "undo":
            from screens.text import undoing

            return undoing.undo_run(past.name, stream=sys.stdout, err=sys.stderr)
        if decision == "resume":
            self.output.write_lines("Looking at this machine …")
            self.session.continue_run(past)
        return None

    def _agree_on_plan(self) -> Plan | None:
        """Ask and plan until the user accepts a plan; return None if the user quits."""
        while True:
            plan, decision = self._review_and_decide()
            if decision == "go":
                return plan
            if decision == "quit":
                self.output.write_lines("Nothing was done.")
                return None
            if decision == "back":
                self._go_back()

    def _go_back(self) -> None:
        """Go back to the last question; if flags have answered all, ask from the first one on."""
        if self.session.questions():
            self.session.back()
            return
        self.session.ask_everything()
        self.session.start_over()

    def _review_and_decide(self) -> tuple[Plan | None, str]:
        """Ask, show the plan and let the user decide: ``go``, ``back``, ``quit``, or ``changed``
        if the user has chosen what is possible instead."""
        self.quit_code = Exit.CANCELLED
        try:
            self._ask_questions()
            plan = self.session.make_plan()
            self._show_plan(plan)
            decision = self.asker.pick(
                "Start the proof?" if plan.only_proves else "Start the installation?",
                (("go", "Yes, start"), ("back", "No, back to the questions"), ("quit", "Quit")),
            )
            if decision == "go":
                facts, _ = self.session.probed()
                require_root(self.engine, facts, plan, can_ask=is_terminal(sys.stdin))
        except (BadRequest, Impossible) as error:
            return None, self._offer_instead(error)
        return plan, decision

    def _offer_instead(self, error: WizardError) -> str:
        """Say why it is not possible, and let the user choose what is: ``changed``, ``back``,
        ``quit``. Raises the error if nothing can change it."""
        possible = ways.ways(error, self.session.wanted())
        can_go_back = self._can_go_back()
        if not possible and not can_go_back:
            raise error
        if isinstance(error, Impossible) and error.alternatives:
            self.quit_code = error.code
        self.output.write_lines("", *messages.error_lines(error, offered=True), "")
        options = [(str(number), f"{w.title}\n{w.detail}") for number, w in enumerate(possible)]
        options += [("back", "Back to the questions")] if can_go_back else []
        try:
            picked = self.asker.pick("What now?", (*options, ("quit", "Quit")))
        except EOFError:  # nobody is there to answer
            raise error from None
        if not picked.isdigit():
            return picked
        self.output.write_lines("Looking at this machine …")
        try:
            way = possible[int(picked)]
            take = self.session.use_probed if way.complete else self.session.restart_with
            take(way.choices)
        except WizardError as another:
            return self._offer_instead(another)
        return "changed"

    def _can_go_back(self) -> bool:
        """Return whether a question was asked whose answer can be changed."""
        try:
            return bool(self.session.questions()) and self.session.position > 0
        except WizardError:  # no question can be asked
            return False

    def _ask_questions(self) -> None:
        """Ask from the session's current question to the last one."""
        session = self.session
        while session.position < len(session.questions()):
            if session.has_no_answer():
                return  # planning reports why, and what is possible instead
            question = session.question()
            try:
                text = self.asker.ask(
                    question, session.current_answer(question), first=session.position == 0
                )
                if session.needs_probe(question, text):
                    self.output.write_lines("Looking at your answer …")
                    session.submit_and_probe(question, text)
                else:
                    session.submit(question, text)
            except Back:
                session.back()
            except (BadRequest, Impossible) as error:
                self.output.write_lines(*messages.error_lines(error), "")
            else:
                session.forward(question)

    def _show_plan(self, plan: Plan) -> None:
        from wizard.export import formats

        facts, _ = self.session.probed()
        done = self.session.still_done
        text = formats.to_text(plan, privilege=facts.privilege, done=done)
        self.output.write_lines("", text.rstrip("\n"), "")

    def _run_plan(self, plan: Plan) -> int:
        """Run the plan, and retry as often as the user wants; return the exit code."""
        following: Plan | None = plan
        while following is not None:
            plan = following
            ended = self._attempt(plan)
            self.output.write_lines(*messages.end_of_run(plan, ended))
            if ended.code == Exit.CANCELLED:
                self.output.write_lines(*messages.begun_again(self.session.require_run()))
            errors = OutputStream(sys.stderr, lambda: None)
            errors.write_lines(*messages.cancelled_by(self.output, ended.code))
            following = self._what_now(plan, ended)
        return ended.code

    def _attempt(self, plan: Plan) -> RunEnded:
        """Run the steps that are not done."""
        facts, _ = self.session.probed()
        state, choices = self.session.begin_run(), self.session.completed
        reporter = TextReporter(state, self.output, self.output, verbose=self.verbose)
        try:
            return cancel_on_signals(
                lambda: self.engine.run(plan, choices, facts, reporter, self.cancel, state.done),
                self.cancel,
            )
        finally:
            self.session.run = reporter.state

    def _what_now(self, plan: Plan, ended: RunEnded) -> Plan | None:
        """After a failure, let the user choose what helps; return the plan to go on with."""
        if self.session.require_run().failure is None:
            return None
        fixes = self.session.find_fixes()
        if ended.code != Exit.FAILED and not any(fix.plans_anew for fix in fixes):
            return None
        while fixes:
            try:
                fix = pick_fix(self.asker, fixes)
                if fix is None:
                    return None
                if not fix.plans_anew:
                    return plan
                following = self._take(fix)
            except EOFError:  # nobody is there to answer
                return None
            except WizardError as error:
                self.output.write_lines(*messages.error_lines(error), "")
                continue
            if following is not None:
                return following
        return None

    def _take(self, fix: Fix) -> Plan | None:
        """Plan what a fix does, show it, and ask if it must; None if the user does not agree."""
        from wizard.fixes.fix import change_lines

        self.output.write_lines("", f"{fix.title}.", "Looking at this machine …")
        prepared = self.session.prepare_fix(fix)
        plan = prepared.decision.plan
        lines = change_lines(prepared.fix, self.session.completed, plan, prepared.done)
        self.output.write_lines(*lines, "")
        if prepared.fix.asks and not agrees(self.asker):
            return None
        require_root(self.engine, prepared.decision.facts, plan, can_ask=is_terminal(sys.stdin))
        return self.session.take_fix(prepared)


def pick_fix(asker: Asker, fixes: tuple[Fix, ...]) -> Fix | None:
    """Let the user pick what helps; None to stop. Raises the errors of `Asker`."""
    labels = tuple((fix.id, f"{fix.title}\n{fix.consequence}".strip()) for fix in fixes)
    picked = asker.pick("What now?", (*labels, ("quit", "Stop here")))
    return next((fix for fix in fixes if fix.id == picked), None)


def agrees(asker: Asker) -> bool:
    """Return whether the user agrees to steps that need root rights, or remove something."""
    options = (("go", "Yes, do it"), ("back", "No"))
    return asker.pick("Do these steps?", options) == "go"


def describe_given(given: Choices) -> list[str]:
    """Say which answers are not asked for, because flags or a file have given them."""
    typed = [described()[name].typed(value) for name, value in given.answered().items()]
    return [f"Taken from your options: {', '.join(typed)}"] if typed else []


def describe_machine(facts: Facts) -> list[str]:
    """Describe the machine in a few lines."""
    system = facts.system
    name, version = system.distribution_name or system.name, system.distribution_version
    if version not in name:
        name += f" {version}"
    libc = f", {system.libc} {system.libc_version}".rstrip() if system.libc else ""
    lines = [f"This machine: {name}, {system.machine}{libc}"]
    usable = [python for python in facts.pythons if not python.problem]
    versions = ", ".join(dict.fromkeys(python.version for python in usable)) or "none"
    lines.append(f"Pythons: {versions}")
    if facts.managers:
        lines.append("Package managers: " + ", ".join(facts.manager_labels))
    if facts.listing is not None and facts.listing.problem:
        lines.append(f"The package index: {facts.listing.problem}")
    return lines
