"""The bottom of every page: its keys, in one line or in two."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Footer


class KeysLine(Footer):
    """Textual's footer, drawn again only if the keys are different.

    Textual announces the keys after each change of the focus or the page, even if they are the
    same. Its footer then replaces all its widgets, which takes longer than the rest of the page.
    Keys that do not fit in one line of the terminal have two, so that none is out of sight.
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)
        self._announced: tuple[object, ...] | None = None
        self._widths: list[int] = []

    def bindings_changed(self, screen: Screen[Any]) -> None:
        """Draw the keys of the page, if they have changed."""
        if not screen.app.app_focus or not self.is_attached or screen is not self.screen:
            return
        keys = tuple(
            (binding, enabled, tooltip)
            for _, binding, enabled, tooltip in screen.active_bindings.values()
            if binding.show
        )
        if keys != self._announced:
            self._announced = keys
            # Textual draws each as " F1 Help ".
            self._widths = [
                len(f" {self.app.get_key_display(binding)} {binding.description} ")
                for binding, *_ in keys
            ]
            super().bindings_changed(screen)

    def compose(self) -> ComposeResult:
        """Compose the keys."""
        yield from super().compose()
        self._fold()

    def on_resize(self) -> None:
        """Use one line or two, as the keys need."""
        self._fold()

    def _fold(self) -> None:
        count = len(self._widths)
        folded = sum(self._widths) > self.app.size.width
        self.set_class(folded, "-folded")
        self.styles.grid_size_columns = max(1, -(-count // 2) if folded else count)
