"""Which theme is shown: what the user chose, else what fits the terminal."""

from __future__ import annotations

import pytest

from screens.terminal import Look
from screens.tui import themes
from screens.tui.app import WizardApp
from tests.screens.fakes import FakeMachine
from tests.screens.scenes import SCENES, settled
from wizard import locations
from wizard.choices import Choices


@pytest.mark.parametrize(
    ("light", "name"), [(True, "wizard-light"), (False, "wizard-dark"), (None, "wizard-dark")]
)
def test_the_theme_fits_the_terminal(light: bool | None, name: str, machine: FakeMachine) -> None:
    assert WizardApp(machine.engine(), Choices(), look=Look(light=light)).theme == name


def test_16_colours_have_their_own_themes(
    machine: FakeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLORTERM")
    monkeypatch.setenv("TERM", "linux")
    assert WizardApp(machine.engine(), Choices()).theme == "wizard-dark-16"
    assert WizardApp(machine.engine(), Choices(), look=Look(light=True)).theme == "wizard-light-16"


async def test_a_choice_is_remembered_until_it_is_what_fits_anyway() -> None:
    file = locations.state() / "theme"
    app = SCENES["welcome"].app(Look(light=False))
    async with app.run_test() as pilot:
        await settled(pilot)
        await pilot.press("ctrl+t")
        assert file.read_text(encoding="ascii") == "light"
        assert themes.first(False, False) is themes.LIGHT
        assert themes.first(True, False) is themes.LIGHT_16
        await pilot.press("ctrl+t")
        assert not file.exists()


@pytest.mark.parametrize("content", [b"", b"pink", b"\xff\xfe"])
def test_a_damaged_choice_counts_as_none(content: bytes) -> None:
    file = locations.state() / "theme"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    assert themes.first(False, True) is themes.LIGHT
    file.unlink()


def test_a_choice_that_cannot_be_written_still_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **_more: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("pathlib.Path.write_text", refuse)
    themes.remember(themes.LIGHT, False)
    assert themes.remembered() == ""
