"""The bottom line of every page: its keys."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen
from textual.widgets import Footer


class KeysLine(Footer):
    """Textual's footer, drawn again only if the keys are different.

    Textual announces the keys after each change of the focus or the page, even if they are the
    same. Its footer then replaces all its widgets, which takes longer than the rest of the page.
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)
        self._announced: tuple[object, ...] | None = None

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
            super().bindings_changed(screen)
