"""What has become of the result's way to a room, while a page is shown."""

from __future__ import annotations

from typing import Callable, Optional

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from wizard.room.reporter import Ending

LOOK_SECONDS = 1.0
"""How many seconds are between two looks: the message may arrive later."""


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
