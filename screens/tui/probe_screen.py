"""Probes the machine again, on top of the page that needs it."""

from __future__ import annotations

from typing import Callable, Optional

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from screens.session import Session
from screens.tui.background import beside
from screens.tui.overlay import Overlay
from screens.tui.welcome import ACTIVITY
from wizard.errors import WizardError


class LookScreen(Overlay[Optional[WizardError]]):
    """Probes the machine and closes itself; its result is the error, if there was one."""

    def __init__(self, session: Session, why: str, work: Callable[[], None] | None = None) -> None:
        super().__init__()
        self._session = session
        self._why = why
        self._work = work or session.probe
        self._since = session.clock()

    def compose(self) -> ComposeResult:
        """What happens, and why."""
        with Vertical(classes="box"):
            yield Static("One moment", classes="title")
            yield Static(self._why, markup=False)
            yield Static("", id="activity", markup=False)

    def on_mount(self) -> None:
        """Start the probe."""
        self.set_interval(0.25, self._turn)
        self._turn()
        self.run_worker(self._look(), exclusive=True)

    def _turn(self) -> None:
        elapsed = self._session.clock() - self._since
        dots = ACTIVITY[int(elapsed * 4) % len(ACTIVITY)]
        self.query_one("#activity", Static).update(
            f"{dots} Looking at your computer… {elapsed:.0f} s"
        )

    async def _look(self) -> None:
        try:
            await beside(self._work)
        except WizardError as error:
            self.dismiss(error)
        else:
            self.dismiss(None)
