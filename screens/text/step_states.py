"""The symbol and the word of each state of a step: no state depends on colour."""

from __future__ import annotations

MARKS = {
    "todo": ("○", "to do"),
    "running": ("▶", "running"),
    "waiting": ("…", "waiting"),
    "done": ("✓", "done"),
    "failed": ("✗", "failed"),
    "cancelled": ("■", "stopped"),
    "skipped": ("–", "not run"),
    "interrupted": ("?", "cut off"),
}
"""For each status in `wizard.running.run_state`."""
