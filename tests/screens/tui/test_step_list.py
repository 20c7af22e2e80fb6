"""The list of steps where there is less room than there are steps."""

from __future__ import annotations

from textual.app import App, ComposeResult

from backends.action import Command
from screens.tui.log_view import LogView
from screens.tui.step_list import StepList, StepRow
from wizard.plan import Plan, Step
from wizard.running.events import Event, RunStarted, StepEnded, StepStarted
from wizard.running.run_state import RunState

NAMES = tuple(f"s{number}" for number in range(1, 16))


class ListApp(App[None]):
    """Nothing but the list of fifteen steps, in six lines."""

    CSS = "#step-list { height: 6; } StepRow { height: 1; } StepRow Static { width: auto; }"

    def __init__(self) -> None:
        super().__init__()
        steps = tuple(Step(name, f"Title of {name}", "w", Command(("x",))) for name in NAMES)
        state = RunState.before_run(Plan("1", "wheel", "static", "p", "e", True, steps))
        self.view = LogView(state.apply(RunStarted(("s1",))), lambda: 0.0)

    def compose(self) -> ComposeResult:
        """The list."""
        yield StepList(self.view)

    def start(self, *names: str) -> None:
        """Let steps start."""
        for name in names:
            self.take(StepStarted(name, "x", ""))

    def take(self, event: Event) -> None:
        """Let something happen."""
        self.view.update(self.view.state.apply(event), event)

    def in_sight(self) -> list[str]:
        """The rows that can be seen, from above."""
        steps = self.query_one(StepList)
        seen = [row for row in steps.query(StepRow) if steps.region.contains_region(row.region)]
        return [str(row.id)[4:] for row in sorted(seen, key=lambda row: row.region.y)]


async def test_all_that_run_are_in_sight_however_far_apart_they_are() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.in_sight() == ["s1", "s2", "s3", "s4", "s5", "s6"]
        steps = app.query_one(StepList)
        app.start("s2", "s4", "s11")
        steps.refresh_rows(0.0)
        await pilot.pause()
        await pilot.pause()
        assert app.in_sight() == ["s1", "s2", "s4", "s11", "s3", "s5"]
        for name in ("s4", "s2"):
            app.take(StepEnded(name, "done", 1.0))
        app.start("s3", "s5", "s6", "s7", "s14")
        app.view.pick("s14")
        steps.refresh_rows(0.0)
        await pilot.pause()
        await pilot.pause()
        assert app.in_sight() == ["s3", "s5", "s6", "s7", "s11", "s14"]
        app.view.pick("s4")
        steps.refresh_rows(0.0)
        await pilot.pause()
        await pilot.pause()
        assert app.in_sight()[0] == "s4", "the step whose log is shown is always there"


async def test_steps_one_after_the_other_never_move() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        steps = app.query_one(StepList)
        for name in NAMES[1:]:
            app.start(name)
            steps.refresh_rows(0.0)
            await pilot.pause()
            app.take(StepEnded(name, "done", 1.0))
            steps.refresh_rows(0.0)
            await pilot.pause()
            assert [str(row.id)[4:] for row in steps.query(StepRow)] == list(NAMES)
