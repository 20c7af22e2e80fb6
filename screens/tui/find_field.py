"""The search field of a log."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input


class FindField(Input):
    """The search field of a log; its page has the actions."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "screen.find_next", "Next"),
        Binding("up", "screen.find_previous", "Previous"),
        Binding("escape", "screen.close_find", "Close"),
    ]
