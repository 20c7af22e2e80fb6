"""What the full screen remembers between its pages: the machine, the answers, the plan, the run."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Callable, Optional

from wizard.choices import Choices
from wizard.engine import is_further
from wizard.errors import Exit, WizardError

if TYPE_CHECKING:
    # Slow to import, and not needed before the first page is there.
    from wizard.advice.support import Support
    from wizard.asking.question import Question
    from wizard.engine import Engine
    from wizard.facts import Facts
    from wizard.knowledge import Knowledge
    from wizard.plan import Plan
    from wizard.running.events import RunEnded, StepEnded, StepStarted

LOOKED_AT = ("venv", "python")
"""Typed answers to these name a place that the wizard must look at."""


@dataclass(frozen=True)
class Told:
    """What the runner told of one step: its command for people, its log file, how it ended."""

    command: str
    log: str
    ended: Optional[StepEnded] = None


class Session:
    """One visit to the wizard, from the welcome to the end. It knows no screen.

    ``given`` are the choices that came from flags or a file; ``answers`` those made here. An
    answer is kept when a question disappears, so that it is there again when the question is.
    ``clock`` gives seconds.
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
        self.told: dict[str, Told] = {}
        self._finished: set[str] = set()
        self.ended: RunEnded | None = None
        self._failed: StepEnded | None = None
        self._prepared = False
        self._lists: dict[Choices, tuple[Question, ...]] = {}

    @property
    def code(self) -> int:
        """The exit code if the user leaves now: cancelled, as long as nothing was run."""
        return int(Exit.CANCELLED) if self.ended is None else self.ended.code

    def probe(self) -> None:
        """Look at the machine; takes seconds. Raises WizardError."""
        from wizard import knowledge

        if self.knowledge is None:
            self.knowledge = knowledge.load()
        facts = self.engine.probe(self.choices() if self.facts else self.given, everything=True)
        self.facts = facts
        self._lists.clear()

    def known(self) -> tuple[Facts, Knowledge]:
        """The machine and what is known of the releases. Only after `probe`."""
        if self.facts is None or self.knowledge is None:
            raise RuntimeError("the machine has not been looked at yet")
        return self.facts, self.knowledge

    def questions(self) -> tuple[Question, ...]:
        """The questions that apply, given the answers so far. Raises WizardError."""
        return self._applicable(self.choices())

    def choices(self) -> Choices:
        """What was given and answered, without the answers to questions that no longer apply."""
        choices = self.given
        taken: set[str] = set()
        while True:
            keys = [question.key for question in self._applicable(choices)]
            key = next((k for k in keys if k in self.answers and k not in taken), None)
            if key is None:
                return choices
            changed: dict[str, Any] = {key: self.answers[key]}
            choices = replace(choices, **changed)
            taken.add(key)

    def support(self) -> Support | None:
        """Whether the release that would be installed is tested here; None without a Python."""
        from wizard.advice import support

        try:
            choices = self.choices()
        except WizardError:
            choices = self.given
        return support.recommended(*self.known(), choices)

    def question(self) -> Question:
        """The question that is asked now."""
        return self.questions()[self.position]

    def hopeless(self) -> bool:
        """Whether nothing can be answered to the question that is asked now."""
        return not self.question().recommended

    def answer_now(self, question: Question) -> str:
        """The answer that stands: given before, or recommended where that is not possible."""
        standing: str = self.answers.get(question.key) or getattr(self.given, question.key)
        closed = any(option.closed for option in question.options if option.value == standing)
        return question.recommended if closed or not standing else standing

    def submit(self, question: Question, text: str) -> None:
        """Take an answer. Raises WizardError, and keeps the old answer, where it is none."""
        from wizard.asking import questions, request

        value = questions.answer(question, text)
        if all(option.value != value for option in question.options):
            typed: dict[str, Any] = {question.key: value}
            value = getattr(request.check(Choices(**typed)), question.key)
            if question.key not in LOOKED_AT:
                self._try(question, value)
        self.answers[question.key] = value

    def submit_and_look(self, question: Question, text: str) -> None:
        """Take an answer that names a place, and look what is there. Raises WizardError."""
        self.submit(question, text)
        self.probe()

    def forward(self, question: Question) -> bool:
        """Go to the question after this one; False where it was the last."""
        keys = [each.key for each in self.questions()]
        self.position = keys.index(question.key) + 1 if question.key in keys else self.position
        return self.position < len(keys)

    def back(self) -> bool:
        """Go to the question before; False where this was the first."""
        self.position = min(self.position, len(self.questions())) - 1
        if self.position < 0:
            self.position = 0
            return False
        return True

    def make_plan(self) -> Plan:
        """Plan with the answers, the recommended ones filled in. Raises WizardError."""
        from wizard.advice import ways
        from wizard.asking import questions
        from wizard.planning import planner

        facts, knowledge = self.known()
        choices = self.choices()
        with ways.offered(facts, knowledge, choices):
            self.complete = questions.complete(facts, knowledge, choices)
            self.plan = planner.plan(facts, knowledge, self.complete)
        if self._prepared:
            is_further(self.plan)
        return self.plan

    def prepared(self) -> bool:
        """Whether the run that ended has only prepared, so that the rest can be planned now."""
        over = self.ended is not None and self.ended.code == Exit.DONE
        return over and self.ready().prepares

    def go_on(self) -> None:
        """Look again after a preparation; the answers stay. Raises WizardError."""
        self.probe()
        self.start_over()
        self.ended = None
        self._prepared = True

    def ready(self) -> Plan:
        """The plan that was made. Only after `make_plan`."""
        if self.plan is None:
            raise RuntimeError("there is no plan yet")
        return self.plan

    def needs_password(self) -> bool:
        """Say whether a step of the plan needs root and root needs a password."""
        facts, _ = self.known()
        root = any(getattr(step.action, "root", False) for step in self.ready().steps)
        return root and facts.privilege.password

    def done(self) -> frozenset[str]:
        """The steps that are finished: a retry leaves them alone."""
        return frozenset(self._finished)

    def tell(self, event: StepStarted | StepEnded) -> None:
        """Remember what the runner told of a step.

        A step that was not run says nothing new: it was finished in an earlier try, or not at all.
        """
        from wizard.running.events import StepStarted

        if isinstance(event, StepStarted):
            self.told[event.step] = Told(event.command, event.log)
        elif event.state != "skipped":
            told = self.told.get(event.step, Told("", event.log))
            self.told[event.step] = replace(told, ended=event)
            if event.state == "done":
                self._finished.add(event.step)
            elif event.state == "failed":
                self._failed = self._failed or event

    def begin(self) -> None:
        """A run begins: what failed in an earlier try is tried again."""
        self._failed = None

    def failure(self) -> StepEnded | None:
        """How the step ended that failed first in this run, or None."""
        return self._failed

    def start_over(self) -> None:
        """Forget the plan and its run, keep the answers: the machine may have changed."""
        self.told.clear()
        self.begin()
        self._finished.clear()
        self.plan = None
        self.position = 0

    def _try(self, question: Question, value: str) -> None:
        """Raise WizardError where a typed answer is not possible, whatever else is answered."""
        from wizard.asking import questions

        tried: dict[str, Any] = {question.key: value}
        for earlier in self.questions():
            if earlier.key == question.key:
                break
            tried[earlier.key] = self.answers.get(earlier.key, "")
        questions.complete(*self.known(), replace(self.given, **tried))

    def _applicable(self, choices: Choices) -> tuple[Question, ...]:
        from wizard.advice import ways
        from wizard.asking import questions

        if choices not in self._lists:
            with ways.offered(*self.known(), choices):
                self._lists[choices] = questions.applicable(*self.known(), choices)
        return self._lists[choices]
