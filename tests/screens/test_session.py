"""What the full screen and the prompts remember of a run, over attempts and new plans."""

from __future__ import annotations

from dataclasses import replace

import pytest

from screens.session import Session
from tests.screens.pretend import DEBIAN, Pretended
from wizard import knowledge
from wizard.choices import Choices
from wizard.errors import Exit, Impossible
from wizard.facts import Project
from wizard.limits import Limit
from wizard.running.events import RunEnded, RunStarted, StepEnded, StepStarted


@pytest.fixture
def session() -> Session:
    """A session with a plan that was not run."""
    session = Session(
        Pretended().engine(), Choices(method="wheel"), facts=DEBIAN, knowledge=knowledge.load()
    )
    session.make_plan()
    return session


def fail(session: Session) -> None:
    first = session.require_plan().steps[0].id
    session.apply(RunStarted())
    session.apply(StepStarted(first, "$ x", ""))
    session.apply(StepEnded(first, "failed", 1.0, 1))
    session.apply(RunEnded(1, 1.0))


def test_the_exit_code_is_that_of_the_last_run_that_ended(session: Session) -> None:
    assert session.code == Exit.CANCELLED
    session.begin_run()
    assert session.code == Exit.CANCELLED
    fail(session)
    assert session.code == Exit.FAILED
    session.begin_run()
    assert session.code == Exit.FAILED, "the second attempt has not ended"
    session.start_over()
    assert session.code == Exit.FAILED
    assert session.run is None


def test_another_attempt_keeps_what_was_done(session: Session) -> None:
    first, second, *_ = (step.id for step in session.require_plan().steps)
    session.begin_run()
    for event in (
        *(RunStarted(), StepEnded(first, "done", 1.0), StepEnded(second, "failed", 1.0)),
        RunEnded(1, 2.0),
    ):
        session.apply(event)
    failure = session.require_run().failure
    assert failure is not None
    assert failure.step == second
    assert session.begin_run().done == {first}
    assert session.require_run().failure is None


def test_after_a_preparation_nothing_has_run_yet(session: Session) -> None:
    session.plan = replace(session.require_plan(), prepares=True)
    session.begin_run()
    session.apply(RunStarted())
    assert not session.only_prepared()
    session.apply(RunEnded(0, 1.0))
    assert session.only_prepared()
    session.continue_after_preparation(session.look_again())
    assert session.run is None
    assert session.plan is None
    assert session.code == Exit.CANCELLED


def test_there_is_no_progress_before_a_run(session: Session) -> None:
    with pytest.raises(RuntimeError, match="no run"):
        session.require_run()


CONTRADICTION = Project(
    path="/home/ada/project/app",
    kind="requirements",
    name="app",
    limits=(
        Limit("project", "requirements.txt", ">=45", "./app/requirements.txt", line=2),
        Limit("project", "pyOpenSSL 24.2.1", "<44,>=41.0.5", "./app/requirements.txt", line=1),
    ),
)


def test_a_project_that_nothing_fits_is_refused_and_another_answer_is_asked_for() -> None:
    facts = replace(DEBIAN, found_project="requirements.txt")
    machine = Pretended(replace(facts, project=CONTRADICTION))
    session = Session(machine.engine(), Choices(), facts=facts, knowledge=knowledge.load())
    question = next(q for q in session.questions() if q.key == "project")
    with pytest.raises(Impossible, match="No release of cryptography fits all requirements"):
        session.submit_and_probe(question, CONTRADICTION.path)
    assert [q.key for q in session.questions()] == ["venv", "project", "release", "method"]
    session.submit(question, question.recommended)
    assert session.make_plan().release == "50.0.2"


@pytest.mark.parametrize(
    ("limits", "note"),
    [
        ((), "app is left out: this plan is for cryptography alone."),
        (CONTRADICTION.limits[1:], "app needs cryptography <44,>=41.0.5, and this is 50.0.2. app "),
    ],
)
def test_a_plan_that_leaves_the_project_out_says_so(limits: tuple[Limit, ...], note: str) -> None:
    project = replace(CONTRADICTION, limits=limits)
    facts = replace(DEBIAN, project=project)
    given = Choices(project=project.path)
    session = Session(Pretended(facts).engine(), given, facts=facts, knowledge=knowledge.load())
    session.use(Choices(venv="/home/ada/env"), facts=replace(facts, project=None))
    assert session.make_plan().notes[0].startswith(note)
    session.stop_using()
    assert not [each for each in session.make_plan().notes if "left out" in each]


@pytest.mark.parametrize(
    ("problem", "probes"), [("", [False]), ("It cannot be installed.", [False, True])]
)
def test_for_a_project_the_rest_of_the_machine_is_not_probed_again(
    problem: str, probes: list[bool]
) -> None:
    facts = replace(DEBIAN, found_project="requirements.txt")
    project = replace(CONTRADICTION, limits=CONTRADICTION.limits[1:], problem=problem)
    machine = Pretended(replace(facts, project=project, managers=()))
    session = Session(machine.engine(), Choices(), facts=facts, knowledge=knowledge.load())
    question = next(q for q in session.questions() if q.key == "project")
    probed = session.look_up(question, project.path)
    assert machine.probes == probes
    assert probed.project == project
    assert (probed.managers == facts.managers) is not bool(problem)
    assert session.facts is facts
    assert "project" not in session.answers
    if not problem:
        session.submit_probed(question, project.path, probed)
        assert session.answers["project"] == project.path
        assert session.make_plan().release == "43.0.3"
