"""The whole log of a run, opened at the error."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Static

from screens.tui.app import WizardApp
from screens.tui.failure import FailurePage
from screens.tui.log_page import MARK, LogPage, LogText
from screens.tui.result import ResultPage
from tests.screens.fakes import FAILURE, FakeMachine, FakeRun
from tests.screens.scenes import REVIEW_USUAL, settled

ERROR = "ERROR: this is it"


def write_logs(folder: Path) -> int:
    """Write the log of each step; return where the error of ``install`` begins."""
    (folder / "environment.log").write_text("made\n", encoding="utf-8")
    (folder / "prove.log").write_text("proved\n", encoding="utf-8")
    before = "".join(f"line {n} of the log {'ä' * 90}\n" for n in range(3000))
    after = "".join(f"after {n}\n" for n in range(3000))
    (folder / "install.log").write_text(f"{before}{ERROR}\n{after}", encoding="utf-8")
    return len(before.encode())


async def fail(pilot: Pilot[Any], folder: Path) -> LogPage:
    """Let a run fail, and open its log."""
    app = pilot.app
    assert isinstance(app, WizardApp)
    failure = replace(FAILURE, position=write_logs(folder), evidence=FAILURE.excerpt[-1])
    app.session.engine = FakeMachine(FakeRun(str(folder), fails=1, failure=failure)).engine()
    await run(pilot)
    assert isinstance(app.screen, FailurePage)
    await press(pilot, "o")
    assert isinstance(app.screen, LogPage)
    return app.screen


async def run(pilot: Pilot[Any]) -> None:
    await settled(pilot)
    await press(pilot, *REVIEW_USUAL, "enter")
    await settled(pilot)


async def press(pilot: Pilot[Any], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


def shown(page: LogPage) -> list[str]:
    return str(page.query_one(LogText).content).split("\n")


async def test_it_opens_at_the_error_which_is_marked(app: WizardApp, tmp_path: Path) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        page = await fail(pilot, tmp_path)
        lines = shown(page)
        assert lines.count(MARK + ERROR) == 1
        assert 3 <= lines.index(MARK + ERROR) <= 8, "what came before is also there"
        text = page.query_one(LogText)
        assert text.border_title == "2 Install cryptography 50.0.2"
        assert str(page.query_one("#log-path", Static).content).endswith("install.log")
        assert app.focused is text
        await press(pilot, "escape")
        assert isinstance(app.screen, FailurePage)


async def test_every_key_moves_in_it(app: WizardApp, tmp_path: Path) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        page = await fail(pilot, tmp_path)
        height = page.query_one(LogText).size.height
        await press(pilot, "home")
        top = shown(page)
        assert top[0].strip().startswith("line 0 of the log")
        assert top[1].strip() == "ä" * (90 + len("line 0 of the log ") - 70), "it goes on here"
        await press(pilot, "down")
        assert shown(page)[0] == top[1]
        await press(pilot, "up", "up")
        assert shown(page) == top
        await press(pilot, "pagedown")
        assert shown(page)[0] == top[-1]
        await press(pilot, "pageup")
        assert shown(page) == top
        await press(pilot, "end")
        end = shown(page)
        assert end[-1].strip() == "after 2999"
        assert len(end) == height
        await press(pilot, "down", "pagedown", "G")
        assert shown(page)[-1].strip() == "after 2999", "there is nothing below"
        await press(pilot, "home", "G")
        assert shown(page)[-1].strip() == "after 2999", "the small g goes to the top"
        await press(pilot, "E")
        assert MARK + ERROR in shown(page)
        await press(pilot, "c")
        assert ERROR in app.clipboard


async def test_find_goes_to_matches_in_the_whole_file(app: WizardApp, tmp_path: Path) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        page = await fail(pilot, tmp_path)
        await press(pilot, "f", *"AFTER 2000", "enter")
        await settled(pilot)
        assert f"{MARK}after 2000" in shown(page)
        await press(pilot, "escape", "e", "f")
        page.query_one("#find").value = "line 7 of"  # type: ignore[attr-defined]
        await press(pilot, "up")
        await settled(pilot)
        assert any(line.startswith(f"{MARK}line 7 of") for line in shown(page))
        page.query_one("#find").value = "nowhere"  # type: ignore[attr-defined]
        await press(pilot, "enter")
        await settled(pilot)
        assert str(page.query_one("#hits", Static).content) == "not found"


async def test_tab_shows_the_other_logs(app: WizardApp, tmp_path: Path) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        page = await fail(pilot, tmp_path)
        await press(pilot, "tab")
        assert [line.strip() for line in shown(page)] == ["made"], "the last step did not start"
        assert app.focused is page.query_one(LogText), "Tab does not leave the log"
        await press(pilot, "shift+tab")
        assert MARK + ERROR in shown(page)


async def test_after_a_success_it_opens_at_the_end_of_the_last_step(
    app: WizardApp, tmp_path: Path
) -> None:
    write_logs(tmp_path)
    app.session.engine = FakeMachine(FakeRun(str(tmp_path))).engine()
    async with app.run_test(size=(60, 20)) as pilot:
        await run(pilot)
        assert isinstance(app.screen, ResultPage)
        await press(pilot, "o")
        assert isinstance(app.screen, LogPage)
        assert [line.strip() for line in shown(app.screen)] == ["proved"]
        await press(pilot, "enter")
        assert isinstance(app.screen, ResultPage)


async def test_a_resize_draws_the_rows_again(app: WizardApp, tmp_path: Path) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        page = await fail(pilot, tmp_path)
        for size in ((60, 20), (120, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            lines = shown(page)
            assert len(lines) == page.query_one(LogText).size.height
            assert max(map(len, lines)) <= size[0]
