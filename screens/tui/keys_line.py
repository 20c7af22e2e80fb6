"""The bottom of every page: its keys, in one line or in two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from textual.content import Content
from textual.events import MouseDown, MouseMove
from textual.geometry import Region
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget


class ShownKey(NamedTuple):
    """A key in the line: its name for Textual, its name and meaning for the user.

    ``enabled``: it does something now.
    """

    key: str
    name: str
    meaning: str
    enabled: bool

    @property
    def width(self) -> int:
        """How many columns it takes."""
        return Content(f" {self.name} {self.meaning} ").cell_length


class KeysLine(Widget):
    """The keys of a page, which can also be clicked on.

    It looks like Textual's footer, but is one widget instead of one for each key: to replace these
    took longer than the rest of a page. It is drawn again only if the keys are different, because
    Textual announces them after each change of the focus, even if they are the same. Keys that do
    not fit in one line of the terminal have two, so that none is out of sight.
    """

    ALLOW_SELECT = False

    keys: reactive[tuple[ShownKey, ...]] = reactive(())
    """What is shown."""
    _pointed: reactive[int] = reactive(-1)
    """The number of the key under the mouse."""

    def on_mount(self) -> None:
        """Wait for the keys."""
        self.screen.bindings_updated_signal.subscribe(self, self.bindings_changed)
        if hasattr(self.styles, "pointer"):  # Textual 8.0 has no shapes for it
            self.styles.pointer = "pointer"

    def bindings_changed(self, screen: Screen[Any]) -> None:
        """Draw the keys of the page, if they have changed."""
        if not screen.app.app_focus or not self.is_attached or screen is not self.screen:
            return
        shown: dict[str, ShownKey] = {}
        for _, binding, enabled, _tooltip in screen.active_bindings.values():
            if binding.show and binding.action not in shown:
                name = self.app.get_key_display(binding)
                shown[binding.action] = ShownKey(binding.key, name, binding.description, enabled)
        self.keys = tuple(shown.values())

    def watch_keys(self) -> None:
        """Use one line or two, as the keys need."""
        self._fold()

    def on_resize(self) -> None:
        """Use one line or two, as the keys need."""
        self._fold()

    def _fold(self) -> None:
        width = sum(key.width for key in self.keys)
        self.set_class(width > self.app.size.width, "-folded")

    @property
    def places(self) -> tuple[Region, ...]:
        """Where each key is in this widget. In two lines, they are below each other."""
        return tuple(self._places())

    def _places(self) -> Iterator[Region]:
        count = len(self.keys)
        in_row = max(1, -(-count // 2) if self.has_class("-folded") else count)
        left = [0]
        for column in range(in_row):
            left.append(left[-1] + max(key.width for key in self.keys[column::in_row]))
        for number, key in enumerate(self.keys):
            row, column = divmod(number, in_row)
            yield Region(left[column], row, key.width, 1)

    def render(self) -> Content:
        """Return the keys in their places."""
        lines = [Content(), Content()]
        for number, (key, place) in enumerate(zip(self.keys, self._places())):
            line, look = lines[place.y], "" if key.enabled else " dim"
            if number == self._pointed:
                look += " on $block-hover-background"
            lines[place.y] = Content.assemble(
                line,
                " " * (place.x - line.cell_length),
                (f" {key.name} ", f"bold $footer-key-foreground{look}"),
                (f"{key.meaning} ", f"$footer-description-foreground{look}"),
            )
        return Content("\n").join(lines)

    def _at(self, x: int, y: int) -> int:
        places = enumerate(self._places())
        return next((number for number, place in places if place.contains(x, y)), -1)

    def on_mouse_move(self, event: MouseMove) -> None:
        """Mark the key under the mouse."""
        self._pointed = self._at(event.x, event.y)

    def on_leave(self) -> None:
        """Mark no key."""
        self._pointed = -1

    def on_mouse_down(self, event: MouseDown) -> None:
        """Do what the key does."""
        number = self._at(event.x, event.y)
        if number < 0:
            return
        if self.keys[number].enabled:
            self.app.simulate_key(self.keys[number].key)
        else:
            self.app.bell()
