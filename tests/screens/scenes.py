"""Every scene of the full screen: the machine it happens on, and the keys that lead to it."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import Any, Callable

from textual.command import CommandList
from textual.pilot import Pilot
from textual.widgets import Input, Static

from screens.terminal import Look
from screens.tui.app import WizardApp
from screens.tui.run import RunPage
from tests.machines import machine
from tests.screens.fakes import FACTS, FAILURE, KNOWLEDGE, UNPROVED, FakeMachine, FakeRun
from tests.wizard.history import runs
from wizard import locations
from wizard.choices import Choices
from wizard.errors import Impossible
from wizard.facts import Facts, Package
from wizard.knowledge import Knowledge, load
from wizard.running.events import RunStarted, StepEnded

Act = Callable[[Pilot[Any]], Awaitable[None]]

AS_ROOT = replace(FACTS, privilege=replace(FACTS.privilege, method="root", password=False))
CRATES = tuple(
    f"   Compiling {name} v1.0.{n}" for n in range(6) for name in ("syn", "pyo3", "asn1")
)


@dataclass(frozen=True)
class Scene:
    """One picture: its machine, and how one gets there from the welcome page."""

    act: Act
    run: Callable[[], FakeRun] = FakeRun
    facts: Facts = AS_ROOT
    size: tuple[int, int] | None = None
    problem: Impossible | None = None
    knowledge: Knowledge = KNOWLEDGE
    choices: Choices = Choices()  # noqa: RUF009 - frozen

    def app(self, look: Look = Look()) -> WizardApp:  # noqa: B008 - frozen
        """The app, with its clock standing still."""
        real = self.knowledge is not KNOWLEDGE
        machine = FakeMachine(run=self.run(), facts=self.facts, problem=self.problem, real=real)
        engine, known = machine.engine(), self.knowledge
        return WizardApp(engine, self.choices, knowledge=known, clock=lambda: 0.0, look=look)

    async def show(self, pilot: Pilot[Any]) -> None:
        """Bring the app to this scene; no cursor blinks in it."""
        await self.act(pilot)
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False
        await pilot.pause()


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until nothing works in the background, and what it left behind is on the screen."""
    await pilot.app.workers.wait_for_complete()
    for _ in range(3):  # what is mounted, what it mounts, and the focus
        await pilot.pause()


def fake_run(pilot: Pilot[Any]) -> FakeRun:
    """The pretended run of an app."""
    app = pilot.app
    assert isinstance(app, WizardApp)
    assert isinstance(app.session.engine.run, FakeRun)
    return app.session.engine.run


async def until_held(pilot: Pilot[Any]) -> None:
    """Wait until the run has reached the place where it is held, and the screen shows it."""
    run = fake_run(pilot)
    await until(pilot, run.reached.is_set)
    page = pilot.app.screen
    assert isinstance(page, RunPage)
    await until(pilot, lambda: "packages" in str(page.query_one("#detail", Static).content))
    await until(pilot, lambda: "left" in str(page.query_one("#bar", Static).content))


async def until(pilot: Pilot[Any], condition: Callable[[], bool]) -> None:
    """Wait, with a bound, until something is so."""
    for _ in range(1000):
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError("it never happened")


def keys(*names: str) -> Act:
    """Wait for the machine, then press keys in sequence."""

    async def act(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        for name in names:
            await pilot.press(name)
            await pilot.pause()

    return act


def running(*names: str) -> Act:
    """Start a run that is held in its middle, then press keys."""

    async def act(pilot: Pilot[Any]) -> None:
        await keys(*REVIEW_USUAL, "enter")(pilot)
        await until_held(pilot)
        for name in names:
            await pilot.press(name)
            await pilot.pause()
        await pilot.pause()

    return act


def ran(*names: str) -> Act:
    """Start a run, wait for its end, then press keys."""

    async def act(pilot: Pilot[Any]) -> None:
        await keys(*REVIEW_USUAL, "enter")(pilot)
        await settled(pilot)
        for name in names:
            await pilot.press(name)
            await pilot.pause()

    return act


async def palette(pilot: Pilot[Any]) -> None:
    """Open the command palette over a question."""
    await keys(*METHOD)(pilot)
    await open_palette(pilot)


async def open_palette(pilot: Pilot[Any]) -> None:
    """Open the command palette and wait for its commands."""
    await pilot.press("ctrl+p")
    await pilot.pause()
    commands = pilot.app.screen.query_one(CommandList)
    await until(pilot, lambda: commands.option_count > 0)
    await pilot.pause()


async def stopped(pilot: Pilot[Any]) -> None:
    """Start a run that is held, and stop it."""
    await running("x", "y")(pilot)
    await settled(pilot)


METHOD = ("2", "enter", "enter")
"""From the welcome page to the third question."""
REVIEW_WHEEL = (*METHOD, "enter")
REVIEW_SOURCE = (*METHOD, "down", "enter", "enter")
REVIEW_USUAL = ("t",)
"""To the plan of what was given or is usual, for a scene that is not about questions."""
SOURCE = Choices(method="source")


def held() -> FakeRun:
    """A run that stops in the middle of its longest step."""
    return FakeRun(held=True, extra=CRATES)


def beside() -> FakeRun:
    """A run of which two steps are held in their middle."""
    return FakeRun(held=True, beside=True, extra=CRATES)


def failing() -> FakeRun:
    """A run that fails once."""
    return FakeRun(fails=1)


NO_MEMORY = StepEnded(
    "install",
    "failed",
    2.0,
    exit=1,
    cause="A program was killed, most likely because the machine ran out of memory.",
    excerpt=(
        "   Compiling cryptography-rust v0.1.0",
        "error: could not compile `cryptography-rust` (lib)",
        "Caused by:",
        "  process didn't exit successfully: `rustc --crate-name cryptography_rust`",
        "  (signal: 9, SIGKILL: kill)",
    ),
    evidence="  (signal: 9, SIGKILL: kill)",
    hints=(
        "Give the machine more memory, or more swap space.",
        "Take the wheel, which needs no compiler: `cryptography-wizard --method wheel "
        "--reinstall --venv ./cryptography-env`.",
    ),
    failure="oom-killed",
    remedies=("fewer-jobs",),
)


async def failed_build(pilot: Pilot[Any]) -> None:
    """Go where a real plan has failed because memory is missing, without any question."""
    await settled(pilot)
    app = pilot.app
    assert isinstance(app, WizardApp)
    session = app.session
    session.make_plan()
    run = session.begin_run().apply(RunStarted())
    for state in run.steps:
        if state.step.id == NO_MEMORY.step:
            break
        run = run.apply(StepEnded(state.step.id, "done", 1.0, 0))
    session.run = run.apply(NO_MEMORY)
    session.find_fixes()
    app.show_page("outcome")
    await settled(pilot)


def unproved() -> FakeRun:
    """A run whose proof is not what was asked for."""
    return FakeRun(report=UNPROVED)


NO_NETWORK = Impossible(
    "The package index does not answer.",
    shown="https://index.example/simple/: the name is not known",
    why="This computer is not connected to the Internet, or a proxy is needed.",
    hints=("Check the connection.",),
)

SCENES: dict[str, Scene] = {
    "welcome": Scene(keys()),
    "welcome-problem": Scene(keys(), problem=NO_NETWORK),
    "question-where": Scene(keys("2")),
    "question-release": Scene(keys("2", "enter")),
    "question-own": Scene(keys("2", "enter", "down", "down", "enter", *"9.9", "enter")),
    "question-method": Scene(keys(*METHOD)),
    "question-closed": Scene(keys(*METHOD, "down", "enter")),
    "help": Scene(keys(*METHOD, "f1")),
    "review": Scene(keys(*REVIEW_SOURCE)),
    "review-open": Scene(keys(*REVIEW_SOURCE, "down", "down", "space")),
    "answers": Scene(keys(*REVIEW_SOURCE, "a", "down")),
    "more": Scene(keys("m")),
    "impossible": Scene(keys("2", "enter", "down", "enter", "enter")),
    "possible": Scene(
        keys("2", "enter", "down", "down", "enter", *"44.0.3", "enter", "enter", "down")
    ),
    "run": Scene(running(), run=held, choices=SOURCE),
    "run-find": Scene(running("f", *"pyo3"), run=held, choices=SOURCE),
    "run-cancel": Scene(running("x"), run=held, choices=SOURCE),
    "run-side-by-side": Scene(running("tab"), run=beside, choices=SOURCE),
    "stopped": Scene(stopped, run=held, choices=SOURCE),
    "result": Scene(ran()),
    "result-unproved": Scene(ran(), run=unproved),
    "failure": Scene(ran(), run=failing),
    "light": Scene(keys(*METHOD, "ctrl+t")),
    "palette": Scene(palette),
    "small": Scene(keys(), size=(50, 14)),
}


def _fedora() -> Facts:
    """A Fedora, which has no static libraries of OpenSSL, but what a build of one takes."""
    facts = machine("fedora")
    dnf = facts.managers[0]
    more = tuple(Package(name, candidate="1") for name in ("perl-core", "make"))
    return replace(facts, managers=(replace(dnf, packages=(*dnf.packages, *more)),))


OPENSSL = (*METHOD, "down", "enter")
"""From the welcome page of a real machine with one Python to where OpenSSL comes from."""
REAL_SCENES: dict[str, Scene] = {
    "question-openssl": Scene(keys(*OPENSSL), facts=_fedora(), knowledge=load()),
    "question-openssl-version": Scene(
        keys(*OPENSSL, "down", "down", "enter"), facts=_fedora(), knowledge=load()
    ),
    "failure-fixes": Scene(
        failed_build,
        facts=machine("workshop"),  # it has all that a build needs
        knowledge=load(),
        choices=Choices(method="source"),
    ),
}
"""Those with the real questions."""

ERROR = "ERROR: this is the line"


def logged() -> FakeRun:
    """A run that fails, and whose logs are on the disk."""
    folder = locations.state() / "logs of a scene"
    folder.mkdir(parents=True)
    (folder / "environment.log").write_text("made\n", encoding="utf-8")
    before = "".join(f"line {n} of the log\n" for n in range(300))
    (folder / "install.log").write_text(f"{before}{ERROR}\n{before}", encoding="utf-8")
    failure = replace(FAILURE, position=len(before), evidence=ERROR, excerpt=(ERROR,))
    return FakeRun(str(folder), fails=1, failure=failure)


async def log_begin(pilot: Pilot[Any]) -> None:
    """Open the log of a run that failed, and leave the error for the first line."""
    await ran("o")(pilot)
    await settled(pilot)
    await pilot.press("home")


def earlier_runs(*names: str) -> Act:
    """List two earlier runs, one of which was cut off, then press keys."""

    async def act(pilot: Pilot[Any]) -> None:
        folder = locations.state() / "project"
        folder.mkdir(parents=True)
        plan = runs.environment_plan(folder / "env")
        begun = (RunStarted((), runs.TIME, str(folder)), runs.started("environment"))
        runs.keep("20261129T080000Z-7", plan, begun)
        ended = runs.done("environment", "install", folder=str(folder))
        runs.keep("20261128T080000Z-7", plan, ended)
        await keys("m", "5")(pilot)
        await settled(pilot)
        for name in names:
            await pilot.press(name)
            await settled(pilot)

    return act


STORED_SCENES: dict[str, Scene] = {
    "ask": Scene(keys("m", "2")),
    "runs": Scene(earlier_runs()),
    "run-details": Scene(earlier_runs("enter")),
    "report": Scene(earlier_runs("w")),
    "log": Scene(ran("o"), run=logged),
    "log-begin": Scene(log_begin, run=logged),
}
"""Those of what is stored on the disk. Its paths and times are others each time, so there are no
pictures of them."""
