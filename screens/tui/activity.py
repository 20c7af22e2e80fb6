"""A line that moves while the wizard works."""

from __future__ import annotations

SPINNER = ("•··", "·•·", "··•", "·•·")


def activity(what: str, elapsed: float) -> str:
    """Return a line that moves: what is done, and for how many seconds."""
    return f"{SPINNER[int(elapsed * 4) % len(SPINNER)]} {what}… {elapsed:.0f} s"
