"""What a page or a dialog does with events that come after the user has quit."""

from __future__ import annotations

from textual import events
from textual.message_pump import MessagePump


class LateEvents(MessagePump):
    """A screen that ignores its own opening if the app is ending.

    Textual gives such a screen no widgets, but still tells it that it is open, and its handlers
    would not find what they look for.
    """

    async def on_event(self, event: events.Event) -> None:
        """Handle an event, unless it is about a screen that will never be seen."""
        opening = isinstance(event, (events.Mount, events.Resize, events.ScreenResume))
        if self.is_attached or not opening:
            await super().on_event(event)
