"""``pbcopy``: puts what it reads on the clipboard."""

from __future__ import annotations

import sys

from tests.mac.inside import state


def main(_program: str, _arguments: list[str]) -> int:
    """Keep the text."""
    text = sys.stdin.read()
    with state.changing() as now:
        now["clipboard"] = text
    return 0
