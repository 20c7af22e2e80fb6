"""What an interface needs from the machine, as one object that tests can replace."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable, Protocol

from wizard import invocation
from wizard.choices import Choices
from wizard.errors import Alternative, Impossible, WizardError

if TYPE_CHECKING:
    # These are slow to import, and starting the wizard does not need them.
    from wizard.advice.support import Support
    from wizard.facts import Facts
    from wizard.needs.case import Case
    from wizard.plan import Plan
    from wizard.questions.question import Question
    from wizard.room.ending import Ending
    from wizard.running.events import Event, RunEnded


class Run(Protocol):
    """Runs a plan and reports what happens."""

    def __call__(
        self,
        plan: Plan,
        choices: Choices,
        facts: Facts,
        emit: Callable[[Event], None],
        cancel: threading.Event,
        done: frozenset[str] = frozenset(),
    ) -> RunEnded:
        """Run the steps of ``plan`` that are not in ``done``; return the last event.

        ``emit`` is called only from the calling thread. Setting ``cancel`` (from any thread) ends
        everything within two seconds. Never raises because of a step.
        """


@dataclass(frozen=True)
class Decision:
    """A plan, and the case that it was made for. The choices of ``case`` are complete."""

    case: Case
    plan: Plan

    @property
    def facts(self) -> Facts:
        """The machine that the plan is for."""
        return self.case.facts

    @property
    def choices(self) -> Choices:
        """The choices that the plan follows, complete."""
        return self.case.choices


def questions(case: Case) -> tuple[Question, ...]:
    """Return the questions to ask: see `wizard.questions.completion.applicable`.

    Raises WizardError; an Impossible contains the alternatives.
    """
    from wizard.questions import completion

    with with_alternatives(case):
        return completion.applicable(case)


def complete(case: Case) -> Case:
    """Fill in the recommended answers, for a user who will be asked all questions.

    See `wizard.questions.completion.complete`.
    """
    from wizard.questions import completion

    return completion.complete(case, asking=True)


def settle(case: Case) -> Decision:
    """Fill in the recommended answers and plan, for these facts and without another probe.

    Every interface and export makes its plan here. Raises BadRequest if an answer is
    not possible, and Impossible, with the alternatives, if this machine cannot do what was
    requested.
    """
    from wizard.planning import planner
    from wizard.questions import completion

    with with_alternatives(case):
        complete = completion.complete(case)
        return Decision(complete, planner.make_plan(complete))


@contextmanager
def with_alternatives(case: Case) -> Iterator[None]:
    """Add alternatives to every `Impossible` that is raised in this block."""
    try:
        yield
    except Impossible as error:
        from wizard.advice import alternatives  # slow to import

        found = alternatives.find_alternatives(case)
        error.alternatives = tuple(one for one in found if _can_be_planned(case, one))
        raise


def _can_be_planned(case: Case, alternative: Alternative) -> bool:
    """Return whether the wizard can do it: what prevents the request may prevent this too.

    An alternative that the wizard does not do itself is not checked.
    """
    from wizard.planning import planner
    from wizard.questions import completion

    if not alternative.choices:
        return True
    choices = Choices(**dict(alternative.choices))  # type: ignore[arg-type]  # fields of Choices
    try:
        planner.make_plan(completion.complete(case.choosing(choices)))
    except WizardError:
        return False
    return True


def support(case: Case) -> Support | None:
    """Return whether the release is tested on such a machine; None without a Python."""
    from wizard.advice import support

    return support.support_of_recommended(case)


@dataclass(frozen=True)
class Engine:
    """The machine and the decisions, as an interface uses them; tests use a simulated one.

    ``probe`` reads what some choices need (a wheel needs less than a source build);
    ``probe(choices, everything=True)`` reads everything. With ``after=facts`` it does not ask the
    index again, which has answered to the quicker probe; with ``known``, which is everything for
    other folders, it reads only what is different with those of the choices. It calls
    ``tell(field, value)`` from other threads with what is known before the rest. ``run`` runs a
    plan.
    ``unlock`` gets permission to become root without another password (``sudo -v`` on the terminal)
    and returns whether it succeeded. ``ending`` returns what has become of the result's way to a
    room (`wizard.room.reporter`), or None; ``room_trouble`` says why a room hears nothing, also
    before a run. The others are functions of this module.
    """

    probe: Callable[..., Facts]
    run: Run
    unlock: Callable[[Facts], bool]
    questions: Callable[[Case], tuple[Question, ...]] = field(default=questions)
    complete: Callable[[Case], Case] = field(default=complete)
    settle: Callable[[Case], Decision] = field(default=settle)
    support: Callable[[Case], Support | None] = field(default=support)
    ending: Callable[[], Ending | None] = field(default=lambda: None)
    room_trouble: Callable[[], str] = field(default=lambda: "")


def case_of(facts: Facts, choices: Choices) -> Case:
    """Return the case of a machine and choices, with the knowledge about all releases."""
    from wizard import knowledge
    from wizard.needs.case import Case

    return Case(facts, knowledge.load(), choices)


def decide(engine: Engine, choices: Choices) -> Decision:
    """Probe the machine quickly and plan; only if no plan is possible, probe everything.

    Raises the errors of `settle`.
    """
    facts = engine.probe(choices)
    try:
        return engine.settle(case_of(facts, choices))
    except Impossible:
        everything = engine.probe(choices, everything=True, after=facts)
        return engine.settle(case_of(everything, choices))


def plan_rest(engine: Engine, choices: Choices) -> Decision:
    """Probe again after a plan that only prepared, and plan the remaining steps.

    Raises the errors of `settle` and `require_progress`.
    """
    decision = engine.settle(case_of(engine.probe(choices, everything=True), choices))
    require_progress(decision.plan)
    return decision


def dockerfile_for(case: Case) -> str:
    """Return the Dockerfile that installs the choices of ``case`` in its distribution's image.

    Raises the errors of `settle` and of the modules of `wizard.export`.
    """
    from wizard.export import container, dockerfile

    fresh = container.make_container(case.facts, case.choices)
    try:
        decision = settle(case_of(fresh.facts, container.with_image_environment(case.choices)))
    except Impossible as error:
        error.alternatives = ()  # they are commands for a machine, not for an image
        raise
    return dockerfile.to_dockerfile(decision.plan, fresh)


def require_progress(plan: Plan) -> None:
    """Raise Impossible if a plan made after a preparation needs the same preparation again."""
    if plan.prepares:
        raise Impossible(
            "The package lists were updated, but they are still empty.",
            why="Usually this means there is no network, or no package source is configured.",
            hints=("Look at the log of the previous step, or use the wheel: --method wheel",),
        )


def require_root(engine: Engine, facts: Facts, plan: Plan, *, can_ask: bool) -> None:
    """Check, before any work, that the steps that need root can get it.

    ``can_ask`` says whether there is a terminal in which a password can be typed. Raises
    Impossible, with what to do, if the user cannot become root.
    """
    privilege = facts.privilege
    if privilege.method == "root" or not plan.needs_root:
        return
    titles = ", ".join(step.title for step in plan.steps if step.needs_root)
    hints: tuple[str, ...] = (
        "Use the wheel, which needs no root rights: --method wheel",
        "Or ask an administrator to run these steps first. To show them: "
        + invocation.command("plan"),
    )
    if plan.repairs:
        hints = ("Start it as a user who may become root, or ask an administrator to do it.",)
    why = f"These steps need root rights: {titles}."
    if privilege.method == "none":
        raise Impossible(
            "This plan needs root rights, but you cannot use sudo or doas here.",
            why=why,
            hints=hints,
        )
    if privilege.password and not can_ask:
        raise Impossible(
            f"{privilege.method} needs a password, but there is no terminal to type it in. "
            "Nothing was done.",
            why=why,
            hints=("Run the same command in a terminal.", *hints),
        )
    if not engine.unlock(facts):
        raise Impossible(
            f"{privilege.method} did not grant root rights. Nothing was done.", why=why, hints=hints
        )


def _import_early() -> None:
    """Import the slow modules that the plan and the run need soon, and read the tables."""
    from wizard import knowledge
    from wizard.planning import installer, planner  # noqa: F401
    from wizard.questions import completion  # noqa: F401
    from wizard.running import runner  # noqa: F401

    knowledge.load()


def real() -> Engine:
    """Return the engine of this machine.

    It imports probe and runner when they are needed, so that the first page appears sooner.
    """

    def probe(
        choices: Choices,
        *,
        everything: bool = False,
        after: Facts | None = None,
        known: Facts | None = None,
        tell: Callable[[str, object], None] = lambda _field, _value: None,
    ) -> Facts:
        from wizard.programs import processes

        with contextlib.suppress(OSError):  # the first program that needs it will say so
            processes.start_guardian()  # beside the imports that follow
        from wizard.machine import probe as prober

        changed = prober.probe_folders(choices, known) if known is not None else None
        if changed is not None:
            return changed
        return prober.probe(
            choices, everything=everything, after=after, meanwhile=_import_early, tell=tell
        )

    def run(
        plan: Plan,
        choices: Choices,
        facts: Facts,
        emit: Callable[[Event], None],
        cancel: threading.Event,
        done: frozenset[str] = frozenset(),
    ) -> RunEnded:
        from wizard.history import resume
        from wizard.running import runner

        earlier, still_done = resume.continued_by(plan)
        return runner.run(plan, choices, facts, emit, cancel, done | still_done, earlier)

    def unlock(facts: Facts) -> bool:
        from wizard.running import privilege

        return privilege.unlock(facts)

    return Engine(probe, run, unlock)
