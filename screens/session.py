"""The state that is kept between questions and pages: machine, answers, plan and run."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Callable

from wizard.choices import Choices, described
from wizard.engine import require_progress
from wizard.errors import Alternative, BadRequest, Exit, Impossible, WizardError

if TYPE_CHECKING:
    # Slow to import, and not needed before the first page is shown.
    from wizard.advice.support import Support
    from wizard.engine import Decision, Engine
    from wizard.facts import Facts, Project
    from wizard.fixes.fix import Fix
    from wizard.fixes.offers import Prepared
    from wizard.history.estimates import Estimate, Times
    from wizard.history.past_runs import PastRun
    from wizard.knowledge import Knowledge
    from wizard.needs.case import Case
    from wizard.plan import Plan
    from wizard.questions.question import Question
    from wizard.running.events import Event
    from wizard.running.run_state import RunState


class Session:
    """One session of the wizard, from the probe to the end. It does not depend on a screen.

    ``given`` are the choices from flags or a file, ``answers`` those made here. If a question
    disappears, its answer is kept for the case that the question returns. What was given is not
    asked again, but every answer can be changed: ``changing`` is the key of a question that is open
    for that, or empty. ``completed`` are the
    choices that the plan was made for. ``run`` is the state of the run, or None before it begins;
    ``fixes`` are what the wizard can do about its failed step, once `find_fixes` has looked.
    ``problem`` is why no plan is possible, while a page shows it. ``still_done`` are the steps of
    the plan that an earlier run has done, if it goes on with that one. ``has_run``: a run has begun
    in this session, so that something has been changed. ``clock`` returns seconds.
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
        self.changing = ""
        self.plan: Plan | None = None
        self.completed = given
        self.run: RunState | None = None
        self.problem: WizardError | None = None
        self._earlier_run: RunState | None = None
        self.fixes: tuple[Fix, ...] = ()
        self._code = int(Exit.CANCELLED)
        self._has_prepared = False
        self._resumes = ""
        self.still_done: frozenset[str] = frozenset()
        self._asks_given = False
        self._left_out: Project | None = None
        self._before_use: tuple[Facts | None, Choices, dict[str, str], bool] | None = None
        self.has_run = False
        self._skipped = False
        self._seen: frozenset[str] = frozenset()
        self._past: Times | None = None
        self._case: Case | None = None
        self._questions: dict[Choices, tuple[Question, ...]] = {}

    @property
    def code(self) -> int:
        """The exit code if the user leaves now: cancelled, as long as no run has ended."""
        return self.run.result.code if self.run and self.run.result else self._code

    def probe(self, tell: Callable[[str, object], None] = lambda _field, _value: None) -> None:
        """Probe the machine, which takes seconds. Raises WizardError.

        ``tell(field, value)`` is called from other threads with what is known before the rest.
        """
        from wizard import knowledge

        if self.knowledge is None:
            self.knowledge = knowledge.load()
        # `wanted`: what was read before may allow no question, and is read again for that reason.
        choices = self.wanted() if self.facts else self.given
        self.facts = self.engine.probe(choices, everything=True, tell=tell)
        self._questions.clear()

    def probed(self) -> tuple[Facts, Knowledge]:
        """Return the facts and the knowledge. Raises RuntimeError before `probe`."""
        if self.facts is None or self.knowledge is None:
            raise RuntimeError("the machine has not been probed yet")
        return self.facts, self.knowledge

    def case(self, choices: Choices) -> Case:
        """Return the case of this machine with these choices. Only after `probe`."""
        from wizard.needs.case import Case

        facts, knowledge = self.probed()
        if self._case is None or self._case.facts is not facts:
            self._case = Case(facts, knowledge)
        return self._case.choosing(choices)

    def questions(self) -> tuple[Question, ...]:
        """Return the questions to ask: those that apply, and were not answered by a flag or a file.

        Raises WizardError.
        """
        every = self.all_questions()
        return every if self._asks_given else tuple(q for q in every if not self.is_given(q))

    def all_questions(self) -> tuple[Question, ...]:
        """Return the questions that apply, with the answers so far. Raises WizardError."""
        return self._applicable(self.choices())

    def is_given(self, question: Question) -> bool:
        """Return whether a flag or a file answers this question, with a possible answer."""
        given = question.flags(self.given)
        if not given or not question.recommended:
            return False
        value = question.given(self.given)
        if all(option.value != value for option in question.options):
            return bool(question.free)
        # A part of an answer, such as only how OpenSSL is linked, may fit several.
        fitting = [o for o in question.options if not o.closed and question.contains(o, given)]
        return len(fitting) == 1

    def ask_everything(self) -> None:
        """From now on, also ask what was given: it is not possible like that."""
        self._asks_given = True

    def open_impossible(self) -> str:
        """Open what was given, if no question can be asked with it; return that as flags, or empty.

        Usually that is one choice, such as a release that does not exist.
        """
        try:
            self.questions()
        except WizardError:
            answered = self.given.answered()
        else:
            return ""
        for name, value in answered.items():
            changed: dict[str, Any] = {name: ""}
            trial = replace(self.given, **changed)
            with contextlib.suppress(WizardError):
                self.engine.questions(self.case(trial))
                self.given = trial
                return described()[name].typed(value)
        self.given = Choices()
        return " ".join(described()[name].typed(value) for name, value in answered.items())

    def use(self, choices: Choices, *, resumes: str = "", facts: Facts | None = None) -> None:
        """Take these choices as the answers, and go behind the last question.

        They are asked like others if the user goes back. ``resumes`` is the run that they continue,
        ``facts`` what was probed for them. Raises WizardError, and then changes nothing.
        """
        if self._before_use is None:
            self._left_out = None if choices.project else self.asked_project()
            self._before_use = (self.facts, self.given, dict(self.answers), self._asks_given)
        self.facts = facts or self.facts
        self.given = choices
        self.answers.clear()
        self._asks_given = True
        self._resumes = resumes
        self._questions.clear()
        try:
            self.skip_questions()
        except WizardError:
            self.stop_using()
            raise

    def asked_project(self) -> Project | None:
        """Return the project that the user has asked for, if the machine was probed for it."""
        wanted = self.answers.get("project") or self.given.project
        project = self.facts.project if self.facts else None
        return project if project is not None and project.path == wanted else None

    def stop_using(self) -> None:
        """Go back to the answers from before `use`; without a call of it, change nothing.

        If steps have run since, the machine must be probed again.
        """
        if self._before_use is None:
            return
        self.facts, self.given, self.answers, self._asks_given = self._before_use
        self._before_use, self._resumes, self.changing = None, "", ""
        self._left_out = None
        self._skipped, self.position = False, 0
        self._questions.clear()

    def use_probed(self, choices: Choices, *, resumes: str = "") -> None:
        """Do the same as `use`, after probing the machine for these choices. Raises WizardError."""
        facts = self.engine.probe(choices, everything=True)
        self.use(choices, resumes=resumes, facts=facts)

    def restart_with(self, choices: Choices) -> None:
        """Take these choices as given, and ask what is still open. Raises WizardError."""
        self.facts = self.engine.probe(choices, everything=True)
        self.given = choices
        self.answers.clear()
        self._questions.clear()
        self.start_over()

    def skip_questions(self) -> None:
        """Go behind the last question: open ones get the recommended answer. Raises WizardError."""
        self.changing = ""
        self.position = len(self.questions())
        self._skipped = True

    def change(self, key: str) -> None:
        """Open this question, to change its answer."""
        self._seen = frozenset(q.key for q in self.questions()[: self.position]) | {key}
        self.changing = key

    def choices(self) -> Choices:
        """Return the given choices and the answers to questions that still apply."""
        choices = self.given
        used: set[str] = set()
        while True:
            candidates = (q for q in self._applicable(choices) if q.key not in used)
            question = next((q for q in candidates if self._answers_to(q)), None)
            if question is None:
                return choices
            choices = replace(choices, **self._answers_to(question))
            used.add(question.key)

    def support(self) -> Support | None:
        """Return whether upstream tests the release on such a machine; None without a Python."""
        return self.engine.support(self.case(self.wanted()))

    def wanted(self) -> Choices:
        """Return `choices`, or only those that were given if no question can be asked."""
        try:
            return self.choices()
        except WizardError:
            return self.given

    def question(self) -> Question:
        """Return the current question."""
        if self.changing:
            return next(q for q in self.all_questions() if q.key == self.changing)
        return self.questions()[self.position]

    def is_asking(self) -> bool:
        """Return whether there is a current question. Raises WizardError."""
        if all(question.key != self.changing for question in self.all_questions()):
            self.changing = ""  # another answer has removed it
        return bool(self.changing) or self.position < len(self.questions())

    def has_no_answer(self) -> bool:
        """Return whether the current question has no possible answer."""
        return not self.question().recommended

    def current_answer(self, question: Question) -> str:
        """Return the answer that was given, or the recommended one if that is not possible."""
        current = question.given(self.choices())
        closed = any(option.closed for option in question.options if option.value == current)
        return question.recommended if closed or not current else current

    def needs_probe(self, question: Question, text: str) -> bool:
        """Return whether this answer is a path, which `submit_and_probe` must check.

        It is a typed one, or an environment whose index is not the one that was asked.
        """
        value = text.strip()
        if question.key == "project":  # every project must be read and resolved
            return value not in ("", question.recommended)
        typed = all(option.value != value for option in question.options)
        return _is_path(question) and (typed or self._needs_look(question, text))

    def _needs_look(self, question: Question, text: str) -> bool:
        if question.key != "venv" or self.facts is None:
            return False
        from wizard.machine import answered  # not needed for the first page

        return answered.needs_look(self.facts, self._with_answer(question, text).venv)

    def submit(self, question: Question, text: str) -> None:
        """Set an answer. If it is not possible, raises WizardError and keeps the old answer."""
        choices, typed = self._parse_answer(question, text)
        if typed and not _is_path(question):
            self._check_possible(question, choices)
        self._record(question, choices)

    def submit_and_probe(self, question: Question, text: str) -> None:
        """Set an answer that is a path, after probing that path. Raises the errors of `submit`."""
        self.submit_probed(question, text, self.look_up(question, text))

    def look_up(self, question: Question, text: str) -> Facts:
        """Return the facts of the machine with an answer that is a path; nothing is set.

        It may take seconds. Only what depends on the answer is asked again: of a project, if it is
        for the same Python, and of another folder, if it is enough. Raises WizardError.
        """
        wanted = self._with_answer(question, text)
        known, quick = self.facts, None
        if question.key != "project":
            return self.engine.probe(wanted, everything=True, known=known)
        if known is not None:
            quick = self.engine.probe(wanted)
            facts = replace(
                known,
                project=quick.project,
                pipx=quick.pipx,
                listing=quick.listing or known.listing,
            )
            if quick.project and _same_python(quick, facts, wanted) and not quick.project.problem:
                return facts
        return self.engine.probe(wanted, everything=True, after=quick)

    def submit_probed(self, question: Question, text: str, probed: Facts) -> None:
        """Set an answer that `look_up` has looked up. Raises the errors of `submit`."""
        choices, _ = self._parse_answer(question, text)
        wanted = self._with_answer(question, text)
        facts, self.facts = self.facts, probed
        self._questions.clear()
        if question.key == "project":
            try:
                self._applicable(wanted)
            except Impossible:  # nothing fits this project: the user may name another one
                self.facts = facts
                self._questions.clear()
                raise
        if question.key == "openssl":  # for a Python, the following questions say what is possible
            try:
                self._check_possible(question, choices)
            except Impossible as error:
                # Everything else was possible, so the folder is the problem.
                raise BadRequest(error.why or error.what, hints=error.hints) from None
        self._record(question, choices)

    def forward(self, question: Question) -> bool:
        """Go to the next question; False if this was the last one.

        After a change, it is the first one that has not been asked yet: the change may add some.
        """
        keys = [other.key for other in self.questions()]
        if self.changing:
            self.changing = ""
            self.position = next((n for n, k in enumerate(keys) if k not in self._seen), len(keys))
        elif question.key in keys:
            self.position = keys.index(question.key) + 1
        return self.position < len(keys)

    def back(self) -> bool:
        """Go to the previous question; False if this was the first one, or if all were skipped.

        From a change, go back to where it began; False if that was behind the last question.
        """
        if self.changing:
            self.changing = ""
            return self.position < len(self.questions())
        if self._skipped:
            self._skipped, self.position = False, 0
            return False
        self.position = min(self.position, len(self.questions())) - 1
        if self.position < 0:
            self.position = 0
            return False
        return True

    def continue_run(self, past: PastRun) -> None:
        """Take the answers of a run that was cut off, and go behind the last question.

        The machine is probed for them: what a project needs, for example, was not read before.
        Raises WizardError if its answers cannot be read or planned.
        """
        from wizard.history import resume

        self.use_probed(resume.choices_of(past), resumes=past.name)

    def usual(self) -> Decision:
        """Return the plan from the answers so far, and recommended ones; nothing is set.

        Raises WizardError.
        """
        return self.engine.settle(self.case(self.choices()))

    def take_alternative(self, alternative: Alternative) -> None:
        """Take the choices of what is possible instead, and go behind the last question.

        Raises WizardError.
        """
        choices: dict[str, Any] = dict(alternative.choices)
        self.use(Choices(**choices))

    def make_plan(self) -> Plan:
        """Make the plan from the answers, and recommended ones for open questions.

        Raises WizardError.
        """
        decision = self.usual()
        self.completed = decision.choices
        self.plan = replace(decision.plan, resumes=self._resumes)
        if self._left_out is not None:
            note = _without_project(self._left_out, self.plan.release)
            self.plan = replace(self.plan, notes=(note, *self.plan.notes))
        self.still_done = frozenset()
        if self._resumes:
            from wizard.history import resume

            _, self.still_done = resume.continued_by(self.plan)
        if self._has_prepared:
            require_progress(self.plan)
        return self.plan

    def estimate(self, plan: Plan) -> Estimate:
        """Return what a plan takes here. The first time, it reads the journals of past runs."""
        from wizard.history import estimates

        if self._past is None:
            self._past = estimates.learn()
        facts, _ = self.probed()
        return estimates.estimate(plan, facts.system.cores, self._past)

    def only_prepared(self) -> bool:
        """Return whether the last run only prepared, so that the other steps can be planned now."""
        result = self.run.result if self.run else None
        return result is not None and result.code == Exit.DONE and self.require_plan().prepares

    def look_again(self) -> Facts:
        """Return the facts of the machine as it is now, for the answers so far; nothing is set.

        It takes seconds. Raises WizardError.
        """
        return self.engine.probe(self.wanted(), everything=True)

    def continue_after_preparation(self, facts: Facts) -> None:
        """Go on with what the machine is after a preparation; the answers are kept."""
        self.start_over(facts)
        self._code = int(Exit.CANCELLED)
        self._has_prepared = True

    def require_plan(self) -> Plan:
        """Return the plan. Raises RuntimeError before `make_plan`."""
        if self.plan is None:
            raise RuntimeError("there is no plan yet")
        return self.plan

    def needs_password(self) -> bool:
        """Return whether a step of the plan needs root and root needs a password."""
        facts, _ = self.probed()
        return self.require_plan().needs_root and facts.privilege.password

    def begin_run(self) -> RunState:
        """Begin a run of the plan, or another attempt, in which steps that are done stay done."""
        from wizard.running.run_state import RunState

        self._code = self.code
        self.has_run = True
        if self._before_use is not None:  # the machine is not as it was then
            self._before_use = (None, *self._before_use[1:])
        self.fixes = ()
        self.run = self.run.retry() if self.run else RunState.before_run(self.require_plan())
        return self.run

    def find_fixes(self) -> tuple[Fix, ...]:
        """Find what the wizard can do about the failed step, the best first.

        It may take seconds: some fixes ask the index. Only after a run.
        """
        from wizard.fixes import offers

        case = self.case(self.completed)
        self.fixes = offers.offered(self.engine.settle, case, self.require_run())
        return self.fixes

    def prepare_fix(self, fix: Fix) -> Prepared:
        """Probe the machine again and plan what a fix does; nothing is set. Raises WizardError."""
        from wizard.engine import case_of
        from wizard.fixes import offers

        choices = fix.applied(self.completed)
        facts = self.engine.probe(choices, everything=True)
        decision = self.engine.settle(case_of(facts, choices))
        return offers.prepare(fix, decision, self.require_run())

    def take_fix(self, prepared: Prepared) -> Plan:
        """Set the choices and the plan of a fix, so that `begin_run` goes on with it."""
        from wizard.running import runner
        from wizard.running.run_state import RunState

        decision = prepared.decision
        self._code = self.code
        self._earlier_run = self.last_run
        self._resumes = runner.last_attempt()
        self.facts = decision.facts
        self.given = self.completed = decision.choices
        self._asks_given = True
        self.answers.clear()
        self._questions.clear()
        self.fixes = ()
        self.plan = replace(decision.plan, resumes=self._resumes)
        self.run = RunState.before_run(self.plan, prepared.done)
        return self.plan

    def apply(self, event: Event) -> RunState:
        """Apply an event of the run; return the state after it. Only after `begin_run`."""
        self.run = self.require_run().apply(event)
        return self.run

    def require_run(self) -> RunState:
        """Return the state of the run. Raises RuntimeError before `begin_run`."""
        if self.run is None:
            raise RuntimeError("there is no run yet")
        return self.run

    @property
    def last_run(self) -> RunState | None:
        """The last run that was begun, also if other questions were asked since."""
        return self.run if self.run and self.run.has_started else self._earlier_run

    def take_facts(self, facts: Facts) -> None:
        """Go on with the machine as it is now; the answers are kept."""
        self.facts = facts
        self._questions.clear()

    def start_over(self, facts: Facts | None = None) -> None:
        """Forget the plan and its run, but keep the answers.

        ``facts`` are those of the machine as it is now, if it may have changed.
        """
        if facts is not None:
            self.take_facts(facts)
        self._code = self.code
        self._earlier_run = self.last_run
        self.run = None
        self.plan = None
        self.position = 0
        self.changing = ""
        self._skipped = False

    def begin_again(self) -> None:
        """Forget the answers, too, and what is known about the machine: a run has changed it."""
        self.start_over()
        self.stop_using()
        self.answers.clear()
        self._questions.clear()
        self.facts = None

    def _with_answer(self, question: Question, text: str) -> Choices:
        """Return all choices so far with this answer. Raises WizardError."""
        choices, _ = self._parse_answer(question, text)
        return replace(self.choices(), **question.flags(choices))  # type: ignore[arg-type]

    def _parse_answer(self, question: Question, text: str) -> tuple[Choices, bool]:
        """Return the choices that an answer sets, and whether it was typed. Raises WizardError."""
        from wizard.questions import completion, validation

        value = completion.answer(question, text)
        choices = question.put(Choices(), value)
        typed = all(option.value != value for option in question.options)
        return (validation.check(choices), True) if typed else (choices, False)

    def _record(self, question: Question, choices: Choices) -> None:
        """Record the answer to a question."""
        for name in question.fills:
            self.answers.pop(name, None)
        self.answers.update(question.flags(choices))

    def _answers_to(self, question: Question) -> dict[str, Any]:
        """Return the answers made here to this question, by the name of the choice."""
        return {name: self.answers[name] for name in question.fills if name in self.answers}

    def _check_possible(self, question: Question, choices: Choices) -> None:
        """Raise WizardError if a typed answer is impossible, regardless of the other answers."""
        trial: dict[str, Any] = question.flags(choices)
        for earlier in self.all_questions():
            if earlier.key == question.key:
                break
            trial = {**dict.fromkeys(earlier.fills, ""), **self._answers_to(earlier), **trial}
        self.engine.complete(self.case(replace(self.given, **trial)))

    def _applicable(self, choices: Choices) -> tuple[Question, ...]:
        if choices not in self._questions:
            self._questions[choices] = self.engine.questions(self.case(choices))
        return self._questions[choices]


def _without_project(project: Project, release: str) -> str:
    """Return that a plan is not for the project that was asked for, and whether it breaks it."""
    note = f"{project.name} is left out: this plan is for cryptography alone."
    broken = [limit for limit in project.limits if not limit.allows(release)]
    if not broken:
        return note
    needed = ", ".join(limit.specifier for limit in broken)
    return f"{project.name} needs cryptography {needed}, and this is {release}. {note}"


def _same_python(one: Facts, other: Facts, choices: Choices) -> bool:
    """Return whether these choices mean the same Python with both facts."""
    from wizard.target_environment import find_target

    try:
        found = [find_target(facts, choices) for facts in (one, other)]
    except WizardError:
        return False
    return found[0].python.path == found[1].python.path


def _is_path(question: Question) -> bool:
    """Return whether a typed answer to this question is a path that the wizard must probe."""
    return described()[question.fills[0]].is_path
