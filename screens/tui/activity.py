"""The line that says what happens at the moment, and for how long."""

from __future__ import annotations

from textual.app import App

SPINNER = ("•··", "·•·", "··•", "·•·")


def activity(app: App[int], what: str, elapsed: float) -> str:
    """Return a line that moves: what is done, and for how many seconds.

    If the user wants no animations, only the seconds change.
    """
    dots = "" if app.animation_level == "none" else f"{SPINNER[int(elapsed * 4) % len(SPINNER)]} "
    return f"{dots}{what}… {elapsed:.0f} s"
