"""What a terminal that is too small sees instead of the wizard."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from screens.terminal import SMALLEST


class TooSmall(Static):
    """Asks for a larger terminal, with the size that it has now. What runs goes on running."""

    def show(self, columns: int, lines: int) -> None:
        """Say how large the terminal is."""
        wide, high = SMALLEST
        self.update(
            Content.from_markup(
                "[b]Please enlarge this window[/b]\n\n"
                "The wizard needs $wide × $high characters.\n"
                "This window has $columns × $lines.\n\n"
                "Running programs continue. Ctrl+C quits.",
                wide=wide,
                high=high,
                columns=columns,
                lines=lines,
            )
        )
