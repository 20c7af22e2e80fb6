"""The notice for a terminal that is too small."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from screens.terminal import SMALLEST


class TooSmall(Static):
    """Asks for a larger terminal and shows its current size. Running programs continue."""

    def show(self, columns: int, lines: int) -> None:
        """Show the size of the terminal."""
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
