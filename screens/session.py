"""What the full screen keeps between its pages: the machine, the answers, the plan, the run."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Callable

from wizard.choices import Choices, described
from wizard.engine import require_progress
from wizard.errors import BadRequest, Exit, Impossible, WizardError

if TYPE_CHECKING:
    # Slow to import, and not needed before the first page is shown.
    from wizard.advice.support import Support
    from wizard.engine import Engine
    from wizard.facts import Facts
    from wizard.knowledge import Knowledge
    from wizard.needs.case import Case
    from wizard.plan import Plan
    from wizard.questions.question import Question
    from wizard.running.events import Event
    from wizard.running.run_state import RunState


class Session:
    """One session of the wizard, from the welcome page to the end. It does not depend on a screen.

    ``given`` are the choices from flags or a file; ``answers`` those made here. If a question
    disappears, its answer is kept, so that it is still there if the question returns. ``run`` is
    what has happened in the run of the plan, None before it begins. ``clock`` gives seconds.
    """

    def __init__(
        self,
        engine: Engine,
        given: Choices,
        *,
        knowledge: Knowledge | None = None,
        facts: Facts | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.engine = engine
        self.given = given
        self.knowledge = knowledge
        self.facts = facts
        self.clock = clock
        self.answers: dict[str, str] = {}
        self.position = 0
        self.plan: Plan | None = None
        self.complete = given
        self.run: RunState | None = None
        self._code = int(Exit.CANCELLED)
        self._prepared = False
        self._case: Case | None = None
        self._lists: dict[Choices, tuple[Question, ...]] = {}

    @property
    def code(self) -> int:
        """The exit code if the user leaves now: cancelled, as long as no run has ended."""
        return self.run.result.code if self.run and self.run.result else self._code

    def probe(self) -> None:
        """Probe the machine, which takes seconds. Raises WizardError."""
        from wizard import knowledge

        if self.knowledge is None:
            self.knowledge = knowledge.load()
        self._look(self.choices() if self.facts else self.given)

    def known(self) -> tuple[Facts, Knowledge]:
        """Return the machine and the knowledge about the releases. Only after `probe`."""
        if self.facts is None or self.knowledge is None:
            raise RuntimeError("the machine has not been probed yet")
        return self.facts, self.knowledge

    def case(self, choices: Choices) -> Case:
        """The machine with these choices. Only after `probe`."""
        from wizard.needs.case import Case

        facts, knowledge = self.known()
        if self._case is None or self._case.facts is not facts:
            self._case = Case(facts, knowledge)
        return self._case.choosing(choices)

    def questions(self) -> tuple[Question, ...]:
        """Return the questions that apply, given the answers so far. Raises WizardError."""
        return self._applicable(self.choices())

    def choices(self) -> Choices:
        """Return the given choices and answers, without answers to questions that no longer
        apply.
        """
        choices = self.given
        taken: set[str] = set()
        while True:
            open_ = (q for q in self._applicable(choices) if q.key not in taken)
            question = next((q for q in open_ if self._answered(q)), None)
            if question is None:
                return choices
            choices = replace(choices, **self._answered(question))
            taken.add(question.key)

    def support(self) -> Support | None:
        """Return whether the release to install is tested here; None without a Python."""
        try:
            choices = self.choices()
        except WizardError:
            choices = self.given
        return self.engine.support(self.case(choices))

    def question(self) -> Question:
        """Return the current question."""
        return self.questions()[self.position]

    def hopeless(self) -> bool:
        """Return whether the current question has no possible answer."""
        return not self.question().recommended

    def answer_now(self, question: Question) -> str:
        """Return the current answer: the one given before, or the recommended one if that is
        impossible."""
        standing = question.given(self.choices())
        closed = any(option.closed for option in question.options if option.value == standing)
        return question.recommended if closed or not standing else standing

    def names_a_place(self, question: Question, text: str) -> bool:
        """Return whether this answer was typed, and names a place that the wizard must check."""
        typed = all(option.value != text.strip() for option in question.options)
        return typed and _is_place(question)

    def submit(self, question: Question, text: str) -> None:
        """Set an answer. Raises WizardError, and keeps the old answer, if it is not possible."""
        made, typed = self._made(question, text)
        if typed and not _is_place(question):
            self._try(question, made)
        self._keep(question, made)

    def submit_and_look(self, question: Question, text: str) -> None:
        """Set an answer that names a place, after checking that place. Raises like `submit`."""
        made, _ = self._made(question, text)
        self._look(replace(self.choices(), **question.flags(made)))  # type: ignore[arg-type]
        if question.key == "openssl":  # the following questions say what this Python can have
            try:
                self._try(question, made)
            except (
                Impossible
            ) as error:  # everything else was possible, so the folder is the problem
                raise BadRequest(error.why or error.what, hints=error.hints) from None
        self._keep(question, made)

    def forward(self, question: Question) -> bool:
        """Go to the next question; False if this was the last one."""
        keys = [each.key for each in self.questions()]
        self.position = keys.index(question.key) + 1 if question.key in keys else self.position
        return self.position < len(keys)

    def back(self) -> bool:
        """Go to the previous question; False if this was the first one."""
        self.position = min(self.position, len(self.questions())) - 1
        if self.position < 0:
            self.position = 0
            return False
        return True

    def make_plan(self) -> Plan:
        """Plan with the answers, and recommended ones for the rest. Raises WizardError."""
        decision = self.engine.settle(self.case(self.choices()))
        self.complete, self.plan = decision.choices, decision.plan
        if self._prepared:
            require_progress(self.plan)
        return self.plan

    def prepared(self) -> bool:
        """Return whether the last run only prepared, so that the rest can be planned now."""
        result = self.run.result if self.run else None
        return result is not None and result.code == Exit.DONE and self.ready().prepares

    def go_on(self) -> None:
        """Probe again after a preparation; the answers are kept. Raises WizardError."""
        self.probe()
        self.start_over()
        self._code = int(Exit.CANCELLED)
        self._prepared = True

    def ready(self) -> Plan:
        """Return the plan. Only after `make_plan`."""
        if self.plan is None:
            raise RuntimeError("there is no plan yet")
        return self.plan

    def needs_password(self) -> bool:
        """Return whether a step of the plan needs root and root needs a password."""
        facts, _ = self.known()
        root = any(getattr(step.action, "root", False) for step in self.ready().steps)
        return root and facts.privilege.password

    def begin(self) -> RunState:
        """A run of the plan begins, or another attempt: then what was done stays done."""
        from wizard.running.run_state import RunState

        self._code = self.code
        self.run = self.run.retry() if self.run else RunState.of(self.ready())
        return self.run

    def apply(self, event: Event) -> RunState:
        """Take an event of the run; return the state after it. Only after `begin`."""
        self.run = self.progress().apply(event)
        return self.run

    def progress(self) -> RunState:
        """What has happened in the run. Only after `begin`."""
        if self.run is None:
            raise RuntimeError("there is no run yet")
        return self.run

    def start_over(self) -> None:
        """Forget the plan and its run, but keep the answers: the machine may have changed."""
        self._code = self.code
        self.run = None
        self.plan = None
        self.position = 0

    def _look(self, choices: Choices) -> None:
        self.facts = self.engine.probe(choices, everything=True)
        self._lists.clear()

    def _made(self, question: Question, text: str) -> tuple[Choices, bool]:
        """Return the choices that an answer makes, and whether it was typed. Raises WizardError."""
        from wizard.questions import completion, validation

        value = completion.answer(question, text)
        made = question.put(Choices(), value)
        typed = all(option.value != value for option in question.options)
        return (validation.check(made), True) if typed else (made, False)

    def _keep(self, question: Question, made: Choices) -> None:
        """Record the answer to a question, and no other choice that it fills."""
        for name in question.fills:
            self.answers.pop(name, None)
        self.answers.update(question.flags(made))

    def _answered(self, question: Question) -> dict[str, Any]:
        """Return the choices made here, of those that a question fills."""
        return {name: self.answers[name] for name in question.fills if name in self.answers}

    def _try(self, question: Question, made: Choices) -> None:
        """Raise WizardError if a typed answer is impossible, regardless of the other answers."""
        tried: dict[str, Any] = question.flags(made)
        for earlier in self.questions():
            if earlier.key == question.key:
                break
            tried = {**dict.fromkeys(earlier.fills, ""), **self._answered(earlier), **tried}
        self.engine.complete(self.case(replace(self.given, **tried)))

    def _applicable(self, choices: Choices) -> tuple[Question, ...]:
        if choices not in self._lists:
            self._lists[choices] = self.engine.questions(self.case(choices))
        return self._lists[choices]


def _is_place(question: Question) -> bool:
    """Whether what is typed for this question names a place that the wizard must look at."""
    return described()[question.fills[0]].place
