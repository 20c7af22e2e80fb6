"""What has become of the result's way to a room, while a page is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Optional

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

if TYPE_CHECKING:
    from wizard.room.ending import Ending

LOOK_SECONDS = 1.0
"""How many seconds are between two looks: the message may arrive later."""


class RoomTrouble(Static):
    """Says before a run that the room hears nothing of this laptop; otherwise nothing."""

    DEFAULT_CSS = "RoomTrouble { height: auto; display: none; margin-bottom: 1; }"

    def __init__(self, trouble: Callable[[], str]) -> None:
        super().__init__("", id="room-trouble", markup=False)
        self._trouble = trouble

    def on_mount(self) -> None:
        """Look now and then: the first message takes a moment."""
        self.set_interval(LOOK_SECONDS, self.look)
        self.look()

    def look(self) -> None:
        """Show what is wrong now."""
        text = self._trouble()
        self.display = bool(text)
        self.update(Content(f"! {text}" if text else ""))


class RoomNote(Vertical):
    """Says whether the room has the result, or shows the code to read out."""

    DEFAULT_CSS = "RoomNote { height: auto; }"

    def __init__(self, ending: Callable[[], Optional[Ending]]) -> None:
        super().__init__(id="room-note")
        self._ending = ending

    def compose(self) -> ComposeResult:
        """Compose the heading and the sentence."""
        yield Static("The room", classes="heading")
        yield Static("", classes="block", markup=False)

    def on_mount(self) -> None:
        """Show how it is now, and look again later."""
        self._look()
        self.set_interval(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        ending = self._ending()
        if ending is None:
            return
        text = "\n".join(ending.lines()).strip("\n")
        if not ending.delivered and not ending.problem:
            text = f"The result is on its way to {ending.room} …"
        self.query_one(".block", Static).update(Content(text))
