"""What the tests of the full screen share: a pretended machine, frozen time, a terminal's size."""

from __future__ import annotations

import sys

import pytest

from screens import shells
from screens.tui.app import WizardApp
from tests.screens.fakes import KNOWLEDGE, FakeMachine, pretend
from wizard.choices import Choices

BASELINES = (3, 11)
"""The Python that the snapshots were made with."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pictures drawn by another Python may differ in a character: they are compared on one only."""
    if sys.version_info[:2] != BASELINES:
        reason = f"the snapshots were made with Python {BASELINES[0]}.{BASELINES[1]}"
        for item in items:
            if "snap_compare" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def _plain_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Let nothing of the developer's own terminal, and of other tests' runs, reach the tests.

    A remembered theme, and how long the steps of past runs took, change what is drawn.
    """
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path_factory.mktemp("state")))
    for name in ("NO_COLOR", "COLORFGBG", "TEXTUAL_ANIMATIONS", "NO_MOTION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(shells, "own_shell", lambda: "bash")
    monkeypatch.setenv("COLORTERM", "truecolor")


@pytest.fixture
def machine() -> FakeMachine:
    """A machine where everything works."""
    return FakeMachine()


@pytest.fixture
def app(machine: FakeMachine, monkeypatch: pytest.MonkeyPatch) -> WizardApp:
    """The app on that machine, with the fixed questions; its clock stands still."""
    pretend(monkeypatch)
    return WizardApp(machine.engine(), Choices(), knowledge=KNOWLEDGE, clock=lambda: 0.0)
